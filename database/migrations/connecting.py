"""The connection over which the schema is moved: one of its own, past any pooler, and one act at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy import pool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from database.errors import DatabaseUnavailable
from database.outages import AWAY

ONE_AT_A_TIME = asyncio.Lock()
"""Alembic's `op` and `context` are global in a process: two runs at once would use each other's connection."""


@asynccontextmanager
async def connected(dsn: str, **settings: str) -> AsyncIterator[AsyncConnection]:
    """A connection with these settings of PostgreSQL. Raises DatabaseUnavailable."""
    engine = engine_on(dsn, **settings)
    try:
        async with engine.connect() as connection:
            yield connection
    except AWAY as error:
        raise DatabaseUnavailable from error
    except DBAPIError as error:
        if isinstance(cause_of(error), AWAY):
            raise DatabaseUnavailable from error
        raise
    finally:
        await asyncio.shield(engine.dispose())


def engine_on(dsn: str, **settings: str) -> AsyncEngine:
    """SQLAlchemy's engine, which only migrations use. asyncpg reads the address, as it does for the service.

    SQLAlchemy's own reading of it knows no `sslmode` and other words of PostgreSQL.
    """
    connect = partial(asyncpg.connect, dsn, server_settings=settings)
    return create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=pool.NullPool)


def cause_of(error: DBAPIError) -> Any:
    """asyncpg's error below SQLAlchemy's, or None."""
    return error.orig.__cause__ if error.orig else None
