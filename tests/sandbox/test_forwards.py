"""A message is passed on as it was."""

import io

import discord
from asking import code_of


async def test_a_forward_carries_what_was_written_whatever_becomes_of_it(sandbox, bot):
    source = await bot.channel().send("first", file=discord.File(io.BytesIO(b"abc"), "a.txt"))
    heard = bot.wait_for("message", check=lambda one: one.channel.name == "staff")
    passed_on = await source.forward(bot.channel("staff"))
    await source.edit(content="second")
    [snapshot] = (await passed_on.fetch()).message_snapshots
    assert (snapshot.content, await snapshot.attachments[0].read()) == ("first", b"abc")
    assert passed_on.reference.type is discord.MessageReferenceType.forward
    assert (passed_on.content, passed_on.flags.forwarded) == ("", True)
    assert (await heard).message_snapshots[0].content == "first"
    again = await passed_on.forward(bot.channel())
    assert again.message_snapshots[0].content == "first"


async def test_only_what_one_can_read_is_passed_on(sandbox, bot, api):
    people = sandbox.people
    said = people.message("max", "secret", channel_id="staff")
    path = f"/channels/{bot.channel().id}/messages"
    reference = {"type": 1, "message_id": str(said.id), "channel_id": str(said.channel_id)}
    next(iter(sandbox.world.applications.values())).intents = 0
    assert (await api("POST", path, {"message_reference": reference}))[1]["code"] == 160014
    people.set_channel_permissions("olga", channel_id="staff", role_id="Reeve", deny=["VIEW_CHANNEL"])
    assert (await api("POST", path, {"message_reference": reference}))[1]["code"] == 50001
    del reference["channel_id"]
    told = (await api("POST", path, {"message_reference": reference}))[1]
    assert told["errors"]["message_reference"]["channel_id"]


async def test_what_the_system_wrote_is_not_passed_on(bot):
    said = await bot.channel().send("x")
    await said.pin()
    [notice, _] = [one async for one in bot.channel().history()]
    assert await code_of(notice.forward(bot.channel("staff"))) == (400, 50021)
