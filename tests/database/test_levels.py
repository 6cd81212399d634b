"""Levels follow from what was earned, in the transaction that changes it: announced once, roles both ways."""

import asyncio
import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import asyncpg
import pytest

from database.clock import clock
from database.errors import SettingNotAllowed
from database.ledger import Movement, Request, decide
from database.models import Delivery
from database.models.level import MOST_REWARDS, WHOLE_SERVER
from database.models.points import MINT, OperationKind, Source
from database.reversing import Spent
from database.service import DatabaseService
from database.staff_moves import award

ANN, BEN, CEM = 5_001, 5_002, 5_003
NUMBERS = itertools.count(870_000_000_000_000_000)
CHANNEL, ROLE = 77, 88
UP, ROLES, ALERT = Delivery.LEVEL_UP, Delivery.LEVEL_ROLES, Delivery.LEVEL_ALERT


class Server(NamedTuple):
    ledger: Any
    database: DatabaseService
    guild_id: int

    async def choose(self, setting: str, value: int | bool | None) -> None:
        await self.database.guild_configs.change(
            guild_id=self.guild_id,
            setting=setting,
            value=value,
            changed_by_id=1,
            interaction_id=next(NUMBERS),
        )

    async def reward(self, level: int, role_id: int) -> None:
        by: dict[str, Any] = {"guild_id": self.guild_id, "changed_by_id": 1, "interaction_id": next(NUMBERS)}
        await self.database.levels.add_reward(**by, level=level, role_id=role_id)

    async def take(self, member_id: int, amount: int) -> None:
        by: dict[str, Any] = {"guild_id": self.guild_id, "actor_id": 7, "interaction_id": next(NUMBERS)}
        await self.database.staff_points.take(**by, reason="r", member_id=member_id, amount=amount)

    async def asked(self) -> list[tuple[Delivery, int]]:
        """What waits for delivery, and forget it."""
        rows = await self.database.outbox.claim(now=clock.now() + timedelta(days=1), limit=1_000)
        rows = [row for row in rows if row.guild_id == self.guild_id]
        for row in rows:
            await self.database.outbox.delivered(row)
        return sorted((row.kind, row.subject_id) for row in rows)

    async def announced(self, user_id: int) -> int | None:
        newest = await self.database.levels.newest(guild_id=self.guild_id, user_id=user_id)
        return newest.level if newest else None


@pytest.fixture
def server(ledger: Any, database: DatabaseService, guild_id: int) -> Server:
    return Server(ledger, database, guild_id)


async def test_a_level_is_announced_once_and_for_ever(server: Server) -> None:
    await server.choose("level_channel_id", CHANNEL)
    await server.ledger.award(ANN, 99)
    assert await server.asked() == []
    await server.ledger.award(ANN, 1)
    assert await server.asked() == [(UP, ANN)]
    await server.take(ANN, 50)
    await server.ledger.award(ANN, 60)
    assert await server.asked() == []
    assert await server.announced(ANN) == 1


async def test_several_levels_at_once_are_one_word(server: Server) -> None:
    await server.choose("level_channel_id", CHANNEL)
    await server.ledger.award(ANN, 800)
    assert await server.asked() == [(UP, ANN)]
    assert await server.announced(ANN) == 4
    await server.take(ANN, 600)
    await server.ledger.award(ANN, 100)
    assert await server.asked() == [], "level 2 is below one that was announced"


async def test_gifts_are_no_levels(server: Server) -> None:
    await server.choose("level_channel_id", CHANNEL)
    await server.ledger.award(ANN, 90)
    await server.ledger.award(BEN, 90)
    await server.ledger.give(ANN, BEN, 80)
    assert await server.asked() == []


async def test_roles_follow_up_and_down_past_a_reward_alone(server: Server) -> None:
    await server.reward(2, ROLE)
    await server.asked()
    await server.ledger.award(ANN, 100)
    assert await server.asked() == []
    await server.ledger.award(ANN, 155)
    assert await server.asked() == [(ROLES, ANN)]
    await server.ledger.award(ANN, 220)
    assert await server.asked() == []
    await server.take(ANN, 221)
    assert await server.asked() == [(ROLES, ANN)]


