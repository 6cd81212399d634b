"""Reeve's tables are in the schema `public`, for the bot, for migrations and for backups alike."""

from typing import Any

from database.errors import SearchPathElsewhere

Connection = Any  # asyncpg has no types

PLACES = """
    SELECT quote_ident(current_user) AS role, quote_ident(current_database()) AS database,
        coalesce(current_schema(), 'no schema') AS for_new_tables, (
            SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass('alembic_version')
        ) AS of_tables
"""


async def require_public(connection: Connection) -> None:
    """Raise SearchPathElsewhere where names without a schema mean another one: a backup would not have those tables."""
    row = await connection.fetchrow(PLACES)
    for place in (row["for_new_tables"], row["of_tables"] or "public"):
        if place != "public":
            raise SearchPathElsewhere(place, row["role"], row["database"])
