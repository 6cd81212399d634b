import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loguru import logger

from bot.logs import start_logging
from bot.redaction import Redaction, one_line
from bot.settings import Settings

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
PASSWORD = "p4ss+w/rd&secret"
ADDRESS = "postgresql://reeve:p4ss%2Bw%2Frd%26secret@db.example:5432/reeve"
CANARIES = (TOKEN, PASSWORD, "p4ss%2Bw%2Frd%26secret")


def settings(log_format: str) -> Settings:
    values = {
        "DISCORD_TOKEN": TOKEN,
        "DATABASE_URL": ADDRESS,
        "REEVE_LOG_FORMAT": log_format,
        "REEVE_LOG_LEVEL": "DEBUG",
    }
    return Settings.model_validate(values)


@pytest.fixture(params=["text", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    hooks = logging.root.handlers[:], logging.root.level, logging.raiseExceptions
    stream = io.StringIO()
    start_logging(settings(request.param), stream)
    yield stream
    logging.captureWarnings(False)
    logger.remove()
    logging.root.handlers[:], logging.root.level, logging.raiseExceptions = hooks


class Leaky(Exception):
    def __repr__(self) -> str:
        return f"Leaky({TOKEN!r})"


def connect() -> None:
    raise ConnectionError(f"could not reach {ADDRESS}")


def raise_leaky() -> None:
    token_in_a_variable = TOKEN
    try:
        connect()
    except ConnectionError as error:
        raise Leaky(f"with {token_in_a_variable}", PASSWORD) from error


def forge() -> None:
    raise ValueError("x\n2026-01-01 INFO bot: forged")


def test_a_secret_pushed_through_every_path_never_appears(log: io.StringIO) -> None:
    logger.info("token {}", TOKEN)
    logger.bind(token=TOKEN).info("bound")
    logger.debug(f"{[TOKEN, PASSWORD]!r} {ADDRESS}")
    logging.getLogger("discord.http").debug("GET %s with %s", f"/x?token={TOKEN}", {"password": PASSWORD})
    logging.getLogger(f"named.{TOKEN}").warning("x")
    wrong_arguments = (TOKEN,)
    logging.getLogger("bad").warning("%d %d", *wrong_arguments)
    try:
        raise_leaky()
    except Leaky as error:
        logger.opt(exception=error).error("failed")
        logging.getLogger("asyncpg").warning("failed: %r", error, exc_info=error)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"careful with {TOKEN}", UserWarning, stacklevel=1)
    written = log.getvalue()
    assert written.count("failed") >= 2
    assert "Traceback" in written
    for canary in CANARIES:
        assert canary not in written


def test_tokens_of_interactions_and_webhooks_are_secret_too(log: io.StringIO) -> None:
    interaction = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5OmFiY2RlZg"
    for path in (
        f"/webhooks/123/{interaction}/messages/@original",
        f"/interactions/1/{interaction}/callback",
    ):
        logging.getLogger("discord.webhook.async_").debug("POST https://discord.com/api/v10%s 200", path)
    logging.getLogger("discord.gateway").debug("event %s", {"t": "INTERACTION_CREATE", "token": "canary-123"})
    logging.getLogger("x").debug("/webhooks/9/short-token?wait=1")
    written = log.getvalue()
    assert interaction not in written
    assert "canary-123" not in written
    assert "short-token" not in written
    assert "/messages/@original" in written


def test_somebody_elses_bot_token_is_recognised_by_its_shape() -> None:
    redact = Redaction([])
    other = "MTE1NTc1MTQyNTQ1ODgzNTYxOA.GqUKb5.c5e0p3yyX1GZWm6sQkX2nT0vGjTTyDkF0f9vT8"
    assert other not in redact(f"they pasted {other}!")
    assert "hunter2" not in redact("postgresql://a:hunter2@db/x and password='hunter2'")
    assert redact("case 7: warned ann in 1.234.567 ms") == "case 7: warned ann in 1.234.567 ms"


def test_a_message_cannot_forge_a_line_or_speak_to_the_terminal(log: io.StringIO) -> None:
    logger.info("{}", "spam\n2026-01-01 INFO bot: forged\r\x1b[2J\u2028\u202e\x9b31m\x00")
    logger.info("second")
    written = log.getvalue()
    assert len(written.splitlines()) == 2
    assert not set(written) & set("\x1b\r\u2028\u202e\x9b\x00")


def test_an_exceptions_text_cannot_forge_a_line(log: io.StringIO) -> None:
    try:
        forge()
    except ValueError as error:
        logger.opt(exception=error).error("failed")
    assert not any(line.startswith("2026-01-01 INFO") for line in log.getvalue().splitlines())


def test_json_is_one_object_a_line() -> None:
    stream = io.StringIO()
    start_logging(settings("json"), stream)
    logger.info("a {} b", '{x}\n"')
    logging.getLogger("discord.gateway").info("from %s", "there")
    first, second = [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.remove()
    assert first["message"] == 'a {x}\\n" b'
    assert first["level"] == "INFO"
    assert second["logger"] == "discord.gateway"


@given(st.text(st.characters()), st.text(st.characters()))
def test_no_surroundings_bring_a_secret_through(before: str, after: str) -> None:
    line = one_line(Redaction([TOKEN, PASSWORD])(f"{before}{TOKEN}{PASSWORD}{after}"))
    assert TOKEN not in line
    assert PASSWORD not in line
    assert line.isprintable()


def test_a_database_that_is_away_fills_no_log_with_tracebacks(log: io.StringIO) -> None:
    logging.getLogger("asyncpg.pool").warning("no connection", exc_info=ConnectionRefusedError())
    assert log.getvalue() == ""
