"""Moderation by the bot and by hand: rank, permissions, events, the audit log."""

import asyncio
from datetime import timedelta

import discord
import pytest
from asking import code_of

from sandbox.errors import Refused


async def last_entry(bot, action):
    [entry] = [entry async for entry in bot.guild().audit_logs(limit=1, action=action)]
    return entry


async def test_a_time_out_silences_and_is_lifted(sandbox, bot):
    ann = bot.member("ann")
    changed = bot.wait_for("member_update")
    await ann.timeout(timedelta(hours=1), reason="käse / 100 %")
    assert (await changed)[1].is_timed_out()
    with pytest.raises(Refused):
        sandbox.people.message("ann", "hello")
    entry = await last_entry(bot, discord.AuditLogAction.member_update)
    assert (entry.reason, entry.target.id, entry.user) == ("käse / 100 %", ann.id, bot.guild().me)
    assert entry.after.timed_out_until
    await ann.timeout(None)
    sandbox.people.message("ann", "hello")


async def test_a_time_out_is_at_most_28_days_and_never_for_an_administrator(bot):
    assert await code_of(bot.member("ann").timeout(timedelta(days=29))) == (400, 50035)
    assert await code_of(bot.member("olga").timeout(timedelta(days=1))) == (403, 50013)


async def test_a_kick_removes_and_is_logged(bot):
    ann = bot.member("ann")
    gone, logged = bot.wait_for("member_remove"), bot.wait_for("audit_log_entry_create")
    await ann.kick(reason="bye")
    assert await gone == ann
    entry = await logged
    assert (entry.action, entry.reason, entry.user_id) == (discord.AuditLogAction.kick, "bye", bot.user.id)
    assert await code_of(bot.guild().fetch_member(ann.id)) == (404, 10007)
    assert await code_of(ann.kick()) == (404, 10007)


async def test_a_ban_deletes_messages_and_keeps_its_reason(sandbox, bot):
    ann = bot.member("ann")
    sandbox.people.message("ann", "spam")
    heard = [bot.wait_for(name) for name in ("member_ban", "member_remove", "raw_bulk_message_delete")]
    await ann.ban(reason="spam", delete_message_seconds=3600)
    assert len((await heard[2]).message_ids) == 1
    assert (await heard[0])[1].id == (await heard[1]).id == ann.id
    assert (await bot.guild().fetch_ban(ann)).reason == "spam"
    assert [ban.user.id async for ban in bot.guild().bans()] == [ann.id]
    assert sandbox.people.sees("max", "general") == []
    with pytest.raises(Refused, match="banned"):
        sandbox.people.join("ann", "Green")


async def test_an_unban_lets_back_in(sandbox, bot):
    ann = bot.member("ann")
    await ann.ban()
    lifted = bot.wait_for("member_unban")
    await bot.guild().unban(ann, reason="sorry")
    assert (await lifted)[1].id == ann.id
    assert await code_of(bot.guild().unban(ann)) == (404, 10026)
    assert await code_of(bot.guild().fetch_ban(ann)) == (404, 10026)
    back = bot.wait_for("member_join")
    sandbox.people.join("ann", "Green")
    assert (await back).name == "ann"


async def test_somebody_who_is_not_there_can_be_banned_and_nobody_unknown(sandbox, bot):
    sandbox.people.leave("lou", "Green")
    lou = next(user for user in sandbox.world.users.values() if user.username == "lou")
    await bot.guild().ban(discord.Object(lou.id))
    assert await code_of(bot.guild().ban(discord.Object(1))) == (404, 10013)


async def test_many_are_banned_at_once(sandbox, bot):
    sandbox.world.guilds[bot.guild().id].roles[bot.guild().me.top_role.id].permissions |= 1 << 5
    ann, olga = bot.member("ann"), bot.member("olga")
    told = await bot.guild().bulk_ban([ann, olga], reason="raid")
    assert ([each.id for each in told.banned], [each.id for each in told.failed]) == ([ann.id], [olga.id])


async def test_nobody_above_the_bot_is_touched(bot):
    member = bot.member("olga")
    assert await code_of(member.kick()) == (403, 50013)
    assert await code_of(member.ban()) == (403, 50013)
    assert await code_of(member.edit(nick="x")) == (403, 50013)


async def test_roles_are_given_and_taken_below_the_bots_own(bot):
    ann, guild = bot.member("ann"), bot.guild()
    moderator, owner = (discord.utils.get(guild.roles, name=name) for name in ("moderator", "owner"))
    changed = bot.wait_for("member_update")
    await ann.add_roles(moderator, reason="promoted")
    assert moderator in (await changed)[1].roles
    entry = await last_entry(bot, discord.AuditLogAction.member_role_update)
    assert (entry.after.roles, entry.reason) == ([moderator], "promoted")
    await ann.remove_roles(moderator)
    assert await code_of(ann.add_roles(owner)) == (403, 50013)
    assert await code_of(ann.add_roles(discord.Object(1))) == (404, 10011)
    assert await code_of(ann.add_roles(guild.me.top_role)) == (400, 50028)


