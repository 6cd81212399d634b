"""Revision 0019 with a purchase under way: on the way down nothing stays held for ever."""

from typing import Any

import asyncpg

from database import migrations
from database.models.shop import Buyer, ShopItem
from database.models.shop_steps import BoughtBy
from database.service import DatabaseService


async def test_what_a_purchase_holds_is_let_go_on_the_way_down(scratch: str) -> None:
    await migrations.upgrade(scratch)
    service = DatabaseService(scratch)
    await service.open()
    here = {"guild_id": 1}
    await service.points.award(
        **here, receiver_id=5000, receiver_is_bot=False, amount=9, reason="r", actor_id=1, interaction_id=1
    )
    bought = {}
    for key, role_id in ((2, 77), (3, None)):
        item = await service.shop.add(
            ShopItem(**here, name=f"n{key}", price=4, role_id=role_id, interaction_id=key, added_by_id=1)
        )
        sale = await service.purchases.buy(
            **here, item_id=item.item_id, buyer=Buyer(5000), shown_price=4, proposal_id=key
        )
        bought[key] = sale.purchase
    assert (await service.points.funds(**here, user_id=5000))[:2] == (5, 4)
    await service.close()

    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    before = await connection.fetch("SELECT * FROM point_transfers ORDER BY transfer_id")
    await migrations.downgrade(scratch, "0018")
    after = await connection.fetch("SELECT * FROM point_transfers ORDER BY transfer_id")
    over = [new["transfer_id"] for old, new in zip(before, after, strict=True) if old != new]
    [held] = [row["transfer_id"] for row in before if row["phase"] == "hold"]
    assert over == [held], "its time is over now, so the sweeper of holds lets it go"
    assert await connection.fetchval(
        "SELECT expires_at <= now() FROM point_transfers WHERE transfer_id = $1", held
    )
    await connection.close()

    await migrations.upgrade(scratch)
    service = DatabaseService(scratch)
    await service.open()
    assert await service.purchases.page(**here, matching=BoughtBy()) == []
    await service.holds.expire(**here, hold_id=bought[2].operation_id, transfer_id=held, actor_id=1)
    assert (await service.points.funds(**here, user_id=5000))[:2] == (5, 0)
    await service.close()
