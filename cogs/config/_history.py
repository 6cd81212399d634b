"""The pages of what was changed: who, when, from, to, why."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from discord.utils import format_dt

from bot.durations import format_duration
from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.permissions import Level, require
from bot.setting_words import Setting
from bot.typed import one_line
from cogs.config._settings import SETTINGS
from database.models import AuditEntry, AuditFilter, Subject

PAGE_SIZE = 6
LONGEST_VALUE = 150
LONGEST_WHY = 100
LONGEST_PLAIN = 60
"""With these a page stays within the 4,096 characters of an embed."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OF_SETTINGS = AuditFilter(subject=Subject.CONFIG)
BY_COLUMN = {setting.column: setting for setting in SETTINGS.values()}


async def history_page(interaction: Interaction, *, moment: int = 0, version: int = 0) -> Page:
    """Newest first, or older than the change to `version` at `moment` (microseconds since 1970).

    There is no way back but the beginning, which is where new changes come.
    """
    before = (EPOCH + timedelta(microseconds=moment), Subject.CONFIG, version, 0) if version else None
    entries = await interaction.client.database.audit.page(
        guild_id=guild_of(interaction).id, matching=OF_SETTINGS, before=before, limit=PAGE_SIZE + 1
    )
    shown = entries[:PAGE_SIZE]
    embed = discord.Embed(title="Changes of settings", colour=discord.Colour(0x5865F2))
    embed.description = "\n".join(map(_line, shown)) or "Nothing has been changed yet."
    return Page(
        embed,
        back="ch:0:0" if version else None,
        forward=_custom_id(shown[-1]) if len(entries) > PAGE_SIZE else None,
    )


class HistoryButton(PageButton, template=re.compile(r"ch:[0-9]{1,17}:[0-9]{1,18}")):
    async def turn(self, interaction: Interaction) -> Page:
        """Only for whom it is at this moment: an admin may have stopped being one."""
        await require(interaction, Level.ADMIN)
        _, moment, version = self.custom_id.split(":")
        try:
            return await history_page(interaction, moment=int(moment), version=int(version))
        except OverflowError:
            raise ButtonOutdated from None


def _custom_id(entry: AuditEntry) -> str:
    return f"ch:{(entry.at - EPOCH) // timedelta(microseconds=1)}:{entry.subject_id}"


def _line(entry: AuditEntry) -> str:
    setting = BY_COLUMN.get(entry.field) or _of_points(entry.field)
    why = f" · {one_line(entry.why, LONGEST_WHY)}" if entry.why else ""
    return (
        f"{format_dt(entry.at, 'd')} <@{entry.actor_id}> **{setting.name}**: "
        f"{_value(setting, entry.before)} → {_value(setting, entry.after)}{why}"
    )


def _of_points(field: str) -> Setting:
    """What is kept in lists of its own, and is no setting by name; else as it is."""
    match field.split(":"):
        case ["level", level]:
            return Setting(
                f"role of level {level}", field, "", lambda role: f"<@&{role}>" if role else "none"
            )
        case ["points-rule", subject, subject_id]:
            whose = f"<@&{subject_id}>" if subject == "role" else f"<#{subject_id}>"
            return Setting(
                f"points of {whose}", field, "", lambda percent: f"{100 if percent is None else percent} %"
            )
        case ["points-boost", _]:
            return Setting("boost of points", field, "", _boost)
    return Setting(field, field, "", _plain)


def _boost(said: dict[str, Any] | None) -> str:
    if said is None:
        return "none"
    subject, _, subject_id = str(said["on"]).partition(" ")
    whose = f"<@&{subject_id}>" if subject == "role" else f"<#{subject_id}>" if subject_id else "the server"
    return f"{said['percent']} % for {whose} until {said['until']}"


def _plain(value: Any) -> str:
    """As text: a step of the ladder, a reason with its weight, a template, what a newer or an older Reeve wrote."""
    if isinstance(value, dict):
        value = " · ".join(_fact(name, each) for name, each in value.items() if each is not None)
    return one_line(str(value), LONGEST_PLAIN) if value is not None else "none"


def _fact(name: str, value: Any) -> str:
    if name == "seconds":
        return format_duration(timedelta(seconds=value))
    return f"{value} point{'' if value == 1 else 's'}" if name in {"weight", "points"} else str(value)


def _value(setting: Setting, value: Any) -> str:
    """A long text is cut, a long list of roles counted."""
    text = setting.shown(value)
    return text if len(text) <= LONGEST_VALUE or isinstance(value, str) else f"{len(value)} roles"
