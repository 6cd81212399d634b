"""Purchases that nobody can carry out: Reeve is not in the server any more, and its points are frozen."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from bot.clock import clock
from cogs.points._shop_performing import GIVEN_UP_AFTER, perform
from database.models.shop import Buyer, PurchaseState, ShopItem
from database.service import DatabaseService

GUILD, ANN = 900, 5_001
FREEZE = "INSERT INTO point_ledgers (guild_id, frozen_at, frozen_why) VALUES ($1, now(), 'a test')"


@pytest.fixture(autouse=True)
def _time_goes_on_as_it_did() -> Iterator[None]:
    before = clock.ahead
    yield
    clock.move_to(before)


def pass_by(time: timedelta) -> None:
    clock.move_to(clock.ahead + time)


async def test_what_is_given_up_while_the_ledger_is_frozen_waits_until_it_is_not(
    database: DatabaseService, dsn: str
) -> None:
    item = await database.shop.add(
        ShopItem(guild_id=GUILD, name="VIP", price=10, role_id=7, interaction_id=1, added_by_id=2)
    )
    await database.points.award(
        guild_id=GUILD,
        receiver_id=ANN,
        receiver_is_bot=False,
        amount=10,
        reason="x",
        actor_id=2,
        interaction_id=3,
    )
    await database.purchases.buy(
        guild_id=GUILD, item_id=item.item_id, buyer=Buyer(ANN), shown_price=10, proposal_id=4
    )
    tables: Any = await asyncpg.connect(dsn)
    await tables.execute("SET reeve.system = 'on'")
    await tables.execute(FREEZE, GUILD)
    bot: Any = SimpleNamespace(database=database, get_guild=lambda _: None)
    pass_by(2 * GIVEN_UP_AFTER)

    [due] = await database.purchase_work.claim(now=clock.now())
    waits = await perform(bot, due)

    assert waits is not None
    assert waits.state is PurchaseState.HELD
    assert "No point moves" in (waits.trouble or "")
    await tables.execute("UPDATE point_ledgers SET frozen_at = NULL, frozen_why = NULL")
    pass_by(timedelta(hours=1))
    [due] = await database.purchase_work.claim(now=clock.now())
    given_up = await perform(bot, due)
    assert given_up is not None
    assert given_up.state is PurchaseState.REFUSED
    assert tuple(await database.points.funds(guild_id=GUILD, user_id=ANN))[:2] == (10, 0)
    await tables.close()
