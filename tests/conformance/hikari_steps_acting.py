"""What hikari does by REST on the sandbox, and hears of it: messages, members, moderation, places."""

import datetime

import hikari
import pytest
from hikari_stage import Stage

from sandbox.permissions import Permission


async def it_logs_in_and_has_the_guilds_with_their_channels_and_roles(stage: Stage) -> None:
    await stage.hears(hikari.StartedEvent)
    guild = (await stage.hears(hikari.GuildAvailableEvent, lambda e: e.guild.name == "Green")).guild
    assert {each.name for each in guild.get_roles().values()} >= {"moderator", "Reeve"}
    assert stage.bot.get_me().username == "Reeve"


async def it_asks_how_to_connect(stage: Stage) -> None:
    told = await stage.rest.fetch_gateway_bot_info()
    assert (told.shard_count, told.session_start_limit.max_concurrency) == (1, 1)


async def it_fetches_its_application(stage: Stage) -> None:
    assert (await stage.rest.fetch_application()).id == stage.application_id


async def all_members_come_in_chunks(stage: Stage) -> None:
    await stage.bot.request_guild_members(stage.guild.id, nonce="everybody")
    chunk = await stage.hears(hikari.MemberChunkEvent, lambda e: e.nonce == "everybody")
    assert len(chunk.members) == len(stage.guild.members)


async def it_asks_for_members_by_name(stage: Stage) -> None:
    await stage.bot.request_guild_members(stage.guild.id, query="an", limit=5, nonce="by-name")
    chunk = await stage.hears(hikari.MemberChunkEvent, lambda e: e.nonce == "by-name")
    assert [each.username for each in chunk.members.values()] == ["ann"]


async def it_fetches_members_and_one_member(stage: Stage) -> None:
    listed = await stage.rest.fetch_members(stage.guild.id)
    assert len(listed) == len(stage.guild.members)
    assert (await stage.rest.fetch_member(stage.guild.id, stage.id("ann"))).username == "ann"


async def it_sends_a_message(stage: Stage) -> None:
    stage.kept["message"] = await stage.rest.create_message(
        stage.id("general"),
        "hello",
        embed=hikari.Embed(title="T", description="D", color=0x336699).add_field("a", "b"),
    )
    event = await stage.hears(hikari.GuildMessageCreateEvent, lambda e: e.message.content == "hello")
    assert event.message.embeds[0].title == "T"


async def it_replies(stage: Stage) -> None:
    sent = await stage.rest.create_message(stage.id("general"), "re", reply=stage.kept["message"])
    assert sent.referenced_message.id == stage.kept["message"].id


async def it_edits_a_message(stage: Stage) -> None:
    edited = await stage.rest.edit_message(stage.id("general"), stage.kept["message"], "changed")
    assert (edited.content, edited.edited_timestamp is not None) == ("changed", True)
    await stage.hears(hikari.GuildMessageUpdateEvent, lambda e: e.message.content == "changed")


async def it_sends_a_file_and_reads_it_back(stage: Stage) -> None:
    sent = await stage.rest.create_message(
        stage.id("general"), attachment=hikari.Bytes(b"proof", "proof.txt")
    )
    assert await sent.attachments[0].read() == b"proof"


async def it_reads_the_history(stage: Stage) -> None:
    found = await stage.rest.fetch_messages(stage.id("general")).limit(2)
    assert len(found) == 2


async def it_hears_what_a_person_writes(stage: Stage) -> None:
    stage.people.message(
        "ann", content=f"hi <@{stage.bot.get_me().id}>", channel_id="general", guild_id="Green"
    )
    event = await stage.hears(hikari.GuildMessageCreateEvent, lambda e: e.author.username == "ann")
    assert list(event.message.user_mentions_ids) == [stage.bot.get_me().id]


async def it_deletes_one_message_and_several(stage: Stage) -> None:
    here = stage.id("general")
    one, *more = [await stage.rest.create_message(here, str(number)) for number in range(3)]
    await stage.rest.delete_message(here, one)
    await stage.hears(hikari.GuildMessageDeleteEvent, lambda e: e.message_id == one.id)
    await stage.rest.delete_messages(here, *more)
    await stage.hears(
        hikari.GuildBulkMessageDeleteEvent, lambda e: set(e.message_ids) == {each.id for each in more}
    )


