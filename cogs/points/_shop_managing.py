"""/shop add, edit, remove, restock, buyers, refund"""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.durations import LONGEST, parse_duration, parse_moment
from bot.errors import DurationNotUnderstood
from bot.invocation import Interaction, guild_of, member_of
from bot.pages import show
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import cut
from cogs.points._award import award_reasons
from cogs.points._group import Amount, points_in_words
from cogs.points._names import names_of
from cogs.points._shop_pages import buyers_page
from cogs.points._shop_roles import powers_in_words, require_giveable, require_own_to_give
from cogs.points._shop_words import item_in_words, item_name
from cogs.points._suggesting import LONGEST_CHOICE, MOST_CHOICES, Happened, suggested
from database.errors import DatabaseUnavailable
from database.models import LONGEST_NOTE
from database.models.shop import (
    HIGHEST_REQUIRED_LEVEL,
    LARGEST_STOCK,
    LONGEST_DESCRIPTION,
    LONGEST_ITEM_NAME,
    MOST_EACH,
    ShopItem,
)
from database.models.shop_steps import BoughtBy
from database.shop_refusals import NotARoleItem

MOST_LOOKED_THROUGH = 200
LARGEST_NUMBER = 2**53 - 1
SHORTEST_ROLE = timedelta(minutes=1)
NEVER = "never"

ItemName = app_commands.Range[str, 1, LONGEST_ITEM_NAME]
Description = app_commands.Range[str, 1, LONGEST_DESCRIPTION]


