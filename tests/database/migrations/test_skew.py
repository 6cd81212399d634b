"""Promise 16: code and schema up to three revisions apart, in either direction, refuse or run as documented."""

import itertools
from functools import partial
from typing import Any

import asyncpg
import pytest

from bot.exits import ending
from database import migrations
from database.errors import SchemaMismatch
from database.migrations import OURS, Chain
from database.migrations.skew import Standing, is_compatible, require

AGES = range(4)
COMPATIBLE = ["", "9001", "9001"]
"""The first made-up step leaves no older code working, the two after it leave the code of the first working."""


def code(chain_of: Any, age: int) -> Chain:
    """The code that knows so many made-up revisions."""
    return chain_of(*({"runs_with": word} for word in COMPATIBLE[:age]), name=f"code-{age}")


def name(age: int) -> str:
    return f"9{age:03}" if age else OURS.head


async def test_every_pair_of_code_and_schema_runs_or_refuses_and_writes_nothing(
    scratch: str, chain_of: Any
) -> None:
    chains = [code(chain_of, age) for age in AGES]
    outcomes = {}
    for schema in AGES:
        await migrations.upgrade(scratch, name(schema), chain=chains[-1])
        before = await digest(scratch)
        for knows in AGES:
            outcomes[knows, schema] = await asked(scratch, chains[knows])
        assert await digest(scratch) == before
    for knows, schema in itertools.product(AGES, AGES):
        assert outcomes[knows, schema] == expected(knows, schema), (knows, schema)


def expected(knows: int, schema: int) -> str | None:
    if schema < knows:
        return "python -m bot db upgrade"
    if schema == knows or knows >= 1:
        return None
    return f"python -m bot db downgrade {OURS.head}"


async def asked(dsn: str, chain: Chain) -> str | None:
    """The command that the refusal names, None if this code runs here. Nobody is refused without exit code 78."""
    try:
        await migrations.require_schema(dsn, chain)
    except SchemaMismatch as error:
        refused = ending(error)
        assert refused is not None
        assert refused.code == 78
        return str(error).split("`")[1]
    await migrations.upgrade(
        dsn, "head", chain=chain
    )  # what `make run` does on its own server: nothing to do
    return None


async def digest(dsn: str) -> Any:
    """Every row version of the schema's description, and where the log stands in the version table."""
    connection = await asyncpg.connect(dsn)
    found = await connection.fetch(
        "SELECT 'class', oid::text, xmin::text FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION ALL "
        "SELECT 'version', version_num, xmin::text FROM alembic_version UNION ALL "
        "SELECT 'mark', description, xmin::text FROM pg_description WHERE objoid = 'alembic_version'::regclass "
        "ORDER BY 1, 2"
    )
    await connection.close()
    return found


async def test_the_older_code_finds_out_by_the_strictest_step(scratch: str, chain_of: Any) -> None:
    """A later step that claims too much does not undo what an earlier one broke."""
    chain = chain_of({}, {"runs_with": OURS.head})
    await migrations.upgrade(scratch, chain=chain)
    found = await migrations.standing(scratch)
    assert found == ("9002", "9001")
    assert not is_compatible(found, OURS)


async def test_after_a_downgrade_the_mark_is_that_of_the_older_schema(scratch: str, chain_of: Any) -> None:
    chain = chain_of({}, {})
    await migrations.upgrade(scratch, chain=chain)
    await migrations.downgrade(scratch, "-1", chain=chain)
    assert await migrations.standing(scratch) == ("9001", "9001")
    await migrations.downgrade(scratch, "base", chain=chain)
    assert await migrations.standing(scratch) == (None, None)


@pytest.mark.parametrize("more", [OURS.history()[1].revision, "9999"])
async def test_a_database_that_is_at_two_revisions_is_refused_by_everybody(scratch: str, more: str) -> None:
    """Somebody's hands did that: Alembic leaves one row."""
    await migrations.upgrade(scratch)
    connection = await asyncpg.connect(scratch)
    await connection.execute("INSERT INTO alembic_version VALUES ($1)", more)
    await connection.close()
    acts: tuple[Any, ...] = (
        migrations.require_schema,
        migrations.check,
        migrations.plan,
        migrations.upgrade,
        partial(migrations.downgrade, revision="-1"),
        migrations.current,
    )
    for act in acts:
        with pytest.raises(SchemaMismatch, match=rf"alembic_version has 2 rows \(.*{more}.*`DELETE FROM"):
            await act(scratch)


@pytest.mark.parametrize("mark", [None, "", "x", "9999"])
def test_a_newer_schema_without_a_mark_that_is_known_here_is_refused(mark: str | None) -> None:
    with pytest.raises(SchemaMismatch, match="update Reeve"):
        require(Standing("9999", mark), OURS)
