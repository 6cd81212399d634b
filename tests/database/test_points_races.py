"""Many hands on the same accounts: no deadlock, nothing lost, nothing twice."""

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from database.clock import clock
from database.ledger import Movement
from database.ledger_refusals import LedgerRefusal, NotEnoughPoints

PEOPLE = range(5_001, 5_011)
NOON = clock.now() - timedelta(hours=1)


async def test_two_who_pay_each_other_at_once_do_not_wait_for_each_other_for_ever(ledger: Any) -> None:
    ann, ben = PEOPLE[:2]
    await asyncio.gather(ledger.award(ann, 100), ledger.award(ben, 100))
    await asyncio.gather(*(ledger.give(*pair, 1) for pair in [(ann, ben), (ben, ann)] * 40))
    assert (await ledger.balance(ann), await ledger.balance(ben)) == (100, 100)
    assert await ledger.mistakes() == []


async def test_ten_pay_one_who_has_no_account_yet(ledger: Any) -> None:
    await asyncio.gather(*(ledger.award(person, 9) for person in PEOPLE))
    await asyncio.gather(*(ledger.give(person, 6_000, 3) for person in PEOPLE for _ in range(3)))
    assert await ledger.balance(6_000) == 90
    assert await ledger.mistakes() == []


async def test_one_who_pays_ten_spends_each_point_once(ledger: Any) -> None:
    await ledger.award(6_000, 25)
    outcomes = await asyncio.gather(
        *(ledger.give(6_000, person, 3) for person in PEOPLE), return_exceptions=True
    )
    assert sum(isinstance(outcome, Movement) for outcome in outcomes) == 8
    assert sum(isinstance(outcome, NotEnoughPoints) for outcome in outcomes) == 2
    assert await ledger.balance(6_000) == 1
    assert await ledger.mistakes() == []


async def test_a_gift_delivered_ten_times_at_once_is_given_once(
    ledger: Any, new_id: Callable[[], int]
) -> None:
    ann, ben, key = PEOPLE[0], PEOPLE[1], new_id()
    await ledger.award(ann, 100)
    answers = await asyncio.gather(*(ledger.give(ann, ben, 7, key=key) for _ in range(10)))
    first = Movement(amount=7, giver_balance=93, receiver_balance=7, operation_id=answers[0].operation_id)
    assert answers == [first] * 10
    assert await ledger.mistakes() == []


async def test_everybody_does_everything_at_once(ledger: Any, new_id: Callable[[], int]) -> None:
    """Accounts are opened, paid, emptied and talk, all keys delivered up to three times."""
    dice = random.Random(11)
    acts = []
    for turn in range(120):
        giver, receiver = dice.sample(PEOPLE, 2)
        key, amount = new_id(), dice.randint(1, 9)
        at = NOON + timedelta(seconds=20 * turn)
        act: Callable[[], Any] = dice.choice(
            [
                lambda g=giver, r=receiver, a=amount, k=key: ledger.give(g, r, a, key=k),
                lambda r=receiver, a=amount, k=key: ledger.award(r, a, key=k),
                lambda g=giver, t=at, k=key: ledger.earn(g, t, key=k),
            ]
        )
        acts += [act] * dice.randint(1, 3)
    dice.shuffle(acts)
    outcomes = await asyncio.gather(*(act() for act in acts), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {Movement, int, *LedgerRefusal.__subclasses__()}
    assert await ledger.mistakes() == []
