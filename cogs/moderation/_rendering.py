"""How a case looks."""

from collections.abc import Sequence

import discord
from discord.utils import format_dt

from bot.clock import clock
from bot.typed import FIELD_LIMIT, cut, one_line, shown
from cogs.moderation._fine_words import FINE_WORDS, points_lines
from cogs.moderation._outcome_words import outcome_in
from cogs.moderation._post_words import ENGLISH, PostWords
from database.models import (
    Case,
    CaseKind,
    CaseNote,
    CaseRevision,
    CaseState,
    DirectMessage,
    EvidenceFacts,
    EvidenceKind,
    WholeCase,
)

AMBER, BLUE, ORANGE, RED, GREEN, GREY = (
    discord.Colour(value) for value in (0xF0B232, 0x5865F2, 0xE67E22, 0xDA373C, 0x23A55A, 0x80848E)
)
LOOKS: dict[CaseKind, tuple[str, discord.Colour]] = {
    CaseKind.WARN: ("⚠️", AMBER),
    CaseKind.NOTE: ("📝", BLUE),
    CaseKind.TIMEOUT: ("🔇", ORANGE),
    CaseKind.UNTIMEOUT: ("🔊", GREEN),
    CaseKind.KICK: ("👢", ORANGE),
    CaseKind.BAN: ("🔨", RED),
    CaseKind.UNBAN: ("🕊️", GREEN),
    CaseKind.SOFTBAN: ("🧹", ORANGE),
    CaseKind.MASSBAN: ("⚒️", RED),
    CaseKind.PURGE: ("🗑️", BLUE),
    CaseKind.SLOWMODE: ("🐌", BLUE),
    CaseKind.LOCK: ("🔒", BLUE),
    CaseKind.UNLOCK: ("🔓", GREEN),
}
SIGNS = {kind: sign for kind, (sign, _) in LOOKS.items()}
OF_CHANNELS = frozenset({CaseKind.PURGE, CaseKind.SLOWMODE, CaseKind.LOCK, CaseKind.UNLOCK})
"""Kinds whose target is a channel."""
HAS_HAPPENED = frozenset({CaseState.ACTIVE, CaseState.ENDED})
STANDS = frozenset({CaseState.ACTIVE, CaseState.PENDING})
"""What was replaced, lifted or refused has no end that is worth telling."""
MOST_NUMBERS = 20


def log_embed(whole: WholeCase, words: PostWords) -> discord.Embed:
    """The case for the mod log, which says of the direct message only that it failed: the rest is the rule."""
    case = whole.case
    embed = _embed(whole, words)
    if whole.notes:
        embed.add_field(name=words.notes, value=f"{len(whole.notes)} (/case view {case.number})")
    if whole.revisions:
        embed.add_field(
            name=words.edited, value=f"{len(whole.revisions)} × (<@{whole.revisions[-1].editor_id}>)"
        )
    if case.direct_message is DirectMessage.FAILED:
        embed.add_field(name=words.direct_message, value=words.refused)
    return embed


def case_embed(whole: WholeCase) -> discord.Embed:
    """The case with all that is known of it, for /case view."""
    case = whole.case
    embed = _embed(whole, ENGLISH)
    if told := TOLD[case.direct_message]:
        embed.add_field(name=ENGLISH.direct_message, value=told)
    if told := TOLD[case.void_message]:
        embed.add_field(name="Told that it is void", value=told)
    if whole.revisions:
        embed.add_field(name="Edits", value=_newest(map(revision_line, whole.revisions)), inline=False)
    if whole.notes:
        embed.add_field(name="Notes", value=_newest(map(note_line, whole.notes)), inline=False)
    return embed


def _embed(whole: WholeCase, words: PostWords) -> discord.Embed:
    case = whole.case
    sign, colour = LOOKS[case.kind]
    state = words.states.get(case.state)
    embed = discord.Embed(
        title=f"{sign} {words.case} {case.number} · {words.kinds[case.kind]}"
        + (f" · {state}" if state else ""),
        colour=colour if case.state in HAS_HAPPENED else GREY,
        timestamp=case.created_at,
    )
    if case.kind in OF_CHANNELS:
        embed.add_field(name=words.channel, value=f"<#{case.target_id}>\n`{case.target_id}`")
    elif case.kind is CaseKind.MASSBAN:
        embed.add_field(name=words.people, value=shown(case.target_name.partition(" ")[0], 220))
    else:
        embed.add_field(name=words.member, value=_person(case.target_id, case.target_name))
    origin = words.origins.get(case.origin)
    moderator = (
        case.moderator_name if is_by_somebody(case) else _person(case.moderator_id, case.moderator_name)
    )
    embed.add_field(name=words.moderator, value=f"{moderator}\n{origin}" if origin else moderator)
    if case.points:
        embed.add_field(name=words.points, value=str(case.points))
    for name, said in points_lines(case, FINE_WORDS[words.language]):
        embed.add_field(name=name, value=said)
    is_over = case.expires_at is not None and case.expires_at <= clock.now()
    if case.expires_at is not None and (case.state in STANDS or (is_over and case.state is CaseState.ENDED)):
        ends = f"{format_dt(case.expires_at)} ({format_dt(case.expires_at, 'R')})"
        embed.add_field(name=words.expired if is_over else words.expires, value=ends)
    why = words.kinds[case.kind] if case.kind is CaseKind.NOTE else words.reason
    embed.add_field(name=why, value=shown(case.reason), inline=False)
    if case.trouble:
        outcome = outcome_in(words.language, case.trouble)
        embed.add_field(name=words.trouble, value=shown(outcome), inline=False)
    if whole.causes:
        embed.add_field(name=words.because_of, value=_numbers(whole.causes))
    if whole.effects:
        embed.add_field(name=words.led_to, value=_numbers(whole.effects))
    if whole.files:
        embed.add_field(
            name=words.proof, value=_fitting([_file(file, words) for file in whole.files]), inline=False
        )
    return embed


