"""The settings of a server: name, help, and how a value reads."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import discord

from bot.durations import format_duration
from database.models import GuildSettings, Language

LANGUAGES = {Language.ENGLISH: "English", Language.GERMAN: "Deutsch", Language.SPANISH: "Español"}


class Setting(NamedTuple):
    """`name` is what a person types, `column` where it is kept."""

    name: str
    column: str
    help: str
    shown: Callable[[Any], str]


def _channel(value: int | None) -> str:
    return f"<#{value}>" if value else "the channel named mod-log"


def _roles(value: tuple[int, ...]) -> str:
    return ", ".join(f"<@&{role_id}>" for role_id in value) or "nobody beyond Discord's permissions"


def _cooldown(value: int) -> str:
    return format_duration(timedelta(seconds=value)) if value else "none"


def _language(value: Language) -> str:
    return LANGUAGES[value]


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("log-channel", "log_channel_id", "Where every case is posted", _channel),
        Setting("moderator-roles", "moderator_role_ids", "Roles that may moderate with Reeve", _roles),
        Setting("manager-roles", "manager_role_ids", "Roles that may award points", _roles),
        Setting("points-per-message", "points_per_message", "What a message earns (0: nothing)", str),
        Setting(
            "message-cooldown", "message_cooldown_seconds", "Time until the next message earns", _cooldown
        ),
        Setting("language", "language", "Language of log posts and direct messages", _language),
        Setting("time-zone", "time_zone", "Zone of the times that people type", str),
    )
}


def config_embed(config: GuildSettings, only: str | None = None) -> discord.Embed:
    embed = discord.Embed(title="Settings", colour=discord.Colour(0x5865F2))
    for setting in SETTINGS.values():
        if only in (None, setting.name):
            value = setting.shown(getattr(config, setting.column))
            embed.add_field(name=setting.name, value=f"{value}\n-# {setting.help}", inline=False)
    embed.set_footer(text=f"Version {config.version} · change with /config set")
    return embed
