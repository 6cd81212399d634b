"""/points levels: the roles that levels give."""

import discord
from discord import app_commands

from bot.invocation import Interaction, guild_of, member_of
from bot.permissions import Level, requires
from bot.post_channels import LEVELS, found_channel
from bot.replies import defer, reply
from cogs.points._group import PointsPart
from cogs.points._level_roles import obstacle
from cogs.points._shop_roles import require_own_to_give
from database.levels import HIGHEST_LEVEL, Curve
from database.models import GuildSettings

BLURPLE = discord.Colour(0x5865F2)
LevelNumber = app_commands.Range[int, 1, HIGHEST_LEVEL]
NO_REWARD = "No level gives a role yet: /points levels add changes that."


class LevelCommands(PointsPart):
    levels = app_commands.Group(name="levels", description="The roles that levels give")

    @levels.command(name="add")
    @app_commands.describe(level="From which level on", role="What it gives")
    @requires(Level.MANAGER)
    async def add_level(self, interaction: Interaction, level: LevelNumber, role: discord.Role) -> None:
        """Let a level give a role, to all who have it already, too."""
        await defer(interaction)
        guild = guild_of(interaction)
        require_own_to_give(member_of(interaction), role)
        await self.bot.database.levels.add_reward(
            guild_id=guild.id,
            level=level,
            role_id=role.id,
            changed_by_id=interaction.user.id,
            interaction_id=interaction.id,
        )
        self.bot.dispatch("outbox_filled")
        trouble = obstacle(guild, role.id)
        remark = (
            f" Not yet, though. {trouble}"
            if trouble
            else " Who has that level gets it now, and who has not loses it."
        )
        await reply(interaction, f"Level {level:,} gives {role.mention}.{remark}")

    @levels.command(name="remove")
    @app_commands.describe(level="The level that is to give no role any more")
    @requires(Level.MANAGER)
    async def remove_level(self, interaction: Interaction, level: LevelNumber) -> None:
        """Let a level give no role any more; who has the role keeps it."""
        await defer(interaction)
        guild = guild_of(interaction)
        role_id = await self.bot.database.levels.remove_reward(
            guild_id=guild.id,
            level=level,
            changed_by_id=interaction.user.id,
            interaction_id=interaction.id,
        )
        self.bot.dispatch("outbox_filled")
        if role_id is None:
            await reply(interaction, f"Level {level:,} gives no role.")
            return
        left = "Who has that role keeps it." if guild.get_role(role_id) else "That role is deleted."
        await reply(interaction, f"Level {level:,} does not give <@&{role_id}> any more. {left}")

    @levels.command(name="show")
    @requires(Level.MANAGER)
    async def show_levels(self, interaction: Interaction) -> None:
        """Show which level gives which role, and what it takes."""
        await defer(interaction)
        guild = guild_of(interaction)
        rewards = await self.bot.database.levels.rewards(guild_id=guild.id)
        config = await self.bot.database.guild_configs.get(guild_id=guild.id)
        curve = Curve(config.level_base, config.level_linear, config.level_square)
        lines = []
        for each in rewards:
            trouble = obstacle(guild, each.role_id)
            note = f"\n-# {trouble}" if trouble else ""
            lines.append(
                f"`{each.level:>4}` <@&{each.role_id}> · {curve.points_for(each.level):,} points{note}"
            )
        embed = discord.Embed(
            title="Levels", description="\n".join(lines)[:4096] or NO_REWARD, colour=BLURPLE
        )
        stays = (
            "All roles up to one's level stay."
            if config.level_roles_stack
            else "Only the highest role stays."
        )
        embed.set_footer(
            text=f"{stays} {_announced(guild, config)} /points rules changes both and the curve."
        )
        await reply(interaction, embeds=[embed])

    @levels.command(name="sync")
    @requires(Level.MANAGER)
    async def sync_levels(self, interaction: Interaction) -> None:
        """Bring the roles of all members in line with their levels, also where somebody changed them by hand."""
        await defer(interaction)
        guild_id = guild_of(interaction).id
        if not await self.bot.database.levels.rewards(guild_id=guild_id):
            await reply(interaction, NO_REWARD)
            return
        await self.bot.database.levels.sync(guild_id=guild_id)
        self.bot.dispatch("outbox_filled")
        await reply(
            interaction, "I look through all members now; moderators see it in /jobs for as long as it takes."
        )


def _announced(guild: discord.Guild, config: GuildSettings) -> str:
    if config.level_channel_id is None:
        return "New levels are not announced."
    channel, trouble = found_channel(LEVELS, guild.channels, config, guild.me)
    return (
        f"New levels are announced in #{channel}."
        if channel
        else f"New levels cannot be announced. {trouble}"
    )