def case_line(case: Case, *, for_staff: bool = True, with_moderator: bool = True) -> str:
    """One line of a list. `for_staff=False`: as the person whom it is about reads it."""
    is_crossed = case.state in {CaseState.VOID, CaseState.REFUSED}
    crossing = "~~" if is_crossed else ""
    whom = _whom(case)
    moderator = case.moderator_name if is_by_somebody(case) else f"<@{case.moderator_id}>"
    who = f" by {moderator}" if with_moderator else ""
    state = "" if case.state is CaseState.ACTIVE else f" · {ENGLISH.states[case.state]}"
    until = ""
    if case.expires_at is not None and case.state in STANDS:
        until = f" · until {format_dt(case.expires_at, 'R')}"
    head = f"{crossing}**{case.number}** {SIGNS[case.kind]} {whom if for_staff else ENGLISH.kinds[case.kind]}"
    return (
        f"{head}{who} {format_dt(case.created_at, 'R')}{crossing}{state}{until}\n{one_line(case.reason, 80)}"
    )


def _whom(case: Case) -> str:
    if case.kind is CaseKind.MASSBAN:
        return shown(case.target_name)
    return f"<#{case.target_id}>" if case.kind in OF_CHANNELS else f"<@{case.target_id}>"


def is_by_somebody(case: Case) -> bool:
    """Seen, and not told by the audit log: the server stands in for who it was."""
    return case.moderator_id == case.guild_id


def case_choice(case: Case) -> str:
    """What autocompletion shows for a case number: at most 100 characters."""
    return cut(f"{case.number} · {case.kind} · {case.target_name} · {case.reason}", 100)


def revision_line(revision: CaseRevision) -> str:
    when = f"{format_dt(revision.edited_at, 'R')} by <@{revision.editor_id}>"
    if revision.field == "expires_at":
        return f"{when}: the end was {moment_of(revision.before)}"
    return f"{when}: the {field_name(revision.field)} was “{one_line(revision.before, 150)}”"


def moment_of(kept: str) -> str:
    """Seconds since 1970, as a revision keeps a moment; nothing for never."""
    return f"<t:{kept}:f>" if kept.isdigit() else "never"


def field_name(field: str) -> str:
    return {"expires_at": "end"}.get(field, field)


def note_line(note: CaseNote) -> str:
    who = "" if note.author_id == note.guild_id else f" by <@{note.author_id}>"
    return f"{format_dt(note.written_at, 'R')}{who}: {one_line(note.text, 200)}"


def _person(user_id: int, name: str) -> str:
    return f"<@{user_id}>\n{shown(name, 220)}\n`{user_id}`"


TOLD = {
    DirectMessage.PENDING: "on its way",
    DirectMessage.SENT: "delivered",
    DirectMessage.FAILED: "not accepted",
    DirectMessage.NONE: None,
}


def _file(file: EvidenceFacts, words: PostWords) -> str:
    name = one_line(file.filename, 60)
    sign = "💬 " if file.kind is EvidenceKind.MESSAGE else ""
    gone = f", {words.gone}" if file.gone_at else ""
    return f"{sign}{name} ({file.size:,} bytes, SHA-256 `{file.sha256.hex()[:16]}…`{gone})"


def _numbers(numbers: Sequence[int]) -> str:
    first = ", ".join(map(str, numbers[:MOST_NUMBERS]))
    return first if len(numbers) <= MOST_NUMBERS else f"{first}, … ({len(numbers)})"


def _newest(lines: "map[str]", most: int = 5) -> str:
    """The last ones; the oldest of them go first where not all fit."""
    kept = list(lines)[-most:]
    while len("\n".join(kept)) > FIELD_LIMIT and len(kept) > 1:
        kept = kept[1:]
    return "\n".join(kept)[:FIELD_LIMIT]


def _fitting(lines: Sequence[str]) -> str:
    """As many as fit, and how many more there are."""
    for shown_lines in range(len(lines), 0, -1):
        more = len(lines) - shown_lines
        text = "\n".join([*lines[:shown_lines], *([f"+ {more}"] if more else [])])
        if len(text) <= FIELD_LIMIT:
            return text
    return f"{len(lines)}"
