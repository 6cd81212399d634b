"""Messages over REST and by hand, with Discord's limits and refusals."""

import io
from datetime import timedelta

import discord
import pytest
from asking import code_of

from sandbox.errors import Refused


async def test_send_edit_reply_and_delete_go_round(bot):
    channel = bot.channel()
    sent = await channel.send("one")
    assert (await sent.edit(content="two")).edited_at
    reply = await sent.reply("three")
    assert reply.type is discord.MessageType.reply
    assert reply.reference.resolved.id == sent.id
    assert [one.content async for one in channel.history()] == ["three", "two"]
    assert (await channel.fetch_message(sent.id)).content == "two"
    await sent.delete()
    assert await code_of(channel.fetch_message(sent.id)) == (404, 10008)


async def test_history_can_be_read_from_every_side(bot):
    channel = bot.channel()
    sent = [await channel.send(str(number)) for number in range(7)]

    async def read(**where):
        return [one.content async for one in channel.history(**where)]

    assert await read(limit=2) == ["6", "5"]
    assert await read(limit=2, before=sent[3]) == ["2", "1"]
    assert await read(limit=2, after=sent[3]) == ["4", "5"]
    assert await read(limit=3, around=sent[3]) == ["4", "3", "2"]
    assert await read(oldest_first=True) == list("0123456")


async def test_a_persons_message_reaches_the_bot_with_its_mention(sandbox, bot):
    heard = bot.wait_for("message")
    sandbox.people.message("ann", f"hello <@{bot.user.id}>")
    message = await heard
    assert (message.author.name, message.guild.name, message.channel.name) == ("ann", "Green", "general")
    assert bot.user in message.mentions


async def test_allowed_mentions_silence_what_they_do_not_allow(sandbox, bot):
    ann, ben = bot.member("ann"), bot.member("ben")
    text = f"{ann.mention} {ben.mention} @everyone"
    silent = await bot.channel().send(text, allowed_mentions=discord.AllowedMentions.none())
    some = await bot.channel().send(
        text, allowed_mentions=discord.AllowedMentions(everyone=False, users=[ann])
    )
    assert silent.mentions == []
    assert some.mentions == [ann]
    assert not some.mention_everyone


async def test_a_nonce_that_is_enforced_sends_once(api, bot):
    body = {"content": "once", "nonce": "n-1", "enforce_nonce": True}
    path = f"/channels/{bot.channel().id}/messages"
    (_, first), (_, second) = await api("POST", path, body), await api("POST", path, body)
    assert first["id"] == second["id"]
    assert first["nonce"] == "n-1"
    assert len([one async for one in bot.channel().history()]) == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"content": "x" * 2001}, ["content"]),
        ({"embeds": [{"title": "x" * 257}]}, ["embeds", "0", "title"]),
        ({"embeds": [{"fields": [{"name": "n"}]}]}, ["embeds", "0", "fields", "0", "value"]),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, ["embeds"]),
        ({"embeds": [{}] * 11}, ["embeds"]),
        ({"content": "x", "components": [{"type": 1, "components": []}]}, ["components", "0", "components"]),
        (
            {
                "content": "x",
                "components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "x"}]}],
            },
            ["components", "0", "components", "0", "custom_id"],
        ),
        ({"content": "x", "message_reference": {"message_id": "1"}}, ["message_reference"]),
        ({"content": "x", "flags": 1 << 15}, ["content"]),
    ],
)
async def test_what_breaks_a_limit_is_told_at_its_field(api, sandbox, body, where):
    channel_id = next(iter(sandbox.world.channels))
    status, told = await api("POST", f"/channels/{channel_id}/messages", body)
    assert (status, told["code"]) == (400, 50035)
    node = told["errors"]
    for key in where:
        node = node[key]
    assert node["_errors"][0]["message"]


async def test_refusals_have_discords_numbers(sandbox, bot):
    channel = bot.channel()
    persons = sandbox.people.message("ann", "mine")
    foreign = await channel.fetch_message(persons.id)
    assert await code_of(channel.send("")) == (400, 50006)
    assert await code_of(foreign.edit(content="yours")) == (403, 50005)
    assert await code_of(bot.fetch_channel(1)) == (404, 10003)
    assert await code_of(bot.fetch_user(1)) == (404, 10013)
    assert await code_of(bot.fetch_guild(1)) == (404, 10004)