async def test_everything_that_changes_what_was_earned_counts(server: Server) -> None:
    await server.reward(1, ROLE)
    await server.asked()
    ledger, here = server.ledger, {"guild_id": server.guild_id}
    by: dict[str, Any] = {"actor_id": 7, "reason": "r", **here}
    await server.choose("points_per_message", 100)
    await ledger.earn(ANN, clock.now())
    assert await server.asked() == [(ROLES, ANN)]
    many = await server.database.points.award_many(
        guild_id=server.guild_id,
        amounts={BEN: 100, CEM: 100},
        reason="r",
        actor_id=7,
        interaction_id=next(NUMBERS),
    )
    assert await server.asked() == [(ROLES, BEN), (ROLES, CEM)]
    await server.database.staff_points.reverse(
        **by, operation_id=many.operation_id, policy=Spent.REFUSE, interaction_id=next(NUMBERS)
    )
    assert await server.asked() == [(ROLES, BEN), (ROLES, CEM)]
    await server.database.staff_points.set(
        **by, member_id=ANN, member_is_bot=False, balance=5, interaction_id=next(NUMBERS)
    )
    assert await server.asked() == [(ROLES, ANN)]


async def test_a_repeat_of_an_award_announces_nothing_more(server: Server) -> None:
    await server.choose("level_channel_id", CHANNEL)
    key = next(NUMBERS)
    await asyncio.gather(*(server.ledger.award(ANN, 100, key=key) for _ in range(8)))
    assert await server.asked() == [(UP, ANN)]


async def test_many_awards_at_once_announce_each_level_once(server: Server, auditor: Any) -> None:
    await server.choose("level_channel_id", CHANNEL)
    await asyncio.gather(*(server.ledger.award(ANN, 100) for _ in range(8)))
    announced = await auditor.fetch(
        "SELECT level FROM point_levels WHERE guild_id = $1 ORDER BY reached_at", server.guild_id
    )
    levels = [row["level"] for row in announced]
    assert levels == sorted(set(levels))
    assert await server.announced(ANN) == 4


async def test_points_that_are_rolled_back_leave_no_level(server: Server, database: DatabaseService) -> None:
    await server.choose("level_channel_id", CHANNEL)
    request = Request(server.guild_id, OperationKind.AWARD, Source.INTERACTION, next(NUMBERS), 7, (ANN, 100))

    async def die_before_commit() -> None:
        async with database.transaction(guild_id=server.guild_id) as tx:
            await decide(
                tx, request, (MINT, ANN), lambda book: award(book, ANN, 100, receiver_is_bot=False), Movement
            )
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await die_before_commit()
    assert await server.announced(ANN) is None
    assert await server.asked() == []


async def test_which_roles_a_level_gives(server: Server) -> None:
    for level, role_id in ((1, 11), (2, 12), (9, 19)):
        await server.reward(level, role_id)
    await server.ledger.award(ANN, 255)
    found = await server.database.levels.roles(guild_id=server.guild_id, user_id=ANN)
    assert found.level == 2
    assert found.rewards == {11, 12, 19}
    assert found.wanted == {11, 12}
    await server.choose("level_roles_stack", value=False)
    found = await server.database.levels.roles(guild_id=server.guild_id, user_id=ANN)
    assert found.wanted == {12}
    nobody = await server.database.levels.roles(guild_id=server.guild_id, user_id=BEN)
    assert nobody.level == 0
    assert not nobody.wanted


async def test_rewards_are_one_a_level_and_at_most_so_many(server: Server) -> None:
    for level in range(1, MOST_REWARDS + 1):
        await server.reward(level, 100 + level)
    await server.reward(1, 101)
    with pytest.raises(SettingNotAllowed, match="at most 50"):
        await server.reward(60, 160)
    with pytest.raises(SettingNotAllowed, match="has one already"):
        await server.reward(1, 160)
    with pytest.raises(SettingNotAllowed, match="level 2 gives that role"):
        await server.reward(60, 102)
    with pytest.raises(SettingNotAllowed, match="1 to 1,000"):
        await server.reward(1_001, 160)
    by: dict[str, Any] = {"guild_id": server.guild_id, "changed_by_id": 1}
    remove = server.database.levels.remove_reward
    assert await remove(**by, level=3, interaction_id=next(NUMBERS)) == 103
    assert await remove(**by, level=3, interaction_id=next(NUMBERS)) is None
    assert len(await server.database.levels.rewards(guild_id=server.guild_id)) == MOST_REWARDS - 1


async def test_a_change_of_the_curve_or_of_rewards_looks_through_all_members(server: Server) -> None:
    await server.choose("level_base", 50)
    assert await server.asked() == [], "no level gives anything"
    await server.reward(1, ROLE)
    assert await server.asked() == [(ROLES, WHOLE_SERVER)]
    for setting, value in (("level_base", 60), ("level_roles_stack", False)):
        await server.choose(setting, value)
        assert await server.asked() == [(ROLES, WHOLE_SERVER)]
        await server.choose(setting, value)
        assert await server.asked() == [], "that was no change"