async def test_without_the_permission_nothing_goes(sandbox, bot):
    guild = sandbox.world.guilds[bot.guild().id]
    guild.roles[bot.guild().me.top_role.id].permissions = 1 << 10
    assert await code_of(bot.member("ann").kick()) == (403, 50013)
    assert await code_of(bot.member("ann").timeout(timedelta(minutes=1))) == (403, 50013)
    assert await code_of(last_entry(bot, discord.AuditLogAction.kick)) == (403, 50013)


async def test_nicknames_change(bot):
    ann = await bot.member("ann").edit(nick="Annie")
    assert ann.nick == "Annie"
    await bot.guild().me.edit(nick="The Reeve")
    assert (await bot.guild().fetch_member(bot.user.id)).nick == "The Reeve"


async def test_the_audit_log_is_read_from_both_ends_and_by_actor(sandbox, bot):
    for name in ("ann", "ben", "cem"):
        await bot.member(name).kick(reason=name)
    sandbox.people.moderate("max", "kick", "dia", reason="dia")
    guild = bot.guild()
    newest = [entry.reason async for entry in guild.audit_logs(limit=2)]
    oldest = [entry.reason async for entry in guild.audit_logs(oldest_first=True, after=discord.Object(0))]
    by_max = [entry.reason async for entry in guild.audit_logs(user=bot.member("max"))]
    assert newest == ["dia", "cem"]
    assert oldest == ["ann", "ben", "cem", "dia"]
    assert by_max == ["dia"]


async def test_moderating_by_hand_tells_the_bot(sandbox, bot):
    banned, logged = bot.wait_for("member_ban"), bot.wait_for("audit_log_entry_create")
    sandbox.people.moderate("max", "ban", "ann", reason="by hand")
    assert (await banned)[1].name == "ann"
    entry = await logged
    assert (entry.user.name, entry.reason) == ("max", "by hand")


async def test_people_cannot_moderate_above_their_rank(sandbox):
    for target in ("olga", "sam", "mia"):
        with pytest.raises(Refused):
            sandbox.people.moderate("max", "kick", target)
    with pytest.raises(Refused):
        sandbox.people.moderate("ann", "kick", "ben")
    sandbox.people.moderate("sam", "kick", "max")


async def test_a_moderator_who_deletes_is_logged_and_the_author_is_not(sandbox, bot):
    logged = bot.wait_for("audit_log_entry_create")
    sandbox.people.delete_message("ann", message_id=sandbox.people.message("ann", "own").id)
    sandbox.people.delete_message("max", message_id=sandbox.people.message("ann", "rude").id)
    entry = await logged
    assert (entry.action, entry.user.name, entry.target.name) == (
        discord.AuditLogAction.message_delete,
        "max",
        "ann",
    )


async def test_a_channel_is_locked_and_unlocked(sandbox, bot):
    channel, everyone = bot.channel(), bot.guild().default_role
    changed = bot.wait_for("guild_channel_update")
    await channel.set_permissions(everyone, send_messages=False, reason="calm")
    await changed
    with pytest.raises(Refused):
        sandbox.people.message("ann", "hello")
    entry = await last_entry(bot, discord.AuditLogAction.overwrite_create)
    assert entry.reason == "calm"
    await channel.set_permissions(everyone, overwrite=None)
    sandbox.people.message("ann", "hello")


async def test_a_bot_hears_of_channels_that_it_cannot_view_but_not_what_is_said_there(sandbox, bot):
    staff = bot.channel("staff")
    hidden = bot.wait_for("guild_channel_update")
    sandbox.people.set_channel_permissions("olga", channel_id="staff", role_id="Reeve", deny=["VIEW_CHANNEL"])
    await hidden
    assert not staff.permissions_for(bot.guild().me).view_channel
    opened, heard = bot.wait_for("guild_channel_update"), bot.wait_for("message")
    both = asyncio.gather(opened, heard)
    sandbox.people.message("max", "for staff alone", channel_id="staff")
    sandbox.people.set_channel_permissions(
        "olga", channel_id="staff", role_id="member", allow=["VIEW_CHANNEL"]
    )
    sandbox.people.message("max", "for all")
    (_, after), message = await both
    assert after.overwrites_for(discord.utils.get(bot.guild().roles, name="member")).view_channel
    assert message.content == "for all"


async def test_the_bot_hears_when_it_is_kicked_and_when_it_joins(sandbox, bot):
    gone = bot.wait_for("guild_remove")
    sandbox.people.moderate("olga", "kick", "Reeve")
    assert (await gone).name == "Green"
    assert await code_of(bot.fetch_guild(next(iter(sandbox.world.guilds)))) == (403, 50001)
