"""The question whether to buy, and its answer: the question is the key, so two clicks on it are one purchase."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import discord

from bot.command_tree import answer_error
from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of, member_of
from bot.pages import Page, PageButton
from bot.replies import defer, reply
from cogs.points._group import points_in_words
from cogs.points._history import GOLD
from cogs.points._shop_pages import LARGEST, PICK
from cogs.points._shop_performing import perform
from cogs.points._shop_roles import require_sellable
from cogs.points._shop_words import item_in_words, item_name, outcome_in_words
from database.models.shop import Buyer, PurchaseState, ShopItem
from database.shop_refusals import ItemNotFound


async def ask(interaction: Interaction, item: ShopItem) -> None:
    """Show the price and the button, if it could be bought now. What was shown is in the button: at another price
    nothing is bought.
    """
    guild = guild_of(interaction)
    require_sellable(guild, item)
    left = await interaction.client.database.purchases.would_leave(
        guild_id=guild.id, item_id=item.item_id, buyer=_buyer(interaction)
    )
    embed = discord.Embed(title="Buy this?", description=item_in_words(guild, item), colour=GOLD)
    embed.set_footer(text=f"You have {points_in_words(left + item.price)}.")
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=f"Buy for {points_in_words(item.price)}",
        style=discord.ButtonStyle.success,
        custom_id=f"shop:buy:{item.item_id}:{item.price}:{interaction.id}",
    )
    view = discord.ui.View(timeout=None)
    view.add_item(button)
    await reply(interaction, embeds=[embed], view=view)


def _buyer(interaction: Interaction) -> Buyer:
    member = member_of(interaction)
    return Buyer(member.id, frozenset(role.id for role in member.roles), member.is_timed_out())


class BuyButton(PageButton, template=r"shop:buy:[0-9]{1,19}:[0-9]{1,10}:[0-9]{1,20}"):
    async def turn(self, interaction: Interaction) -> Page:
        item_id, price, proposal_id = map(int, self.custom_id.split(":")[2:])
        if max(item_id, proposal_id) > LARGEST:
            raise ButtonOutdated
        return await _buy(interaction, item_id, price, proposal_id)


async def _buy(interaction: Interaction, item_id: int, price: int, proposal_id: int) -> Page:
    """Once; the same question again shows what became of it."""
    bot, member = interaction.client, member_of(interaction)
    name = "It"
    with suppress(ItemNotFound):  # a repeat is answered also when it is no longer sold
        item = await bot.database.shop.item(guild_id=member.guild.id, item_id=item_id)
        name = item_name(item)
        require_sellable(member.guild, item)
    sale = await bot.database.purchases.buy(
        guild_id=member.guild.id,
        item_id=item_id,
        buyer=_buyer(interaction),
        shown_price=price,
        proposal_id=proposal_id,
    )
    purchase = sale.purchase
    if sale.is_new and purchase.state is PurchaseState.HELD:
        purchase = await perform(bot, purchase) or purchase
    text = outcome_in_words(purchase, name, sale.receipt.left)
    return Page(discord.Embed(description=text, colour=GOLD))


class ShopSelect(discord.ui.DynamicItem[discord.ui.Select[Any]], template=PICK):
    """Choose an item on a page of the shop."""

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003  # discord.py's signature
        item: Any,
        match: re.Match[str],  # noqa: ARG003  # likewise
    ) -> "ShopSelect":
        return cls(item)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        return bool(interaction.client.met.is_first(interaction.id))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """discord.py would only log what a dynamic item raises."""
        try:
            await defer(interaction)
            item = await _picked(interaction, self.item.values)
            await ask(interaction, item)
        except Exception as error:  # becomes the person's answer
            await answer_error(interaction, error)


async def _picked(interaction: Interaction, values: Sequence[str]) -> ShopItem:
    if not values or not values[0].isdecimal() or int(values[0]) > LARGEST:
        raise ButtonOutdated
    return await interaction.client.database.shop.item(
        guild_id=guild_of(interaction).id, item_id=int(values[0])
    )
