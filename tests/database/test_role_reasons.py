"""A role that is sold and given by a level: neither takes what the other gives."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from database.clock import clock
from database.models.shop import Buyer, Purchase, ShopItem

ANN, MEL, GOLD = 5_001, 7_000, 9_001


class Sold:
    """Ann has bought Gold, for an hour, and a level gives it, too."""

    def __init__(self, ledger: Any, new_id: Callable[[], int]) -> None:
        self.ledger, self.new_id = ledger, new_id
        self.database, self.guild = ledger.database, {"guild_id": ledger.guild_id}

    async def buy(self) -> Purchase:
        item = await self.database.shop.add(
            ShopItem(
                **self.guild,
                name="Gold",
                price=10,
                role_id=GOLD,
                seconds=3600,
                interaction_id=self.new_id(),
                added_by_id=MEL,
            )
        )
        sale = await self.database.purchases.buy(
            **self.guild, item_id=item.item_id, buyer=Buyer(ANN), shown_price=10, proposal_id=self.new_id()
        )
        step = await self.database.purchase_work.begin(sale.purchase)
        bought: Purchase = await self.database.purchase_work.given(step.purchase)
        return bought

    async def give_by_level(self, level: int) -> None:
        await self.database.levels.add_reward(
            **self.guild, level=level, role_id=GOLD, changed_by_id=MEL, interaction_id=self.new_id()
        )

    async def taken_when_over(self) -> Any:
        """What is to be done on Discord when the hour is over: None if nothing is."""
        clock.move_to(clock.ahead + timedelta(minutes=61))
        claimed = await self.database.purchase_work.claim(now=clock.now())
        [due] = [each for each in claimed if each.guild_id == self.ledger.guild_id]
        return await self.database.purchase_work.begin(due)


@pytest.fixture
async def sold(ledger: Any, new_id: Callable[[], int]) -> AsyncIterator[Sold]:
    before = clock.ahead
    await ledger.award(ANN, 100)
    yield Sold(ledger, new_id)
    clock.move_to(before)
    assert await ledger.mistakes() == []


async def test_a_level_does_not_take_what_was_bought(sold: Sold) -> None:
    await sold.give_by_level(9)
    before = await sold.database.levels.roles(**sold.guild, user_id=ANN)
    assert (before.rewards, before.wanted) == ({GOLD}, frozenset()), (
        "it is not theirs yet, and would be taken"
    )
    await sold.buy()
    after = await sold.database.levels.roles(**sold.guild, user_id=ANN)
    assert (after.rewards, after.wanted) == (frozenset(), frozenset()), "it is no affair of their level"


async def test_the_end_of_a_purchase_does_not_take_what_a_level_gives(sold: Sold) -> None:
    await sold.give_by_level(1)
    await sold.buy()
    assert await sold.taken_when_over() is None


async def test_the_end_of_a_purchase_takes_what_a_level_does_not_give_yet(sold: Sold) -> None:
    await sold.give_by_level(9)
    await sold.buy()
    assert not (await sold.taken_when_over()).gives
