"""/shop, and what is left to do for purchases: roles given and taken, whoever began it."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from bot.invocation import Interaction, guild_of
from bot.outcomes import DiscordAway, attempt, read
from bot.pages import show
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.points._group import points_in_words
from cogs.points._shop_buying import BuyButton, ShopSelect, ask
from cogs.points._shop_managing import ManagingCommands, suggest_items
from cogs.points._shop_pages import BuyersButton, InventoryButton, ShelfButton, inventory_page, shelf_page
from cogs.points._shop_performing import perform
from database.errors import DatabaseUnavailable
from database.models.shop import Purchase, PurchaseState

if TYPE_CHECKING:
    from bot.client import Reeve

LOOK_EVERY_SECONDS = 2
MOST_AT_ONCE = 20


@app_commands.guild_only()
class Shop(
    ManagingCommands,
    commands.GroupCog,
    group_name="shop",
    group_description="Spend points",
):
    @app_commands.command(name="list")
    @requires(Level.MEMBER)
    async def list_items(self, interaction: Interaction) -> None:
        """Show what can be bought."""
        await defer(interaction)
        await show(interaction, await shelf_page(interaction))

    @app_commands.command()
    @app_commands.describe(item="What you want; you are asked before anything is paid")
    @app_commands.autocomplete(item=suggest_items)
    @requires(Level.MEMBER)
    async def buy(self, interaction: Interaction, item: str) -> None:
        """Buy something for your points."""
        await defer(interaction)
        await ask(
            interaction, await self.bot.database.shop.named(guild_id=guild_of(interaction).id, name=item)
        )

    @app_commands.command()
    @app_commands.describe(member="Whose; your own if left out")
    @requires(Level.MEMBER)
    async def inventory(self, interaction: Interaction, member: discord.User | None = None) -> None:
        """Show what was bought."""
        await defer(interaction)
        await show(interaction, await inventory_page(interaction, (member or interaction.user).id))


class Delivering(BaseCog):
    """What nobody is at: whoever began it died, Discord was away, or the time of a role is over."""

    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._due = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._at_work: set[asyncio.Task[None]] = set()

    async def cog_load(self) -> None:
        self._looking = asyncio.create_task(self._look_forever(), name="purchases")

    async def cog_unload(self) -> None:
        tasks = [*self._at_work, *([self._looking] if self._looking else [])]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    @BaseCog.listener()
    async def on_shop_due(self) -> None:
        self._due.set()

    async def _look_forever(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            await clock.wait(self._due, LOOK_EVERY_SECONDS)
            self._due.clear()
            free = MOST_AT_ONCE - len(self._at_work)
            if free <= 0:
                continue
            try:
                claimed = await self.bot.database.purchase_work.claim(
                    now=clock.now(), shards=self.bot.own_shards, limit=free
                )
            except DatabaseUnavailable:
                logger.warning("Purchases wait for the database.")
                continue
            except Exception as error:  # the loop must outlive any bug in it
                incident(error, at="the purchases")
                continue
            for purchase in claimed:
                task = asyncio.create_task(self._carry_out(purchase), name="a purchase")
                self._at_work.add(task)
                task.add_done_callback(self._at_work.discard)

    async def _carry_out(self, purchase: Purchase) -> None:
        try:
            now = await perform(self.bot, purchase)
            if now is not None and now.state is PurchaseState.REFUSED:
                await self._tell(now)
        except DatabaseUnavailable:
            logger.warning("Purchase {} waits for the database.", purchase.purchase_id)
        except Exception as error:  # a bug in one must not hold up the others
            incident(error, at=f"purchase {purchase.purchase_id} of {purchase.guild_id}")

    async def _tell(self, purchase: Purchase) -> None:
        """The buyer looks at no answer any more. Once, and if it cannot be delivered `/shop inventory` says it, too."""
        guild = self.bot.get_guild(purchase.guild_id)
        where = f" in {discord.utils.escape_markdown(guild.name)}" if guild else ""
        text = (
            f"Your purchase {purchase.purchase_id}{where} did not work, and you keep your "
            f"{points_in_words(purchase.price)}. {purchase.trouble or ''}"
        )
        with suppress(DiscordAway, discord.HTTPException):
            user = await read(lambda: self.bot.fetch_user(purchase.buyer_id))
            await attempt(lambda: user.send(text))


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(ShelfButton, InventoryButton, BuyersButton, BuyButton, ShopSelect)
    await bot.add_cog(Shop(bot))
    await bot.add_cog(Delivering(bot))
