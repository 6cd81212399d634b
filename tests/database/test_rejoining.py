"""A member comes back with roles that a timeout takes: planned once, however many changes tell of it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from database.clock import clock
from database.models import CaseKind, RolesMeanwhile, plan_timeout
from database.service import DatabaseService

ANN, MUTED, MEMBER = 501, 9, 11


async def test_two_changes_before_the_act_is_sent_are_one_act_and_one_after_it_is_another(
    database: DatabaseService, guild_id: int, new_id: Callable[[], int]
) -> None:
    here, asked = {"guild_id": guild_id}, new_id()
    roles = RolesMeanwhile(give=(MUTED,), take=(MEMBER,))
    plan = plan_timeout(until=clock.now() + timedelta(days=7), roles=roles)
    await database.cases.open(
        **here, kind=CaseKind.TIMEOUT, target_id=ANN, target_name="ann", moderator_id=601, moderator_name="max",
        reason="spam", interaction_id=asked, plan=plan,
    )  # fmt: skip
    for act in await database.acts.take(**here, interaction_id=asked):
        await database.acts.send(act)
        await database.acts.done(act)

    async def differ(*role_ids: int) -> bool:
        return await database.restrictions.roles_differ(
            **here, user_id=ANN, role_ids=role_ids, now=clock.now()
        )

    assert not await differ(MUTED)
    heard_at_once = await asyncio.gather(*(differ(MUTED, MEMBER) for _ in range(4)))
    assert sorted(heard_at_once) == [False, False, False, True], "what is planned sees to the others, too"
    (act,) = [
        each for each in await database.acts.claim(now=clock.now(), limit=50) if each.guild_id == guild_id
    ]
    await database.acts.send(act)
    assert await differ(MEMBER), "the one that is on its way may have been too early for this one"
