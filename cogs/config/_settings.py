"""The settings of a server: name, help, and how a value reads."""

from collections.abc import Callable, Sequence

import discord

from bot.point_settings import BY_COMMAND, POINT_SETTINGS
from bot.post_channels import DIGEST, LOG, REPORTS, Purpose
from bot.setting_words import Setting, channel, number, yes_or_no
from database.models import GuildSettings, Language

BLURPLE = discord.Colour(0x5865F2)
LANGUAGES = {Language.ENGLISH: "English", Language.GERMAN: "Deutsch", Language.SPANISH: "Español"}


def _channel(purpose: Purpose) -> Callable[[int | None], str]:
    return channel(f"the channel named {purpose.found_by}" if purpose.found_by else "none")


def _roles(none: str) -> Callable[[Sequence[int]], str]:
    return lambda value: ", ".join(f"<@&{role_id}>" for role_id in value) or none


def _role(value: int | None) -> str:
    return f"<@&{value}>" if value else "none"


def _language(value: Language) -> str:
    return LANGUAGES[value]


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
        Setting("hide-moderator", "hide_moderator", "Whether members are not told who acted", yes_or_no),
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
            number("day", "days", "none"),
        ),
        Setting(
            "appeal-limit",
            "appeal_limit",
            "Appeals of one case",
            number("appeal", "appeals", "no appeals"),
        ),
        Setting(
            "guard-targets",
            "guard_targets",
            "More people than this in one act need a second moderator",
            number("person", "people", "off"),
        ),
        Setting(
            "guard-acts-per-hour",
            "guard_acts_per_hour",
            "Kicks and bans of one moderator, above which they are paused",
            number("act an hour", "acts an hour", "off"),
        ),
        Setting(
            "evidence-days", "evidence_days", "How long files are kept", number("day", "days", "for ever")
        ),
        Setting("ladder-window", "ladder_days", "How long a warning counts", number("day", "days", "none")),
        Setting(
            "ladder-decay",
            "ladder_halving_days",
            "After how long a warning counts half",
            number("day", "days", "never"),
        ),
        Setting("language", "language", "Language of log posts and direct messages", _language),
        Setting("time-zone", "time_zone", "Zone of the times that people type", str),
        *POINT_SETTINGS.values(),
    )
}


ONLY_IN_THE_PANEL = POINT_SETTINGS.keys() - BY_COMMAND


def config_embeds(config: GuildSettings, only: str | None = None) -> list[discord.Embed]:
    """The settings of points are lines of an embed of their own: one holds 25 fields."""
    embed = discord.Embed(title="Settings", colour=BLURPLE)
    for setting in SETTINGS.values():
        if only == setting.name or (only is None and setting.column not in ONLY_IN_THE_PANEL):
            value = setting.shown(getattr(config, setting.column))
            embed.add_field(name=setting.name, value=f"{value}\n-# {setting.help}", inline=False)
    embed.set_footer(text=f"Version {config.version} · change with /config set, points with /points rules")
    if only is not None:
        return [embed]
    lines = [
        f"**{setting.name}**: {setting.shown(getattr(config, column))}"
        for column, setting in POINT_SETTINGS.items()
        if column in ONLY_IN_THE_PANEL
    ]
    return [embed, discord.Embed(title="Points", description="\n".join(lines), colour=BLURPLE)]
