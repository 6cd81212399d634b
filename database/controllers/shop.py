"""What is sold: items are added, changed, and no longer sold; they are never deleted."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from database.actions import action
from database.controllers._base import BaseController
from database.listing import Cursor
from database.models.base import utc_now
from database.models.shop import ITEMS, MOST_ITEMS, ShopItem
from database.models.shop_steps import COUNT_ITEMS, ITEM_NAMED, SHELF, SUGGEST_ITEMS, Nothing
from database.shop_refusals import ItemNameTaken, ItemNotFound, NotARoleItem, TooManyItems
from database.texts import storable


class ShopController(BaseController):
    topic = "shop"

    @action(repeatable=True)
    async def shelf(
        self, *, guild_id: int, before: Cursor | None = None, after: Cursor | None = None, limit: int = 10
    ) -> Sequence[ShopItem]:
        """What is sold, the cheapest first. A place in the list is a price and an item."""
        async with self._read(guild_id=guild_id) as tx:
            return await SHELF.page(tx, guild_id, Nothing(), before=before, after=after, limit=limit)

    @action(repeatable=True)
    async def suggest(self, *, guild_id: int, typed: str, limit: int = 25) -> Sequence[ShopItem]:
        async with self._read(guild_id=guild_id) as tx:
            found = await tx.exec(SUGGEST_ITEMS, guild_id=guild_id, typed=storable(typed), limit=limit)
            return found.all()

    @action(repeatable=True)
    async def item(self, *, guild_id: int, item_id: int) -> ShopItem:
        """Raises ItemNotFound, also for what is no longer sold."""
        async with self._read(guild_id=guild_id) as tx:
            found = await ITEMS.get(tx, guild_id=guild_id, item_id=item_id)
        if found is None or found.removed_at is not None:
            raise ItemNotFound
        return found

    @action(repeatable=True)
    async def named(self, *, guild_id: int, name: str) -> ShopItem:
        """Whatever its capitals. Raises ItemNotFound."""
        async with self._read(guild_id=guild_id) as tx:
            found = (await tx.exec(ITEM_NAMED, guild_id=guild_id, name=storable(name).strip())).first()
        if found is None:
            raise ItemNotFound
        return found

    @action(repeatable=True)
    async def add(self, item: ShopItem) -> ShopItem:
        """Sell it from now on. Its interaction adds it once. Refused: TooManyItems, ItemNameTaken."""
        async with self._transaction(guild_id=item.guild_id) as tx:
            added = {"guild_id": item.guild_id, "interaction_id": item.interaction_id}
            if (known := await ITEMS.get(tx, **added)) is not None:
                return known
            if (await tx.exec(COUNT_ITEMS, guild_id=item.guild_id)).one() >= MOST_ITEMS:
                raise TooManyItems(MOST_ITEMS)
            item.description = _kept(item.description)
            try:
                async with tx.savepoint():
                    return (await ITEMS.insert(tx, [item]))[0]
            except asyncpg.UniqueViolationError:
                if (known := await ITEMS.get(tx, **added)) is not None:
                    return known
        raise ItemNameTaken

    @action(repeatable=True)
    async def edit(self, *, guild_id: int, item_id: int, changes: Mapping[str, Any]) -> ShopItem:
        """Set these columns, whatever they were. Who bought it keeps what was bought.

        Refused: ItemNotFound, ItemNameTaken, NotARoleItem (a duration, of what gives no role).
        """
        async with self._transaction(guild_id=guild_id) as tx:
            item = await ITEMS.lock(tx, guild_id=guild_id, item_id=item_id)
            if item is None or item.removed_at is not None:
                raise ItemNotFound
            if changes.get("seconds") is not None and item.role_id is None:
                raise NotARoleItem
            for column, value in changes.items():
                setattr(item, column, value)
            item.description = _kept(item.description)
            try:
                async with tx.savepoint():
                    await ITEMS.update(tx, [item], *sorted(changes))
            except asyncpg.UniqueViolationError:
                raise ItemNameTaken from None
            return item

    @action(repeatable=True)
    async def remove(self, *, guild_id: int, item_id: int) -> ShopItem:
        """Sell it no more. Removing it again changes nothing. Raises ItemNotFound."""
        async with self._transaction(guild_id=guild_id) as tx:
            item = await ITEMS.lock(tx, guild_id=guild_id, item_id=item_id)
            if item is None:
                raise ItemNotFound
            if item.removed_at is None:
                item.removed_at = utc_now()
                await ITEMS.update(tx, [item], "removed_at")
            return item


def _kept(description: str | None) -> str | None:
    return storable(description or "").strip() or None
