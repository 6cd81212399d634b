"""What moderation delivers through the outbox: posts, alerts, and the words to who is meant."""

from typing import TYPE_CHECKING

from bot.outbox import Deliverer
from cogs.moderation._act_alert import post_act_alert
from cogs.moderation._appeal_post import answer_appellant, post_appeal
from cogs.moderation._audit_alert import post_audit_alert
from cogs.moderation._digest import post_digest
from cogs.moderation._direct_message import tell, tell_end, tell_void
from cogs.moderation._guard_alert import post_pause, tell_owner
from cogs.moderation._log_post import post_case
from cogs.moderation._report_post import answer_reporter, post_report
from cogs.moderation._second import post_second
from database.models import Delivery, DirectMessage

if TYPE_CHECKING:
    from bot.client import Reeve

FAILED = DirectMessage.FAILED


async def _not_told(bot: "Reeve", guild_id: int, number: int) -> None:
    """Said on the case: its target was not told."""
    await bot.database.cases.told(guild_id=guild_id, number=number, outcome=FAILED)


async def _not_told_of_void(bot: "Reeve", guild_id: int, number: int) -> None:
    await bot.database.case_edits.void_told(guild_id=guild_id, number=number, outcome=FAILED)


async def _reporter_not_told(bot: "Reeve", guild_id: int, reply_id: int) -> None:
    await bot.database.reports.replied(guild_id=guild_id, reply_id=reply_id, outcome=FAILED)


async def _appellant_not_told(bot: "Reeve", guild_id: int, number: int) -> None:
    await bot.database.appeals.told(guild_id=guild_id, number=number, outcome=FAILED)


DELIVERERS = {
    Delivery.CASE_LOG: Deliverer(post_case),
    Delivery.CASE_DIRECT_MESSAGE: Deliverer(tell, _not_told),
    Delivery.CASE_VOID_MESSAGE: Deliverer(tell_void, _not_told_of_void),
    Delivery.CASE_END_MESSAGE: Deliverer(tell_end),
    Delivery.ACT_ALERT: Deliverer(post_act_alert),
    Delivery.REPORT_POST: Deliverer(post_report),
    Delivery.REPORT_REPLY: Deliverer(answer_reporter, _reporter_not_told),
    Delivery.APPEAL_POST: Deliverer(post_appeal),
    Delivery.APPEAL_ANSWER: Deliverer(answer_appellant, _appellant_not_told),
    Delivery.SECOND_POST: Deliverer(post_second),
    Delivery.GUARD_POST: Deliverer(post_pause),
    Delivery.GUARD_OWNER: Deliverer(tell_owner),
    Delivery.DIGEST: Deliverer(post_digest),
    Delivery.AUDIT_ALERT: Deliverer(post_audit_alert),
}


async def setup(bot: "Reeve") -> None:
    bot.deliverers.update(DELIVERERS)
