"""/config set: where Reeve posts."""

import discord
from discord import app_commands

from bot.invocation import Interaction
from bot.permissions import Level, requires
from bot.post_channels import DIGEST, LOG, REPORTS, Purpose
from cogs.config._changing import WHY, Changing, Why, require_postable, set_group


class ChannelSettings(Changing):
    @set_group.command(name="log-channel")
    @app_commands.describe(value="Where every case is posted", why=WHY)
    @requires(Level.ADMIN)
    async def log_channel(
        self, interaction: Interaction, value: discord.TextChannel, why: Why | None = None
    ) -> None:
        """Choose the channel for the mod log."""
        await self._choose(interaction, LOG, value, why)

    @set_group.command(name="report-channel")
    @app_commands.describe(value="Where the staff sees what members report", why=WHY)
    @requires(Level.ADMIN)
    async def report_channel(
        self, interaction: Interaction, value: discord.TextChannel, why: Why | None = None
    ) -> None:
        """Choose the channel for members' reports; only the staff should see it."""
        await self._choose(interaction, REPORTS, value, why)

    @set_group.command(name="digest-channel")
    @app_commands.describe(value="Where the week's figures are posted on Mondays", why=WHY)
    @requires(Level.ADMIN)
    async def digest_channel(
        self, interaction: Interaction, value: discord.TextChannel, why: Why | None = None
    ) -> None:
        """Choose the channel for the weekly digest of moderation."""
        await self._choose(interaction, DIGEST, value, why)

    async def _choose(
        self, interaction: Interaction, purpose: Purpose, channel: discord.TextChannel, why: str | None
    ) -> None:
        require_postable(channel, purpose.called)
        await self.change(interaction, purpose.setting, channel.id, why)