async def it_reacts_and_takes_it_back(stage: Stage) -> None:
    here, message = stage.id("general"), stage.kept["message"]
    await stage.rest.add_reaction(here, message, "👍")
    await stage.hears(hikari.GuildReactionAddEvent, lambda e: e.message_id == message.id)
    assert (await stage.rest.fetch_message(here, message)).reactions[0].count == 1
    await stage.rest.delete_my_reaction(here, message, "👍")
    await stage.hears(hikari.GuildReactionDeleteEvent, lambda e: e.message_id == message.id)


async def it_pins_and_unpins(stage: Stage) -> None:
    here, message = stage.id("general"), stage.kept["message"]
    await stage.rest.pin_message(here, message)
    await stage.hears(hikari.GuildPinsUpdateEvent, lambda e: e.channel_id == here)
    assert (await stage.rest.fetch_message(here, message)).is_pinned
    await stage.rest.unpin_message(here, message)


async def it_writes_directly(stage: Stage) -> None:
    channel = await stage.rest.create_dm_channel(stage.id("ann"))
    sent = await stage.rest.create_message(channel, "between us")
    assert (await stage.hears(hikari.DMMessageCreateEvent)).message.id == sent.id


async def a_closed_door_is_forbidden(stage: Stage) -> None:
    stage.people.set_preferences("ben", dms_closed=True)
    channel = await stage.rest.create_dm_channel(stage.id("ben"))
    with pytest.raises(hikari.ForbiddenError) as refused:
        await stage.rest.create_message(channel, "hey")
    assert refused.value.code == 50007


async def it_makes_edits_and_deletes_a_channel(stage: Stage) -> None:
    made = await stage.rest.create_guild_text_channel(stage.guild.id, "new-place", topic="t", reason="room")
    await stage.hears(hikari.GuildChannelCreateEvent, lambda e: e.channel_id == made.id)
    edited = await stage.rest.edit_channel(made, rate_limit_per_user=5)
    assert edited.rate_limit_per_user == datetime.timedelta(seconds=5)
    await stage.rest.edit_permission_overwrite(
        made,
        stage.id("member"),
        target_type=hikari.PermissionOverwriteType.ROLE,
        deny=hikari.Permissions.SEND_MESSAGES,
    )
    await stage.rest.delete_channel(made)
    await stage.hears(hikari.GuildChannelDeleteEvent, lambda e: e.channel_id == made.id)


async def it_makes_edits_and_deletes_a_role(stage: Stage) -> None:
    made = await stage.rest.create_role(stage.guild.id, name="guest", color=0x112233, reason="for visitors")
    await stage.hears(hikari.RoleCreateEvent, lambda e: e.role_id == made.id)
    assert (await stage.rest.edit_role(stage.guild.id, made, name="visitor")).name == "visitor"
    await stage.rest.delete_role(stage.guild.id, made)
    await stage.hears(hikari.RoleDeleteEvent, lambda e: e.role_id == made.id)


async def it_opens_a_thread_and_closes_it(stage: Stage) -> None:
    thread = await stage.rest.create_message_thread(stage.id("general"), stage.kept["message"], "About it")
    await stage.hears(hikari.GuildThreadCreateEvent, lambda e: e.thread_id == thread.id)
    closed = await stage.rest.edit_channel(thread, archived=True)
    assert closed.is_archived
    await stage.rest.delete_channel(thread)
    await stage.hears(hikari.GuildThreadDeleteEvent, lambda e: e.thread_id == thread.id)


async def it_writes_through_a_webhook(stage: Stage) -> None:
    reeve = next(each for each in stage.guild.roles.values() if each.bot_id)
    reeve.permissions |= Permission.MANAGE_WEBHOOKS
    hook = await stage.rest.create_webhook(stage.id("general"), "Herald")
    sent = await stage.rest.execute_webhook(hook, hook.token, "from afar")
    assert (sent.author.username, sent.webhook_id) == ("Herald", hook.id)
    await stage.rest.delete_webhook(hook)


