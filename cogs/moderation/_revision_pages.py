"""Every edit of a case with its diff, and a button for each that takes it back."""

import re
from typing import Any

import discord
from discord.utils import format_dt

from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.permissions import Level, require
from bot.replies import reply
from bot.typed import FIELD_LIMIT, one_line
from cogs.moderation._diff import word_diff
from cogs.moderation._rendering import field_name, moment_of
from database.models import CaseRevision

PAGE_SIZE = 4
REVERTIBLE = ("reason", "state")


async def revision_page(interaction: Interaction, number: int, before: int | None = None) -> Page:
    """The newest edits, or those older than `before`."""
    whole = await interaction.client.database.cases.whole(guild_id=guild_of(interaction).id, number=number)
    newest_first = whole.revisions[::-1]
    older = [each for each in newest_first if before is None or each.revision < before]
    shown = older[:PAGE_SIZE]
    count = len(whole.revisions)
    embed = discord.Embed(
        title=f"Case {number}: {count} edit{'' if count == 1 else 's'}", colour=discord.Colour(0x5865F2)
    )
    if not shown:
        embed.description = "Nothing was changed in it." if not count else "There are no older edits."
    for each in shown:
        embed.add_field(
            name=f"Edit {each.revision}: the {field_name(each.field)}", value=_told(each), inline=False
        )
    newer = newest_first[: len(newest_first) - len(older)]
    back = (
        _place(number, newer[-PAGE_SIZE - 1].revision if len(newer) > PAGE_SIZE else None) if newer else None
    )
    forward = _place(number, shown[-1].revision) if len(older) > PAGE_SIZE else None
    buttons = [_revert(number, each, whole.case.revision) for each in shown if each.field in REVERTIBLE]
    return Page(embed, back=back, forward=forward, more=buttons)


def _told(revision: CaseRevision) -> str:
    head = f"{format_dt(revision.edited_at)} by <@{revision.editor_id}>"
    why = f"\nWhy: {one_line(revision.why, 150)}" if revision.why else ""
    if revision.field == "expires_at":
        change = f"{moment_of(revision.before)} → {moment_of(revision.after)}"
    else:
        change = word_diff(revision.before, revision.after, 600)
    return f"{head}{why}\n{change}"[:FIELD_LIMIT]


def _place(number: int, before: int | None) -> str:
    return f"cr:{number}:{'' if before is None else before}"


def _revert(number: int, revision: CaseRevision, seen: int) -> discord.ui.Button[Any]:
    return discord.ui.Button(
        label=f"Revert {revision.revision}",
        emoji="↩️",
        custom_id=f"cv:{number}:{revision.revision}:{seen}",
        style=discord.ButtonStyle.secondary,
    )


class RevisionPageButton(PageButton, template=re.compile(r"cr:[0-9]{1,16}:[0-9]{0,16}")):
    async def turn(self, interaction: Interaction) -> Page:
        await require(interaction, Level.MODERATOR)
        _, number, before = self.custom_id.split(":")
        return await revision_page(interaction, int(number), int(before) if before else None)


class RevertButton(PageButton, template=re.compile(r"cv:[0-9]{1,16}:[0-9]{1,16}:[0-9]{1,16}")):
    """Its custom id says the newest edit that was shown with it: a second press finds the first and changes nothing."""

    async def turn(self, interaction: Interaction) -> Page:
        await require(interaction, Level.MODERATOR)
        _, number, revision, seen = self.custom_id.split(":")
        made = await interaction.client.database.case_edits.revert(
            guild_id=guild_of(interaction).id,
            number=int(number),
            revision=int(revision),
            seen=int(seen),
            editor_id=interaction.user.id,
            interaction_id=interaction.id,
        )
        interaction.client.dispatch("outbox_filled")
        await reply(interaction, f"Case {number}: edit {revision} is taken back (edit {made.revision}).")
        return await revision_page(interaction, int(number))
