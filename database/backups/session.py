"""A session that sees and may write the whole database, for as long as that takes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from database.errors import DatabaseUnavailable
from database.outages import AWAY
from database.search_path import require_public

Connection = Any  # asyncpg has no types

SETTINGS = {
    "application_name": "reeve backup",
    "reeve.system": "on",  # the policies then show every row: the role itself sees through nothing
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "lock_timeout": "60s",
    # A row's text, of which checksums are made, depends on these.
    "timezone": "UTC",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "xmloption": "content",
}
NO_END = "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout'"
"""PostgreSQL 17 and newer have it."""


@asynccontextmanager
async def whole_view(dsn: str) -> AsyncIterator[Connection]:
    """Raises SearchPathElsewhere, and DatabaseUnavailable at the start or where the server goes away meanwhile.

    What fails in the block while the server is there (a disk that is full) stays what it is.
    """
    try:
        connection = await asyncpg.connect(dsn, timeout=10)
    except AWAY as error:
        raise DatabaseUnavailable from error
    try:
        for name, value in SETTINGS.items():
            await connection.execute("SELECT set_config($1, $2, false)", name, value)
        await connection.execute(NO_END)
        await require_public(connection)
        yield connection
    except AWAY as error:
        if isinstance(error, (OSError, asyncpg.InterfaceError)) and not connection.is_closed():
            raise
        raise DatabaseUnavailable from error
    finally:
        connection.terminate()
