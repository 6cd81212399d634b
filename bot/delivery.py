"""What a person is told arrives, or is given up: an answer whose way failed is not an act that failed."""

import asyncio
from collections.abc import Awaitable, Callable

import discord

from bot.errors import Undelivered, is_repeat, is_undelivered

WAITS = (0.2, 1, 2, 5, 10, 30, 60, 120, 240)
"""Seconds between attempts; with the attempts themselves they fill most of a token's 15 minutes."""


async def deliver(send: Callable[[], Awaitable[object]], *, attempt_seconds: float) -> None:
    """Repeat what is safe to repeat, a callback or an edit, until Discord says that it has it.

    "Already acknowledged" after an attempt that got lost says that it was not lost. Said to the first attempt
    it means that another process was faster: that is raised, as is all else that Discord refuses.
    """
    lost: Undelivered | None = None
    for wait in (0, *WAITS):
        await asyncio.sleep(wait)
        try:
            return await once(send, attempt_seconds=attempt_seconds)
        except Undelivered as error:
            lost = error
        except discord.HTTPException as error:
            if is_repeat(error) and lost is not None:
                return None
            raise
    assert lost is not None
    raise lost


async def once(send: Callable[[], Awaitable[object]], *, attempt_seconds: float) -> None:
    """Raises Undelivered when no answer of Discord's comes: nobody knows then whether it has what was sent."""
    try:
        async with asyncio.timeout(attempt_seconds):
            await send()
    except Exception as error:  # `is_undelivered` knows the many types of a lost answer; others go on
        if is_undelivered(error):
            raise Undelivered(f"{type(error).__name__} {error}".rstrip()) from error
        raise


class InteractionsMet:
    """Discord may deliver an interaction twice: the second delivery is dropped before it does anything.

    Only within this process. What another process does at the same time, the keys in the database keep single.
    """

    REMEMBERED = 10_000

    def __init__(self) -> None:
        self._ids: dict[int, None] = {}

    def is_first(self, interaction_id: int) -> bool:
        if interaction_id in self._ids:
            return False
        self._ids[interaction_id] = None
        if len(self._ids) > self.REMEMBERED:
            del self._ids[next(iter(self._ids))]
        return True
