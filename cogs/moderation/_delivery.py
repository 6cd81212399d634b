"""Deliver one row of the outbox: the post of a case, or the word to its target."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord

from cogs.moderation._act_alert import post_act_alert
from cogs.moderation._appeal_post import answer_appellant, post_appeal
from cogs.moderation._audit_alert import post_audit_alert
from cogs.moderation._digest import post_digest
from cogs.moderation._direct_message import tell, tell_end, tell_void
from cogs.moderation._guard_alert import post_pause, tell_owner
from cogs.moderation._log_post import NotYet, post_case
from cogs.moderation._report_post import answer_reporter, post_report
from cogs.moderation._second import post_second
from database.models import Delivery, DirectMessage, OutboxRow

if TYPE_CHECKING:
    from bot.client import Reeve


async def deliver(bot: "Reeve", row: OutboxRow) -> None:
    """Show what is true now. Raises NotYet, or what Discord and the database raise."""
    guild = bot.get_guild(row.guild_id)
    if guild is None or guild.unavailable:
        raise NotYet("Reeve is not in that server at the moment.")
    await DELIVERIES[row.kind](bot, guild, row.subject_id)


async def give_up(bot: "Reeve", row: OutboxRow) -> None:
    """Say on the case that its target was not told, and on the report that its reporter was not."""
    if row.kind is Delivery.CASE_DIRECT_MESSAGE:
        await bot.database.cases.told(
            guild_id=row.guild_id, number=row.subject_id, outcome=DirectMessage.FAILED
        )
    if row.kind is Delivery.CASE_VOID_MESSAGE:
        await bot.database.case_edits.void_told(
            guild_id=row.guild_id, number=row.subject_id, outcome=DirectMessage.FAILED
        )
    if row.kind is Delivery.REPORT_REPLY:
        await bot.database.reports.replied(
            guild_id=row.guild_id, reply_id=row.subject_id, outcome=DirectMessage.FAILED
        )
    if row.kind is Delivery.APPEAL_ANSWER:
        await bot.database.appeals.told(
            guild_id=row.guild_id, number=row.subject_id, outcome=DirectMessage.FAILED
        )


DELIVERIES: dict[Delivery, Callable[["Reeve", discord.Guild, int], Awaitable[None]]] = {
    Delivery.CASE_LOG: post_case,
    Delivery.CASE_DIRECT_MESSAGE: tell,
    Delivery.CASE_VOID_MESSAGE: tell_void,
    Delivery.CASE_END_MESSAGE: tell_end,
    Delivery.ACT_ALERT: post_act_alert,
    Delivery.REPORT_POST: post_report,
    Delivery.REPORT_REPLY: answer_reporter,
    Delivery.APPEAL_POST: post_appeal,
    Delivery.APPEAL_ANSWER: answer_appellant,
    Delivery.SECOND_POST: post_second,
    Delivery.GUARD_POST: post_pause,
    Delivery.GUARD_OWNER: tell_owner,
    Delivery.DIGEST: post_digest,
    Delivery.AUDIT_ALERT: post_audit_alert,
}
