"""Messages are pinned, and mended, by bots and by hand."""

import discord
import pytest
from asking import code_of
from discord.http import Route

from sandbox.errors import Refused


async def test_a_pin_is_told_noted_and_listed(sandbox, bot):
    said = await bot.channel().send("rules")
    heard = bot.wait_for("guild_channel_pins_update")
    await said.pin(reason="read this")
    channel, moment = await heard
    assert channel.name == "general"
    [pinned] = [one async for one in channel.pins()]
    assert (pinned.content, pinned.pinned, pinned.pinned_at, pinned.edited_at) == (
        "rules",
        True,
        moment,
        None,
    )
    [notice, _] = [one async for one in channel.history()]
    assert (notice.type, notice.reference.message_id) == (discord.MessageType.pins_add, said.id)
    [entry] = [one async for one in bot.guild().audit_logs(action=discord.AuditLogAction.message_pin)]
    assert (entry.extra.message_id, entry.reason, entry.target) == (said.id, "read this", bot.guild().me)
    assert (await bot.http.get_channel(channel.id))["last_pin_timestamp"] is not None


async def test_an_unpinned_message_leaves_the_list_and_the_last_one_counts(timed, clock, login, until):
    told = []

    def prepare(bot):
        @bot.event
        async def on_guild_channel_pins_update(_channel, moment):
            told.append(moment)

    async with login(timed, prepare) as bot:
        first, second = await bot.channel().send("1"), await bot.channel().send("2")
        moments = []
        for message in (first, second):
            clock.advance(1)
            moments.append(clock.now())
            await message.pin()
        await second.unpin()
        await first.unpin()
        await until(lambda: len(told) == 4)
        assert told == [*moments, moments[0], None]
        assert (await bot.http.get_channel(bot.channel().id))["last_pin_timestamp"] is None
        actions = [entry.action async for entry in bot.guild().audit_logs(limit=4)]
        assert actions.count(discord.AuditLogAction.message_unpin) == 2


async def test_pins_are_listed_newest_first_in_pages(timed, clock, login):
    people = timed.people
    ids = []
    for number in range(3):
        said = people.message("ann", str(number))
        people.pin("max", message_id=said.id)
        clock.advance(1)
        ids.append(str(said.id))
    async with login(timed) as bot:

        async def call(method, path, **query):
            return await bot.http.request(Route(method, f"/channels/{said.channel_id}/{path}"), params=query)

        first = await call("GET", "messages/pins", limit=2)
        assert [one["message"]["id"] for one in first["items"]] == [ids[2], ids[1]]
        rest = await call("GET", "messages/pins", before=first["items"][-1]["pinned_at"])
        assert [one["message"]["id"] for one in rest["items"]] == [ids[0]]
        assert (first["has_more"], rest["has_more"]) == (True, False)
        assert [one["id"] for one in await call("GET", "pins")] == ids[::-1]
        await call("DELETE", f"pins/{ids[0]}")
        assert [one["id"] for one in await call("GET", "pins")] == ids[:0:-1]
        await call("PUT", f"pins/{ids[0]}")
        assert [one["id"] for one in await call("GET", "pins")] == [ids[0], ids[2], ids[1]]
        deny = ["READ_MESSAGE_HISTORY"]
        people.set_channel_permissions("olga", channel_id="general", role_id="Reeve", deny=deny)
        assert await call("GET", "messages/pins") == {"items": [], "has_more": False}


async def test_a_channel_holds_250_pins(sandbox, bot):
    for number in range(250):
        said = sandbox.people.message("max", str(number))
        sandbox.people.pin("max", message_id=said.id)
    one_more = await bot.channel().send("x")
    assert await code_of(one_more.pin()) == (400, 30003)


async def test_pinning_needs_its_own_permission(sandbox, bot):
    said = await bot.channel().send("x")
    with pytest.raises(Refused, match="50013"):
        sandbox.people.pin("ann", message_id=said.id)
    sandbox.people.set_channel_permissions(
        "olga", channel_id="general", role_id="Reeve", deny=["PIN_MESSAGES"]
    )
    assert await code_of(said.pin()) == (403, 50013)
    assert await code_of(said.unpin()) == (403, 50013)


async def test_what_the_system_wrote_is_not_pinned_and_a_second_pin_says_nothing(sandbox, bot):
    said = await bot.channel().send("x")
    await said.pin()
    await said.pin()
    [notice, _] = [one async for one in bot.channel().history()]
    assert await code_of(notice.pin()) == (400, 50021)


async def test_in_a_direct_channel_both_may_pin(sandbox, bot):
    ann = bot.member("ann")
    sent = await ann.send("x")
    heard = bot.wait_for("private_channel_pins_update")
    sandbox.people.pin("ann", message_id=sent.id)
    assert (await heard)[0].recipient == ann
    assert [one.id async for one in sent.channel.pins()] == [sent.id]


async def test_a_person_edits_what_they_wrote_and_nobody_else_does(sandbox, bot):
    people = sandbox.people
    ben = people._names.user("ben").id
    first = people.message("ben", "first")
    said = people.message("ann", f"hello <@{bot.user.id}>", reply_to=first.id)
    heard = bot.wait_for("raw_message_edit")
    people.edit("ann", message_id=said.id, content="hello")
    data = (await heard).data
    assert (data["content"], data["edited_timestamp"] is None, data["tts"]) == ("hello", False, False)
    assert [each["id"] for each in data["mentions"]] == [str(ben)]  # the reply's own ping stays
    with pytest.raises(Refused, match="50005"):
        people.edit("max", message_id=said.id, content="mine")
    with pytest.raises(Refused, match="50006"):
        people.edit("ann", message_id=said.id, content="")


async def test_marks_can_be_made_over_the_control_interface(sandbox, http):
    said = sandbox.people.message("ann", "x")

    async def post(person, verb, **body):
        async with http.post(f"{sandbox.url}/sandbox/people/{person}/{verb}", json=body) as response:
            return response.status, await response.json()

    status, edited = await post("ann", "edit", message_id=str(said.id), content="y")
    assert (status, edited["content"]) == (200, "y")
    assert (await post("max", "pin", message_id=str(said.id)))[0] == 200
    assert (await post("ann", "unpin", message_id=str(said.id)))[0] == 403
    assert (await post("max", "unpin", message_id=str(said.id)))[0] == 200
    status, thread = await post("ann", "thread", action="create", message_id=str(said.id), name="T")
    assert (status, thread["id"], thread["member"]["user_id"]) == (200, str(said.id), str(said.author_id))
    assert (await post("ben", "message", channel_id="T", content="hi"))[1]["channel_id"] == thread["id"]
    status, refusal = await post("ann", "thread", action="burn", channel_id="T")
    assert (status, "create, archive" in refusal["error"]) == (400, True)
    async with http.get(f"{sandbox.url}/sandbox/people/cem/channels/general/messages") as response:
        seen = (await response.json())[0]
    assert (seen["thread"]["name"], "member" in seen["thread"]) == ("T", False)
    async with http.get(f"{sandbox.url}/sandbox/people/cem/channels") as response:
        assert "T" in [each["name"] for each in await response.json()]
