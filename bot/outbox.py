"""Who delivers what of the outbox: each family of cogs fills `Reeve.deliverers` in its setup; cogs/outbox.py asks."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

import discord

if TYPE_CHECKING:
    from bot.client import Reeve


class NotYet(Exception):
    """It cannot be delivered now; the text says what stands in the way."""


class Deliverer(NamedTuple):
    """For one kind. Each gets the server and the subject's id; `gave_up`, if any, keeps that nobody was told.

    `deliver` shows what is true now. It raises NotYet, or what Discord and the database raise, and is called again
    then: it must not show twice what it may have shown.
    """

    deliver: Callable[["Reeve", discord.Guild, int], Awaitable[None]]
    gave_up: Callable[["Reeve", int, int], Awaitable[None]] | None = None
