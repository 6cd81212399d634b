"""The pages of an account's history."""

import discord
from discord.utils import format_dt

from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.typed import cut, shown
from database.models import LONGEST_NOTE, LedgerLine, OperationKind
from database.models.points import SHOP

PAGE_SIZE = 10
LONGEST_SHOWN = 270
"""Of a note, escaped: ten of them have room in one embed, whatever members write to each other."""
FIRST_MEMBER_ID = 1_000  # accounts below are the guild's own
CAUSES = {
    OperationKind.GIVE: "",
    OperationKind.AWARD: "awarded",
    OperationKind.TALK: "talking",
    OperationKind.TAKE: "taken by the staff",
    OperationKind.SET: "set by the staff",
    OperationKind.VOICE: "talking in voice",
    OperationKind.DAILY: "daily",
    OperationKind.THANKS: "thanked",
    OperationKind.BUY: "bought",
    OperationKind.REFUND: "given back",
    OperationKind.FINE: "fine",
    OperationKind.REVERSE: "moved back",
    OperationKind.IMPORT: "brought from another bot",
    OperationKind.SEASON: "end of a season",
}
"""Why points moved, of each kind that moves any; a gift says it by its other side."""
GOLD = discord.Colour(0xF1C40F)


async def history_page(interaction: Interaction, user_id: int, *, before_id: int | None = None) -> Page:
    """Newest first. There is no way back but the beginning, which is where new lines come."""
    database, guild_id = interaction.client.database, guild_of(interaction).id
    lines = await database.points.history(
        guild_id=guild_id, user_id=user_id, before_id=before_id, limit=PAGE_SIZE + 1
    )
    shown = lines[:PAGE_SIZE]
    funds = await database.points.funds(guild_id=guild_id, user_id=user_id)
    held = f", {funds.held:,} of them held" if funds.held else ""
    embed = discord.Embed(title=f"{funds.balance:,} points{held}", colour=GOLD)
    embed.description = f"<@{user_id}>\n" + (
        "\n".join(map(_history_line, shown)) or "No point has moved yet."
    )
    return Page(
        embed,
        back=f"ph:{user_id}:0" if before_id else None,
        forward=f"ph:{user_id}:{shown[-1].transfer_id}" if len(lines) > PAGE_SIZE else None,
    )


class HistoryButton(PageButton, template=r"ph:[0-9]{1,20}:[0-9]{1,19}"):
    async def turn(self, interaction: Interaction) -> Page:
        _, user_id, before_id = self.custom_id.split(":")
        if not FIRST_MEMBER_ID <= int(user_id) < 2**63 or int(before_id) >= 2**63:
            raise ButtonOutdated
        return await history_page(interaction, int(user_id), before_id=int(before_id) or None)


def _history_line(line: LedgerLine) -> str:
    note = f" · {shown(cut(line.note, LONGEST_NOTE), LONGEST_SHOWN)}" if line.note else ""
    day = format_dt(line.posted_at, "d")
    return f"{day} `#{line.operation_id}` **{line.amount:+,}** {_cause(line)}{note} → {line.balance:,}"


def _cause(line: LedgerLine) -> str:
    if line.kind is OperationKind.GIVE and line.other_id < FIRST_MEMBER_ID:
        cause = "tax"
    elif line.kind is OperationKind.CAPTURE:  # of a role that was bought, or of a fine for an act on Discord
        cause = CAUSES[OperationKind.BUY if line.other_id == SHOP else OperationKind.FINE]
    else:
        cause = CAUSES[line.kind]
    if line.other_id < FIRST_MEMBER_ID:
        return cause
    whom = f"{'from' if line.amount > 0 else 'to'} <@{line.other_id}>"
    return f"{cause}, {whom}" if cause else whom
