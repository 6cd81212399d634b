"""What docs/assumed.md says of what is told, noted and spared, where no other topic's tests hold it."""

import discord
import pytest
from asking import heard_in

from sandbox.errors import Refused
from sandbox.permissions import Permission

NAMES_OF_ROLES = ("GUILD_ROLE_DELETE", "GUILD_MEMBER_UPDATE", "CHANNEL_UPDATE")


def permit(green, permission):
    next(each for each in green.roles.values() if each.bot_id).permissions |= int(permission)


def names(exchanges):
    return [each.route for each in exchanges]


def named(sandbox, name):
    return next(each for each in sandbox.world.channels.values() if each.name == name)


async def test_a_thread_is_archived_by_what_its_channel_says_else_after_a_day(sandbox, bot, api):
    path = f"/channels/{bot.channel().id}"
    _, usual = await api("POST", f"{path}/threads", {"name": "T"})
    await api("PATCH", path, {"default_auto_archive_duration": 4320})
    _, longer = await api("POST", f"{path}/threads", {"name": "T"})
    durations = [each["thread_metadata"]["auto_archive_duration"] for each in (usual, longer)]
    assert durations == [1440, 4320]


async def test_of_a_thread_from_an_older_message_its_channel_tells_in_the_starters_name(sandbox, bot):
    old = sandbox.people.message("ben", "old")
    sandbox.people.message("ben", "new")
    sandbox.people.thread("ann", "create", name="Talk", message_id=old.id)
    told = sandbox.people.sees("max", "general")[-1]
    first = sandbox.people.sees("max", "Talk")[0]
    assert (told["type"], told["author"]["username"]) == (18, "ann")
    assert (first["type"], first["author"]["username"]) == (21, "ann")


async def test_who_is_mentioned_in_a_thread_is_in_it(sandbox, bot):
    sandbox.people.thread("ann", "create", name="Talk")
    ben = bot.member("ben").id
    sandbox.people.message("ann", f"look, <@{ben}>", channel_id="Talk")
    assert ben in named(sandbox, "Talk").thread.members
    created = heard_in(sandbox, "THREAD_CREATE")[0].response
    assert "member" not in created


async def test_a_commands_answer_brings_nobody_into_a_thread(sandbox, login, green):
    def prepare(bot):
        @bot.tree.command()
        async def go(interaction: discord.Interaction):
            await interaction.response.send_message(f"for {interaction.user.mention}")

    async with login(sandbox, prepare):
        sandbox.people.thread("ann", "create", name="Talk")
        answer = await sandbox.people.slash("ben", "go", channel_id="Talk")
    names_inside = {sandbox.world.user(each).username for each in named(sandbox, "Talk").thread.members}
    assert (answer.failed, names_inside) == (None, {"ann"})


async def test_a_bot_that_starts_a_thread_hears_of_it_without_its_member(sandbox, bot, until):
    await bot.channel().create_thread(name="Talk")
    await until(lambda: heard_in(sandbox, "THREAD_CREATE"))
    assert "member" not in heard_in(sandbox, "THREAD_CREATE")[0].response


async def test_a_new_role_is_at_position_1_and_of_everyone_only_permissions_change(sandbox, api, green):
    _, role = await api("POST", f"/guilds/{green.id}/roles", {"name": "new"})
    assert role["position"] == 1
    assert (
        min(each.position for each in green.roles.values() if each.id not in (green.id, int(role["id"]))) == 1
    )
    status, told = await api("PATCH", f"/guilds/{green.id}/roles/{green.id}", {"name": "all"})
    assert (status, told["code"]) == (400, 50028)


async def test_a_deleted_role_is_told_first_then_who_held_it_then_where_it_counted(
    sandbox, bot, green, until
):
    moderator = next(each for each in bot.guild().roles if each.name == "moderator")
    await moderator.delete()
    told = names(heard_in(sandbox, *NAMES_OF_ROLES))
    assert told[0] == "GUILD_ROLE_DELETE"
    assert told == sorted(told, key=NAMES_OF_ROLES.index)
    assert set(told) == set(NAMES_OF_ROLES)


async def test_the_owner_and_bots_are_never_pruned(timed, clock, login):
    async with login(timed) as bot:
        green = next(iter(timed.world.guilds.values()))
        permit(green, Permission.MANAGE_GUILD)
        for member in green.members.values():
            member.role_ids = tuple(each for each in member.role_ids if green.roles[each].bot_id)
        clock.advance(30 * 86_400)
        gone = await bot.guild().prune_members(days=7, roles=bot.guild().roles[1:])
        left = {timed.world.user(each).username for each in green.members}
    assert gone > 0
    assert {"olga", "Reeve"} <= left


