"""Points for talking: by the server's rule, by the messages' own times, once for each message."""

import asyncio
import itertools
from datetime import timedelta
from typing import Any

from database.clock import clock
from database.models.points import LARGEST_BALANCE

NUMBERS = itertools.count(800_000_000_000_000_000)
ANN, BEN = 5_001, 5_002
NOON = clock.now() - timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MOMENT = timedelta(microseconds=1)


async def rule(ledger: Any, setting: str, value: int) -> None:
    await ledger.database.guild_configs.change(
        guild_id=ledger.guild_id, setting=setting, value=value, changed_by_id=1, interaction_id=next(NUMBERS)
    )


async def test_the_cool_down_runs_by_the_messages_own_times(ledger: Any) -> None:
    said = [NOON, NOON + MOMENT, NOON + MINUTE - MOMENT, NOON + MINUTE, NOON + 2 * MINUTE]
    assert [await ledger.earn(ANN, at) for at in said] == [1, 0, 0, 1, 1]
    assert await ledger.earn(BEN, NOON) == 1
    assert await ledger.balance(ANN) == 3
    assert await ledger.mistakes() == []


async def test_a_message_seen_again_gets_its_first_answer_and_earns_once(ledger: Any, new_id: Any) -> None:
    key = new_id()
    for at in (NOON, NOON, NOON + 5 * MINUTE):
        assert await ledger.earn(ANN, at, key=key) == 1
    assert await ledger.balance(ANN) == 1


async def test_two_messages_at_once_earn_once(ledger: Any) -> None:
    earned = await asyncio.gather(*(ledger.earn(ANN, NOON + n * MOMENT) for n in range(12)))
    assert sorted(earned) == [0] * 11 + [1]
    assert await ledger.balance(ANN) == 1
    assert await ledger.mistakes() == []


async def test_one_message_delivered_often_at_once_earns_once(ledger: Any, new_id: Any) -> None:
    await rule(ledger, "message_cooldown_seconds", 0)
    key = new_id()
    assert await asyncio.gather(*(ledger.earn(ANN, NOON, key=key) for _ in range(12))) == [1] * 12
    assert await ledger.balance(ANN) == 1


async def test_a_changed_rule_holds_from_the_next_message_on(ledger: Any) -> None:
    assert await ledger.earn(ANN, NOON) == 1
    await rule(ledger, "points_per_message", 5)
    await rule(ledger, "message_cooldown_seconds", 600)
    assert await ledger.earn(ANN, NOON + MINUTE) == 0
    assert await ledger.earn(ANN, NOON + 10 * MINUTE) == 5
    await rule(ledger, "points_per_message", 0)
    assert await ledger.earn(ANN, NOON + 60 * MINUTE) == 0
    assert await ledger.balance(ANN) == 6


async def test_without_a_cool_down_every_message_earns_in_whatever_order_they_come(ledger: Any) -> None:
    await rule(ledger, "message_cooldown_seconds", 0)
    earned = await asyncio.gather(*(ledger.earn(ANN, NOON - n * MINUTE) for n in range(10)))
    assert earned == [1] * 10
    await rule(ledger, "message_cooldown_seconds", 60)
    assert await ledger.earn(ANN, NOON + MINUTE - MOMENT) == 0


async def test_talking_over_the_ceiling_earns_nothing(ledger: Any) -> None:
    await ledger.award(ANN, 1)
    await ledger.auditor.execute(
        "UPDATE point_accounts SET balance = $1 WHERE kind = 'member'", LARGEST_BALANCE
    )
    assert await ledger.earn(ANN, NOON) == 0


async def test_a_gift_does_not_start_a_cool_down(ledger: Any) -> None:
    await ledger.earn(ANN, NOON)
    await ledger.give(ANN, BEN, 1)
    assert await ledger.earn(BEN, NOON) == 1
