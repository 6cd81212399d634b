"""The outbox worker: what acts have left to be shown on Discord is delivered here, and tried again until it is."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import utc_now
from bot.command_tree import incident
from bot.errors import explain, is_away
from cogs.moderation._delivery import NotYet, deliver
from database.errors import DatabaseUnavailable
from database.models import OutboxRow

if TYPE_CHECKING:
    from bot.client import Reeve

LOOK_EVERY_SECONDS = 5
LONGEST_WAIT = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(days=7)
"""A post or a direct message later than this would tell nobody anything."""


class ModLog(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._filled = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._worker = asyncio.create_task(self._deliver_forever(), name="outbox")

    async def cog_unload(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker

    @BaseCog.listener()
    async def on_outbox_filled(self) -> None:
        """An act has just left something: no need to wait for the next look."""
        self._filled.set()

    @BaseCog.listener()
    async def on_ready(self) -> None:
        """After a start, and after a session that was lost."""
        with suppress(DatabaseUnavailable):  # then the usual waiting time holds
            await self.bot.database.outbox.hurry_all(now=utc_now())
        self._filled.set()

    @BaseCog.listener()
    async def on_log_channel_changed(self, guild_id: int) -> None:
        """What could not be posted before may be posted now."""
        with suppress(DatabaseUnavailable):  # then the usual waiting time holds
            await self.bot.database.outbox.hurry(guild_id=guild_id, now=utc_now())
        self._filled.set()

    @BaseCog.listener()
    async def on_guild_channel_update(
        self, _: discord.abc.GuildChannel, channel: discord.abc.GuildChannel
    ) -> None:
        """Somebody may just have given Reeve the permission that was missing."""
        await self.on_log_channel_changed(channel.guild.id)

    async def _deliver_forever(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await self._filled.wait()
            self._filled.clear()
            try:
                while rows := await self.bot.database.outbox.claim(now=utc_now()):
                    await self._deliver_all(rows)
            except DatabaseUnavailable as error:
                logger.warning("The outbox waits: {}", error)
            except Exception as error:  # the loop must outlive any bug in it
                incident(error, at="the outbox")

    async def _deliver_all(self, rows: Sequence[OutboxRow]) -> None:
        """Guilds do not wait for each other; within one the order is kept."""
        by_guild: dict[int, list[OutboxRow]] = defaultdict(list)
        for row in rows:
            by_guild[row.guild_id].append(row)
        await asyncio.gather(*(self._deliver_in_order(queue) for queue in by_guild.values()))

    async def _deliver_in_order(self, rows: Sequence[OutboxRow]) -> None:
        for row in rows:
            trouble = await self._trouble_with(row)
            if trouble is None or utc_now() - row.created_at > GIVE_UP_AFTER:
                await self.bot.database.outbox.delivered(row)
            else:
                wait = min(timedelta(seconds=2**row.attempts), LONGEST_WAIT)
                await self.bot.database.outbox.try_later(row, next_at=utc_now() + wait, error=trouble)

    async def _trouble_with(self, row: OutboxRow) -> str | None:
        """Deliver; None if that worked, else what stands in the way."""
        try:
            await deliver(self.bot, row)
        except NotYet as error:
            return str(error)
        except (discord.HTTPException, OSError) as error:
            if not is_away(error):
                logger.info("case {} of {}: {}", row.case_number, row.guild_id, explain(error) or error)
            return explain(error) or str(error)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # a bug in one delivery must not hold up the others
            return incident(error, at=f"the delivery of case {row.case_number} of {row.guild_id}")
        return None


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(ModLog(bot))
