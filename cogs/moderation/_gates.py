"""Questions that are asked before an act: each looks at the request, and lets it pass or says what to confirm."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import discord

from cogs.moderation._request import Request

if TYPE_CHECKING:
    from bot.client import Reeve


class Question(NamedTuple):
    """`name` is what the request has passed once it is confirmed. `confirm` is the button's label.

    `note_on`: the number of a case that the reason may be noted on instead. `by_second`: not the asker confirms,
    but another moderator, who sees it in the staff's channel.
    """

    name: str
    text: str
    confirm: str
    note_on: int | None = None
    by_second: bool = False


Gate: TypeAlias = Callable[["Reeve", discord.Guild, Request], Awaitable[Question | None]]

GATES: dict[str, Gate] = {}
"""By the name of their question, in the order in which they are asked. A passed one is not asked again."""


async def question_before(bot: "Reeve", guild: discord.Guild, request: Request) -> Question | None:
    for name, gate in GATES.items():
        if name not in request.passed and (question := await gate(bot, guild, request)) is not None:
            return question
    return None
