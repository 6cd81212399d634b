"""How a migration reaches the database: over a connection that is lent, or one of its own."""

import asyncio
from typing import Literal

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, text

from database.errors import OperatorMustAct
from database.migrations import engine_on
from database.models import metadata
from database.models.base import OneOf
from database.server import running_database
from database.settings import DatabaseSettings

MIGRATION_LOCK = 0x5EEE_0001
"""One advisory lock: many processes may start at once, each revision runs once."""


def render_item(kind: str, item: object, _: object) -> str | Literal[False]:
    """Migrations are frozen facts: they name no type of ours."""
    return "sa.Text()" if kind == "type" and isinstance(item, OneOf) else False


def migrate(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.commit()
    try:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text("RESET lock_timeout"))
        connection.commit()


async def migrate_over_own_connection() -> None:
    try:
        async with running_database(DatabaseSettings()) as dsn, engine_on(dsn).connect() as connection:
            await connection.run_sync(migrate)
    except OperatorMustAct as error:
        raise CommandError(str(error)) from error  # Alembic shows the sentence without a traceback


if context.is_offline_mode():
    raise SystemExit("Reeve migrates over a connection: `--sql` is not offered, leave it away.")
if lent := context.config.attributes.get("connection"):
    migrate(lent)
else:
    asyncio.run(migrate_over_own_connection())
