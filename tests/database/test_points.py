"""The ledger, act by act: what is moved, what is refused and stays refused, what is shown."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database.ledger import Movement
from database.ledger_refusals import (
    AmountOutOfRange,
    BalanceTooHigh,
    BotsHoldNoPoints,
    CannotGiveToYourself,
    LedgerRefusal,
    NotEnoughPoints,
    RequestChanged,
)
from database.models import LARGEST_AMOUNT, MINT, OperationKind
from database.models.points import LARGEST_BALANCE
from database.service import DatabaseService

ANN, BEN, CEM = 5_001, 5_002, 5_003
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NewId = Callable[[], int]


async def test_an_award_is_new_and_a_gift_is_not(ledger: Any) -> None:
    awarded, given = await ledger.award(ANN, 10), await ledger.give(ANN, BEN, 4)
    assert awarded == Movement(amount=10, giver_balance=None, receiver_balance=10, operation_id=awarded[3])
    assert given == Movement(amount=4, giver_balance=6, receiver_balance=4, operation_id=given[3])
    assert 0 < awarded.operation_id < given.operation_id
    assert [await ledger.balance(user_id) for user_id in (ANN, BEN, CEM)] == [6, 4, 0]
    assert await ledger.mistakes() == []


async def test_nobody_can_give_more_than_they_have(ledger: Any) -> None:
    await ledger.award(ANN, 10)
    with pytest.raises(NotEnoughPoints, match="That takes 11 points and you have 10"):
        await ledger.give(ANN, BEN, 11)
    await ledger.give(ANN, BEN, 10)
    with pytest.raises(NotEnoughPoints, match="you have 0"):
        await ledger.give(ANN, BEN, 1)


async def test_what_is_refused_without_looking_at_an_account(ledger: Any) -> None:
    """The order of the checks is fixed: each of these breaks the later rules as well."""
    with pytest.raises(CannotGiveToYourself):
        await ledger.give(ANN, ANN, 0, bot=True)
    with pytest.raises(BotsHoldNoPoints):
        await ledger.give(ANN, BEN, 0, bot=True)
    for amount in (0, -1, LARGEST_AMOUNT + 1, 2**70):
        with pytest.raises(AmountOutOfRange, match="from 1 to 1,000,000,000"):
            await ledger.give(ANN, BEN, amount)
        with pytest.raises(AmountOutOfRange):
            await ledger.award(BEN, amount)
    with pytest.raises(BotsHoldNoPoints):
        await ledger.award(BEN, 1, bot=True)
    assert await ledger.mistakes() == []


async def test_nobody_gets_over_the_ceiling(ledger: Any) -> None:
    for user_id in (ANN, BEN):
        await ledger.award(user_id, 1000)
    await lift(ledger, ANN, LARGEST_BALANCE - 1)
    with pytest.raises(BalanceTooHigh, match="1,000,000,000,000"):
        await ledger.award(ANN, 2)
    with pytest.raises(BalanceTooHigh):
        await ledger.give(BEN, ANN, 2)
    assert (await ledger.give(BEN, ANN, 1)).receiver_balance == LARGEST_BALANCE
    await ledger.give(ANN, BEN, 5)


async def lift(ledger: Any, user_id: int, balance: int) -> None:
    await ledger.auditor.execute(
        "UPDATE point_accounts SET balance = $3 WHERE guild_id = $1 AND account_id = $2",
        ledger.guild_id,
        user_id,
        balance,
    )


async def test_a_repeat_gets_the_first_answer(ledger: Any, new_id: NewId) -> None:
    key = new_id()
    await ledger.award(ANN, 10)
    first = await ledger.give(ANN, BEN, 4, key=key)
    await ledger.award(ANN, 90)
    assert await ledger.give(ANN, BEN, 4, key=key) == first
    assert await ledger.balance(BEN) == 4


async def test_refused_stays_refused_after_money_arrived(ledger: Any, new_id: NewId) -> None:
    key = new_id()
    with pytest.raises(NotEnoughPoints) as first:
        await ledger.give(ANN, BEN, 5, key=key)
    await ledger.award(ANN, 100)
    with pytest.raises(NotEnoughPoints) as again:
        await ledger.give(ANN, BEN, 5, key=key)
    assert (str(again.value), again.value.facts) == (str(first.value), {"balance": 0, "needed": 5})
    assert await ledger.balance(ANN) == 100


async def test_every_refusal_is_the_same_when_it_is_repeated(ledger: Any, new_id: NewId) -> None:
    await lift_with_account(ledger)
    asked: list[dict[str, Any]] = [
        {"giver_id": ANN, "receiver_id": ANN, "amount": 1},
        {"giver_id": ANN, "receiver_id": BEN, "amount": 1, "bot": True},
        {"giver_id": ANN, "receiver_id": BEN, "amount": 0},
        {"giver_id": CEM, "receiver_id": BEN, "amount": 1},
        {"giver_id": BEN, "receiver_id": ANN, "amount": 1},
    ]
    codes = []
    for request in asked:
        key, said = new_id(), set()
        for _ in range(2):
            with pytest.raises(LedgerRefusal) as refused:
                await ledger.give(**request, key=key)
            said.add(f"{type(refused.value).__name__} {refused.value} {refused.value.facts}")
        assert len(said) == 1
        codes.append(refused.value.code)
    assert codes == [
        "same_account", "bot_account", "amount_out_of_range", "not_enough_points", "balance_too_high",
    ]  # fmt: skip


async def lift_with_account(ledger: Any) -> None:
    await ledger.award(ANN, 1)
    await ledger.award(BEN, 1)
    await lift(ledger, ANN, LARGEST_BALANCE)


@pytest.mark.parametrize("different", [{"amount": 5}, {"receiver_id": CEM}, {"giver_id": CEM}])
async def test_a_key_that_comes_again_with_other_details_is_refused(
    ledger: Any, new_id: NewId, different: dict[str, int]
) -> None:
    key, request = new_id(), {"giver_id": ANN, "receiver_id": BEN, "amount": 4}
    await ledger.award(ANN, 10)
    await ledger.give(**request, key=key)
    for _ in range(2):
        with pytest.raises(RequestChanged):
            await ledger.give(**{**request, **different}, key=key)
    with pytest.raises(RequestChanged):
        await ledger.award(ANN, 4, key=key)
    assert (await ledger.give(**request, key=key)).giver_balance == 6


async def test_guilds_share_no_points_and_no_keys(
    database: DatabaseService, ledger: Any, auditor: Any, new_id: NewId
) -> None:
    elsewhere, key = type(ledger)(database, auditor, new_id()), new_id()
    await ledger.award(ANN, 10, key=key)
    await elsewhere.award(ANN, 3, key=key)
    assert (await ledger.balance(ANN), await elsewhere.balance(ANN)) == (10, 3)
    with pytest.raises(NotEnoughPoints):
        await elsewhere.give(ANN, BEN, 4)


async def test_a_note_is_trimmed_to_what_can_be_kept(
    database: DatabaseService, ledger: Any, new_id: NewId
) -> None:
    for note in ("  \x00thanks\x00 ", "x" * 300, "", " \x00 ", "👩" * 200):
        await database.points.award(
            guild_id=ledger.guild_id, receiver_id=ANN, receiver_is_bot=False, amount=1, reason=note, actor_id=1,
            interaction_id=new_id(),
        )  # fmt: skip
    lines = await database.points.history(guild_id=ledger.guild_id, user_id=ANN)
    assert [line.note for line in lines] == ["👩" * 200, None, None, "x" * 200, "thanks"]


async def test_the_history_shows_the_balance_after_each_line(ledger: Any) -> None:
    await ledger.award(ANN, 10)
    await ledger.give(ANN, BEN, 4)
    await ledger.give(BEN, ANN, 1)
    await ledger.give(BEN, CEM, 1)
    lines = await ledger.database.points.history(guild_id=ledger.guild_id, user_id=ANN)
    assert [(line.kind, line.amount, line.balance, line.other_id) for line in lines] == [
        (OperationKind.GIVE, 1, 7, BEN),
        (OperationKind.GIVE, -4, 6, BEN),
        (OperationKind.AWARD, 10, 10, MINT),
    ]


async def test_the_history_has_pages(ledger: Any) -> None:
    for amount in range(1, 8):
        await ledger.award(ANN, amount)
    page, seen = {"guild_id": ledger.guild_id, "user_id": ANN, "limit": 3}, []
    before_id = None
    while lines := await ledger.database.points.history(**page, before_id=before_id):
        seen += [line.amount for line in lines]
        before_id = lines[-1].transfer_id
        await ledger.award(ANN, 100)
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert await ledger.database.points.history(**page, before_id=0) == []
