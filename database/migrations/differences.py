"""What differs between the database and what it should be."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, text

from database.migrations.connecting import connected
from database.models import metadata

CHECKS = """
    SELECT t.relname || '.' || c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype = 'c' AND t.relnamespace = 'public'::regnamespace
"""
TABLES_WITHOUT_WALL = """
    SELECT relname FROM pg_class t
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    AND NOT (relrowsecurity AND relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = t.oid))
    ORDER BY relname
"""


async def check(dsn: str) -> list[str]:
    """What differs between the models and the database, in words; empty if nothing does."""
    async with connected(dsn) as connection:
        return await connection.run_sync(_differences)


def _differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
    found = [_in_words(difference) for difference in compare_metadata(context, metadata)]
    return found + _check_differences(connection) + _missing_walls(connection)


def _check_differences(connection: Connection) -> list[str]:
    """Alembic does not compare CHECKs: their names do."""
    expected = {
        f"{table.name}.{constraint.name}"
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    actual = set(connection.scalars(text(CHECKS)))
    return [f"missing check: {name}" for name in sorted(expected - actual)] + [
        f"unknown check: {name}" for name in sorted(actual - expected)
    ]


def _missing_walls(connection: Connection) -> list[str]:
    return [f"no forced row-level security: {name}" for name in connection.scalars(text(TABLES_WITHOUT_WALL))]


def _in_words(difference: Any) -> str:
    if isinstance(difference, list):
        return "; ".join(_in_words(part) for part in difference)
    kind, *subject = difference
    names = [str(getattr(part, "name", part)) for part in subject if not isinstance(part, dict | None)]
    return f"{kind.replace('_', ' ')}: {', '.join(names)}"
