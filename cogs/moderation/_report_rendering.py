"""How a report looks to the staff."""

from collections.abc import Iterator
from typing import Any

import discord
from discord.utils import format_dt

from bot.typed import FIELD_LIMIT, one_line, shown
from cogs.moderation._report_words import ReportWords
from cogs.moderation._snapshots import MessageSnapshot
from database.models import DirectMessage, Report, ReportState, ReportVoice, WholeReport

COLOURS = {
    ReportState.OPEN: discord.Colour(0xDA373C),
    ReportState.TAKEN: discord.Colour(0xF0B232),
    ReportState.CLOSED: discord.Colour(0x80848E),
}
MESSAGE_LIMIT = 1_500
"""Characters of the message's text: with all fields at their limit the embed holds what Discord takes, 6,000."""
LONGEST_LINE = 150
MOST_FILES = 10


def report_embed(whole: WholeReport, words: ReportWords, *, with_names: bool) -> discord.Embed:
    """Without names, who reported is left out: the reported person might read along."""
    report = whole.report
    embed = discord.Embed(
        title=f"🚩 {words.report} {report.number} · {words.states[report.state]}",
        description="\n".join(_message(whole, words)) or None,
        colour=COLOURS[report.state],
        timestamp=report.created_at,
    )
    name = one_line(report.target_name, 100)
    embed.add_field(name=words.member, value=f"<@{report.target_id}>\n{name}\n`{report.target_id}`")
    if report.channel_id is not None:
        embed.add_field(
            name=words.channel, value=f"<#{report.channel_id}>\n[{words.message}]({link_of(report)})"
        )
    if report.assignee_id is not None:
        embed.add_field(name=words.assignee, value=f"<@{report.assignee_id}>")
    embed.add_field(
        name=f"{words.reporters} ({len(whole.voices)})",
        value=_voices(whole.voices, report.number, words, with_names=with_names),
        inline=False,
    )
    if report.case_number is not None:
        embed.add_field(name=words.case, value=f"{report.case_number} (<@{report.closed_by_id}>)")
    if report.outcome is not None:
        embed.add_field(
            name=words.outcome, value=shown(report.outcome, FIELD_LIMIT - 300) + f"\n<@{report.closed_by_id}>"
        )
    if whole.replies:
        embed.add_field(name=words.answers, value=_answers(whole, words))
    if not with_names:
        embed.set_footer(text=words.names_hidden.format(number=report.number))
    return embed


def report_line(report: Report) -> str:
    """One line of a list."""
    done = "~~" if report.state is ReportState.CLOSED else ""
    with_whom = f" with <@{report.assignee_id}>" if report.state is ReportState.TAKEN else ""
    case = f" → case {report.case_number}" if report.case_number else ""
    return (
        f"{done}**{report.number}** 🚩 <@{report.target_id}> {format_dt(report.created_at, 'R')}{done} "
        f"{report.state}{with_whom}{case}"
    )


def link_of(report: Report) -> str:
    return f"https://discord.com/channels/{report.guild_id}/{report.channel_id}/{report.message_id}"


def snapshots_of(whole: WholeReport) -> list[MessageSnapshot]:
    """What the reporters saw, each state of the message once, the oldest first."""
    seen: dict[object, MessageSnapshot] = {}
    for file in whole.files:
        if file.document is not None:
            taken = MessageSnapshot.read(file.document)
            seen.setdefault((taken.content, taken.edited_at), taken)
    return sorted(seen.values(), key=lambda taken: taken.taken_at)


def report_view(report: Report, words: ReportWords) -> discord.ui.View:
    """What can be done with it; a closed report can be answered and looked up."""
    view, number = discord.ui.View(timeout=None), report.number
    grey = discord.ButtonStyle.secondary
    if report.state is ReportState.OPEN:
        view.add_item(_button(words.take, "take", number, discord.ButtonStyle.primary))
    if report.state is ReportState.TAKEN:
        view.add_item(_button(words.release, "release", number, grey))
    if report.state is not ReportState.CLOSED:
        view.add_item(_button(words.warn, "warn", number, discord.ButtonStyle.danger))
        view.add_item(_button(words.moderate, "moderate", number, grey))
        view.add_item(_button(words.close, "close", number, discord.ButtonStyle.success))
    view.add_item(_button(words.answer, "answer", number, grey))
    if report.message_id is not None:
        view.add_item(discord.ui.Button(label=words.jump, url=link_of(report)))
    return view


def _button(label: str, act: str, number: int, style: discord.ButtonStyle) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, custom_id=f"report:{act}:{number}", style=style)


def _message(whole: WholeReport, words: ReportWords) -> Iterator[str]:
    """The message as the first reporter saw it, and as the last one did if it was edited in between."""
    snapshots = snapshots_of(whole)
    if not snapshots:
        if whole.report.message_id is not None:
            yield f"*{words.nothing_seen}*"
        return
    first, last = snapshots[0], snapshots[-1]
    yield from _quoted(_text(first), MESSAGE_LIMIT)
    if last is not first:
        yield f"**{words.edited_to}**"
        yield from _quoted(_text(last), MESSAGE_LIMIT // 2)
    names = [str(file.get("filename", "")) for file in last.attachments]
    if names:
        yield f"**{words.attachments}:** " + ", ".join(one_line(name, 60) for name in names[:MOST_FILES])


def _text(taken: MessageSnapshot) -> str:
    """What can be read of it; of embeds their titles and texts."""
    embeds = [str(embed.get(part) or "") for embed in taken.embeds for part in ("title", "description")]
    parts = [taken.content, *taken.forwarded, *embeds, *(f"[{name}]" for name in taken.stickers)]
    return "\n".join(part for part in parts if part)


def _quoted(text: str, most: int) -> list[str]:
    return [f"> {line}" for line in shown(text, most).split("\n")]


def _voices(voices: list[ReportVoice], number: int, words: ReportWords, *, with_names: bool) -> str:
    """As many as fit, the first first; the others by number."""
    lines: list[str] = []
    room = FIELD_LIMIT - 60
    for voice in voices:
        who = f"<@{voice.reporter_id}>" if with_names else words.reporter
        line = f"{who} {format_dt(voice.said_at, 'R')}: {one_line(voice.reason, LONGEST_LINE)}"
        if sum(len(each) + 1 for each in lines) + len(line) > room:
            lines.append(words.more.format(count=len(voices) - len(lines), number=number))
            break
        lines.append(line)
    return "\n".join(lines)


def _answers(whole: WholeReport, words: ReportWords) -> str:
    named = {
        DirectMessage.SENT: words.arrived,
        DirectMessage.FAILED: words.refused,
        DirectMessage.PENDING: words.on_its_way,
    }
    counted = {state: sum(reply.state is state for reply in whole.replies) for state in named}
    return ", ".join(f"{count} {named[state]}" for state, count in counted.items() if count)
