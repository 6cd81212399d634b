"""/points verify: all transfers of the server are added up, a piece at a time, with the progress shown."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import discord
from discord import app_commands

from bot.clock import clock
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import one_line
from cogs.points._award import award_reasons
from cogs.points._group import PointsPart
from cogs.points._staff import NO_REASON, Reason
from database.models.proof_steps import Damage
from database.verifying import Looked, in_words

SHOWN_EVERY_SECONDS = 2
MOST_SHOWN = 10


class VerifyCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(
        thaw="Let points move again if nothing is wrong any more",
        reason="Why they may; the ledger keeps it",
    )
    @app_commands.autocomplete(reason=award_reasons)
    @requires(Level.MANAGER)
    async def verify(self, interaction: Interaction, thaw: bool = False, reason: Reason = NO_REASON) -> None:
        """Add up all points of this server; what does not fit freezes them."""
        await defer(interaction)
        guild_id = guild_of(interaction).id
        checks = self.bot.database.checks
        found: list[Damage] = []
        shown = _Progress(interaction)
        for look, what in (
            (checks.look_at_accounts, "accounts"),
            (checks.look_at_operations, "operations"),
        ):
            shown.what = what
            found += await _all_of(look, guild_id, shown)
        frozen = await checks.frozen(guild_id=guild_id)
        if found:
            self.bot.dispatch("outbox_filled")  # the staff is told
            lines = [f"- {in_words(each)}" for each in found[:MOST_SHOWN]]
            more = f"\n…and {len(found) - MOST_SHOWN} more." if len(found) > MOST_SHOWN else ""
            text = (
                "**The points of this server do not add up**, and none moves until they do. Nothing was changed.\n"
                + "\n".join(lines)
                + more
            )
        elif frozen is None:
            text = f"All points add up ({shown.total:,} rows). "
        elif thaw:
            await checks.thaw(
                guild_id=guild_id, reason=reason, actor_id=interaction.user.id, interaction_id=interaction.id
            )
            text = "All points add up now, and they move again."
        else:
            text = (
                f"All points add up now. They are frozen since {discord.utils.format_dt(frozen.frozen_at)}: "  # type: ignore[arg-type]  # it is frozen
                f"{one_line(frozen.frozen_why or '', 300)}. `/points verify thaw:True` lets them move again."
            )
        await reply(interaction, text)


class _Progress:
    """How far it is, in the place of the answer, at most every two seconds."""

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction
        self._shown_at = clock.now()
        self.total, self.what = 0, ""

    async def show(self, number: int) -> None:
        self.total += number
        if (clock.now() - self._shown_at).total_seconds() >= SHOWN_EVERY_SECONDS:
            self._shown_at = clock.now()
            with suppress(discord.HTTPException):  # the end is told in any case
                await self._interaction.edit_original_response(
                    content=f"Adding up: {self.total:,} rows, now {self.what} …"
                )


async def _all_of(look: Callable[..., Awaitable[Looked]], guild_id: int, progress: _Progress) -> list[Damage]:
    found: list[Damage] = []
    place: int | None = 0
    while place is not None:
        looked = await look(guild_id=guild_id, place=place, now=clock.now())
        found += looked.damages
        place = looked.at
        await progress.show(looked.rows)
    return found
