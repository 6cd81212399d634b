"""What all of `/config set` share: the group, the reason for a change, and the change itself."""

from typing import Any

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction, guild_of
from bot.post_channels import lacking_in
from bot.replies import defer, reply
from cogs.config._settings import SETTINGS
from database.errors import SettingNotAllowed
from database.models import LONGEST_WHY

set_group = app_commands.Group(name="set", description="Change a setting")

WHY = "Why it is changed; kept in the history"
Why = app_commands.Range[str, 1, LONGEST_WHY]


class Changing(BaseCog):
    """The cogs of the settings' topics derive from this; `Config` is all of them."""

    async def change(
        self, interaction: Interaction, setting: str, value: Any, why: str | None, *, hint: str = ""
    ) -> None:
        await defer(interaction)
        guild, chosen = guild_of(interaction), SETTINGS[setting]
        config = await self.guild_configs.change(
            guild_id=guild.id,
            setting=chosen.column,
            value=value,
            changed_by_id=interaction.user.id,
            interaction_id=interaction.id,
            why=why,
        )
        self.bot.dispatch("setting_changed", guild.id, chosen.column)
        await reply(interaction, f"{setting} is now {chosen.shown(getattr(config, chosen.column))}.{hint}")


def require_postable(channel: discord.TextChannel, called: str) -> None:
    lacking = lacking_in(channel, channel.guild.me)
    if lacking:
        raise SettingNotAllowed(f"The {called}", f"give the role Reeve {lacking} in {channel.mention} first")
