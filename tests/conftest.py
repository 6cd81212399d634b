"""A real PostgreSQL for the whole run: embedded, or a scratch database on the server of DATABASE_URL."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

# Before anything of Reeve is imported: no test, and no process that a test starts, may read the operator's `.env`.
os.environ["REEVE_ENV_FILE"] = ""

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from database import migrations
from database.embedded import EmbeddedServer
from database.models import metadata
from database.service import DatabaseService
from database.settings import PoolSettings
from soak.servers import NEVER_CRASHES, prepare, scratch_folder

pytest_plugins = ["conformance_plugin"]
settings.register_profile("reeve", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("reeve")  # how long an example takes says how busy the machine is

OWN_SERVER = os.environ.pop("DATABASE_URL", None)
"""Taken out of the environment: no test may touch the database that an operator uses."""
for secret in ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "DATABASE_URL_FILE", "REEVE_DATA_DIR"):
    os.environ.pop(secret, None)


@pytest.fixture(scope="session")
def short_dir() -> Iterator[Path]:
    """A folder with a short name: a Unix socket's path has at most 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="reeve-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
async def empty_database(short_dir: Path) -> AsyncIterator[str]:
    """The address of a database that no migration has touched yet, owned by a role that is no superuser."""
    if OWN_SERVER is None:
        server = EmbeddedServer(short_dir, NEVER_CRASHES)  # what is killed has a server of its own
        yield await server.start()
        await server.stop()
        return
    name = f"reeve_test_{os.getpid()}"
    connection = await asyncpg.connect(OWN_SERVER)
    await connection.execute(f'CREATE DATABASE "{name}"')
    yield make_url(OWN_SERVER).set(database=name).render_as_string(hide_password=False)
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture(scope="session")
async def dsn(empty_database: str) -> str:
    """A database at the newest revision."""
    await migrations.upgrade(empty_database)
    return empty_database


@pytest.fixture(scope="session")
async def forget_everything(dsn: str) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Empties all tables. On the embedded server a superuser does it, past all rules and without new files."""
    if OWN_SERVER is None:
        superuser = make_url(dsn).set(username="postgres")
        connection = await asyncpg.connect(superuser.render_as_string(hide_password=False))
        await connection.execute("SET session_replication_role = replica")
    else:
        connection = await asyncpg.connect(dsn)
    words = DELETE_EVERYTHING if OWN_SERVER is None else TRUNCATE_EVERYTHING
    yield lambda: connection.execute(words)
    await connection.close()


@pytest.fixture
async def database(
    dsn: str, forget_everything: Callable[[], Awaitable[object]]
) -> AsyncIterator[DatabaseService]:
    """The service on empty tables. It waits long for a connection: a busy machine is no finding."""
    await forget_everything()
    service = DatabaseService(dsn, PoolSettings(pool_timeout_seconds=60))
    await service.open()
    yield service
    await service.close()


@pytest.fixture(scope="session")
async def initialised_dir() -> AsyncIterator[Path]:
    """The data directory of a stopped server at the newest revision, to be copied: initdb takes longer."""
    with scratch_folder() as folder:
        await prepare(folder)
        yield folder


DELETE_EVERYTHING = "; ".join(f"DELETE FROM {name}" for name in metadata.tables)
TRUNCATE_EVERYTHING = f"""
    DO $$
    DECLARE guarded regclass[];
        name regclass;
        is_filled boolean;
        filled text[];
    BEGIN
        PERFORM set_config('reeve.system', 'on', true);
        FOREACH name IN ARRAY ARRAY['{"', '".join(metadata.tables)}'] LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO is_filled;
            IF is_filled THEN filled := filled || name::text; END IF;
        END LOOP;
        IF filled IS NULL THEN RETURN; END IF;
        guarded := ARRAY(
            WITH RECURSIVE emptied(table_id) AS (
                SELECT unnest(filled::regclass[])::oid
                UNION SELECT conrelid FROM pg_constraint JOIN emptied ON confrelid = table_id
            )
            SELECT tgrelid FROM pg_trigger JOIN emptied ON tgrelid = table_id WHERE tgname = 'never_emptied');
        FOREACH name IN ARRAY guarded LOOP
            EXECUTE format('GRANT TRUNCATE ON %s TO CURRENT_USER', name);
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER never_emptied', name);
        END LOOP;
        EXECUTE format('TRUNCATE %s CASCADE', array_to_string(filled, ', '));
        FOREACH name IN ARRAY guarded LOOP
            EXECUTE format('REVOKE TRUNCATE ON %s FROM CURRENT_USER', name);
            EXECUTE format('ALTER TABLE %s ENABLE TRIGGER never_emptied', name);
        END LOOP;
    END $$
"""
"""Rows that are only added are refused to everybody; the owner of the tables can put that aside, in one transaction.
Only tables with rows are emptied: each TRUNCATE makes new files."""