async def test_the_channels_overwrites_bind_the_bot(sandbox, bot):
    people = sandbox.people
    people.set_channel_permissions("olga", channel_id="general", role_id="Reeve", deny=["EMBED_LINKS"])
    assert await code_of(bot.channel().send(embed=discord.Embed(title="x"))) == (403, 50013)
    people.set_channel_permissions("olga", channel_id="general", role_id="Reeve", deny=["SEND_MESSAGES"])
    assert await code_of(bot.channel().send("x")) == (403, 50013)
    people.set_channel_permissions("olga", channel_id="general", role_id="Reeve", deny=["VIEW_CHANNEL"])
    assert await code_of(bot.channel().send("x")) == (403, 50001)


async def test_direct_messages_arrive_unless_they_are_closed(sandbox, bot):
    ann = bot.member("ann")
    await ann.send("psst")
    assert [one["content"] for one in sandbox.people.direct_messages("ann")] == ["psst"]
    sandbox.people.set_preferences("ann", dms_closed=True)
    assert await code_of(ann.send("again")) == (403, 50007)
    sandbox.people.leave("lou", "Green")
    assert await code_of((await bot.fetch_user(ann.id)).send("x")) == (403, 50007)


async def test_who_shares_no_guild_gets_no_direct_message(sandbox, bot):
    lou = bot.member("lou")
    sandbox.people.leave("lou", "Green")
    assert await code_of(lou.send("bye")) == (403, 50007)


async def test_files_are_sent_and_served(bot, http, sandbox):
    sent = await bot.channel().send(file=discord.File(io.BytesIO(b"bytes"), "a b.txt", description="d"))
    assert sent.attachments[0].filename == "a_b.txt"
    assert sent.attachments[0].description == "d"
    assert await sent.attachments[0].read() == b"bytes"
    async with http.get(sandbox.url + "/attachments/1/2/none.txt") as response:
        assert response.status == 404


async def test_an_edit_can_drop_and_add_files(bot):
    sent = await bot.channel().send(
        "x", files=[discord.File(io.BytesIO(b"1"), "1.txt"), discord.File(io.BytesIO(b"2"), "2.txt")]
    )
    edited = await sent.edit(attachments=[sent.attachments[1], discord.File(io.BytesIO(b"3"), "3.txt")])
    assert [each.filename for each in edited.attachments] == ["2.txt", "3.txt"]


async def test_many_are_deleted_at_once_and_logged(sandbox, bot):
    channel = bot.channel()
    for number in range(3):
        sandbox.people.message("ann", str(number))
    heard = bot.wait_for("raw_bulk_message_delete")
    deleted = await channel.purge(limit=10, reason="spam")
    assert len(deleted) == 3
    assert len((await heard).message_ids) == 3
    [entry] = [one async for one in bot.guild().audit_logs(action=discord.AuditLogAction.message_bulk_delete)]
    assert (entry.extra.count, entry.reason) == (3, "spam")


async def test_bulk_delete_has_its_own_refusals(timed, clock, login):
    async with login(timed) as bot:
        channel = bot.channel()
        one = timed.people.message("ann", "old")
        two = timed.people.message("ann", "old")
        http = bot.http
        assert await code_of(http.delete_messages(channel.id, [one.id])) == (400, 50016)
        clock.advance(timedelta(days=14, minutes=1).total_seconds())
        assert await code_of(http.delete_messages(channel.id, [one.id, two.id])) == (400, 50034)


async def test_slow_mode_binds_people_but_not_moderators(timed, clock, login):
    async with login(timed) as bot:
        await bot.channel().edit(slowmode_delay=10, reason="calm")
        timed.people.message("ann", "one")
        with pytest.raises(Refused, match="Slow mode"):
            timed.people.message("ann", "two")
        timed.people.message("max", "one")
        timed.people.message("max", "two")
        clock.advance(11)
        timed.people.message("ann", "two")


async def test_who_has_no_picture_has_discords_default_one(sandbox, bot):
    assert (await bot.member("ann").display_avatar.read()).startswith(b"\x89PNG")


async def test_typing_is_taken(bot):
    async with bot.channel().typing():
        pass
