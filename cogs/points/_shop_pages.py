"""What is sold, what was bought, and by whom, as pages that turn by place: the price and item, the purchase."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import discord

from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.permissions import Level, require
from bot.typed import one_line
from cogs.points._group import points_in_words
from cogs.points._history import GOLD
from cogs.points._shop_words import bought_in_words, buyer_in_words, item_in_words
from database.models.shop import ShopItem
from database.models.shop_steps import Bought, BoughtBy

PAGE_SIZE = 8
LARGEST = 2**63 - 1
PICK = "shop:pick"
LONGEST_ON_SHELF = 140
"""Of a description: all that is on a page has room in one embed. The question before buying has it whole."""

Row = TypeVar("Row")


class Turned(NamedTuple):
    """Where a page begins: beyond a row, or before one. Neither: the first."""

    before: tuple[int, ...] | None = None
    after: tuple[int, ...] | None = None

    @classmethod
    def by(cls, way: str, *place: int) -> "Turned":
        if max(place) > LARGEST:
            raise ButtonOutdated
        return cls(after=place) if way == "back" else cls(before=place)

    def shown(self, found: Sequence[Row]) -> tuple[Sequence[Row], bool, bool]:
        """The rows of this page, and whether there are some before and after. One more than a page was asked for."""
        more = len(found) > PAGE_SIZE
        rows = found[-PAGE_SIZE:] if self.after is not None else found[:PAGE_SIZE]
        return (
            rows,
            more if self.after is not None else self.before is not None,
            self.after is not None or more,
        )


FIRST = Turned()


async def shelf_page(interaction: Interaction, at: Turned = FIRST) -> Page:
    """With a menu to buy what is on it."""
    guild = guild_of(interaction)
    found = await interaction.client.database.shop.shelf(
        guild_id=guild.id, before=at.before, after=at.after, limit=PAGE_SIZE + 1
    )
    items, is_back, is_forward = at.shown(found)
    lines = "\n".join(item_in_words(guild, each, LONGEST_ON_SHELF) for each in items)
    embed = discord.Embed(
        title="Shop", description=lines or "Nothing is sold here at the moment.", colour=GOLD
    )
    return Page(
        embed,
        back=_shelf_at("back", items[0]) if is_back and items else None,
        forward=_shelf_at("next", items[-1]) if is_forward and items else None,
        more=[_menu(items)] if items else (),
    )


def _shelf_at(way: str, item: ShopItem) -> str:
    return f"shop:shelf:{way}:{item.price}:{item.item_id}"


def _menu(items: Sequence[ShopItem]) -> discord.ui.Select[Any]:
    select: discord.ui.Select[Any] = discord.ui.Select(custom_id=PICK, placeholder="Buy …", row=1)
    for item in items:
        select.add_option(label=item.name, value=str(item.item_id), description=points_in_words(item.price))
    return select


class ShelfButton(PageButton, template=r"shop:shelf:(?:back|next):[0-9]{1,10}:[0-9]{1,19}"):
    async def turn(self, interaction: Interaction) -> Page:
        _, _, way, price, item_id = self.custom_id.split(":")
        return await shelf_page(interaction, Turned.by(way, int(price), int(item_id)))


async def inventory_page(interaction: Interaction, user_id: int, at: Turned = FIRST) -> Page:
    """Newest first, with what became of each."""
    guild = guild_of(interaction)
    rows, is_back, is_forward = at.shown(await _purchases(interaction, BoughtBy(user_id), at))
    lines = "\n".join(bought_in_words(guild, each) for each in rows) or "Nothing was bought yet."
    embed = discord.Embed(title="Inventory", description=f"<@{user_id}>\n{lines}", colour=GOLD)
    return Page(
        embed,
        back=f"shop:inv:back:{user_id}:{rows[0].purchase_id}" if is_back and rows else None,
        forward=f"shop:inv:next:{user_id}:{rows[-1].purchase_id}" if is_forward and rows else None,
    )


class InventoryButton(PageButton, template=r"shop:inv:(?:back|next):[0-9]{1,19}:[0-9]{1,19}"):
    async def turn(self, interaction: Interaction) -> Page:
        _, _, way, user_id, purchase_id = self.custom_id.split(":")
        if int(user_id) > LARGEST:
            raise ButtonOutdated
        return await inventory_page(interaction, int(user_id), Turned.by(way, int(purchase_id)))


async def buyers_page(interaction: Interaction, item_id: int, at: Turned = FIRST) -> Page:
    """Who bought this item, the newest first, with the number that /shop refund takes."""
    rows, is_back, is_forward = at.shown(await _purchases(interaction, BoughtBy(item_id=item_id), at))
    embed = discord.Embed(title="Buyers", description="Nobody has bought that yet.", colour=GOLD)
    if rows:
        embed.description = "\n".join([f"**{one_line(rows[0].name, 60)}**", *map(buyer_in_words, rows)])
    return Page(
        embed,
        back=f"shop:buyers:back:{item_id}:{rows[0].purchase_id}" if is_back and rows else None,
        forward=f"shop:buyers:next:{item_id}:{rows[-1].purchase_id}" if is_forward and rows else None,
    )


class BuyersButton(PageButton, template=r"shop:buyers:(?:back|next):[0-9]{1,19}:[0-9]{1,19}"):
    async def turn(self, interaction: Interaction) -> Page:
        await require(interaction, Level.MANAGER)
        _, _, way, item_id, purchase_id = self.custom_id.split(":")
        if int(item_id) > LARGEST:
            raise ButtonOutdated
        return await buyers_page(interaction, int(item_id), Turned.by(way, int(purchase_id)))


async def _purchases(interaction: Interaction, matching: BoughtBy, at: Turned) -> Sequence[Bought]:
    return await interaction.client.database.purchases.page(
        guild_id=guild_of(interaction).id,
        matching=matching,
        before=at.before,
        after=at.after,
        limit=PAGE_SIZE + 1,
    )
