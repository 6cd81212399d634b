"""What people do by hand in Discord: heard at once, and read in the audit log where something may have been missed."""

import asyncio
from collections import OrderedDict, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from bot.outcomes import DiscordAway, read
from cogs.moderation._audit_entries import entry_heard
from cogs.moderation._audit_reading import AuditReader, Reading, may_read, take_safely
from cogs.moderation._hearing_first import deed_of_somebody
from database.errors import DatabaseUnavailable
from database.models import CaseKind

if TYPE_CHECKING:
    from bot.client import Reeve

LOOK_EVERY_SECONDS = 5
AT_ONCE = 2
"""Logs that are read at the same time: after a start there may be thousands, and commands need Discord, too."""
AGAIN = timedelta(seconds=30)
"""After Discord or the database did not answer."""
SETTLED = timedelta(hours=1)
"""After an event the log is read within this time, so that a later start finds little that is new."""
MOST_NAMES = 1_000


class ByHand(BaseCog):
    """One task looks which logs are to be read; a server is read by one task at a time."""

    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self.reader = AuditReader(bot)
        self._due: dict[int, datetime] = {}
        self._wake = asyncio.Event()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._looking: asyncio.Task[None] | None = None
        self._at_work: dict[int, asyncio.Task[None]] = {}
        self._names: OrderedDict[int, str] = OrderedDict()
        self._in_line: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        """When another bot bans a thousand at once, they must not have all connections to the database."""

    async def cog_load(self) -> None:
        self._looking = asyncio.create_task(self._look_forever(), name="audit logs")

    async def cog_unload(self) -> None:
        tasks = [task for task in (self._looking, *self._at_work.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @BaseCog.listener()
    async def on_ready(self) -> None:
        """After a start, and after a session that was lost."""
        for guild in self.bot.guilds:
            self._to_read(guild.id)

    @BaseCog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        self._to_read(guild.id)

    @BaseCog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        self._to_read(guild.id)

    @BaseCog.listener()
    async def on_guild_role_update(self, _: discord.Role, role: discord.Role) -> None:
        """The permission may have been given."""
        if role in role.guild.me.roles:
            self._to_read(role.guild.id)

    @BaseCog.listener()
    async def on_member_update(self, _: discord.Member, member: discord.Member) -> None:
        """Of Reeve itself this comes without the members intent."""
        if member == member.guild.me:
            self._to_read(member.guild.id)

    @BaseCog.listener()
    async def on_audit_log_entry_create(self, heard: discord.AuditLogEntry) -> None:
        entry, guild = entry_heard(heard), heard.guild
        if entry is None:
            return
        self._to_read(guild.id, wait=SETTLED)

        async def name_of(user_id: int) -> str:
            return await self._name_of(guild, user_id)

        try:
            async with self._in_line[guild.id]:
                await take_safely(self.bot, guild, entry, name_of)
        except DatabaseUnavailable as error:
            logger.warning("What was done by hand in {} is read later: {}", guild.id, type(error).__name__)
            self._to_read(guild.id, wait=AGAIN)

    @BaseCog.listener()
    async def on_member_ban(self, guild: discord.Guild, user: discord.User | discord.Member) -> None:
        await self._seen(guild, CaseKind.BAN, user)

    @BaseCog.listener()
    async def on_member_unban(self, guild: discord.Guild, user: discord.User) -> None:
        await self._seen(guild, CaseKind.UNBAN, user)

    async def _seen(self, guild: discord.Guild, kind: CaseKind, user: discord.User | discord.Member) -> None:
        """All that Discord tells where Reeve may not read the log; where it may, the name for the entry to come."""
        self._keep_name(user.id, user.name)
        if may_read(guild):
            return
        deed = deed_of_somebody(guild, kind, user.id, user.name)
        try:
            async with self._in_line[guild.id]:
                await self.bot.database.by_hand.seen(guild_id=guild.id, deed=deed)
        except DatabaseUnavailable as error:
            logger.warning("A {} by hand in {} is lost: {}", kind, guild.id, type(error).__name__)
        self.bot.dispatch("outbox_filled")

    async def _name_of(self, guild: discord.Guild, user_id: int) -> str:
        """An event tells ids alone."""
        known = guild.get_member(user_id) or self.bot.get_user(user_id)
        if known is not None:
            return known.name
        if user_id not in self._names:
            kept = await self.bot.database.users.get(guild_id=guild.id, user_id=user_id)
            if kept is not None:
                return kept.name
            try:
                self._keep_name(user_id, (await read(lambda: self.bot.fetch_user(user_id))).name)
            except (DiscordAway, discord.NotFound, discord.Forbidden):
                return str(user_id)
        return self._names[user_id]

    def _keep_name(self, user_id: int, name: str) -> None:
        self._names[user_id] = name
        self._names.move_to_end(user_id)
        if len(self._names) > MOST_NAMES:
            self._names.popitem(last=False)

    def _to_read(self, guild_id: int, *, wait: timedelta = timedelta()) -> None:
        """Unless it is to be read before that anyway."""
        due = clock.now() + wait
        self._due[guild_id] = min(due, self._due.get(guild_id, due))
        if not wait:
            self._wake.set()

    async def _look_forever(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            await clock.wait(self._wake, LOOK_EVERY_SECONDS)
            self._wake.clear()
            now = clock.now()
            due = [each for each, at in self._due.items() if at <= now and each not in self._at_work]
            for guild_id in due:
                del self._due[guild_id]
                self._at_work[guild_id] = asyncio.create_task(self._read(guild_id, now), name="audit log")

    async def _read(self, guild_id: int, since: datetime) -> None:
        try:
            async with self._turns:
                guild = self.bot.get_guild(guild_id)
                if guild is None or guild.unavailable:
                    return
                if await self.reader.read(guild, since=since) is Reading.MORE:
                    self._to_read(guild_id)
        except (DiscordAway, DatabaseUnavailable) as error:
            logger.info("The audit log of {} is read later: {}", guild_id, error)
            self._to_read(guild_id, wait=AGAIN)
        except Exception as error:  # a bug with one server must not hold up the others
            incident(error, at=f"the audit log of {guild_id}")
        finally:
            del self._at_work[guild_id]
            if guild_id in self._due:
                self._wake.set()


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(ByHand(bot))