async def test_a_round_goes_through_all_members_in_parts(server: Server) -> None:
    members = list(range(5_001, 5_008))
    for member in members:
        await server.ledger.award(member, 1)
    await server.reward(1, ROLE)
    levels, here = server.database.levels, {"guild_id": server.guild_id}
    seen: list[int] = []
    while (part := await levels.next_of_sync(**here, limit=3)) and part.user_ids:
        assert await server.asked() == [(ROLES, WHOLE_SERVER)]
        seen += part.user_ids
        await levels.synced(**here, part=part, reached_id=part.user_ids[-1])
    assert seen == members


async def test_who_works_at_an_earlier_round_moves_no_later_one(server: Server) -> None:
    for member in (ANN, BEN, CEM):
        await server.ledger.award(member, 1)
    await server.reward(1, ROLE)
    levels, here = server.database.levels, {"guild_id": server.guild_id}
    old = await levels.next_of_sync(**here, limit=2)
    assert old is not None
    await levels.sync(**here)
    await levels.synced(**here, part=old, reached_id=BEN)
    again = await levels.next_of_sync(**here, limit=2)
    assert again is not None
    assert again.user_ids == [ANN, BEN]


async def test_a_role_out_of_reach_is_one_alert_however_many_want_it(server: Server) -> None:
    await server.reward(1, ROLE)
    await server.asked()
    levels, here = server.database.levels, {"guild_id": server.guild_id}
    for role_id in (ROLE, ROLE, 999):
        await levels.cannot_give(**here, role_id=role_id)
    assert await server.asked() == [(ALERT, ROLE)]
    await levels.told(**here, role_id=ROLE)
    [reward] = await levels.rewards(**here)
    assert reward.told_at is not None
    await levels.can_give(**here, role_id=ROLE)
    [reward] = await levels.rewards(**here)
    assert reward.told_at is None
    assert await server.asked() == [(ROLES, WHOLE_SERVER)]


async def test_where_one_stands(server: Server) -> None:
    standing = server.database.levels.standing
    assert tuple(await standing(guild_id=server.guild_id, user_id=ANN)) == (0, 0, 0, 100)
    await server.ledger.award(ANN, 300)
    assert tuple(await standing(guild_id=server.guild_id, user_id=ANN)) == (2, 300, 255, 475)
    await server.ledger.award(ANN, 10**9)
    await server.ledger.award(ANN, 10**9)
    assert tuple(await standing(guild_id=server.guild_id, user_id=ANN))[::3] == (1_000, None)


async def test_rows_of_announced_levels_are_only_added(server: Server, dsn: str) -> None:
    await server.choose("level_channel_id", CHANNEL)
    await server.ledger.award(ANN, 100)
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"SET reeve.guild_id = '{server.guild_id}'")
    for change in ("UPDATE point_levels SET level = 2", "DELETE FROM point_levels"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(change)
    await connection.close()


async def test_a_timeout_that_takes_roles_wins_while_it_stands(
    server: Server, auditor: Any, open_case: Callable[..., Any]
) -> None:
    await server.reward(1, 11)
    await server.reward(2, 12)
    await server.ledger.award(ANN, 255)
    await open_case()
    for is_wanted, wanted, withheld in ((True, {12}, {11}), (False, {11, 12}, set())):
        await auditor.execute(
            "INSERT INTO restrictions "
            "(guild_id, subject_id, kind, wanted, version, applied_version, payload, changed_at) "
            "VALUES ($1, $2, 'roles', $3, 1, 1, '{\"taken\": [11], \"given\": []}', now()) "
            "ON CONFLICT (guild_id, subject_id, kind) DO UPDATE SET wanted = $3",
            server.guild_id, ANN, is_wanted,
        )  # fmt: skip
        found = await server.database.levels.roles(guild_id=server.guild_id, user_id=ANN)
        assert found.wanted == wanted
        assert found.withheld == withheld


async def test_only_a_new_level_costs_a_statement_more(server: Server) -> None:
    figures = server.database.figures.of("points.award")

    async def taken(amount: int) -> int:
        before = figures.statements
        await server.ledger.award(ANN, amount)
        return figures.statements - before

    await taken(1)
    assert await taken(200) == 2, "nobody wants to know of levels"
    await server.choose("level_channel_id", CHANNEL)
    assert await taken(1) == 2
    assert await taken(100) == 3
