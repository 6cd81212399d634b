"""How a direct message looks: a server's own words, or Reeve's, filled in from the case."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import discord
from discord.utils import format_dt

from bot.durations import format_duration
from bot.replies import shorten
from bot.typed import cut, one_line, shown
from cogs.moderation._dm_words import DM_WORDS, DmWords
from cogs.moderation._fine_words import FINE_WORDS, points_lines
from cogs.moderation._templates import fill
from database.models import APPEALABLE, Case, CaseKind, GuildSettings, TemplateKind

TITLE_LIMIT = 256
TEXT_LIMIT = 4_096
REASON_LIMIT = 2_100
LONGEST_NAME = 100

KIND_OF: Mapping[CaseKind, TemplateKind] = {
    CaseKind.WARN: TemplateKind.WARN,
    CaseKind.TIMEOUT: TemplateKind.TIMEOUT,
    CaseKind.UNTIMEOUT: TemplateKind.UNTIMEOUT,
    CaseKind.KICK: TemplateKind.KICK,
    CaseKind.BAN: TemplateKind.BAN,
    CaseKind.MASSBAN: TemplateKind.BAN,
    CaseKind.UNBAN: TemplateKind.UNBAN,
    CaseKind.SOFTBAN: TemplateKind.SOFTBAN,
}
"""Of other kinds nobody is told."""
HAVE_AN_END: Mapping[CaseKind, TemplateKind] = {
    CaseKind.TIMEOUT: TemplateKind.TIMEOUT,
    CaseKind.BAN: TemplateKind.BAN,
}
"""What is done to a person for some time."""
COLOURS = {
    TemplateKind.WARN: 0xF0B232,
    TemplateKind.TIMEOUT: 0xF0B232,
    TemplateKind.KICK: 0xDA373C,
    TemplateKind.BAN: 0xDA373C,
    TemplateKind.SOFTBAN: 0xDA373C,
}
GOOD_NEWS = 0x23A55A
CORRECTED = 0x80848E
MAY_LOOK_UP = {TemplateKind.WARN, TemplateKind.UNTIMEOUT, TemplateKind.VOID}
"""After these the person can use the server's commands. Who is timed out cannot."""
APPEALED = {
    TemplateKind.WARN,
    TemplateKind.TIMEOUT,
    TemplateKind.KICK,
    TemplateKind.BAN,
    TemplateKind.SOFTBAN,
}
"""What tells of a punishment."""


class About(NamedTuple):
    """What of a case a person is told. `nonce` is other for each message about one case."""

    kind: TemplateKind
    at: datetime
    """When it came about; to the millisecond it tells the message apart from any other of Reeve's."""
    nonce: str
    reason: str


def direct_message(
    case: Case, server: str, config: GuildSettings, templates: Mapping[TemplateKind, str], about: About
) -> discord.Embed:
    words, kind = DM_WORDS[config.language], about.kind
    values = _values(case, server, config, words, about)
    embed = discord.Embed(
        title=shorten(fill(words.titles[kind], values), TITLE_LIMIT),
        description=shorten(fill(templates.get(kind) or _own_text(case, kind, words), values), TEXT_LIMIT),
        colour=discord.Colour(COLOURS.get(kind, GOOD_NEWS)),
        timestamp=_to_the_millisecond(about.at),
    )
    for name, said in points_lines(case, FINE_WORDS[config.language]):
        embed.add_field(name=name, value=said)
    where = cut(server, LONGEST_NAME)
    return embed.set_footer(
        text=f"{words.case} {case.number} · {words.look_up if kind in MAY_LOOK_UP else where}"
    )


def end_moved(case: Case, server: str, config: GuildSettings, *, at: datetime) -> discord.Embed:
    """What follows the word of a ban or a timeout whose end was changed, at the moment `at`."""
    words = DM_WORDS[config.language]
    until, duration = _end_of(case, words)
    values = {"server": one_line(server, LONGEST_NAME), "until": until, "duration": duration}
    text = words.ends_never if case.expires_at is None else words.ends_then
    embed = discord.Embed(
        title=shorten(fill(words.end_moved[case.kind], values), TITLE_LIMIT),
        description=fill(text, values),
        colour=discord.Colour(COLOURS[HAVE_AN_END[case.kind]]),
        timestamp=_to_the_millisecond(at),
    )
    return embed.set_footer(text=f"{words.case} {case.number} · {cut(server, LONGEST_NAME)}")


def correction(case: Case, server: str, config: GuildSettings) -> discord.Embed:
    """What stands in the place of a direct message about what was refused afterwards."""
    words = DM_WORDS[config.language]
    embed = discord.Embed(
        title=words.did_not_happen,
        description=fill(words.nothing_changed, {"server": one_line(server, LONGEST_NAME)}),
        colour=discord.Colour(CORRECTED),
    )
    return embed.set_footer(text=f"{words.case} {case.number} · {cut(server, LONGEST_NAME)}")


def components_for(case: Case, config: GuildSettings, kind: TemplateKind) -> discord.ui.View | None:
    """The buttons below the message. Where there are none, its text says nothing of an appeal."""
    if config.appeal_limit == 0 or kind not in APPEALED or case.kind not in APPEALABLE:
        return None
    view = discord.ui.View(timeout=None)
    label, custom_id = DM_WORDS[config.language].appeal_button, f"appeal:{case.guild_id}:{case.number}"
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=label, style=discord.ButtonStyle.secondary, custom_id=custom_id
    )
    return view.add_item(button)


def _values(case: Case, server: str, config: GuildSettings, words: DmWords, about: About) -> dict[str, str]:
    until, duration = _end_of(case, words)
    return {
        "server": one_line(server, LONGEST_NAME),
        "member": one_line(case.target_name, LONGEST_NAME),
        "reason": shown(about.reason, REASON_LIMIT),
        "duration": duration,
        "until": until,
        "case": str(case.number),
        "moderator": words.the_staff
        if config.hide_moderator
        else one_line(case.moderator_name, LONGEST_NAME),
        "appeal": words.appeal if components_for(case, config, about.kind) is not None else "",
    }


def _own_text(case: Case, kind: TemplateKind, words: DmWords) -> str:
    is_for_good = kind is TemplateKind.BAN and case.expires_at is None
    return words.banned_for_good if is_for_good else words.texts[kind]


def _end_of(case: Case, words: DmWords) -> tuple[str, str]:
    if case.expires_at is not None:
        return format_dt(case.expires_at, "F"), format_duration(_as_typed(case.expires_at - case.created_at))
    has_none = case.kind in (CaseKind.BAN, CaseKind.MASSBAN, CaseKind.TIMEOUT)
    return (words.further_notice, words.for_good) if has_none else ("", "")


def _to_the_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _as_typed(lasts: timedelta) -> timedelta:
    """The moments were taken one after the other: 6d23h59m59s was 7d."""
    step = 60 if lasts > timedelta(minutes=10) else 5
    return timedelta(seconds=round(lasts / timedelta(seconds=step)) * step)


def is_shown_by(message: discord.Message, embed: discord.Embed) -> bool:
    """Whether the message is this one."""
    return any(each.timestamp == embed.timestamp and each.title == embed.title for each in message.embeds)
