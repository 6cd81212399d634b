"""/config show, history, reset, set <setting>: one typed subcommand a setting, so Discord's own pickers validate."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

import discord
from discord import app_commands
from discord.ext import commands

from bot.base_cog import BaseCog
from bot.durations import parse_duration
from bot.invocation import Interaction, guild_of
from bot.log_channel import lacking_in
from bot.pages import show as show_list
from bot.permissions import Level, requires, visible_to
from bot.replies import defer, reply
from cogs.config._history import HistoryButton, history_page
from cogs.config._settings import LANGUAGES, SETTINGS, config_embed
from database.errors import SettingNotAllowed, SettingUnknown
from database.models import (
    LONGEST_COOLDOWN_SECONDS,
    LONGEST_WHY,
    MOST_POINTS_PER_MESSAGE,
    GuildSettings,
    Language,
)

if TYPE_CHECKING:
    from bot.client import Reeve

LANGUAGE_CHOICES = [app_commands.Choice(name=name, value=value.value) for value, name in LANGUAGES.items()]
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
WHY = "Why it is changed; kept in the history"
Why = app_commands.Range[str, 1, LONGEST_WHY]
SHOW_THEM = " If Discord hides commands from them, show those under Server Settings, Integrations, Reeve."


async def _setting_names(_: Interaction, current: str) -> list[app_commands.Choice[str]]:
    fitting = [name for name in SETTINGS if current.lower() in name]
    return [app_commands.Choice(name=f"{name}: {SETTINGS[name].help}"[:100], value=name) for name in fitting]


async def _zones(_: Interaction, current: str) -> list[app_commands.Choice[str]]:
    wanted = current.lower().replace(" ", "_")
    return [app_commands.Choice(name=zone, value=zone) for zone in ZONES if wanted in zone.lower()][:25]


@app_commands.guild_only()
@visible_to(Level.ADMIN)
class Config(
    BaseCog, commands.GroupCog, group_name="config", group_description="Set Reeve up for this server"
):
    set_group = app_commands.Group(name="set", description="Change a setting")

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
        await reply(interaction, embeds=[config_embed(config, setting)])

    @app_commands.command()
    @app_commands.describe(setting="Which one", why=WHY)
    @app_commands.autocomplete(setting=_setting_names)
    @requires(Level.ADMIN)
    async def reset(self, interaction: Interaction, setting: str, why: Why | None = None) -> None:
        """Set a setting back to what it is in a new server."""
        _require_setting(setting)
        default = getattr(GuildSettings(guild_id=0), SETTINGS[setting].column)
        await self._change(interaction, setting, default, why)

    @app_commands.command()
    @requires(Level.ADMIN)
    async def history(self, interaction: Interaction) -> None:
        """Show who changed which setting, from what, to what, when and why."""
        await defer(interaction)
        await show_list(interaction, await history_page(interaction))

    @set_group.command(name="log-channel")
    @app_commands.describe(value="Where every case is posted", why=WHY)
    @requires(Level.ADMIN)
    async def log_channel(
        self, interaction: Interaction, value: discord.TextChannel, why: Why | None = None
    ) -> None:
        """Choose the channel for the mod log."""
        _require_postable(value)
        await self._change(interaction, "log-channel", value.id, why)

    @set_group.command(name="moderator-roles")
    @app_commands.describe(
        value="A role that may moderate", value_2="And another", value_3="And another", why=WHY
    )
    @requires(Level.ADMIN)
    async def moderator_roles(
        self,
        interaction: Interaction,
        value: discord.Role,
        value_2: discord.Role | None = None,
        value_3: discord.Role | None = None,
        why: Why | None = None,
    ) -> None:
        """Choose the roles that may moderate, beside those with Discord's permission Timeout Members."""
        await self._change(interaction, "moderator-roles", _ids(value, value_2, value_3), why, hint=SHOW_THEM)

    @set_group.command(name="manager-roles")
    @app_commands.describe(
        value="A role that may award points", value_2="And another", value_3="And another", why=WHY
    )
    @requires(Level.ADMIN)
    async def manager_roles(
        self,
        interaction: Interaction,
        value: discord.Role,
        value_2: discord.Role | None = None,
        value_3: discord.Role | None = None,
        why: Why | None = None,
    ) -> None:
        """Choose the roles that may award points, beside those with Discord's permission Manage Events."""
        await self._change(interaction, "manager-roles", _ids(value, value_2, value_3), why, hint=SHOW_THEM)

    @set_group.command(name="points-per-message")
    @app_commands.describe(value="Points; 0 switches points for talking off", why=WHY)
    @requires(Level.ADMIN)
    async def points_per_message(
        self,
        interaction: Interaction,
        value: app_commands.Range[int, 0, MOST_POINTS_PER_MESSAGE],
        why: Why | None = None,
    ) -> None:
        """Choose what a message earns."""
        await self._change(interaction, "points-per-message", value, why)

    @set_group.command(name="message-cooldown")
    @app_commands.describe(value="For example 60s or 5m; 0 for none; at most 1d", why=WHY)
    @requires(Level.ADMIN)
    async def message_cooldown(self, interaction: Interaction, value: str, why: Why | None = None) -> None:
        """Choose how long a member waits until the next message earns."""
        wait = timedelta(0) if value.strip() in ("0", "0s") else parse_duration(value)
        if wait > timedelta(seconds=LONGEST_COOLDOWN_SECONDS):
            raise SettingNotAllowed("The message cool-down", "choose from 0 seconds to 1 day")
        await self._change(interaction, "message-cooldown", int(wait.total_seconds()), why)

    @set_group.command(name="language")
    @app_commands.describe(value="The language", why=WHY)
    @app_commands.choices(value=LANGUAGE_CHOICES)
    @requires(Level.ADMIN)
    async def language(self, interaction: Interaction, value: str, why: Why | None = None) -> None:
        """Choose the language of log posts and direct messages."""
        await self._change(interaction, "language", Language(value), why)

    @set_group.command(name="time-zone")
    @app_commands.describe(value="For example Europe/Berlin", why=WHY)
    @app_commands.autocomplete(value=_zones)
    @requires(Level.ADMIN)
    async def time_zone(self, interaction: Interaction, value: str, why: Why | None = None) -> None:
        """Choose the time zone of the times that people type here."""
        if value not in ZONES:
            raise SettingNotAllowed(
                "The time zone", "choose one that is suggested, for example Europe/Berlin"
            )
        await self._change(interaction, "time-zone", ZoneInfo(value).key, why)

    async def _change(
        self, interaction: Interaction, setting: str, value: Any, why: str | None, *, hint: str = ""
    ) -> None:
        await defer(interaction)
        chosen = SETTINGS[setting]
        config = await self.guild_configs.change(
            guild_id=guild_of(interaction).id,
            setting=chosen.column,
            value=value,
            changed_by_id=interaction.user.id,
            interaction_id=interaction.id,
            why=why,
        )
        if setting == "log-channel":
            self.bot.dispatch("log_channel_changed", guild_of(interaction).id)
        await reply(interaction, f"{setting} is now {chosen.shown(getattr(config, chosen.column))}.{hint}")


def _require_setting(name: str) -> None:
    if name not in SETTINGS:
        raise SettingUnknown(name)


def _require_postable(channel: discord.TextChannel) -> None:
    lacking = lacking_in(channel, channel.guild.me)
    if lacking:
        raise SettingNotAllowed(
            "The log channel", f"give the role Reeve {lacking} in {channel.mention} first"
        )


def _ids(*roles: discord.Role | None) -> list[int]:
    """The roles that somebody can be given; one that everybody has would give the right to all."""
    chosen = [role for role in roles if role is not None]
    for role in chosen:
        if role.is_default() or role.is_bot_managed():
            raise SettingNotAllowed(
                f"The role {role.name}", "choose one that people are given, not everybody or a bot"
            )
    return list(dict.fromkeys(role.id for role in chosen))


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(HistoryButton)
    await bot.add_cog(Config(bot))
