"""How a job that bans many begins, once its preview is confirmed."""

from typing import TYPE_CHECKING

import discord

from cogs.moderation._guard import SECOND, most_acts
from cogs.moderation._request import Request
from database.models import Case, Target

if TYPE_CHECKING:
    from bot.client import Reeve


async def begin(bot: "Reeve", guild: discord.Guild, request: Request) -> Case:
    """Write the job; the same key again gives its case. Raises what `mass_jobs.begin` raises."""
    is_counted = SECOND not in request.passed
    case = await bot.database.mass_jobs.begin(
        guild_id=guild.id,
        targets=[Target(user_id, name) for user_id, name in request.payload["targets"]],
        moderator_id=request.moderator_id,
        moderator_name=request.moderator_name,
        reason=request.reason,
        interaction_id=request.key,
        channel_id=request.channel_id,
        delete_seconds=request.payload["delete_seconds"],
        most_acts=await most_acts(bot, guild, request.kind, request.moderator_id) if is_counted else None,
    )
    bot.dispatch("outbox_filled")
    bot.dispatch("mass_due")
    return case


def begun(request: Request, case: Case) -> str:
    people = request.payload["people"]
    return (
        f"Case {case.number}: {people:,} {'person is' if people == 1 else 'people are'} being banned. "
        f"/case view {case.number} shows what came of it."
    )
