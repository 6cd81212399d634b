"""What waits in a server that Reeve was thrown out of: kept, seldom tried, and due at once when Reeve is back."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from bot.client import Reeve
from cogs.moderation._performing import perform
from cogs.moderation.acting import Acting
from database.clock import clock
from database.models import CaseKind, plan_ban
from database.service import DatabaseService

GUILD, ANN, MAX = 4_100, 501, 601


def bot_outside(database: DatabaseService) -> Reeve:
    """As far as an act looks at it: its own server is no more among the bot's."""
    outside = SimpleNamespace(database=database, get_guild=lambda _: None, dispatch=lambda _: None)
    return cast("Reeve", outside)


async def test_the_end_of_a_ban_waits_for_hours_where_reeve_is_gone_and_is_due_when_it_is_back(
    database: DatabaseService,
) -> None:
    until = clock.now()
    await database.cases.open(
        guild_id=GUILD, kind=CaseKind.BAN, target_id=ANN, target_name="ann", moderator_id=MAX,
        moderator_name="max", reason="spam", interaction_id=1, plan=plan_ban(until=until), expires_at=until,
    )  # fmt: skip
    (ban,) = await database.acts.take(guild_id=GUILD, interaction_id=1)
    await database.acts.send(ban)
    await database.acts.done(ban)
    bot = bot_outside(database)
    (end,) = await database.acts.claim(now=clock.now())

    await perform(bot, end)

    in_hours = clock.now() + timedelta(hours=5)
    assert await database.acts.claim(now=in_hours) == []
    acting = Acting(bot)
    await acting.on_guild_join(cast("Any", SimpleNamespace(id=GUILD)))
    (again,) = await database.acts.claim(now=clock.now())
    assert again.act_id == end.act_id
