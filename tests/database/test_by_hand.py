"""What people do by hand: each entry of the audit log is one case, and the newest of them is what should be true."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from database.clock import clock
from database.models import (
    SOMEBODY,
    Act,
    ActKind,
    Case,
    CaseKind,
    CaseOrigin,
    CaseState,
    Deed,
    Delivery,
    Purpose,
    Restriction,
    RestrictionKind,
    RolesMeanwhile,
    plan_ban,
    plan_softban,
    plan_timeout,
    plan_unban,
)
from database.service import DatabaseService

ANN, MAX, MIA, REEVE = 501, 601, 602, 700
WEEK = timedelta(days=7)


class Hands:
    """One server: what its people do by hand, what its moderators ask Reeve for, and what is so then."""

    def __init__(self, database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> None:
        self.database, self.guild_id, self.new_id = database, guild_id, new_id

    def deed(self, kind: CaseKind, **different: Any) -> Deed:
        usual: dict[str, Any] = {
            "entry_id": self.new_id(),
            "kind": kind,
            "target_id": ANN,
            "target_name": "ann",
            "moderator_id": MIA,
            "moderator_name": "mia",
            "at": clock.now(),
            "reason": "by hand",
        }
        return Deed(**{**usual, **different})

    async def note(self, kind: CaseKind, **different: Any) -> Case:
        return await self.database.by_hand.note(guild_id=self.guild_id, deed=self.deed(kind, **different))

    async def seen(self, kind: CaseKind) -> Case | None:
        nobody = {"moderator_id": self.guild_id, "moderator_name": SOMEBODY, "reason": ""}
        return await self.database.by_hand.seen(guild_id=self.guild_id, deed=self.deed(kind, **nobody))

    async def command(self, kind: CaseKind, plan: Any, **more: Any) -> tuple[Case, list[Act]]:
        key = self.new_id()
        case = await self.database.cases.open(
            guild_id=self.guild_id, kind=kind, target_id=ANN, target_name="ann", moderator_id=MAX,
            moderator_name="max", reason="spam", interaction_id=key, plan=plan, asked_by_id=MAX, **more,
        )  # fmt: skip
        return case, list(await self.database.acts.take(guild_id=self.guild_id, interaction_id=key))

    async def carried_out(self, kind: CaseKind, plan: Any, **more: Any) -> Case:
        case, acts = await self.command(kind, plan, **more)
        for act in acts:
            assert await self.database.acts.send(act) is not None
            await self.database.acts.done(act)
        return case

    async def own(self, kind: CaseKind, number: int, **more: Any) -> bool:
        return await self.database.by_hand.own(
            guild_id=self.guild_id,
            number=number,
            kind=kind,
            **{"entry_id": self.new_id(), "target_id": ANN, **more},
        )

    async def case(self, number: int) -> Case:
        return await self.database.cases.get(guild_id=self.guild_id, number=number)

    async def row(self, kind: RestrictionKind = RestrictionKind.BAN) -> Restriction:
        row = await self.database.restrictions.get(guild_id=self.guild_id, subject_id=ANN, kind=kind)
        assert row is not None
        assert row.version >= row.applied_version
        return row

    async def due_ends(self, at: Any) -> list[Act]:
        """What would be sent at that moment."""
        claimed = await self.database.acts.claim(now=at, limit=1000)
        sent = [await self.database.acts.send(act) for act in claimed if act.guild_id == self.guild_id]
        return [each.act for each in sent if each is not None]


@pytest.fixture
def hands(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> Hands:
    return Hands(database, guild_id, new_id)


async def test_an_entry_is_one_case_however_often_it_is_heard(hands: Hands) -> None:
    deed = hands.deed(CaseKind.BAN, reason="", at=clock.now() - timedelta(hours=9))
    noted = await asyncio.gather(
        *(hands.database.by_hand.note(guild_id=hands.guild_id, deed=deed) for _ in range(8))
    )

    assert {case.number for case in noted} == {1}
    case = await hands.case(1)
    assert (case.origin, case.state, case.moderator_id, case.created_at) == (
        CaseOrigin.BY_HAND,
        CaseState.ACTIVE,
        MIA,
        deed.at,
    )
    assert case.reason == "No reason given."
    row = await hands.row()
    assert (row.wanted, row.version, row.applied_version, row.case_number) == (True, 1, 1, 1)
    (post,) = await hands.database.outbox.pending(guild_id=hands.guild_id)
    assert (post.kind, post.created_at > deed.at) == (Delivery.CASE_LOG, True)
    known = await hands.database.by_hand.known(guild_id=hands.guild_id, entry_ids=[deed.entry_id, 5])
    assert known == {deed.entry_id}


async def test_an_unban_by_hand_ends_the_ban_and_its_job(hands: Hands) -> None:
    until = clock.now() + WEEK
    ban = await hands.carried_out(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    unban = await hands.note(CaseKind.UNBAN)

    before = await hands.case(ban.number)
    assert (before.state, before.trouble) == (CaseState.ENDED, f"Followed by case {unban.number}.")
    assert not await hands.due_ends(until)
    assert not (await hands.row()).wanted


async def test_a_ban_by_hand_after_that_is_not_ended_by_the_old_job(hands: Hands) -> None:
    until = clock.now() + WEEK
    await hands.carried_out(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    await hands.note(CaseKind.UNBAN)
    again = await hands.note(CaseKind.BAN)

    assert not await hands.due_ends(until)
    assert ((await hands.row()).wanted, (await hands.case(again.number)).state) == (True, CaseState.ACTIVE)


async def test_an_act_in_flight_is_superseded_by_what_was_done_by_hand_meanwhile(hands: Hands) -> None:
    case, (act,) = await hands.command(CaseKind.BAN, plan_ban(until=None))
    await hands.note(CaseKind.UNBAN)

    assert await hands.database.acts.send(act) is None
    assert (await hands.case(case.number)).state is CaseState.ENDED
    assert not (await hands.row()).wanted


async def test_an_act_that_was_sent_before_does_not_count_over_what_was_done_by_hand_after(
    hands: Hands,
) -> None:
    case, (act,) = await hands.command(CaseKind.BAN, plan_ban(until=None))
    await hands.database.acts.send(act)
    await hands.note(CaseKind.UNBAN)
    await hands.database.acts.done(act)

    assert not (await hands.row()).wanted
    assert (await hands.case(case.number)).state is CaseState.ENDED


async def test_what_is_older_than_a_command_and_heard_later_is_history(hands: Hands) -> None:
    old = hands.deed(CaseKind.BAN)
    await hands.carried_out(CaseKind.UNBAN, plan_unban())
    late = await hands.database.by_hand.note(guild_id=hands.guild_id, deed=old)

    assert not (await hands.row()).wanted
    case = await hands.case(late.number)
    assert (case.state, case.trouble) == (CaseState.ENDED, "Followed by case 1.")


async def test_entries_that_come_in_the_wrong_order_end_in_the_same(hands: Hands) -> None:
    first, second = hands.deed(CaseKind.BAN), hands.deed(CaseKind.UNBAN)
    for deed in (second, first):
        await hands.database.by_hand.note(guild_id=hands.guild_id, deed=deed)

    assert not (await hands.row()).wanted


async def test_reeves_own_act_counts_again_where_an_older_entry_was_heard_after_it(hands: Hands) -> None:
    """A moderator asks Reeve to unban, somebody bans by hand, Reeve's unban arrives; the ban is heard of last."""
    case, (act,) = await hands.command(CaseKind.UNBAN, plan_unban())
    by_hand, entry_id = hands.deed(CaseKind.BAN), hands.new_id()
    await hands.database.acts.send(act)
    await hands.database.acts.done(act)
    late = await hands.database.by_hand.note(guild_id=hands.guild_id, deed=by_hand)
    assert (await hands.row()).wanted, "so far it looks as if the ban came last"

    assert await hands.own(CaseKind.UNBAN, case.number, entry_id=entry_id)

    row = await hands.row()
    assert (row.wanted, row.case_number) == (False, case.number)
    assert (await hands.case(late.number)).state is CaseState.ENDED
    assert (await hands.case(case.number)).state is CaseState.ACTIVE


