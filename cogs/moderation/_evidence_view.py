"""The files of a case, posted back to the moderator who asks, each compared with the hash of the day it was added."""

import io
import re
from collections.abc import Sequence

import discord
from discord.utils import format_dt
from loguru import logger

from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.permissions import Level, require
from bot.replies import reply
from bot.typed import cut, one_line, shown
from cogs.moderation._snapshots import MessageSnapshot
from database.models import CaseEvidence, EvidenceFacts, EvidenceKind

MOST_AT_ONCE = 5
"""Files of one answer; Discord takes ten."""
LARGEST_ANSWER = 9 * 1024 * 1024
"""Bytes of all files in one answer: https://discord.com/developers/docs/reference#uploading-files allows 10 MiB."""
BLUE, RED = discord.Colour(0x5865F2), discord.Colour(0xDA373C)


def evidence_button(number: int, files: int, *, first: int = 1) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    label = f"Evidence ({files})" if first == 1 else "More evidence"
    view.add_item(
        discord.ui.Button(
            label=label, emoji="📎", custom_id=f"ce:{number}:{first}", style=discord.ButtonStyle.secondary
        )
    )
    return view


class EvidenceButton(PageButton, template=re.compile(r"ce:[0-9]{1,16}:[0-9]{1,6}")):
    """Answers with a message of its own: the one with the button stays."""

    async def turn(self, interaction: Interaction) -> Page | None:
        await require(interaction, Level.MODERATOR)
        _, number, first = self.custom_id.split(":")
        await show_evidence(interaction, int(number), int(first))
        return None


async def show_evidence(interaction: Interaction, number: int, first: int) -> None:
    """The files from position `first` on, as many as fit into one answer, and a button for the rest."""
    database, guild_id = interaction.client.database, guild_of(interaction).id
    facts = (await database.cases.whole(guild_id=guild_id, number=number)).files
    positions = _fitting(facts, first)
    found = await database.case_evidence.contents(guild_id=guild_id, number=number, positions=positions)
    embeds = [_embed(number, each, len(facts)) for each in found]
    files = [
        discord.File(io.BytesIO(each.content), filename=cut(each.filename, 100))
        for each in found
        if each.content is not None
    ]
    for each in found:
        if not each.is_sound:
            logger.error(
                "evidence {} of case {} of {} is not what was added", each.position, number, guild_id
            )
    last = positions[-1] if positions else len(facts)
    more = evidence_button(number, len(facts), first=last + 1) if last < len(facts) else None
    text = None if found else f"Case {number} has no further evidence."
    await reply(interaction, text, embeds=embeds, files=files, view=more)


def _fitting(facts: Sequence[EvidenceFacts], first: int) -> list[int]:
    """Positions count from 1 without a gap. At least one."""
    positions, together = list[int](), 0
    for position in range(max(first, 1), min(len(facts), first + MOST_AT_ONCE - 1) + 1):
        file = facts[position - 1]
        together += 0 if file.gone_at else file.size
        if positions and together > LARGEST_ANSWER:
            break
        positions.append(position)
    return positions


def _embed(number: int, file: CaseEvidence, files: int) -> discord.Embed:
    embed = discord.Embed(
        title=f"Case {number} · evidence {file.position} of {files}",
        colour=BLUE if file.is_sound else RED,
        description=f"**{one_line(file.filename, 100)}**\nadded {format_dt(file.added_at)} by <@{file.added_by_id}>",
    )
    if file.kind is EvidenceKind.MESSAGE and file.content is not None and file.is_sound:
        _add_message(embed, file.content)
    embed.add_field(name="SHA-256", value=f"`{file.sha256.hex()}`\n{_verdict(file)}", inline=False)
    return embed


def _verdict(file: CaseEvidence) -> str:
    if file.gone_at is not None:
        return f"The content was let go {format_dt(file.gone_at, 'R')} (/config set evidence-days)."
    if file.is_sound:
        return "✅ The file is what was added that day."
    return "❌ **The file is not what was added**: ask whoever runs Reeve to look at the database and its backups."


def _add_message(embed: discord.Embed, document: bytes) -> None:
    """What a message said; a document that is none of ours is shown as the file that it is."""
    try:
        message = MessageSnapshot.read(document)
    except (ValueError, KeyError, TypeError):
        return
    author = f"<@{message.author_id}> ({one_line(message.author_name, 60)})"
    embed.add_field(name="Author", value=author)
    embed.add_field(
        name="Sent", value=f"{format_dt(message.sent_at)} in <#{message.channel_id}>\n{message.jump_url}"
    )
    embed.add_field(name="Content", value=shown(message.content), inline=False)
    if message.attachments:
        names = "\n".join(_attachment(each) for each in message.attachments[:10])
        embed.add_field(name="Attachments", value=names[:1024], inline=False)


def _attachment(facts: dict[str, object]) -> str:
    name = one_line(str(facts.get("filename")), 50)
    return f"{name}: not kept, {facts['not_kept']}" if "not_kept" in facts else f"{name}: kept beside it"
