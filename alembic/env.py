"""What every command of Alembic runs: over a connection that is lent, over one of its own, or as SQL on paper."""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.util import CommandError

from database.errors import OperatorMustAct
from database.migrations.moving import lent_connection
from database.migrations.stepping import MIGRATION_LOCK, SESSION, conclude, migrate
from database.models import metadata
from database.models.base import OneOf
from database.server import running_database
from database.settings import DatabaseSettings


def render_item(kind: str, item: object, _: object) -> str | Literal[False]:
    """Migrations are frozen facts: they name no type of ours."""
    return "sa.Text()" if kind == "type" and isinstance(item, OneOf) else False


OPTIONS: dict[str, Any] = {
    "target_metadata": metadata,
    "compare_type": True,
    "render_item": render_item,
    "transaction_per_migration": True,
    "on_version_apply": conclude,
}
REPORT = context.config.attributes.get("report", context.config.print_stdout)


async def migrate_over_own_connection() -> None:
    try:
        async with (
            running_database(DatabaseSettings(), direct=True) as dsn,
            lent_connection(dsn, REPORT) as connection,
        ):
            await connection.run_sync(migrate, context, OPTIONS, REPORT)
    except OperatorMustAct as error:
        raise CommandError(str(error)) from error  # Alembic shows the sentence without a traceback


def write_sql() -> None:
    context.configure(
        dialect_name="postgresql", dialect_opts={"paramstyle": "named"}, literal_binds=True, **OPTIONS
    )
    for statement in (f"SELECT pg_advisory_lock({MIGRATION_LOCK})", *SESSION):
        context.static_output(f"{statement};")
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    write_sql()
elif lent := context.config.attributes.get("connection"):
    migrate(lent, context, OPTIONS, REPORT)
else:
    asyncio.run(migrate_over_own_connection())
