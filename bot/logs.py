"""One log for everything in the process: loguru writes it, the standard library's loggers flow into it."""

import asyncio
import json
import logging
import sys
import threading
import traceback
from datetime import UTC
from typing import TYPE_CHECKING, Any, TextIO

from loguru import logger

from bot.redaction import Redaction, one_line, secrets_of
from bot.settings import Settings

if TYPE_CHECKING:
    from loguru import Message, Record

MESSAGE_LIMIT = 20_000  # characters: a gateway event at DEBUG can hold a whole server
COLOURS = {"DEBUG": "\x1b[2m", "WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[31;1m"}
PLAIN = "\x1b[0m"


def start_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Write to `stream` (stderr); secrets are taken out of the finished line, tracebacks included."""
    stream = stream or sys.stderr
    sink = LogSink(stream, Redaction(secrets_of(settings)), log_format=settings.log_format)
    logger.remove()
    # The sink formats by itself: loguru's own tracebacks print the values of variables.
    logger.add(
        sink, level=settings.log_level, format="{message}", diagnose=False, backtrace=False, catch=False
    )
    logging.raiseExceptions = False  # a record that cannot be formatted would print its arguments to stderr
    logging.basicConfig(handlers=[IntoLoguru()], level=settings.log_level, force=True)
    logging.getLogger("alembic").setLevel(max(logging.root.level, logging.WARNING))
    # Each failure to connect is said in one line by database/; asyncpg adds a traceback every second.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
    logging.captureWarnings(True)
    sys.excepthook = lambda _kind, error, _where: logger.opt(exception=error).critical("uncaught")
    threading.excepthook = lambda uncaught: logger.opt(exception=uncaught.exc_value).critical("uncaught")
    sys.unraisablehook = lambda uncaught: logger.opt(exception=uncaught.exc_value).error("uncaught")


class LogSink:
    """Renders one record a line (text: a traceback's lines follow, each behind a bar)."""

    def __init__(self, stream: TextIO, redact: Redaction, *, log_format: str) -> None:
        self._stream, self._redact = stream, redact
        self._colours = COLOURS if log_format == "text" and stream.isatty() else {}
        self._render = self._as_json if log_format == "json" else self._as_text

    def __call__(self, message: "Message") -> None:
        line = self._render(message.record)
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except (OSError, ValueError):
            return  # nobody reads any more; Reeve goes on

    def _as_text(self, record: "Record") -> str:
        head = f"{_at(record)} {record['level'].name:8} {self._source(record)}: {self._message(record)}"
        colour = self._colours.get(record["level"].name)
        lines = [f"{colour}{head}{PLAIN}" if colour else head]
        lines += [f"    | {one_line(line)}" for line in self._traceback(record).splitlines()]
        return "\n".join(lines)

    def _as_json(self, record: "Record") -> str:
        entry = {
            "at": _at(record),
            "level": record["level"].name,
            "logger": self._source(record),
            "message": self._message(record),
        }
        if record["exception"] is not None:
            entry["traceback"] = self._traceback(record)
        return json.dumps(entry)

    def _message(self, record: "Record") -> str:
        return one_line(self._redact(record["message"])[:MESSAGE_LIMIT])

    def _source(self, record: "Record") -> str:
        return one_line(self._redact(str(record["extra"].get("logger") or record["name"])))

    def _traceback(self, record: "Record") -> str:
        error = record["exception"]
        if error is None or error.value is None:
            return ""
        return self._redact("".join(traceback.format_exception(error.value)))


class IntoLoguru(logging.Handler):
    """Hands a record of the standard library to loguru, under its logger's name."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
        except Exception as error:  # a log call with wrong arguments must not end what it reports on
            text = f"{record.msg} (not formatted: {type(error).__name__})"
        level: Any = record.levelname if record.levelname in KNOWN_LEVELS else record.levelno
        exception = record.exc_info[1] if record.exc_info else None
        logger.bind(logger=record.name).opt(exception=exception).log(level, "{}", text)


KNOWN_LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})


def log_task_errors(loop: asyncio.AbstractEventLoop) -> None:
    """A task that nobody awaited fails into the log, with its traceback."""

    def report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        logger.opt(exception=context.get("exception")).error("{}", context.get("message"))

    loop.set_exception_handler(report)


def _at(record: "Record") -> str:
    return record["time"].astimezone(UTC).isoformat(timespec="milliseconds")
