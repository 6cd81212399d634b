"""`python -m bot` as a supervisor sees it: exit codes, and sentences without a traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import parser

PROJECT = Path(__file__).parents[2]


def bot(*words: str, data_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "REEVE_ENV_FILE") if name in os.environ
    }
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=PROJECT,
        env={**inherited, "REEVE_DATA_DIR": str(data_dir), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def only_sentences(text: str) -> bool:
    return "Traceback" not in text and text.strip().endswith(".")


@pytest.mark.parametrize("words", [["db"], ["db", "dance"], ["db", "downgrade"], ["--dance"]])
def test_a_word_that_is_not_understood_is_a_usage_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(words)
    assert ended.value.code == 64
    assert capsys.readouterr().err.startswith("usage: python -m bot")


def test_a_supervisor_sees_a_usage_error(tmp_path: Path) -> None:
    ended = bot("dance", data_dir=tmp_path)
    assert ended.returncode == 64
    assert ended.stderr.startswith("usage: python -m bot")


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    ended = bot("run", data_dir=tmp_path, REEVE_HTTP_PORT="ninety")
    assert ended.returncode == 78
    assert ended.stderr.startswith("REEVE_HTTP_PORT: ")
    assert only_sentences(ended.stderr)


def test_the_history_needs_neither_token_nor_database(tmp_path: Path) -> None:
    ended = bot("db", "history", data_dir=tmp_path)
    assert ended.returncode == 0
    assert ended.stdout.startswith("0")


def test_a_database_that_does_not_answer_is_unreachable(tmp_path: Path) -> None:
    address = f"postgresql://reeve:canary-pass@127.0.0.1:{free_port()}/reeve"
    for words in (["run"], ["db", "current"], ["db", "check"]):
        ended = bot(*words, data_dir=tmp_path, DATABASE_URL=address)
        assert ended.returncode == 69
        assert "DATABASE_URL" in ended.stderr
        assert "canary-pass" not in ended.stderr + ended.stdout
        assert only_sentences(ended.stderr)


def test_an_old_schema_stops_the_start_and_names_the_command(empty_database: str, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": empty_database, "DISCORD_TOKEN": "a.b.c"}
    assert bot("db", "downgrade", "base", "--yes", data_dir=tmp_path, **environment).returncode == 0
    ended = bot("run", data_dir=tmp_path, **environment)
    assert ended.returncode == 78
    assert "python -m bot db upgrade" in ended.stderr
    check = bot("db", "check", data_dir=tmp_path, **environment)
    assert check.returncode == 78
    upgraded = bot("db", "upgrade", data_dir=tmp_path, **environment)
    assert upgraded.returncode == 0
    assert bot("db", "check", data_dir=tmp_path, **environment).returncode == 0
    unasked = bot("db", "downgrade", "base", data_dir=tmp_path, **environment)
    assert (unasked.returncode, only_sentences(unasked.stderr)) == (64, True)
    assert "--yes" in unasked.stderr
    current = bot("db", "current", data_dir=tmp_path, **environment)
    assert upgraded.stdout.endswith(f"\n{current.stdout}")


def test_a_discord_that_does_not_answer_is_unreachable(dsn: str, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    ended = bot(
        "run", data_dir=tmp_path, DATABASE_URL=dsn, REEVE_DISCORD_API_URL=address, DISCORD_TOKEN="a.b.c"
    )
    assert ended.returncode == 69
    assert "not reachable at 127.0.0.1" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_sandbox_port_that_is_taken_names_the_setting(dsn: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = bot("run", data_dir=tmp_path, DATABASE_URL=dsn, REEVE_SANDBOX_PORT=str(port))
    assert ended.returncode == 78
    assert "REEVE_SANDBOX_PORT" in ended.stderr


def test_the_doctor_names_everything_that_is_wrong(tmp_path: Path) -> None:
    database = f"postgresql://reeve@127.0.0.1:{free_port()}/reeve"
    api = f"http://127.0.0.1:{free_port()}"
    ended = bot(
        "doctor", data_dir=tmp_path, DATABASE_URL=database, REEVE_DISCORD_API_URL=api, DISCORD_TOKEN="a.b.c"
    )
    assert ended.returncode == 69
    bad = [line for line in ended.stdout.splitlines() if line.startswith("!!")]
    assert len(bad) == 2
    assert "DATABASE_URL" in bad[0]
    assert "REEVE_DISCORD_API_URL" in bad[1]
    assert "Traceback" not in ended.stderr