async def it_makes_an_invite_that_somebody_takes(stage: Stage) -> None:
    invite = await stage.rest.create_invite(stage.id("general"), max_uses=3)
    assert (await stage.hears(hikari.InviteCreateEvent)).code == invite.code
    stage.people.join("zoe", invite=invite.code)
    await stage.hears(hikari.MemberCreateEvent, lambda e: e.user.username == "zoe")


async def it_gives_and_takes_a_role(stage: Stage) -> None:
    ann, role = stage.id("ann"), stage.id("member")
    await stage.rest.remove_role_from_member(stage.guild.id, ann, role)
    await stage.hears(hikari.MemberUpdateEvent, lambda e: e.user_id == ann and role not in e.member.role_ids)
    await stage.rest.add_role_to_member(stage.guild.id, ann, role)
    await stage.hears(hikari.MemberUpdateEvent, lambda e: e.user_id == ann and role in e.member.role_ids)


async def it_changes_a_nickname(stage: Stage) -> None:
    assert (
        await stage.rest.edit_member(stage.guild.id, stage.id("ann"), nickname="Annie")
    ).nickname == "Annie"


async def it_times_out_and_back_in(stage: Stage) -> None:
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    held = await stage.rest.edit_member(
        stage.guild.id, stage.id("cem"), communication_disabled_until=until, reason="shouting"
    )
    assert held.communication_disabled_until() is not None
    freed = await stage.rest.edit_member(stage.guild.id, stage.id("cem"), communication_disabled_until=None)
    assert freed.communication_disabled_until() is None


async def it_kicks(stage: Stage) -> None:
    await stage.rest.kick_user(stage.guild.id, stage.id("dia"), reason="rude")
    await stage.hears(hikari.MemberDeleteEvent, lambda e: e.user_id == stage.id("dia"))


async def it_bans_and_lists_bans(stage: Stage) -> None:
    await stage.rest.ban_user(stage.guild.id, stage.id("eli"), delete_message_seconds=60, reason="spam")
    await stage.hears(hikari.BanCreateEvent, lambda e: e.user_id == stage.id("eli"))
    await stage.hears(hikari.MemberDeleteEvent, lambda e: e.user_id == stage.id("eli"))
    assert [each.reason async for each in stage.rest.fetch_bans(stage.guild.id)] == ["spam"]
    assert (await stage.rest.fetch_ban(stage.guild.id, stage.id("eli"))).reason == "spam"


async def it_lifts_a_ban(stage: Stage) -> None:
    await stage.rest.unban_user(stage.guild.id, stage.id("eli"))
    await stage.hears(hikari.BanDeleteEvent, lambda e: e.user_id == stage.id("eli"))


async def it_may_not_touch_who_stands_above(stage: Stage) -> None:
    with pytest.raises(hikari.ForbiddenError) as refused:
        await stage.rest.kick_user(stage.guild.id, stage.id("olga"))
    assert refused.value.code == 50013


async def it_reads_the_audit_log(stage: Stage) -> None:
    log = await stage.rest.fetch_audit_log(stage.guild.id, event_type=hikari.AuditLogEventType.MEMBER_BAN_ADD)
    entry = next(iter(log[0].entries.values()))
    assert (entry.reason, entry.target_id) == ("spam", stage.id("eli"))


async def it_hears_of_the_audit_log(stage: Stage) -> None:
    kinds = {
        each.entry.action_type for each in stage.heard if isinstance(each, hikari.AuditLogEntryCreateEvent)
    }
    assert kinds >= {hikari.AuditLogEventType.MEMBER_KICK, hikari.AuditLogEventType.MEMBER_BAN_ADD}


async def it_sees_a_moderator_ban_by_hand(stage: Stage) -> None:
    stage.people.moderate("olga", action="ban", target_id="gus", reason="by hand", guild_id="Green")
    event = await stage.hears(hikari.AuditLogEntryCreateEvent, lambda e: e.entry.reason == "by hand")
    assert event.entry.user_id == stage.id("olga")


ACTING = [each for name, each in list(globals().items()) if name.startswith(("it_", "all_", "a_"))]
