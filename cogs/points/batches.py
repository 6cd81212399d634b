"""What the staff began and a crash cut short is carried out to its end."""

import asyncio
from typing import TYPE_CHECKING

from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from cogs.points._batch_words import carry_out
from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve

LOOK_EVERY_SECONDS = 60


class Batches(BaseCog):
    """One task looks what is not done in the servers of this process: at the start, and each minute."""

    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._looking: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._looking = asyncio.create_task(self._look_forever(), name="batches of points")

    async def cog_unload(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look_forever(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            try:
                await self._look()
            except DatabaseUnavailable:
                logger.warning("Batches of points wait for the database.")
            except Exception as error:  # the loop must outlive any bug in it
                incident(error, at="the batches of points")
            await clock.sleep(LOOK_EVERY_SECONDS)

    async def _look(self) -> None:
        for guild_id, batch_id in await self.bot.database.batches.unfinished():
            if self.bot.get_guild(guild_id) is None:
                continue
            try:
                await carry_out(self.bot, guild_id, batch_id)
            except DatabaseUnavailable:
                raise
            except Exception as error:  # a bug in one must not hold up those behind it
                incident(error, at=f"the batch {batch_id} of {guild_id}")


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Batches(bot))
