"""How a case looks."""

from collections.abc import Sequence

import discord
from discord.utils import escape_markdown, format_dt

from cogs.moderation._words import ENGLISH, Words
from database.models import Case, CaseKind, CaseRevision, CaseState, DirectMessage, EvidenceFacts

COLOURS = {CaseKind.WARN: discord.Colour(0xF0B232), CaseKind.NOTE: discord.Colour(0x5865F2)}
SIGNS = {CaseKind.WARN: "⚠️", CaseKind.NOTE: "📝"}
VOID = discord.Colour(0x80848E)
FIELD_LIMIT = 1024  # https://discord.com/developers/docs/resources/message#embed-object-embed-limits


def log_embed(
    case: Case, words: Words, files: Sequence[EvidenceFacts], revisions: Sequence[CaseRevision]
) -> discord.Embed:
    """The case for the mod log, which says of the direct message only that it failed: the rest is the rule."""
    embed = _embed(case, words, files)
    if revisions:
        embed.add_field(name=words.edited, value=f"{len(revisions)} × (<@{revisions[-1].editor_id}>)")
    if case.direct_message is DirectMessage.FAILED:
        embed.add_field(name=words.direct_message, value=words.refused)
    return embed


def case_embed(
    case: Case, files: Sequence[EvidenceFacts], revisions: Sequence[CaseRevision]
) -> discord.Embed:
    """The case with all that is known of it, for /case view."""
    embed = _embed(case, ENGLISH, files)
    if told := _told(case.direct_message, ENGLISH):
        embed.add_field(name=ENGLISH.direct_message, value=told)
    if revisions:
        lines = "\n".join(revision_line(revision) for revision in revisions[-5:])
        embed.add_field(name="Edits", value=lines[:FIELD_LIMIT], inline=False)
    return embed


def _embed(case: Case, words: Words, files: Sequence[EvidenceFacts]) -> discord.Embed:
    is_void = case.state is CaseState.VOID
    embed = discord.Embed(
        title=f"{SIGNS[case.kind]} {words.case} {case.number} · {words.kind(case.kind)}"
        + (f" · {words.void}" if is_void else ""),
        colour=VOID if is_void else COLOURS[case.kind],
        timestamp=case.created_at,
    )
    embed.add_field(name=words.member, value=_person(case.target_id, case.target_name))
    embed.add_field(name=words.moderator, value=_person(case.moderator_id, case.moderator_name))
    if case.points:
        embed.add_field(name=words.points, value=str(case.points))
    embed.add_field(name=words.reason, value=escape_markdown(case.reason)[:FIELD_LIMIT], inline=False)
    if files:
        embed.add_field(name=words.proof, value="\n".join(map(_file, files))[:FIELD_LIMIT], inline=False)
    return embed


def case_line(case: Case) -> str:
    """One line of a list."""
    void = "~~" if case.state is CaseState.VOID else ""
    reason = escape_markdown(_one_line(case.reason, 80))
    return (
        f"{void}**{case.number}** {SIGNS[case.kind]} <@{case.target_id}> by <@{case.moderator_id}> "
        f"{format_dt(case.created_at, 'R')}{void}\n{reason}"
    )


def case_choice(case: Case) -> str:
    """What autocompletion shows for a case number: at most 100 characters."""
    return _one_line(f"{case.number} · {case.kind} · {case.target_name} · {case.reason}", 100)


def revision_line(revision: CaseRevision) -> str:
    before = escape_markdown(_one_line(revision.before, 150))
    return f"{format_dt(revision.edited_at, 'R')} by <@{revision.editor_id}>: the {revision.field} was “{before}”"


def _person(user_id: int, name: str) -> str:
    return f"<@{user_id}>\n{escape_markdown(name)}\n`{user_id}`"


def _told(outcome: DirectMessage, words: Words) -> str | None:
    return {
        DirectMessage.PENDING: words.on_its_way,
        DirectMessage.SENT: words.arrived,
        DirectMessage.FAILED: words.refused,
        DirectMessage.NONE: None,
    }[outcome]


def _file(file: EvidenceFacts) -> str:
    name = escape_markdown(file.filename[:100])
    return f"{name} ({file.size:,} bytes, SHA-256 `{file.sha256.hex()[:16]}…`)"


def _one_line(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
