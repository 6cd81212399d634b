"""Points for many members at once: all of them get theirs, once, or nobody does. And who stands where."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from database.ledger_refusals import AmountOutOfRange, BalanceTooHigh, ReceiversOutOfRange, RequestChanged
from database.models import LARGEST_AMOUNT
from database.models.points import LARGEST_BALANCE
from database.staff_moves import MOST_RECEIVERS, Awarded

ANN, BEN, CEM = 5_001, 5_002, 5_003
NewId = Callable[[], int]


async def award_many(ledger: Any, amounts: dict[int, int], key: int) -> Awarded:
    awarded: Awarded = await ledger.database.points.award_many(
        guild_id=ledger.guild_id, amounts=amounts, reason="event", actor_id=7000, interaction_id=key
    )
    return awarded


async def test_each_gets_their_own_amount_under_one_operation(ledger: Any, new_id: NewId) -> None:
    await ledger.award(BEN, 5)
    awarded = await award_many(ledger, {CEM: 3, ANN: 1, BEN: 2}, new_id())
    assert awarded == Awarded(members=3, total=6, operation_id=awarded.operation_id)
    assert [await ledger.balance(user_id) for user_id in (ANN, BEN, CEM)] == [1, 7, 3]
    [line, _] = await ledger.database.points.history(guild_id=ledger.guild_id, user_id=BEN)
    assert (line.amount, line.balance, line.note) == (2, 7, "event")
    assert await ledger.mistakes() == []


async def test_a_batch_that_comes_again_changes_nothing_and_one_that_differs_is_refused(
    ledger: Any, new_id: NewId
) -> None:
    key = new_id()
    answers = await asyncio.gather(*(award_many(ledger, {ANN: 1, BEN: 2}, key) for _ in range(6)))
    assert answers == [Awarded(2, 3, answers[0].operation_id)] * 6
    for other in ({ANN: 1, BEN: 3}, {ANN: 1}, {ANN: 1, CEM: 2}):
        with pytest.raises(RequestChanged):
            await award_many(ledger, other, key)
    assert [await ledger.balance(user_id) for user_id in (ANN, BEN, CEM)] == [1, 2, 0]
    assert await ledger.mistakes() == []


async def test_one_who_would_hold_too_much_keeps_all_from_getting_any(ledger: Any, new_id: NewId) -> None:
    key = new_id()
    await ledger.award(BEN, 1)
    lift = "UPDATE point_accounts SET balance = $2 WHERE guild_id = $1 AND account_id = $3"
    await ledger.auditor.execute(lift, ledger.guild_id, LARGEST_BALANCE, BEN)
    for _ in range(2):
        with pytest.raises(BalanceTooHigh):
            await award_many(ledger, {ANN: 1, BEN: 1}, key)
        assert await ledger.balance(ANN) == 0
        await ledger.auditor.execute(lift, ledger.guild_id, 1, BEN)
    assert await ledger.mistakes() == []


async def test_what_is_out_of_range_is_refused(ledger: Any, new_id: NewId) -> None:
    for amounts in ({}, dict.fromkeys(range(5_000, 5_001 + MOST_RECEIVERS), 1)):
        with pytest.raises(ReceiversOutOfRange, match="from 1 to 10,000 members"):
            await award_many(ledger, amounts, new_id())
    for amount in (0, -1, LARGEST_AMOUNT + 1, 2**70):
        with pytest.raises(AmountOutOfRange):
            await award_many(ledger, {ANN: 1, BEN: amount}, new_id())
    assert await ledger.balance(ANN) == 0
    assert await ledger.mistakes() == []


async def test_batches_and_gifts_at_once_neither_wait_for_ever_nor_lose_a_point(
    ledger: Any, new_id: NewId
) -> None:
    people = list(range(5_001, 5_021))
    await award_many(ledger, dict.fromkeys(people[::2], 100), new_id())
    batches = [award_many(ledger, dict.fromkeys(reversed(people), 1), new_id()) for _ in range(8)]
    gifts = [ledger.give(one, other, 1) for one, other in zip(people[::2], people[1::2], strict=True)]
    await asyncio.gather(*batches, *gifts)
    assert [await ledger.balance(person) for person in people] == [107, 9] * 10
    assert await ledger.mistakes() == []
