"""The audit log of a server, read from where it was left, so that nothing done by hand is missed, however long ago.

One rule for the cursor: it moves by reading alone, page after page in Discord's order, and stays a minute behind. What
is heard as an event is taken at once and does not move it; the next reading meets it again, and its key makes that
nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import discord
from discord.utils import snowflake_time, time_snowflake
from loguru import logger

from bot.clock import clock
from bot.command_tree import incident
from bot.outcomes import read
from cogs.moderation._audit_entries import Entry, entry_read
from cogs.moderation._guard import most_acts
from database.errors import DatabaseUnavailable
from database.models import GUARD_WINDOW, AuditCursor, Deed

if TYPE_CHECKING:
    from bot.client import Reeve

PAGE = 100
MOST_PAGES = 100
"""In one turn of a server: others wait for theirs."""
BEHIND = timedelta(minutes=1)
"""Entries may appear a little later than others with higher ids."""
KEPT = timedelta(days=45)
"""By Discord: https://discord.com/developers/docs/resources/audit-log"""
LONG_AGO = datetime.min.replace(tzinfo=UTC)

NameOf = Callable[[int], Awaitable[str]]


class Reading(Enum):
    WHOLE = auto()
    MORE = auto()
    """There is more than one turn may read."""
    FORBIDDEN = auto()


class AuditReader:
    def __init__(self, bot: "Reeve") -> None:
        self._bot = bot
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._read_at: dict[int, datetime] = {}

    async def read(self, guild: discord.Guild, *, since: datetime) -> Reading:
        """Take all entries that are new, unless a reading that began at `since` or later has done so.

        Raises DiscordAway, DatabaseUnavailable: what was taken until then is kept.
        """
        async with self._locks[guild.id]:
            if self._read_at.get(guild.id, LONG_AGO) >= since:
                return Reading.WHOLE
            began = clock.now()
            try:
                reading = await self._turn(guild) if may_read(guild) else Reading.FORBIDDEN
            except discord.Forbidden:
                reading = Reading.FORBIDDEN
            if reading is Reading.FORBIDDEN:
                await self._tell(guild)
            if reading is Reading.WHOLE:
                self._read_at[guild.id] = began
            return reading

    async def _tell(self, guild: discord.Guild) -> None:
        now = clock.now()
        if await self._bot.database.by_hand.unreadable(
            guild_id=guild.id, entry_id=time_snowflake(now), now=now
        ):
            logger.warning("server {}: Reeve may not read the audit log", guild.id)
            self._bot.dispatch("outbox_filled")

    async def _turn(self, guild: discord.Guild) -> Reading:
        by_hand, http = self._bot.database.by_hand, self._bot.http
        cursor = await by_hand.cursor(guild_id=guild.id)
        if cursor is None:
            newest = await read(lambda: http.get_audit_logs(guild.id, limit=1))
            entry_ids = [int(raw["id"]) for raw in newest["audit_log_entries"]]
            await by_hand.begin(guild_id=guild.id, entry_id=max(entry_ids, default=0))
            return Reading.WHOLE
        _warn_of_gap(cursor)
        after, count = cursor.entry_id, PAGE
        for _ in range(MOST_PAGES):
            page = await read(lambda after=after: http.get_audit_logs(guild.id, limit=PAGE, after=after))  # type: ignore[misc]  # mypy knows no defaults of lambdas
            count = len(page["audit_log_entries"])
            after = await self._take_page(guild, page, after)
            await by_hand.advance(
                guild_id=guild.id, entry_id=min(after, time_snowflake(clock.now() - BEHIND))
            )
            if count < PAGE:
                return Reading.WHOLE
        return Reading.MORE

    async def _take_page(self, guild: discord.Guild, page: Any, after: int) -> int:
        """Each entry in order; the id of the last."""
        names = {int(user["id"]): str(user["username"]) for user in page["users"]}

        async def name_of(user_id: int) -> str:
            return names.get(user_id, str(user_id))

        raws = sorted(page["audit_log_entries"], key=lambda raw: int(raw["id"]))
        entries = [entry for raw in raws if (entry := entry_read(raw)) is not None]
        known = set[int]()
        if others := [entry.entry_id for entry in entries if not is_own(self._bot, entry)]:
            known = await self._bot.database.by_hand.known(guild_id=guild.id, entry_ids=others)
        for entry in entries:
            if entry.entry_id not in known:
                await take_safely(self._bot, guild, entry, name_of)
        return int(raws[-1]["id"]) if raws else after


def may_read(guild: discord.Guild) -> bool:
    return guild.me.guild_permissions.view_audit_log


def is_own(bot: "Reeve", entry: Entry) -> bool:
    assert bot.user is not None
    return entry.executor_id == bot.user.id


async def take_safely(bot: "Reeve", guild: discord.Guild, entry: Entry, name_of: NameOf) -> None:
    """As `take`; a bug with one entry must not hold up the others."""
    try:
        await take(bot, guild, entry, name_of)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # as said above
        incident(error, at=f"entry {entry.entry_id} of the audit log of {guild.id}")


async def take(bot: "Reeve", guild: discord.Guild, entry: Entry, name_of: NameOf) -> None:
    """Make a case of what somebody did by hand. Reeve's own deeds have theirs."""
    by_hand = bot.database.by_hand
    if is_own(bot, entry):
        number = entry.tagged
        if number is None or not await by_hand.own(
            guild_id=guild.id,
            entry_id=entry.entry_id,
            number=number,
            target_id=entry.target_id,
            kind=entry.kind,
        ):
            logger.info(
                "server {}: entry {} of the audit log is Reeve's own, and names no case of {}",
                guild.id,
                entry.entry_id,
                entry.target_id,
            )
        return
    deed = Deed(
        entry_id=entry.entry_id,
        kind=entry.kind,
        target_id=entry.target_id,
        target_name=await name_of(entry.target_id),
        moderator_id=entry.executor_id,
        moderator_name=await name_of(entry.executor_id),
        at=entry.at,
        reason=entry.reason,
        until=entry.until,
    )
    is_recent = clock.now() - deed.at < GUARD_WINDOW
    most = await most_acts(bot, guild, deed.kind, deed.moderator_id) if is_recent else None
    await by_hand.note(guild_id=guild.id, deed=deed, most_acts=most)
    bot.dispatch("outbox_filled")
    bot.dispatch("acts_due")


def _warn_of_gap(cursor: AuditCursor) -> None:
    gap = clock.now() - snowflake_time(cursor.entry_id)
    if cursor.entry_id and gap > KEPT:
        logger.warning(
            "server {}: its audit log was last read {} days ago, and Discord keeps {}: what was done by hand "
            "before that is lost",
            cursor.guild_id,
            gap.days,
            KEPT.days,
        )
