"""The outbox worker: what acts have left to be shown on Discord is delivered here, and tried again until it is."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import discord
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from bot.errors import explain, is_away
from bot.outbox import NotYet
from database.errors import DatabaseUnavailable
from database.models import OutboxRow

if TYPE_CHECKING:
    from bot.client import Reeve

LOOK_EVERY_SECONDS = 5
DELIVERY_SECONDS = 20.0
"""A request that hangs, for aiohttp up to 5 minutes, must not hold up all that a server is still to be told."""
LONGEST_WAIT = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(days=7)
"""A post or a direct message later than this would tell nobody anything."""
UNDELIVERED = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""Discord refused, asked to wait for long, or was not reached."""


class Outbox(BaseCog):
    """One task looks what is due; one task a guild delivers, so that no guild waits for another."""

    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._filled = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._at_work: dict[int, asyncio.Task[None]] = {}

    async def cog_load(self) -> None:
        self._looking = asyncio.create_task(self._look_forever(), name="outbox")

    async def cog_unload(self) -> None:
        tasks = [task for task in (self._looking, *self._at_work.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @BaseCog.listener()
    async def on_outbox_filled(self) -> None:
        """An act has just left something: no need to wait for the next look."""
        self._filled.set()

    @BaseCog.listener()
    async def on_ready(self) -> None:
        """After a start, and after a session that was lost."""
        with suppress(DatabaseUnavailable):  # then the usual waiting time holds
            await self.bot.database.outbox.hurry_all(now=clock.now(), shards=self.bot.own_shards)
        self._filled.set()

    @BaseCog.listener()
    async def on_setting_changed(self, guild_id: int, column: str) -> None:
        if column.endswith("_channel_id"):
            await self._hurry(guild_id)

    async def _hurry(self, guild_id: int) -> None:
        """What could not be posted before may be posted now."""
        with suppress(DatabaseUnavailable):  # then the usual waiting time holds
            await self.bot.database.outbox.hurry(guild_id=guild_id, now=clock.now())
        self._filled.set()

    @BaseCog.listener()
    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        await self._hurry(channel.guild.id)

    @BaseCog.listener()
    async def on_guild_channel_update(
        self, _: discord.abc.GuildChannel, channel: discord.abc.GuildChannel
    ) -> None:
        """Somebody may just have given Reeve the permission that was missing."""
        await self._hurry(channel.guild.id)

    @BaseCog.listener()
    async def on_guild_role_update(self, _: discord.Role, role: discord.Role) -> None:
        """A permission may come from a role, too."""
        if role in role.guild.me.roles:
            await self._hurry(role.guild.id)

    @BaseCog.listener()
    async def on_member_update(self, _: discord.Member, member: discord.Member) -> None:
        """Of Reeve itself this comes without the members intent."""
        if member == member.guild.me:
            await self._hurry(member.guild.id)

    @BaseCog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._hurry(guild.id)

    async def _look_forever(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            await clock.wait(self._filled, LOOK_EVERY_SECONDS)
            self._filled.clear()
            try:
                rows = await self.bot.database.outbox.claim(
                    now=clock.now(), shards=self.bot.own_shards, busy_guild_ids=list(self._at_work)
                )
                self._share_out(rows)
            except DatabaseUnavailable:
                logger.warning("The outbox waits for the database.")
            except Exception as error:  # the loop must outlive any bug in it
                incident(error, at="the outbox")

    def _share_out(self, rows: Sequence[OutboxRow]) -> None:
        by_guild: dict[int, list[OutboxRow]] = defaultdict(list)
        for row in rows:
            by_guild[row.guild_id].append(row)
        for guild_id, queue in by_guild.items():
            self._at_work[guild_id] = asyncio.create_task(self._deliver(guild_id, queue), name="delivery")

    async def _deliver(self, guild_id: int, rows: Sequence[OutboxRow]) -> None:
        """Oldest first; one that fails is tried again later and overtaken meanwhile."""
        self.bot.database.be_patient()
        try:
            for row in rows:
                await self._deliver_one(row)
        except DatabaseUnavailable:
            logger.warning("The outbox of {} waits for the database.", guild_id)
        finally:
            del self._at_work[guild_id]
            self._filled.set()

    async def _deliver_one(self, row: OutboxRow) -> None:
        trouble = await self._trouble_with(row)
        outbox, now = self.bot.database.outbox, clock.now()
        if trouble is not None and now - row.created_at <= GIVE_UP_AFTER:
            wait = min(timedelta(seconds=2 ** min(row.attempts, 10)), LONGEST_WAIT)
            await outbox.try_later(row, next_at=now + wait, error=trouble)
            return
        if trouble is not None:
            logger.warning("gave up {} {} of {}: {}", row.kind, row.subject_id, row.guild_id, trouble)
            gave_up = self.bot.deliverers[row.kind].gave_up
            if gave_up is not None:
                await gave_up(self.bot, row.guild_id, row.subject_id)
        await outbox.delivered(row)

    async def _show(self, row: OutboxRow) -> None:
        guild = self.bot.get_guild(row.guild_id)
        if guild is None or guild.unavailable:
            raise NotYet("Reeve is not in that server at the moment.")
        await self.bot.deliverers[row.kind].deliver(self.bot, guild, row.subject_id)

    async def _trouble_with(self, row: OutboxRow) -> str | None:
        """Deliver; None if that worked, else what stands in the way."""
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                await self._show(row)
        except NotYet as error:
            return str(error)
        except UNDELIVERED as error:
            if not is_away(error):
                logger.info(
                    "{} {} of {}: {}", row.kind, row.subject_id, row.guild_id, explain(error) or error
                )
            return explain(error) or str(error)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # a bug in one delivery must not hold up the others
            return incident(error, at=f"the delivery of {row.kind} {row.subject_id} of {row.guild_id}")
        return None


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Outbox(bot))
