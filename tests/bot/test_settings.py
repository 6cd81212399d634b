from pathlib import Path

import pytest

from bot.settings import BadSettings, is_loopback, read_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from the project's own `.env`, where one of the test's may be read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REEVE_ENV_FILE", ".env")


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
