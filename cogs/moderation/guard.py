"""/config guard: who is paused, and who may go on."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.utils import format_dt

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from database.models import LONGEST_WHY

if TYPE_CHECKING:
    from bot.client import Reeve


class GuardGroup(app_commands.Group):
    def __init__(self) -> None:
        super().__init__(name="guard", description="Moderators who kicked or banned too many at once")

    @app_commands.command()
    @requires(Level.ADMIN)
    async def show(self, interaction: Interaction) -> None:
        """Show who is paused, and what the guard allows."""
        await defer(interaction)
        database, guild = interaction.client.database, guild_of(interaction)
        config = await database.guild_configs.get(guild_id=guild.id)
        paused = await database.staff_guards.paused(guild_id=guild.id)
        embed = discord.Embed(title="The guard on staff", colour=discord.Colour(0x5865F2))
        embed.description = "\n".join(
            f"⛔ <@{row.moderator_id}> is paused since {format_dt(row.paused_at, 'f')}"
            for row in paused
            if row.paused_at is not None
        )
        embed.description = embed.description[:4096] or "Nobody is paused."
        acts, targets = config.guard_acts_per_hour, config.guard_targets
        embed.add_field(
            name="Kicks and bans in an hour", value=f"at most {acts}" if acts else "as many as they like"
        )
        embed.add_field(
            name="People in one act",
            value=f"a second moderator beyond {targets}" if targets else "as many as they like",
        )
        await reply(interaction, embeds=[embed])

    @app_commands.command()
    @app_commands.describe(member="Who may kick and ban again", why="Why; kept in the history")
    @requires(Level.ADMIN)
    async def resume(
        self,
        interaction: Interaction,
        member: discord.User,
        why: app_commands.Range[str, 1, LONGEST_WHY] | None = None,
    ) -> None:
        """Let a paused moderator kick and ban again, counted from nothing."""
        await defer(interaction)
        if member.id == interaction.user.id and guild_of(interaction).owner_id != member.id:
            await reply(interaction, "You cannot end your own pause: another admin or the owner can.")
            return
        resumed = await interaction.client.database.staff_guards.resume(
            guild_id=guild_of(interaction).id,
            moderator_id=member.id,
            changed_by_id=interaction.user.id,
            interaction_id=interaction.id,
            why=why,
        )
        said = "may kick and ban again" if resumed else "is not paused"
        await reply(interaction, f"<@{member.id}> {said}.")


async def setup(bot: "Reeve") -> None:
    """Loaded after /config, of which a part is here."""
    config = bot.tree.get_command("config")
    assert isinstance(config, app_commands.Group)
    config.add_command(GuardGroup())
