"""Random calls with ids of other guilds mixed in: nothing of another guild is read or changed, wall or no wall."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlmodel import col, select, update

from database.actions import action
from database.controllers._base import BaseController
from database.models import Case, PointAccount
from database.statements import param, statement
from soak.guild_isolation import GuildIsolation
from soak.scenario import Ground
from soak.servers import NEVER_CRASHES, MortalServer

CASES_ANYWHERE = statement(select(Case).where(col(Case.number) == param("number")), into=Case)
POINTS_ANYWHERE = statement(
    select(col(PointAccount.balance)).where(col(PointAccount.account_id) == param("user_id")), into=int
)
EDIT_ANYWHERE = statement(
    update(Case)
    .where(col(Case.number) == param("of_number"))
    .values(reason=param("reason"), revision=col(Case.revision) + 1)
)


@pytest.fixture(scope="module")
async def server(initialised_dir: Path) -> AsyncIterator[MortalServer]:
    """One for all: each run begins by forgetting every guild."""
    async with Ground(initialised_dir, "") as ground:
        yield await ground.server(**NEVER_CRASHES)


@pytest.fixture
def ground(ground: Ground, server: MortalServer, monkeypatch: pytest.MonkeyPatch) -> Ground:
    async def the_same() -> MortalServer:
        return server

    monkeypatch.setattr(ground, "server", the_same)
    return ground


async def test_no_call_reads_or_changes_what_is_another_guilds_with_and_without_row_level_security(
    ground: Ground,
) -> None:
    outcome = await GuildIsolation(calls=900).run(ground)
    assert outcome.broken == [], "\n".join(outcome.broken)
    assert outcome.reached["actions"] > 25


class Careless(BaseController):
    """Statements that forgot their guild."""

    topic = "also"

    @action(repeatable=True)
    async def find(self, *, guild_id: int, number: int) -> Sequence[Case]:
        async with self._transaction(guild_id=guild_id) as tx:
            return (await tx.exec(CASES_ANYWHERE, number=number)).all()

    @action(repeatable=True)
    async def total(self, *, guild_id: int, user_id: int) -> int:
        """Only a number: it does not say whose it is."""
        async with self._transaction(guild_id=guild_id) as tx:
            return sum((await tx.exec(POINTS_ANYWHERE, user_id=user_id)).all())

    @action(repeatable=True)
    async def edit(self, *, guild_id: int, number: int, reason: str) -> None:
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(EDIT_ANYWHERE, of_number=number, reason=reason)


async def test_a_statement_without_its_guild_is_harmless_behind_the_wall(ground: Ground) -> None:
    outcome = await GuildIsolation(calls=450, walls=(True,), also=Careless).run(ground)
    assert outcome.broken == [], "\n".join(outcome.broken)


async def test_a_statement_without_its_guild_is_found_without_the_wall(ground: Ground) -> None:
    outcome = await GuildIsolation(calls=1_000, walls=(False,), also=Careless).run(ground)
    found = "\n".join(outcome.broken)
    assert "also.find gave rows of another guild" in found
    assert "also.total answers with what is another guild's" in found
    assert "cases of another guild was changed" in found


async def test_an_action_with_a_parameter_that_nobody_knows_fails_the_scenario(ground: Ground) -> None:
    class Paints(BaseController):
        topic = "also"

        @action(repeatable=True)
        async def paint(self, *, guild_id: int, colour: str) -> None:
            async with self._transaction(guild_id=guild_id) as tx:
                await tx.exec(EDIT_ANYWHERE, of_number=1, reason=colour)

    outcome = await GuildIsolation(calls=2, also=Paints).run(ground)
    assert "also.paint: what may colour be?" in outcome.broken