async def test_reeves_own_ban_counts_again_with_its_end(hands: Hands) -> None:
    until = clock.now() + WEEK
    case, (act,) = await hands.command(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    by_hand, entry_id = hands.deed(CaseKind.UNBAN), hands.new_id()
    await hands.database.acts.send(act)
    await hands.database.acts.done(act)
    await hands.database.by_hand.note(guild_id=hands.guild_id, deed=by_hand)
    await hands.own(CaseKind.BAN, case.number, entry_id=entry_id)

    assert (await hands.row()).until == until
    (end,) = await hands.due_ends(until)
    assert (end.kind, end.purpose) == (ActKind.UNBAN, Purpose.END)


async def test_an_own_entry_changes_nothing_that_a_later_command_wants(hands: Hands) -> None:
    ban, (act,) = await hands.command(CaseKind.BAN, plan_ban(until=None))
    unban, (undo,) = await hands.command(CaseKind.UNBAN, plan_unban())
    await hands.own(CaseKind.BAN, ban.number)

    assert (await hands.row()).case_number == unban.number
    assert await hands.database.acts.send(act) is None
    assert await hands.database.acts.send(undo) is not None


async def test_a_tag_counts_only_with_a_case_about_that_person(hands: Hands) -> None:
    case = await hands.carried_out(CaseKind.BAN, plan_ban(until=None))
    assert await hands.own(CaseKind.BAN, case.number)
    assert not await hands.own(CaseKind.BAN, case.number, target_id=MAX)
    assert not await hands.own(CaseKind.BAN, 77)


async def test_a_kick_by_hand_is_a_case_and_nothing_more(hands: Hands) -> None:
    assert (await hands.note(CaseKind.KICK)).state is CaseState.ACTIVE
    assert not await hands.database.restrictions.standing(guild_id=hands.guild_id, subject_id=ANN)


async def test_a_timeout_by_hand_ends_by_itself(hands: Hands) -> None:
    until = clock.now() + WEEK
    case = await hands.note(CaseKind.TIMEOUT, until=until)
    row = await hands.row(RestrictionKind.TIMEOUT)
    assert (row.wanted, row.until, case.expires_at) == (True, until, until)

    (end,) = await hands.due_ends(until)
    await hands.database.acts.done(end)
    assert (await hands.case(case.number)).state is CaseState.ENDED


async def test_a_timeout_that_was_over_before_it_was_heard_of_is_a_case_that_is_over(hands: Hands) -> None:
    case = await hands.note(CaseKind.TIMEOUT, until=clock.now() - timedelta(minutes=1))
    assert (await hands.case(case.number)).state is CaseState.ENDED
    assert not (await hands.row(RestrictionKind.TIMEOUT)).wanted


async def timed_out_with_roles(hands: Hands) -> Any:
    until = clock.now() + WEEK
    plan = plan_timeout(until=until, roles=RolesMeanwhile(give=(1,), take=(2, 3)))
    await hands.carried_out(CaseKind.TIMEOUT, plan, expires_at=until)
    return until


async def test_a_timeout_that_is_prolonged_by_hand_keeps_its_roles_as_long(hands: Hands) -> None:
    until = await timed_out_with_roles(hands)
    longer = until + WEEK
    case = await hands.note(CaseKind.TIMEOUT, until=longer)

    assert not await hands.due_ends(until)
    roles = await hands.row(RestrictionKind.ROLES)
    assert (roles.until, roles.payload) == (longer, {"given": [1], "taken": [2, 3]})
    assert roles.applied_version == roles.version
    ends = await hands.due_ends(longer)
    assert {act.kind for act in ends} == {ActKind.UNTIMEOUT, ActKind.ROLES}
    for end in ends:
        await hands.database.acts.done(end)
    assert (await hands.case(case.number)).state is CaseState.ENDED


async def test_a_timeout_that_is_ended_by_hand_gives_the_roles_back_now(hands: Hands) -> None:
    until = await timed_out_with_roles(hands)
    await hands.note(CaseKind.UNTIMEOUT)

    (end,) = await hands.due_ends(clock.now())
    assert (end.kind, end.payload["give"], end.payload["take"]) == (ActKind.ROLES, [2, 3], [1])
    await hands.database.acts.done(end)
    assert not await hands.due_ends(until)
    assert (await hands.case(1)).state is CaseState.ENDED


async def test_a_ban_that_is_only_seen_is_one_case_of_somebody(hands: Hands) -> None:
    numbers = [await hands.seen(CaseKind.BAN) for _ in range(3)]
    assert [case.number if case else None for case in numbers] == [1, None, None]
    assert ((await hands.case(1)).moderator_id, (await hands.row()).wanted) == (hands.guild_id, True)


async def test_what_reeve_does_itself_is_not_seen_as_somebodys(hands: Hands) -> None:
    await hands.carried_out(CaseKind.BAN, plan_ban(until=None))
    assert await hands.seen(CaseKind.BAN) is None
    await hands.carried_out(CaseKind.SOFTBAN, plan_softban(delete_seconds=60))
    assert await hands.seen(CaseKind.BAN) is None
    assert await hands.seen(CaseKind.UNBAN) is None


async def test_who_it_was_is_added_when_the_log_can_be_read_after_all(hands: Hands) -> None:
    await hands.seen(CaseKind.BAN)
    entry = hands.deed(CaseKind.BAN, reason="raid")
    for _ in range(2):
        assert (await hands.database.by_hand.note(guild_id=hands.guild_id, deed=entry)).number == 1

    whole = await hands.database.cases.whole(guild_id=hands.guild_id, number=1)
    assert [note.text for note in whole.notes] == [f"Discord's audit log says: mia ({MIA}): raid"]
    assert (await hands.note(CaseKind.UNBAN)).number == 2


async def test_the_cursor_never_goes_back(hands: Hands) -> None:
    by_hand, guild = hands.database.by_hand, {"guild_id": hands.guild_id}
    assert await by_hand.cursor(**guild) is None
    await by_hand.begin(**guild, entry_id=50)
    await by_hand.begin(**guild, entry_id=90)
    await by_hand.advance(**guild, entry_id=70)
    await by_hand.advance(**guild, entry_id=60)
    cursor = await by_hand.cursor(**guild)
    assert cursor is not None
    assert cursor.entry_id == 70


async def test_the_staff_is_told_once_that_the_log_cannot_be_read(hands: Hands) -> None:
    by_hand, guild, now = hands.database.by_hand, {"guild_id": hands.guild_id}, clock.now()
    told = [await by_hand.unreadable(**guild, entry_id=50, now=now) for _ in range(3)]
    await by_hand.advance(**guild, entry_id=60)
    told.append(await by_hand.unreadable(**guild, entry_id=70, now=now))

    assert told == [True, False, False, True]
    cursor = await by_hand.cursor(**guild)
    assert cursor is not None
    assert cursor.entry_id == 60
