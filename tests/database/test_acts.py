"""Acts on Discord and what should be true there: planned, sent, settled, superseded, taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from database.clock import clock
from database.errors import ActedOnJustNow
from database.models import (
    ACT_LEASE,
    Act,
    ActKind,
    ActState,
    Case,
    CaseKind,
    CaseState,
    Purpose,
    RestrictionKind,
    RolesMeanwhile,
    plan_ban,
    plan_kick,
    plan_softban,
    plan_timeout,
    plan_unban,
)
from database.service import DatabaseService

ANN, MAX, MIA = 501, 601, 602
LATER = timedelta(days=7)


@pytest.fixture
def act_on(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> Callable[..., Any]:
    """Open a case with a plan, and take what it asks of Discord."""

    async def opened(kind: CaseKind, plan: Any, **more: Any) -> tuple[Case, list[Act]]:
        interaction_id = new_id()
        values = {"moderator_id": MAX, "reason": "spam", "asked_by_id": MAX, **more}
        case = await database.cases.open(
            guild_id=guild_id,
            kind=kind,
            target_id=ANN,
            target_name="ann",
            moderator_name="max",
            interaction_id=interaction_id,
            plan=plan,
            **values,
        )
        return case, list(await database.acts.take(guild_id=guild_id, interaction_id=interaction_id))

    return opened


async def ban_of(database: DatabaseService, guild_id: int) -> Any:
    row = await database.restrictions.get(guild_id=guild_id, subject_id=ANN, kind=RestrictionKind.BAN)
    assert row is not None
    return row


async def due(database: DatabaseService, guild_id: int, at: datetime) -> list[Act]:
    return [act for act in await database.acts.claim(now=at, limit=1000) if act.guild_id == guild_id]


async def test_a_ban_is_pending_until_discord_has_it(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    case, (act,) = await act_on(CaseKind.BAN, plan_ban(until=None))
    assert case.state is CaseState.PENDING
    assert (await ban_of(database, guild_id)).applied_version == 0

    sendable = await database.acts.send(act)
    assert sendable is not None
    assert not sendable.was_sent
    settled = await database.acts.done(act)

    assert settled is not None
    assert settled.state is CaseState.ACTIVE
    row = await ban_of(database, guild_id)
    assert (row.wanted, row.version, row.applied_version, row.case_number) == (True, 1, 1, case.number)


async def test_a_second_delivery_opens_nothing_and_takes_nothing(
    database: DatabaseService, guild_id: int, new_id: Callable[[], int]
) -> None:
    same = new_id()
    numbers = []
    for _ in range(2):
        case = await database.cases.open(
            guild_id=guild_id, kind=CaseKind.KICK, target_id=ANN, target_name="ann", moderator_id=MAX,
            moderator_name="max", reason="spam", interaction_id=same, plan=plan_kick(), asked_by_id=MAX,
        )  # fmt: skip
        taken = await database.acts.take(guild_id=guild_id, interaction_id=same)
        numbers.append((case.number, len(taken)))

    assert numbers == [(1, 1), (1, 0)]


async def test_a_refused_ban_leaves_what_was_wanted_before_with_its_end(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    until = clock.now() + LATER
    first, (act,) = await act_on(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    await database.acts.send(act)
    await database.acts.done(act)

    second, (act,) = await act_on(CaseKind.BAN, plan_ban(until=None))
    await database.acts.send(act)
    settled = await database.acts.refused(act, reason="Give Reeve the permission.", next_at=clock.now())

    assert settled is not None
    assert (settled.number, settled.state, settled.trouble) == (
        second.number,
        CaseState.REFUSED,
        "Give Reeve the permission.",
    )
    row = await ban_of(database, guild_id)
    assert (row.wanted, row.until, row.case_number) == (True, until, first.number)
    assert row.applied_version == row.version
    (old_end, new_end) = await due(database, guild_id, until)
    assert await database.acts.send(old_end) is None, "it was planned for a version that is gone"
    assert await database.acts.send(new_end) is not None
    assert (await database.cases.get(guild_id=guild_id, number=first.number)).state is CaseState.ACTIVE
    ended = await database.acts.done(new_end)
    assert ended is not None
    assert ended.state is CaseState.ENDED


async def test_an_end_that_was_overtaken_by_a_later_ban_does_nothing(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    until = clock.now() + LATER
    for plan in (plan_ban(until=until), plan_unban(), plan_ban(until=None)):
        _, (act,) = await act_on(CaseKind.BAN, plan)
        await database.acts.send(act)
        await database.acts.done(act)

    for end in await due(database, guild_id, until + LATER):
        assert await database.acts.send(end) is None

    assert (await ban_of(database, guild_id)).wanted
    states = [(await database.cases.get(guild_id=guild_id, number=n)).state for n in (1, 2, 3)]
    assert states == [CaseState.ENDED, CaseState.ENDED, CaseState.ACTIVE]


async def test_who_claimed_an_act_before_has_lost_it(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    _, (act,) = await act_on(CaseKind.KICK, plan_kick())
    await database.acts.send(act)
    later = clock.now() + timedelta(minutes=5)

    (again,) = await due(database, guild_id, later)

    assert again.fence == act.fence + 1
    assert await database.acts.done(act) is None
    sendable = await database.acts.send(again)
    assert sendable is not None
    assert sendable.was_sent, "whoever died may have sent it"
    assert await database.acts.done(again) is not None


async def test_a_softban_that_cannot_ban_is_refused_and_unbans_nobody(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    case, (ban, unban) = await act_on(CaseKind.SOFTBAN, plan_softban(delete_seconds=3600))
    assert await database.acts.send(ban) is not None
    await database.acts.refused(ban, reason="no", next_at=clock.now())
    assert await database.acts.send(unban) is None

    case = await database.cases.get(guild_id=guild_id, number=case.number)
    assert case.state is CaseState.REFUSED
    row = await ban_of(database, guild_id)
    assert not row.wanted


async def test_the_second_half_of_a_softban_waits_for_the_first(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    _, (ban, unban) = await act_on(CaseKind.SOFTBAN, plan_softban(delete_seconds=3600))
    assert await database.acts.send(unban) is None
    await database.acts.send(ban)
    await database.acts.done(ban)
    (unban,) = await due(database, guild_id, clock.now() + timedelta(minutes=1))
    assert await database.acts.send(unban) is not None
    settled = await database.acts.done(unban)
    assert settled is not None
    assert settled.state is CaseState.ACTIVE


async def test_roles_are_given_back_in_reverse_and_gathered_over_several_timeouts(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    until = clock.now() + LATER
    for taken in ((11, 12), (13,)):
        _, acts = await act_on(
            CaseKind.TIMEOUT, plan_timeout(until=until, roles=RolesMeanwhile(give=(9,), take=taken))
        )
        for act in acts:
            sendable = await database.acts.send(act)
            assert sendable is not None
            await database.acts.done(act)
            last = sendable.act
    assert (last.kind, last.payload["give"], last.payload["take"]) == (ActKind.ROLES, [9], [11, 12, 13])

    ends = {}
    for act in await due(database, guild_id, until):
        if (sendable := await database.acts.send(act)) is not None:
            ends[sendable.act.kind] = sendable.act
            await database.acts.done(act)
    assert ends.keys() == {ActKind.UNTIMEOUT, ActKind.ROLES}
    assert (ends[ActKind.ROLES].payload["give"], ends[ActKind.ROLES].payload["take"]) == ([11, 12, 13], [9])


async def test_a_long_timeout_is_renewed_while_it_should_last(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    until, renew_at = clock.now() + timedelta(days=60), clock.now() + timedelta(days=20)
    _, (act,) = await act_on(CaseKind.TIMEOUT, plan_timeout(until=until))
    await database.acts.send(act)
    await database.acts.done(act, renew_at=renew_at)

    (renewal,) = await due(database, guild_id, renew_at)
    assert (renewal.purpose, renewal.until) == (Purpose.KEEP, until)
    assert await database.acts.send(renewal) is not None


async def test_an_end_that_discord_refuses_stays_due_and_the_staff_is_told_once(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    until = clock.now() + LATER
    _, (act,) = await act_on(CaseKind.BAN, plan_ban(until=until))
    await database.acts.send(act)
    await database.acts.done(act)
    for attempt in (1, 2):
        now = until + timedelta(minutes=attempt)
        (end,) = await due(database, guild_id, now)
        assert await database.acts.send(end) is not None
        await database.acts.refused(end, reason="Give Reeve Ban Members.", next_at=now)

    pending = [row for row in await database.outbox.pending(guild_id=guild_id) if row.kind == "act_alert"]
    assert [row.generation for row in pending] == [1]
    (end,) = await due(database, guild_id, until + timedelta(hours=1))
    assert end.state is ActState.PLANNED
    assert end.attempts == 2


async def test_of_two_moderators_at_once_the_second_is_asked(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    since = clock.now() - timedelta(minutes=1)
    await act_on(CaseKind.BAN, plan_ban(until=None), unless_acted_since=since)
    with pytest.raises(ActedOnJustNow) as refused:
        await act_on(CaseKind.BAN, plan_ban(until=None), moderator_id=MIA, unless_acted_since=since)
    assert (refused.value.number, refused.value.moderator_id) == (1, MAX)
    case, _ = await act_on(CaseKind.BAN, plan_ban(until=None), moderator_id=MIA)
    assert case.number == 2, "the refused one took no number"


async def test_what_stands_is_put_back_on_who_comes_back(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    until = clock.now() + LATER
    _, (act,) = await act_on(CaseKind.TIMEOUT, plan_timeout(until=until))
    await database.acts.send(act)
    await database.acts.done(act)

    standing = await database.restrictions.came_back(guild_id=guild_id, user_id=ANN, now=clock.now())

    assert [each.kind for each in standing] == [RestrictionKind.TIMEOUT]
    (again,) = await due(database, guild_id, clock.now())
    assert (again.kind, again.purpose, again.until) == (ActKind.TIMEOUT, Purpose.KEEP, until)


async def test_lifting_ends_what_a_case_has_begun(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    case, (act,) = await act_on(CaseKind.BAN, plan_ban(until=None))
    await database.acts.send(act)
    await database.acts.done(act)

    (end,) = await database.restrictions.lift(guild_id=guild_id, number=case.number)
    assert await database.acts.send(end) is not None
    ended = await database.acts.done(end)

    assert ended is not None
    assert ended.state is CaseState.ENDED
    assert not (await ban_of(database, guild_id)).wanted


async def test_who_was_shown_a_case_is_asked_about_later_ones_only(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    since = clock.now() - timedelta(minutes=1)
    await act_on(CaseKind.BAN, plan_ban(until=None))
    knowing: Any = {"moderator_id": MIA, "unless_acted_since": since, "known_case": 1}
    case, _ = await act_on(CaseKind.BAN, plan_ban(until=None), **knowing)
    assert case.number == 2
    await act_on(CaseKind.BAN, plan_ban(until=None))
    with pytest.raises(ActedOnJustNow) as refused:
        await act_on(CaseKind.BAN, plan_ban(until=None), **{**knowing, "known_case": 2})
    assert refused.value.number == 3


async def test_bans_that_stand_are_found_by_name_and_id(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    await act_on(CaseKind.BAN, plan_ban(until=None), reason="raid")
    for typed in ("", "AN", str(ANN)[:2]):
        (found,) = await database.restrictions.banned(guild_id=guild_id, typed=typed)
        assert found == (ANN, "ann", "raid")
    assert await database.restrictions.banned(guild_id=guild_id, typed="ben") == []
    await act_on(CaseKind.UNBAN, plan_unban())
    assert await database.restrictions.banned(guild_id=guild_id, typed="") == []


async def test_what_leaves_again_is_noted_as_sent_then_and_still_counts_as_one_attempt(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    _, (act,) = await act_on(CaseKind.KICK, plan_kick())
    first = await database.acts.send(act)
    assert first is not None
    read_only = await database.acts.send(act)
    assert read_only is not None
    assert (read_only.was_sent, read_only.act.sent_at) == (True, first.act.sent_at), "reading is no sending"

    again = await database.acts.send(act, again=True)

    assert again is not None
    assert again.act.sent_at > first.act.sent_at
    assert again.act.attempts == read_only.act.attempts


async def test_whoever_is_at_an_act_keeps_it_and_loses_it_when_it_is_put_off(
    database: DatabaseService, guild_id: int, act_on: Callable[..., Any]
) -> None:
    _, (act,) = await act_on(CaseKind.KICK, plan_kick())
    await database.acts.send(act)
    before = clock.ahead
    try:
        clock.move_to(before + ACT_LEASE * 0.9)
        await database.acts.keep(act)
        clock.move_to(before + ACT_LEASE * 1.8)
        assert await due(database, guild_id, clock.now()) == []

        await database.acts.postponed(act, state=ActState.UNKNOWN, error="no answer", next_at=clock.now())
        await database.acts.keep(act)
        (taken,) = await due(database, guild_id, clock.now())
        await database.acts.keep(act)
        assert taken.fence == act.fence + 1
        clock.move_to(before + ACT_LEASE * 3)
        assert len(await due(database, guild_id, clock.now())) == 1, "the earlier holder keeps nothing"
    finally:
        clock.move_to(before)