async def test_a_change_by_a_webhooks_token_is_noted_as_its_makers(sandbox, bot, http, green):
    permit(green, Permission.MANAGE_WEBHOOKS)
    hook = await bot.channel().create_webhook(name="News")
    async with http.patch(f"{sandbox.api_url}/webhooks/{hook.id}/{hook.token}", json={"name": "x"}) as told:
        assert told.status == 200
    entry = green.audit[-1]
    assert (entry.action_type, entry.user_id, entry.target_id) == (51, bot.user.id, hook.id)


async def test_a_deleted_channels_webhooks_and_invites_say_nothing_themselves(sandbox, bot, green):
    permit(green, Permission.MANAGE_WEBHOOKS | Permission.MANAGE_CHANNELS)
    channel = await bot.guild().create_text_channel("short-lived")
    await channel.create_webhook(name="News")
    sandbox.people.invite("olga", channel_id="short-lived")
    before = len(heard_in(sandbox, "WEBHOOKS_UPDATE"))
    await channel.delete()
    assert (len(heard_in(sandbox, "WEBHOOKS_UPDATE")), heard_in(sandbox, "INVITE_DELETE")) == (before, [])
    assert (sandbox.world.webhooks, sandbox.world.invites) == ({}, {})


async def test_an_invites_end_is_told_before_who_came_and_not_when_time_ends_it(timed, clock, login):
    async with login(timed):
        made = timed.people.invite("olga", max_uses=1, unique=True)
        timed.people.invite("olga", max_age=60, unique=True)
        timed.people.join("zoe", invite=made["code"])
        clock.advance(61)
        timed.people.message("ann", "later")
        told = names(heard_in(timed, "INVITE_DELETE", "GUILD_MEMBER_ADD"))
    assert told == ["INVITE_DELETE", "GUILD_MEMBER_ADD"]


async def test_a_bot_hears_who_talks_in_a_channel_that_it_does_not_see(sandbox, bot):
    sandbox.people.manage_channel("olga", "create", name="Cellar", type="voice")
    sandbox.people.set_channel_permissions(
        "olga", channel_id="Cellar", role_id="Reeve", deny=["VIEW_CHANNEL"]
    )
    sandbox.people.voice("olga", channel_id="Cellar")
    [state] = heard_in(sandbox, "VOICE_STATE_UPDATE")
    assert state.response["channel_id"] == str(named(sandbox, "Cellar").id)


async def test_who_was_muted_by_the_server_comes_back_muted(sandbox, green):
    sandbox.people.manage_channel("olga", "create", name="Lounge", type="voice")
    sandbox.people.voice("ann", channel_id="Lounge")
    sandbox.people.voice_moderate("olga", "mute", "ann")
    sandbox.people.voice("ann")
    assert green.voice_states == {}
    assert sandbox.people.voice("ann", channel_id="Lounge")["mute"] is True


async def test_an_exempt_category_covers_its_channels_and_an_exempt_channel_its_threads(sandbox, bot, green):
    people = sandbox.people
    people.manage_channel("olga", "create", name="Free", type="category")
    people.manage_channel("olga", "create", name="inside", category="Free")
    people.thread("ann", "create", name="Talk")
    rule = {"name": "Words", "event_type": 1, "trigger_type": 1, "enabled": True, "actions": [{"type": 1}]}
    rule |= {"trigger_metadata": {"keyword_filter": ["spam"]}}
    made = people.automod(
        "olga", "create", rule={**rule, "exempt_channels": [str(named(sandbox, "Free").id)]}
    )
    people.message("ann", "spam", channel_id="inside")
    with pytest.raises(Refused):
        people.message("ann", "spam", channel_id="Talk")
    general = str(named(sandbox, "general").id)
    people.automod("olga", "edit", rule_id=made["id"], rule={"exempt_channels": [general]})
    people.message("ann", "spam", channel_id="Talk")


async def test_a_rule_that_is_not_there_has_no_code_of_its_own(api, green):
    permit(green, Permission.MANAGE_GUILD)
    status, told = await api("GET", f"/guilds/{green.id}/auto-moderation/rules/1")
    assert (status, told["code"]) == (404, 0)
