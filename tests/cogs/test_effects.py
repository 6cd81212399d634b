"""What each kind of act leaves on Discord, and what it says when it could not do all of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import discord
import pytest
from effects_stage import Stage, effect, is_locked, open_stage, overwrites_now, tag

from bot.outcomes import Absent, Applied, Refused
from bot.typed import shown
from cogs.moderation import _effects
from cogs.moderation._effects_members import LONGEST_TIMEOUT
from cogs.moderation._effects_purge import MOST_AT_ONCE, chunked
from cogs.moderation._effects_roles import changed
from cogs.moderation._outcome_words import in_english
from cogs.moderation._overwrites import SPEAKING, locked, shows, unlocked
from database.models import ActKind
from sandbox.errors import Refused as RefusedByDiscord
from sandbox.rows import Overwrite

SEND, VIEW, ATTACH = 1 << 11, 1 << 10, 1 << 15
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


def now() -> datetime:
    return datetime.now(UTC)


async def test_the_audit_log_keeps_the_tag_and_as_much_of_the_reason_as_it_holds(stage: Stage) -> None:
    act = stage.act(ActKind.BAN, stage.stranger(), payload={"delete_seconds": 0})
    reason = f"{tag(act)} max: {'x' * 600}"
    assert await _effects.apply(stage.bot, stage.guild, act, reason=reason) == Applied()
    assert stage.green.audit[-1].reason == reason[:512]


async def test_who_is_not_banned_is_unbanned(stage: Stage) -> None:
    act = stage.act(ActKind.UNBAN, stage.stranger())
    assert await stage.apply(act) == Applied()
    assert await stage.look(act) is True


async def test_a_long_timeout_is_held_in_pieces_and_says_when_the_next_is_due(stage: Stage) -> None:
    who, until = stage.stranger(), now() + timedelta(days=90)
    act = stage.act(ActKind.TIMEOUT, who, until=until)
    outcome = await stage.apply(act)
    held = stage.green.members[who].communication_disabled_until
    assert held is not None
    assert abs(held - (now() + LONGEST_TIMEOUT)) < MINUTE
    assert isinstance(outcome, Applied)
    assert outcome.renew_at is not None
    assert abs(held - timedelta(days=7) - outcome.renew_at) < MINUTE
    assert await stage.look(act) is True


async def test_a_short_timeout_ends_by_itself_at_its_moment(stage: Stage) -> None:
    who, until = stage.stranger(), now() + timedelta(days=3)
    assert await stage.apply(stage.act(ActKind.TIMEOUT, who, until=until)) == Applied()
    held = stage.green.members[who].communication_disabled_until
    assert held is not None
    assert abs(held - until) < timedelta(seconds=1)


async def test_another_length_of_a_timeout_is_not_the_one_that_was_meant(stage: Stage) -> None:
    who = stage.stranger()
    await stage.apply(stage.act(ActKind.TIMEOUT, who, until=now() + timedelta(days=3)))
    for other in (timedelta(days=2), timedelta(days=4), timedelta(days=90)):
        assert await stage.look(stage.act(ActKind.TIMEOUT, who, until=now() + other)) is False


async def test_a_timeout_that_is_over_is_not_begun(stage: Stage) -> None:
    act = stage.act(ActKind.TIMEOUT, stage.stranger(), until=now() - MINUTE)
    assert await stage.apply(act) == Applied("Its time was already over.")
    assert await stage.look(act) is True
    assert stage.entries(act.target_id) == []


@pytest.mark.parametrize("kind", [ActKind.TIMEOUT, ActKind.UNTIMEOUT, ActKind.ROLES])
async def test_who_is_away_is_absent(stage: Stage, kind: ActKind) -> None:
    act = stage.act(kind, stage.stranger(), until=None, payload={"give": [stage.role("member").id]})
    stage.sandbox.people.leave(act.target_id)
    assert await stage.apply(act) == Absent()
    assert await stage.look(act) is False


async def test_roles_are_given_and_taken_at_once_and_others_stay(stage: Stage) -> None:
    mel, member, manager = stage.user("mel"), stage.role("member").id, stage.role("manager").id
    moderator = stage.role("moderator").id
    stage.green.members[mel].role_ids = (manager, moderator)
    act = stage.act(ActKind.ROLES, mel, payload={"give": [member], "take": [manager]})
    assert await stage.apply(act) == Applied()
    assert set(stage.green.members[mel].role_ids) == {member, moderator}
    assert stage.entries(mel) == [25]
    assert await stage.apply(act) == Applied(), "a second time changes nothing"
    assert stage.entries(mel) == [25]


async def test_roles_that_reeve_cannot_give_are_named_and_the_rest_is_done(stage: Stage) -> None:
    who, owner, member = stage.stranger(), stage.role("owner"), stage.role("member")
    owner.name = "o*wn*er"
    act = stage.act(ActKind.ROLES, who, payload={"give": [owner.id, member.id, 77], "take": []})
    outcome = await stage.apply(act)
    assert isinstance(outcome, Applied)
    assert shown(in_english(outcome.note)) == (
        "Some roles were left as they are: move the role Reeve above o\\*wn\\*er first. One no longer exists."
    )
    assert stage.green.members[who].role_ids == (member.id,)
    assert await stage.look(act) is True
    assert await stage.apply(act) == outcome, "a second time says the same"
    nothing_else = stage.act(ActKind.ROLES, who, payload={"give": [owner.id], "take": []})
    assert isinstance(await stage.apply(nothing_else), Refused)
    assert await stage.look(nothing_else) is False


def test_managed_roles_stay_and_a_role_in_both_lists_is_given() -> None:
    roles = {each: {"name": f"r{each}", "position": 1, "managed": each == 3} for each in range(1, 5)}
    change = changed(frozenset({1, 2, 3}), roles, (2, 0), give=[1, 4], take=[1, 2, 3])
    assert (change.wanted, change.managed) == (frozenset({1, 3, 4}), ["r3"])
    assert in_english(change.note) == "Some roles were left as they are: r3 belongs to Discord or to an app."


async def test_a_kick_is_known_by_the_tag_in_the_audit_log(stage: Stage) -> None:
    wanted = await effect(stage, "kick")
    act = wanted.act
    assert act is not None
    await wanted.apply()
    assert await stage.look(act) is True
    other_case = stage.act(ActKind.KICK, act.target_id)
    assert await stage.look(other_case) is None, "the entry of our kick may only be on its way"
    assert await stage.look(other_case, since=now() - 2 * MINUTE) is False
    stage.sandbox.people.join(act.target_id)
    assert await stage.look(act) is True, "they are back, and were kicked"


async def test_who_left_was_not_kicked_as_far_as_anybody_knows(stage: Stage) -> None:
    act = stage.act(ActKind.KICK, stage.stranger())
    stage.sandbox.people.leave(act.target_id)
    assert await stage.look(act) is None
    assert await stage.look(act, since=now() - 2 * MINUTE) is False
    stage.role("Reeve").permissions = 0
    assert await stage.look(act, since=now() - 2 * MINUTE) is None


async def test_under_a_lock_members_are_silent_and_who_moderates_speaks(stage: Stage) -> None:
    people, ann, general = stage.sandbox.people, stage.user("ann"), stage.channel()
    people.set_channel_permissions("olga", channel_id="general", user_id="ann", allow=SEND | ATTACH)
    people.set_channel_permissions("olga", channel_id="general", role_id="manager", allow=SEND, deny=ATTACH)
    before = dict(general.overwrites)
    act = stage.act(ActKind.LOCK, general.id, payload={"overwrites": await overwrites_now(stage)})
    assert await stage.apply(act) == Applied()
    for silent in ("ann", "ben", "mel"):
        with pytest.raises(RefusedByDiscord):
            people.message(silent, "hello")
    for name in ("max", "sam", "olga"):
        people.message(name, "quiet, please")
    channel = await stage.guild.fetch_channel(general.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.send("It is locked.")
    assert general.overwrites[ann] == Overwrite(ann, 1, ATTACH, 0), "other permissions stay"
    unlock = stage.act(ActKind.UNLOCK, general.id, payload=act.payload)
    assert await stage.look(unlock) is False
    assert await stage.apply(unlock) == Applied()
    assert general.overwrites == before
    assert await stage.look(act) is False


async def test_what_people_change_meanwhile_stays(stage: Stage) -> None:
    general, member = stage.channel(), stage.role("member")
    act = stage.act(ActKind.LOCK, general.id, payload={"overwrites": await overwrites_now(stage)})
    await stage.apply(act)
    everyone = general.overwrites[stage.green.id]
    everyone.deny |= ATTACH
    general.overwrites[member.id] = Overwrite(member.id, 0, 0, SEND)
    await stage.apply(stage.act(ActKind.UNLOCK, general.id, payload=act.payload))
    assert general.overwrites == {
        stage.green.id: Overwrite(stage.green.id, 0, 0, ATTACH),
        member.id: Overwrite(member.id, 0, 0, SEND),
    }


async def test_a_lock_and_its_end_do_without_roles_and_people_that_are_gone(stage: Stage) -> None:
    people, general = stage.sandbox.people, stage.channel()
    people.set_channel_permissions("olga", channel_id="general", user_id="ann", allow=SEND)
    people.set_channel_permissions("olga", channel_id="general", role_id="manager", allow=SEND)
    act = stage.act(ActKind.LOCK, general.id, payload={"overwrites": await overwrites_now(stage)})
    await stage.apply(act)
    people.leave("ann")
    people.manage_role("olga", "delete", role_id="manager")
    unlock = stage.act(ActKind.UNLOCK, general.id, payload=act.payload)
    assert await stage.apply(unlock) == Applied()
    assert not is_locked(stage)
    assert await stage.look(unlock) is True


async def test_reeve_keeps_its_voice_when_no_role_of_its_own_moderates(stage: Stage) -> None:
    role = stage.role("Reeve")
    stage.sandbox.people.manage_role(
        "olga", "edit", role_id=role.id, permissions=["MANAGE_ROLES", "MANAGE_CHANNELS", "VIEW_CHANNEL"]
    )
    await stage.bot.wait_for("guild_role_update", timeout=20)
    act = stage.act(ActKind.LOCK, stage.channel().id, payload={"overwrites": await overwrites_now(stage)})
    assert await stage.apply(act) == Applied()
    channel = await stage.guild.fetch_channel(stage.channel().id)
    assert isinstance(channel, discord.TextChannel)
    await channel.send("It is locked.")
    await stage.apply(stage.act(ActKind.UNLOCK, channel.id, payload=act.payload))
    assert stage.channel().overwrites == {}


def test_only_the_bits_of_a_lock_are_ever_set() -> None:
    saved = {
        "1": {"type": 0, "existed": True, "bits": SPEAKING, "before": [SEND, 0], "locked": [0, SPEAKING]},
        "2": {"type": 0, "existed": False, "bits": SPEAKING, "before": [0, 0], "locked": [SEND, 0]},
    }
    untouched = {"id": "3", "type": 1, "allow": str(1 << 60), "deny": "0"}
    first = {"id": "1", "type": 0, "allow": str(SEND | 1 << 60), "deny": str(VIEW)}
    under_lock = locked([first, untouched], saved)
    assert shows(under_lock, saved, "locked")
    assert not shows(under_lock, saved, "before")
    assert under_lock == [
        {"id": "1", "type": 0, "allow": str(1 << 60), "deny": str(VIEW | SPEAKING)},
        untouched,
        {"id": "2", "type": 0, "allow": str(SEND), "deny": "0"},
    ]
    assert locked(under_lock, saved) == under_lock
    assert unlocked(under_lock, saved) == [first, untouched]
    assert unlocked(unlocked(under_lock, saved), saved) == [first, untouched]


async def test_a_purge_takes_hundreds_at_once_and_what_is_gone_is_no_trouble(stage: Stage) -> None:
    people, general = stage.sandbox.people, stage.channel()
    ids = [people.message("ann", f"spam {number}").id for number in range(MOST_AT_ONCE + 21)]
    kept = people.message("ben", "not me").id
    people.delete_message("ann", message_id=ids[5])
    payload = {"channel_id": general.id, "message_ids": ids}
    act = stage.act(ActKind.PURGE, general.id, payload=payload)
    assert await stage.look(act) is False
    assert await stage.apply(act) == Applied()
    assert [int(each["id"]) for each in people.sees("olga", "general")] == [kept]
    assert await stage.apply(act) == Applied()
    assert await stage.look(act) is True


def test_messages_older_than_two_weeks_go_one_by_one() -> None:
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    young = [discord.utils.time_snowflake(moment - timedelta(days=1)) + each for each in range(101)]
    old = [discord.utils.time_snowflake(moment - timedelta(days=14)) + each for each in range(3)]
    assert [len(chunk) for chunk in chunked([*young, *old, *old], moment)] == [100, 1, 1, 1, 1]
    assert sorted(each for chunk in chunked(young + old, moment) for each in chunk) == sorted(young + old)
