"""Where the database is: every wrong answer is one sentence that names the fix and holds no secret."""

import asyncio
import os
import traceback
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from database.errors import DatabaseUnreachable, OperatorMustAct
from database.server import running_database
from database.settings import DatabaseSettings

SECRET = "hunter2-s3cr3t"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "DATABASE_URL",
        "DATABASE_URL_FILE",
        "DATABASE_DIRECT_URL",
        "REEVE_DATA_DIR",
        "REEVE_ENV_FILE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def settings(**environment: str) -> DatabaseSettings:
    os.environ.update(environment)
    try:
        return DatabaseSettings()
    finally:
        for name in environment:
            del os.environ[name]


def test_nothing_set_means_the_embedded_server() -> None:
    assert settings().dsn() is None
    assert settings(DATABASE_URL="", DATABASE_URL_FILE="", REEVE_DATA_DIR="").data_dir.name == "data"


def test_the_address_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "address"
    file.write_text("postgresql://a:b@c/d\n")
    assert settings(DATABASE_URL_FILE=str(file)).dsn() == "postgresql://a:b@c/d"
    assert settings(DATABASE_URL_FILE=str(file), DATABASE_URL="postgresql://x").dsn() == "postgresql://x"


def test_migrations_have_an_address_past_a_pooler(tmp_path: Path) -> None:
    file = tmp_path / "direct"
    file.write_text("postgresql://direct\n")
    pooled = {"DATABASE_URL": "postgresql://pooled"}
    assert settings(**pooled).direct_dsn() == "postgresql://pooled"
    assert settings(**pooled, DATABASE_DIRECT_URL="postgresql://other").direct_dsn() == "postgresql://other"
    assert settings(**pooled, DATABASE_DIRECT_URL_FILE=str(file)).direct_dsn() == "postgresql://direct"
    assert settings(**pooled, DATABASE_DIRECT_URL_FILE=str(file)).dsn() == "postgresql://pooled"


async def test_the_setting_that_is_wrong_is_named() -> None:
    wrong = settings(
        DATABASE_URL="postgresql://u@127.0.0.1:1/x", DATABASE_DIRECT_URL="postgresql://u@127.0.0.1:2/x"
    )
    for direct, variable in ((False, "DATABASE_URL"), (True, "DATABASE_DIRECT_URL")):
        with pytest.raises(DatabaseUnreachable, match=rf"at {variable}:"):
            async with running_database(wrong, direct=direct):
                pass


def test_the_address_may_come_from_a_dotenv_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://from/env\nDISCORD_TOKEN=x\n")
    assert settings().dsn() == "postgresql://from/env"


def test_an_empty_env_file_means_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests and checks rely on it: an operator's `.env` names the operator's database."""
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://from/env\n")
    monkeypatch.setenv("REEVE_ENV_FILE", "")
    assert settings().dsn() is None


@pytest.mark.parametrize("content", [None, b"", b"\n ", b"\xff\xfe\x00"])
def test_a_file_without_an_address_is_said_so(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "address"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(OperatorMustAct, match=f"DATABASE_URL_FILE names {file}, which"):
        settings(DATABASE_URL_FILE=str(file)).dsn()
    with pytest.raises(OperatorMustAct):
        settings(DATABASE_URL_FILE=str(tmp_path)).dsn()


def test_the_address_is_not_shown() -> None:
    chosen = settings(DATABASE_URL=f"postgresql://reeve:{SECRET}@db/reeve")
    assert SECRET not in f"{chosen} {chosen!r} {chosen.model_dump()}"


def test_the_data_directory_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert settings(REEVE_DATA_DIR="~/reeve").data_dir == Path("/home/someone/reeve")
    assert settings(REEVE_DATA_DIR="here").data_dir == tmp_path / "here"


@pytest.fixture(scope="module")
async def not_postgres() -> Any:
    """Something else listens where PostgreSQL should."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(8)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"postgresql://u:{SECRET}@127.0.0.1:1/x", "No PostgreSQL answers"),
        (f"postgresql://u:{SECRET}@no-such-host.invalid/x", "The host in DATABASE_URL is not known here"),
        (f"postgresql://u:{SECRET}@/x?host=/nowhere", "No PostgreSQL answers"),
        (f"mysql://u:{SECRET}@db/x", "is not a PostgreSQL address"),
        (f"postgresql+asyncpg://u:{SECRET}@db/x", "is not a PostgreSQL address"),
        (f"postgresql://u:{SECRET}@db:port/x", "is not a PostgreSQL address"),
        (f"postgresql://u:{SECRET}@[::1/x", "is not a PostgreSQL address"),
        (f"postgresql://u:{SECRET}@127.0.0.1:1/x?sslmode=maybe", "is not a PostgreSQL address"),
        (SECRET, "is not a PostgreSQL address"),
        (" ", "is not a PostgreSQL address"),
        (f"postgresql://u:{SECRET}@127.0.0.1:{{not_postgres}}/x", "DATABASE_URL"),
    ],
)
async def test_an_address_that_does_not_work_is_one_sentence(
    address: str, sentence: str, not_postgres: int
) -> None:
    chosen = settings(DATABASE_URL=address.format(not_postgres=not_postgres))
    with pytest.raises(OperatorMustAct, match=sentence) as refused:
        async with running_database(chosen):
            pass
    assert SECRET not in "".join(traceback.format_exception(refused.value))
    assert str(refused.value).count("\n") == 0


async def test_a_database_that_does_not_exist_is_said_so(dsn: str) -> None:
    with pytest.raises(DatabaseUnreachable, match="does not exist: create it"):
        async with running_database(settings(DATABASE_URL=dsn.replace("/reeve?", "/nothing?"))):
            pass


async def test_an_address_that_works_is_given_on(dsn: str) -> None:
    async with running_database(settings(DATABASE_URL=dsn)) as address:
        connection = await asyncpg.connect(address)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
