"""The settings of a server: name, help, and how a value reads."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import discord

from bot.durations import format_duration
from bot.post_channels import DIGEST, LOG, REPORTS, Purpose
from database.models import GuildSettings, Language

LANGUAGES = {Language.ENGLISH: "English", Language.GERMAN: "Deutsch", Language.SPANISH: "Español"}


class Setting(NamedTuple):
    """`name` is what a person types, `column` where it is kept."""

    name: str
    column: str
    help: str
    shown: Callable[[Any], str]


def _channel(purpose: Purpose) -> Callable[[int | None], str]:
    until_then = f"the channel named {purpose.found_by}" if purpose.found_by else "none"
    return lambda value: f"<#{value}>" if value else until_then


def _roles(none: str) -> Callable[[Sequence[int]], str]:
    return lambda value: ", ".join(f"<@&{role_id}>" for role_id in value) or none


def _role(value: int | None) -> str:
    return f"<@&{value}>" if value else "none"


def _number(one: str, many: str, zero: str) -> Callable[[int], str]:
    return lambda value: f"{value:,} {one if value == 1 else many}" if value else zero


def _cooldown(value: int) -> str:
    return format_duration(timedelta(seconds=value)) if value else "none"


def _language(value: Language) -> str:
    return LANGUAGES[value]


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


_by_permission = _roles("nobody beyond Discord's permissions")

SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(LOG.setting, LOG.column, "Where every case is posted", _channel(LOG)),
        Setting(REPORTS.setting, REPORTS.column, "Where reports are posted", _channel(REPORTS)),
        Setting(DIGEST.setting, DIGEST.column, "Where the week's figures are posted", _channel(DIGEST)),
        Setting(
            "moderator-roles", "moderator_role_ids", "Roles that may moderate with Reeve", _by_permission
        ),
        Setting("manager-roles", "manager_role_ids", "Roles that may award points", _by_permission),
        Setting("hide-moderator", "hide_moderator", "Whether members are not told who acted", _yes_or_no),
        Setting("timeout-role", "timeout_role_id", "Role given for as long as a timeout lasts", _role),
        Setting(
            "timeout-takes-roles",
            "timeout_takes_role_ids",
            "Roles taken for as long as a timeout lasts",
            _roles("none"),
        ),
        Setting(
            "appeal-cooldown",
            "appeal_cooldown_days",
            "Time from the answer to an appeal until the next",
            _number("day", "days", "none"),
        ),
        Setting(
            "appeal-limit",
            "appeal_limit",
            "Appeals of one case",
            _number("appeal", "appeals", "no appeals"),
        ),
        Setting(
            "guard-targets",
            "guard_targets",
            "More people than this in one act need a second moderator",
            _number("person", "people", "off"),
        ),
        Setting(
            "guard-acts-per-hour",
            "guard_acts_per_hour",
            "Kicks and bans of one moderator, above which they are paused",
            _number("act an hour", "acts an hour", "off"),
        ),
        Setting(
            "evidence-days", "evidence_days", "How long files are kept", _number("day", "days", "for ever")
        ),
        Setting("ladder-window", "ladder_days", "How long a warning counts", _number("day", "days", "none")),
        Setting(
            "ladder-decay",
            "ladder_halving_days",
            "After how long a warning counts half",
            _number("day", "days", "never"),
        ),
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
