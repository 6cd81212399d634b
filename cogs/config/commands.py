"""/config show, history, reset, set <setting>: one typed subcommand a setting, so Discord's own pickers validate."""

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.invocation import Interaction, guild_of
from bot.pages import show as show_list
from bot.permissions import Level, requires, visible_to
from bot.replies import defer, reply
from cogs.config import _changing
from cogs.config._changing import WHY, Why
from cogs.config._history import HistoryButton, history_page
from cogs.config._set_channels import ChannelSettings
from cogs.config._set_moderation import ModerationSettings
from cogs.config._set_points import PointSettings
from cogs.config._set_roles import RoleSettings
from cogs.config._set_words import WordSettings
from cogs.config._settings import SETTINGS, config_embeds
from database.errors import SettingUnknown
from database.models import GuildSettings

if TYPE_CHECKING:
    from bot.client import Reeve


MOST_CHOICES = 25  # https://discord.com/developers/docs/interactions/application-commands#autocomplete


async def _setting_names(_: Interaction, current: str) -> list[app_commands.Choice[str]]:
    fitting = [name for name in SETTINGS if current.lower() in name][:MOST_CHOICES]
    return [
        app_commands.Choice(name=f"{name}: {SETTINGS[name].help}"[:100], value=name)
        for name in fitting[:MOST_CHOICES]
    ]


@app_commands.guild_only()
@visible_to(Level.ADMIN)
class Config(
    ChannelSettings,
    RoleSettings,
    ModerationSettings,
    PointSettings,
    WordSettings,
    commands.GroupCog,
    group_name="config",
    group_description="Set Reeve up for this server",
):
    set_group = _changing.set_group

    @app_commands.command()
    @app_commands.describe(setting="Only this one; all if left out")
    @app_commands.autocomplete(setting=_setting_names)
    @requires(Level.ADMIN)
    async def show(self, interaction: Interaction, setting: str | None = None) -> None:
        """Show the settings of this server."""
        await defer(interaction)
        if setting is not None:
            _require_setting(setting)
        config = await self.guild_configs.get(guild_id=guild_of(interaction).id)
        await reply(interaction, embeds=config_embeds(config, setting))

    @app_commands.command()
    @app_commands.describe(setting="Which one", why=WHY)
    @app_commands.autocomplete(setting=_setting_names)
    @requires(Level.ADMIN)
    async def reset(self, interaction: Interaction, setting: str, why: Why | None = None) -> None:
        """Set a setting back to what it is in a new server."""
        _require_setting(setting)
        default = getattr(GuildSettings(guild_id=0), SETTINGS[setting].column)
        await self.change(interaction, setting, default, why)

    @app_commands.command()
    @requires(Level.ADMIN)
    async def history(self, interaction: Interaction) -> None:
        """Show who changed which setting, from what, to what, when and why."""
        await defer(interaction)
        await show_list(interaction, await history_page(interaction))


def _require_setting(name: str) -> None:
    if name not in SETTINGS:
        raise SettingUnknown(name)


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(HistoryButton)
    await bot.add_cog(Config(bot))
