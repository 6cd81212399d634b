"""Messages deleted: by the hundred where Discord lets that, one by one where they are older than two weeks."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import discord

from bot.clock import clock
from bot.outcomes import Applied, Outcome, Refused, attempt, read
from cogs.moderation._outcome_words import kept, refused_kept
from database.models import Act

if TYPE_CHECKING:
    from datetime import datetime

    from bot.client import Reeve

UNKNOWN_MESSAGE = 10008
MOST_AT_ONCE = 100
BULK_WITHIN = timedelta(days=14) - timedelta(minutes=10)
"""Discord refuses the whole hundred for one that is older: a little is kept for clocks that differ."""


async def purge(bot: "Reeve", _: discord.Guild, act: Act, reason: str) -> Outcome:
    """Payload: `channel_id`, `message_ids`. Stops at the first trouble; again from the beginning is harmless."""
    channel_id = act.payload["channel_id"]
    for chunk in chunked(act.payload["message_ids"], clock.now()):
        outcome = await attempt(
            partial(_delete, bot, channel_id, chunk, reason), means={UNKNOWN_MESSAGE: Applied()}
        )
        if isinstance(outcome, Refused):
            return await _in_part(bot, act, outcome)
        if not isinstance(outcome, Applied):
            return outcome
    return Applied()


async def _in_part(bot: "Reeve", act: Act, refused: Refused) -> Outcome:
    """A refusal says that nothing was done: what is gone is counted, an earlier attempt's work included."""
    wanted = set(act.payload["message_ids"])
    try:
        there = {each async for each in _still_there(bot, act)}
    except (discord.NotFound, discord.Forbidden):
        return refused
    gone = len(wanted - there)
    if not gone:
        return refused
    return Applied(kept("in_part", gone=gone, wanted=len(wanted), rest=refused_kept(refused)))


async def _delete(bot: "Reeve", channel_id: int, message_ids: list[int], reason: str) -> None:
    if len(message_ids) > 1:
        await bot.http.delete_messages(channel_id, [*message_ids], reason=reason)
    else:
        await bot.http.delete_message(channel_id, message_ids[0], reason=reason)


async def has_purged(bot: "Reeve", _: discord.Guild, act: Act, _since: "datetime", _tag: str) -> bool | None:
    try:
        async for _there in _still_there(bot, act):
            return False
    except discord.NotFound:
        return True
    except discord.Forbidden:
        return None
    return True


async def _still_there(bot: "Reeve", act: Act) -> AsyncIterator[int]:
    """Pages through the channel from the oldest of them: each page says it of all that are older than its end.

    Raises NotFound, Forbidden, DiscordAway.
    """
    channel_id = act.payload["channel_id"]
    left = sorted(set(act.payload["message_ids"]))
    while left:
        after = left[0] - 1
        page = await read(partial(bot.http.logs_from, channel_id, MOST_AT_ONCE, after=after))
        there = {int(message["id"]) for message in page}
        for each in sorted(there.intersection(left)):
            yield each
        left = [] if len(there) < MOST_AT_ONCE else [each for each in left if each > max(there)]


def chunked(message_ids: Sequence[int], now: "datetime") -> list[list[int]]:
    """Each is one request: of 2 to 100 younger ones, or of a single one."""
    oldest = discord.utils.time_snowflake(now - BULK_WITHIN)
    ids = sorted(set(message_ids), reverse=True)
    young = [each for each in ids if each > oldest]
    chunks = [young[at : at + MOST_AT_ONCE] for at in range(0, len(young), MOST_AT_ONCE)]
    return chunks + [[each] for each in ids if each <= oldest]
