"""The buttons under a report in the staff's queue: their custom ids hold its number, so they outlive every restart."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from bot.buttons import Button
from bot.forms import Form
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, require
from bot.replies import defer, reply
from cogs.moderation._panel import show_panel
from cogs.moderation._report_forms import ReportAnswer, ReportEnd, ReportWarning, person_of
from cogs.moderation._report_words import REPORT_WORDS
from database.models import LONGEST_REASON, WholeReport
from database.report_refusals import require_free

READ_SECONDS = 1.0
"""Of the 3 that Discord gives before a form must be there; the level may have taken 1.5 already."""
TEMPLATE = r"report:(?P<act>take|release|warn|moderate|close|answer):(?P<number>[0-9]{1,18})"


class ReportButton(Button, template=TEMPLATE):
    def __init__(self, custom_id: str, match: re.Match[str]) -> None:
        super().__init__(custom_id, match)
        self.act, self.number = match["act"], int(match["number"])

    async def pressed(self, interaction: Interaction) -> None:
        await ACTS[self.act](interaction, self.number)


async def _take(interaction: Interaction, number: int) -> None:
    await defer(interaction)
    await require(interaction, Level.MODERATOR)
    await interaction.client.database.reports.take(**_press(interaction, number))
    interaction.client.dispatch("outbox_filled")
    await reply(interaction, f"Report {number} is yours.")


async def _release(interaction: Interaction, number: int) -> None:
    await defer(interaction)
    await require(interaction, Level.MODERATOR)
    await interaction.client.database.reports.release(**_press(interaction, number))
    interaction.client.dispatch("outbox_filled")
    await reply(interaction, f"Report {number} is with nobody now.")


async def _warn(interaction: Interaction, number: int) -> None:
    whole = await _looked_at(interaction, number)
    reason = whole.voices[0].reason if whole else ""
    defaults = {"reason": reason[:LONGEST_REASON], "answer": await _thanks(interaction)}
    await _open(interaction, ReportWarning, "warn", number, defaults)


async def _moderate(interaction: Interaction, number: int) -> None:
    """All that can be done to a member; what is done from there ends the report."""
    await defer(interaction)
    await require(interaction, Level.MODERATOR)
    whole = await interaction.client.database.reports.whole(guild_id=guild_of(interaction).id, number=number)
    require_free(whole.report, interaction.user.id)
    await show_panel(interaction, await person_of(interaction, whole), report=number)


async def _close(interaction: Interaction, number: int) -> None:
    await _looked_at(interaction, number)
    await _open(interaction, ReportEnd, "close", number, {})


async def _answer(interaction: Interaction, number: int) -> None:
    await _looked_at(interaction, number, also_closed=True)
    await _open(interaction, ReportAnswer, "answer", number, {})


async def _looked_at(
    interaction: Interaction, number: int, *, also_closed: bool = False
) -> WholeReport | None:
    """Refuse now what would be refused once the form is filled in; None if the database takes too long to say."""
    await require(interaction, Level.MODERATOR)
    try:
        async with asyncio.timeout(READ_SECONDS):
            whole = await interaction.client.database.reports.whole(
                guild_id=guild_of(interaction).id, number=number
            )
    except TimeoutError:
        return None
    require_free(whole.report, interaction.user.id, also_closed=also_closed)
    return whole


async def _thanks(interaction: Interaction) -> str:
    """What the reporters read unless the moderator changes it; settings cost no query."""
    config = await interaction.client.database.guild_configs.get(guild_id=guild_of(interaction).id)
    return REPORT_WORDS[config.language].thanks


async def _open(
    interaction: Interaction, form: type[Form], act: str, number: int, defaults: dict[str, str]
) -> None:
    title = f"{form.title}: report {number}"
    await form.open(interaction, f"report-{act}:{number}", title=title, defaults=defaults)


def _press(interaction: Interaction, number: int) -> dict[str, int]:
    return {
        "guild_id": guild_of(interaction).id,
        "number": number,
        "moderator_id": interaction.user.id,
        "interaction_id": interaction.id,
    }


ACTS: dict[str, Callable[[Interaction, int], Awaitable[None]]] = {
    "take": _take,
    "release": _release,
    "warn": _warn,
    "moderate": _moderate,
    "close": _close,
    "answer": _answer,
}
