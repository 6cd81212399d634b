"""What differs between the database and what its revisions make: everything in the catalog, not only columns."""

import difflib
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from database.migrations.chain import OURS, Chain, runs_with
from database.migrations.connecting import connected
from database.migrations.rehearsal import empty_stage, play
from database.migrations.skew import Standing, marked, require, standing

CATALOG = Path(__file__).with_name("catalog.sql").read_text(encoding="utf-8")

Catalog = dict[str, str]


async def check(dsn: str, *, chain: Chain = OURS) -> list[str]:
    """A sentence for each difference; empty if there is none. The database must be at the newest revision.

    What should be is made by the revisions themselves, on the same server (`rehearsal`), so no version of PostgreSQL
    has words of its own for it. Raises SchemaMismatch, MigrationRefused, DatabaseUnavailable.
    """
    found = await standing(dsn)
    require(found._replace(runs_with=None), chain)
    async with empty_stage(dsn) as connection:
        await connection.run_sync(play, chain, chain.after(None))
        wanted = await catalog_of(connection)
    async with connected(dsn) as connection:
        return differences(wanted, await catalog_of(connection)) + _wrong_mark(found, chain)


def _wrong_mark(found: Standing, chain: Chain) -> list[str]:
    wanted = runs_with(chain.scripts, chain.head)
    if found.runs_with == wanted:
        return []
    return [
        f"changed: the mark that tells which code may run here: it should be {wanted}, and is "
        f"{found.runs_with or 'nothing'}: `{marked(wanted)}` mends it"
    ]


async def catalog_of(connection: AsyncConnection) -> Catalog:
    """What is in the current schema, by name."""
    return {row.what: row.definition for row in await connection.exec_driver_sql(CATALOG)}


def differences(wanted: Catalog, found: Catalog) -> list[str]:
    missing = [f"missing: {what} ({wanted[what]})" for what in sorted(wanted.keys() - found.keys())]
    unknown = [f"in no revision: {what} ({found[what]})" for what in sorted(found.keys() - wanted.keys())]
    changed = [
        f"changed: {what}: {_changed(wanted[what], found[what])}"
        for what in sorted(wanted.keys() & found.keys())
        if wanted[what] != found[what]
    ]
    return missing + unknown + changed


def _changed(wanted: str, found: str) -> str:
    """Only the parts that differ: a view or a list of grants may be long."""
    words = difflib.ndiff(wanted.split(", "), found.split(", "))
    parts = [word for word in words if word[0] in "+-"]
    lost = ", ".join(word[2:] for word in parts if word[0] == "-") or "nothing"
    come = ", ".join(word[2:] for word in parts if word[0] == "+") or "nothing"
    return f"it should be {lost}, and is {come}"