async def suggest_items(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Of this server, by their names."""
    if interaction.guild_id is None:
        return []
    try:
        items = await interaction.client.database.shop.suggest(
            guild_id=interaction.guild_id, typed=current.strip(), limit=MOST_CHOICES
        )
    except DatabaseUnavailable:  # a suggestion is a courtesy: none is better than an error
        return []
    return [
        app_commands.Choice(
            name=cut(f"{item.name} · {points_in_words(item.price)}", LONGEST_CHOICE), value=item.name
        )
        for item in items
    ]


async def _suggest_purchases(interaction: Interaction, current: object) -> list[app_commands.Choice[int]]:
    """Of the newest that can be refunded: those that have what was typed."""
    guild = interaction.guild
    if guild is None:
        return []
    try:
        bought = await interaction.client.database.purchases.page(
            guild_id=guild.id, matching=BoughtBy(is_refundable=True), limit=MOST_LOOKED_THROUGH
        )
        names = await names_of(interaction, (each.buyer_id for each in bought))
        happened = [
            Happened(
                each.purchase_id,
                (each.name, names[each.buyer_id], points_in_words(each.price)),
                each.created_at,
            )
            for each in bought
        ]
        return await suggested(interaction, current, happened)
    except DatabaseUnavailable:  # likewise
        return []


class ManagingCommands(BaseCog):
    @app_commands.command()
    @app_commands.describe(
        name="What it is called",
        price="How many points it costs",
        role="The role that a buyer gets; without one it is an item to have",
        duration="How long they keep the role, for example 30d; for good if left out",
        description="What else is to be known",
        stock="How many there are; endless if left out",
        limit="How many one member may buy",
        required_role="Only who has this role may buy it",
        required_level="Only who has this level may buy it",
        until="When it is no longer sold, for example 7d or 2026-12-24",
    )
    @requires(Level.MANAGER)
    async def add(  # noqa: PLR0917  # Discord's options
        self,
        interaction: Interaction,
        name: ItemName,
        price: Amount,
        role: discord.Role | None = None,
        duration: str | None = None,
        description: Description | None = None,
        stock: app_commands.Range[int, 0, LARGEST_STOCK] | None = None,
        limit: app_commands.Range[int, 1, MOST_EACH] | None = None,
        required_role: discord.Role | None = None,
        required_level: app_commands.Range[int, 1, HIGHEST_REQUIRED_LEVEL] | None = None,
        until: str | None = None,
    ) -> None:
        """Sell something for points."""
        await defer(interaction)
        guild = guild_of(interaction)
        if role is not None:
            require_own_to_give(member_of(interaction), role)
            require_giveable(guild, role.id)
        elif duration is not None:
            raise NotARoleItem
        item = await self.bot.database.shop.add(
            ShopItem(
                guild_id=guild.id,
                name=cut(name, LONGEST_ITEM_NAME),
                description=description,
                price=price,
                role_id=role.id if role else None,
                seconds=_seconds(duration),
                stock=stock,
                most_each=limit,
                required_role_id=_no_everyone(required_role),
                required_level=required_level,
                sells_until=await self._moment(interaction, until),
                interaction_id=interaction.id,
                added_by_id=interaction.user.id,
            )
        )
        powers = powers_in_words(guild, item.role_id)
        await reply(interaction, f"Now sold:\n{item_in_words(guild, item)}{powers}")

    @app_commands.command()
    @app_commands.describe(
        item="What to change; who bought it keeps what they bought",
        name="What it is called",
        price="How many points it costs",
        duration="How long a role is kept, or never: for good",
        description="What else is to be known",
        limit="How many one member may buy; 0: as many as they like",
        required_role="Only who has this role may buy it; everyone: no role is needed",
        required_level="Only who has this level may buy it; 0: no level is needed",
        until="When it is no longer sold, or never",
    )
    @app_commands.autocomplete(item=suggest_items)
    @requires(Level.MANAGER)
    async def edit(  # noqa: PLR0917  # Discord's options
        self,
        interaction: Interaction,
        item: str,
        name: ItemName | None = None,
        price: Amount | None = None,
        duration: str | None = None,
        description: Description | None = None,
        limit: app_commands.Range[int, 0, MOST_EACH] | None = None,
        required_role: discord.Role | None = None,
        required_level: app_commands.Range[int, 0, HIGHEST_REQUIRED_LEVEL] | None = None,
        until: str | None = None,
    ) -> None:
        """Change what is sold."""
        await defer(interaction)
        found = await self._named(interaction, item)
        given: dict[str, Any] = {
            "name": cut(name, LONGEST_ITEM_NAME) if name else None,
            "price": price,
            "description": description,
        }
        changes = {column: value for column, value in given.items() if value is not None}
        if duration is not None:
            changes["seconds"] = _seconds(duration)
        if limit is not None:
            changes["most_each"] = limit or None
        if required_role is not None:
            changes["required_role_id"] = _no_everyone(required_role)
        if required_level is not None:
            changes["required_level"] = required_level or None
        if until is not None:
            changes["sells_until"] = await self._moment(interaction, until)
        if changes:
            found = await self.bot.database.shop.edit(
                guild_id=found.guild_id, item_id=found.item_id, changes=changes
            )
        guild = guild_of(interaction)
        powers = powers_in_words(guild, found.role_id)
        await reply(interaction, f"Sold as:\n{item_in_words(guild, found)}{powers}")

    @app_commands.command()
    @app_commands.describe(item="What is not to be sold any more; who bought it keeps it")
    @app_commands.autocomplete(item=suggest_items)
    @requires(Level.MANAGER)
    async def remove(self, interaction: Interaction, item: str) -> None:
        """Sell something no more."""
        await defer(interaction)
        found = await self._named(interaction, item)
        await self.bot.database.shop.remove(guild_id=found.guild_id, item_id=found.item_id)
        await reply(interaction, f"{item_name(found)} is not sold any more. Who bought it keeps it.")

    @app_commands.command()
    @app_commands.describe(item="What there is more of", stock="How many are left now; endless if left out")
    @app_commands.autocomplete(item=suggest_items)
    @requires(Level.MANAGER)
    async def restock(
        self,
        interaction: Interaction,
        item: str,
        stock: app_commands.Range[int, 0, LARGEST_STOCK] | None = None,
    ) -> None:
        """Say how many pieces are left."""
        await defer(interaction)
        found = await self._named(interaction, item)
        await self.bot.database.shop.edit(
            guild_id=found.guild_id, item_id=found.item_id, changes={"stock": stock}
        )
        left = "endless" if stock is None else f"{stock:,} left"
        await reply(interaction, f"{item_name(found)}: {left}.")

    @app_commands.command()
    @app_commands.describe(item="Of what")
    @app_commands.autocomplete(item=suggest_items)
    @requires(Level.MANAGER)
    async def buyers(self, interaction: Interaction, item: str) -> None:
        """Show who bought something, and what became of it."""
        await defer(interaction)
        found = await self._named(interaction, item)
        await show(interaction, await buyers_page(interaction, found.item_id))

    @app_commands.command()
    @app_commands.describe(
        purchase="Its number; /shop inventory and /shop buyers show it",
        restock="Whether its piece can be sold again",
        reason="Why; the ledger keeps it",
    )
    @app_commands.autocomplete(purchase=_suggest_purchases)
    @app_commands.autocomplete(reason=award_reasons)
    @requires(Level.MANAGER)
    async def refund(
        self,
        interaction: Interaction,
        purchase: app_commands.Range[int, 1, LARGEST_NUMBER],
        restock: bool = False,
        reason: app_commands.Range[str, 1, LONGEST_NOTE] | None = None,
    ) -> None:
        """Give the points of a purchase back, and take what was bought."""
        await defer(interaction)
        guild = guild_of(interaction)
        done = await self.bot.database.purchases.refund(
            guild_id=guild.id,
            purchase_id=purchase,
            restock=restock,
            note=reason,
            actor_id=interaction.user.id,
            interaction_id=interaction.id,
        )
        self.bot.dispatch("shop_due")
        is_taken = done.purchase.due_at is not None and guild.get_role(done.purchase.role_id or 0) is not None
        role = f" The role <@&{done.purchase.role_id}> is taken back." if is_taken else ""
        whose = f"<@{done.purchase.buyer_id}>"
        await reply(interaction, f"{whose} has {points_in_words(done.points)} back.{role}")

    async def _named(self, interaction: Interaction, name: str) -> ShopItem:
        return await self.bot.database.shop.named(guild_id=guild_of(interaction).id, name=name)

    async def _moment(self, interaction: Interaction, text: str | None) -> Any:
        if text is None or text.strip().casefold() == NEVER:
            return None
        config = await self.guild_configs.get(guild_id=guild_of(interaction).id)
        return parse_moment(text, now=clock.now(), zone=ZoneInfo(config.time_zone), past=False, day_ends=True)


def _seconds(duration: str | None) -> int | None:
    if duration is None or duration.strip().casefold() == NEVER:
        return None
    kept = parse_duration(duration, shortest=SHORTEST_ROLE)
    if not SHORTEST_ROLE <= kept <= LONGEST:
        raise DurationNotUnderstood(duration, "1m")
    return int(kept.total_seconds())


def _no_everyone(role: discord.Role | None) -> int | None:
    return None if role is None or role.is_default() else role.id
