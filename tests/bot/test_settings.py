from pathlib import Path

import pytest

from bot.exits import Exit, ending
from bot.settings import BadSettings, Settings, is_loopback, read_settings, unknown_names
from database.errors import EnvFileMissing

FRACTIONS = [
    "REEVE_CONFIG_CACHE_SECONDS",
    "REEVE_DATABASE_HELD_WARNING_SECONDS",
    "REEVE_DATABASE_IDLE_TIMEOUT_SECONDS",
    "REEVE_DATABASE_LOCK_TIMEOUT_SECONDS",
    "REEVE_DATABASE_POOL_IDLE_SECONDS",
    "REEVE_DATABASE_POOL_RECYCLE_SECONDS",
    "REEVE_DATABASE_POOL_TIMEOUT_SECONDS",
    "REEVE_DATABASE_POOL_PATIENCE_SECONDS",
    "REEVE_DATABASE_SLOW_STATEMENT_MS",
    "REEVE_DATABASE_STATEMENT_TIMEOUT_SECONDS",
    "REEVE_REPLICA_LAG_SECONDS",
]


def test_every_setting_that_is_a_fraction_is_in_the_list() -> None:
    fractions = {
        field.validation_alias for field in Settings.model_fields.values() if field.annotation is float
    }
    assert fractions == set(FRACTIONS)


def test_a_short_time_is_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL counts milliseconds, and takes 0 for no limit."""
    monkeypatch.setenv("REEVE_DATABASE_LOCK_TIMEOUT_SECONDS", "0.0001")
    assert read_settings().limits()["lock_timeout"] == "1ms"
    monkeypatch.setenv("REEVE_DATABASE_LOCK_TIMEOUT_SECONDS", "0")
    assert read_settings().limits()["lock_timeout"] == "0ms"


def test_a_name_that_is_no_setting_is_told_with_the_one_that_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unknown_names() == []
    monkeypatch.setenv("REEVE_DATABASE_POOL_MOSTT", "secret-canary")
    (tmp_path / ".env").write_text("REEVE_SOMETHING=secret-canary\nREEVE_LOG_LEVEL=INFO\nOTHER=1\n")
    meant, unknown = unknown_names()
    assert meant.startswith("REEVE_DATABASE_POOL_MOSTT is no setting of Reeve, REEVE_DATABASE_POOL_MOST is: ")
    assert unknown.startswith("REEVE_SOMETHING is no setting of Reeve: ")


def test_an_env_file_that_is_named_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for named in (tmp_path, tmp_path / "missing"):
        monkeypatch.setenv("REEVE_ENV_FILE", str(named))
        with pytest.raises(
            EnvFileMissing, match=f"REEVE_ENV_FILE names {named}, which is no file: "
        ) as refused:
            read_settings()
        ended = ending(refused.value)
        assert ended is not None
        assert ended.code == Exit.CONFIGURATION


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from the project's own `.env`, where one of the test's may be read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REEVE_ENV_FILE", raising=False)


def test_nothing_set_is_a_working_configuration() -> None:
    settings = read_settings()
    assert settings.token is None
    assert settings.http_port is None
    assert not settings.members_intent
    assert not settings.is_loopback_api


def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISCORD_TOKEN", "REEVE_HTTP_PORT", "DATABASE_URL", "REEVE_DISCORD_API_URL"):
        monkeypatch.setenv(name, "")
    settings = read_settings()
    assert settings.token is None
    assert settings.http_port is None
    assert settings.dsn() is None


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN=from-file\nREEVE_LOG_FORMAT=json\n")
    monkeypatch.setenv("DISCORD_TOKEN", "from-environment")
    settings = read_settings()
    assert settings.token == "from-environment"
    assert settings.log_format == "json"


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("DISCORD_TOKEN", "a.b.c\n"), ("DATABASE_URL", "postgresql://reeve:x@db/reeve\n")):
        (tmp_path / name).write_text(text)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    settings = read_settings()
    assert settings.token == "a.b.c"
    assert settings.dsn() == "postgresql://reeve:x@db/reeve"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765/api/v10"),
        ("http://127.0.0.1:8765/", "http://127.0.0.1:8765/api/v10"),
        ("https://proxy.example/api/v10/", "https://proxy.example/api/v10"),
    ],
)
def test_a_bare_address_means_discords_api(given: str, meant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REEVE_DISCORD_API_URL", given)
    assert read_settings().discord_api_url == meant


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REEVE_HTTP_PORT", "70000"),
        ("REEVE_HTTP_PORT", "secret-canary"),
        ("REEVE_SANDBOX_PORT", "0"),
        ("REEVE_SANDBOX_PORT", "99999999999"),
        ("REEVE_BACKUPS_KEPT", "99999999999"),
        ("REEVE_CONFIG_CACHE_SIZE", "99999999999"),
        ("REEVE_DATABASE_STATEMENT_CACHE", "99999999999"),
        ("REEVE_DATABASE_POOL_LEAST", "11"),
        *((name, value) for name in FRACTIONS for value in ("inf", "-inf", "nan", "99999999999", "1e308")),
        ("REEVE_LOG_FORMAT", "secret-canary"),
        ("REEVE_LOG_LEVEL", "secret-canary"),
        ("REEVE_MEMBERS_INTENT", "secret-canary"),
        ("REEVE_DISCORD_API_URL", "secret-canary"),
        ("REEVE_DISCORD_GATEWAY_URL", "http://secret-canary"),
        ("DISCORD_TOKEN_FILE", "/nowhere/at/all"),
        ("DATABASE_URL_FILE", "/nowhere/at/all"),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_its_setting(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as refused:
        read_settings()
    [sentence] = refused.value.sentences
    assert name in sentence
    assert sentence.endswith(".")
    assert "secret-canary" not in sentence


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REEVE_HTTP_PORT", "x")
    monkeypatch.setenv("REEVE_LOG_FORMAT", "x")
    with pytest.raises(BadSettings) as refused:
        read_settings()
    assert len(refused.value.sentences) == 2


def test_loopback_is_this_machine_only() -> None:
    assert is_loopback("http://127.0.0.1:1/api")
    assert is_loopback("http://[::1]:1/api")
    assert is_loopback("http://localhost/api")
    assert not is_loopback("http://127.0.0.1.example/api")
    assert not is_loopback("https://discord.com/api/v10")
