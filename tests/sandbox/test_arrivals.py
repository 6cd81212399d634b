"""What a server says of who comes, and what it remembers of who was there before."""

from datetime import timedelta

import discord
from asking import heard_in

JOINED = discord.MessageType.new_member


async def history(bot, channel="general"):
    return [one async for one in bot.channel(channel).history()]


async def test_the_system_channel_greets_who_comes_in_their_name(sandbox, bot, green):
    green.system_channel_id = bot.channel().id
    heard = bot.wait_for("message")
    sandbox.people.join("zoe", "Green")
    greeting = await heard
    assert (greeting.type, greeting.author.name, greeting.content) == (JOINED, "zoe", "")
    assert greeting.channel == bot.channel()
    await greeting.delete()
    assert await history(bot) == []


async def test_no_greeting_where_it_is_suppressed_or_where_there_is_no_system_channel(sandbox, bot, green):
    sandbox.people.join("yan", "Green")
    green.system_channel_id = bot.channel().id
    green.system_channel_flags = 1 << 0
    sandbox.people.join("zoe", "Green")
    assert await history(bot) == []


async def test_who_comes_again_is_marked_and_still_timed_out(sandbox, bot):
    ann = bot.member("ann")
    await ann.timeout(timedelta(hours=1))
    until = (await bot.guild().fetch_member(ann.id)).timed_out_until
    sandbox.people.leave("ann", "Green")
    sandbox.people.join("ann", "Green")
    zoe = sandbox.people.join("zoe", "Green")
    back, new = await bot.guild().fetch_member(ann.id), await bot.guild().fetch_member(zoe.user_id)
    assert (back.flags.did_rejoin, back.timed_out_until) == (True, until)
    assert (new.flags.did_rejoin, new.timed_out_until) == (False, None)


async def test_who_was_there_before_is_remembered_in_the_world_file(opened, tmp_path):
    path = tmp_path / "world.sqlite"
    async with opened(world_file=path) as sandbox:
        sandbox.people.moderate("olga", "timeout", "ann", guild_id="Green")
        sandbox.people.leave("ann", "Green")
    async with opened(world_file=path) as sandbox:
        ann = sandbox.people.join("ann", "Green")
        assert ann.flags & 1
        assert ann.communication_disabled_until is not None


async def test_a_change_of_the_bots_own_user_is_one_of_its_member_in_each_guild(sandbox, bot, until):
    await bot.user.edit(username="Steward")
    await until(lambda: heard_in(sandbox, "GUILD_MEMBER_UPDATE"))
    told = [each.response for each in heard_in(sandbox, "GUILD_MEMBER_UPDATE")]
    assert {(each["guild_id"], each["user"]["username"]) for each in told} == {
        (str(guild.id), "Steward") for guild in bot.guilds
    }
