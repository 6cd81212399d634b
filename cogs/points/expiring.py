"""What was held for too long is its owner's again, whichever process looks first."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from database.errors import DatabaseUnavailable
from database.ledger_refusals import LedgerFrozen, LedgerRefusal

if TYPE_CHECKING:
    from bot.client import Reeve

LOOK_EVERY_SECONDS = 30
PAGE = 100
LATEST = timedelta(hours=1)
"""How long after its end a hold may still come to be: no process's clock is so wrong."""


class Expiring(BaseCog):
    """It remembers until when all is done, so that each look reads what is new; the first reads everything."""

    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._holds = bot.database.holds
        self._done_until = datetime(1970, 1, 1, tzinfo=UTC)
        self._looking: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._looking = asyncio.create_task(self._look_forever(), name="holds")

    async def cog_unload(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _look_forever(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            try:
                await self.look(clock.now())
            except DatabaseUnavailable:
                logger.warning("Holds wait for the database.")
            except Exception as error:  # the loop must outlive any bug in it
                incident(error, at="the holds")
            await clock.sleep(LOOK_EVERY_SECONDS)

    async def look(self, now: datetime) -> None:
        """Let go of all that is due. What a frozen ledger keeps is looked at again."""
        frozen: set[int] = set()
        left, last = now - LATEST, None
        while True:
            due = await self._holds.due(since=self._done_until, now=now, beyond=last, limit=PAGE)
            for last in due:
                if last.guild_id not in frozen and await self._is_frozen(
                    last.guild_id, last.hold_id, last.transfer_id
                ):
                    frozen.add(last.guild_id)
                if last.guild_id in frozen:
                    left = min(left, last.expires_at - timedelta.resolution)
            if len(due) < PAGE:
                break
        self._done_until = left

    async def _is_frozen(self, guild_id: int, hold_id: int, transfer_id: int) -> bool:
        """Whether it could not be let go."""
        user = self.bot.user
        try:
            await self._holds.expire(
                guild_id=guild_id, hold_id=hold_id, transfer_id=transfer_id, actor_id=user.id if user else 0
            )
        except LedgerFrozen:
            return True
        except LedgerRefusal as refusal:
            logger.debug("Somebody was faster with what is held under {}: {}", hold_id, refusal)
        return False


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Expiring(bot))
