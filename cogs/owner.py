"""The owner's commands, by mention: `@Reeve sync`, `@Reeve status`. They work where slash commands do not yet."""

from typing import TYPE_CHECKING, Any

from discord.ext import commands

from bot.base_cog import BaseCog
from bot.command_sync import sync_commands
from bot.shard_leases import in_words

if TYPE_CHECKING:
    from bot.client import Reeve

MOST_NAMED = 20
"""Processes; a message has room for 2,000 characters."""


class Owner(BaseCog):
    async def cog_check(self, ctx: commands.Context[Any]) -> bool:
        """Others get no answer: NotOwner is passed over in silence."""
        if not await self.bot.is_owner(ctx.author):
            raise commands.NotOwner
        return True

    @commands.command()
    async def sync(self, ctx: commands.Context[Any]) -> None:
        """Compare the slash commands with Discord's and send them if they differ."""
        changed = await sync_commands(self.bot)
        await ctx.send("Slash commands sent to Discord." if changed else "Slash commands were up to date.")

    @commands.command()
    async def status(self, ctx: commands.Context[Any]) -> None:
        """Say how Reeve and its database are."""
        live = await self.bot.database.processes.leases()
        replica = self.bot.database.replica_status()
        health, pool = await self.bot.database.health(), self.bot.database.pool_status()
        await ctx.send(
            f"Reeve is up in {len(self.bot.guilds)} servers.\n"
            f"Discord answers in {self.bot.latency * 1000:.0f} ms, the database in {health.latency_ms:.1f} ms.\n"
            f"Shards {self.bot.own_shards} are here; of all processes: {', '.join(in_words(live)[:MOST_NAMED])}.\n"
            f"Connections: {pool.checked_out} busy, {pool.idle} idle, at most {pool.most}."
            + (f"\n{replica.sentence}" if replica else "")
        )


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Owner(bot))
