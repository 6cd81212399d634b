"""The composition root and the words that a person types in a shell: `python -m bot`."""

import gc

if __name__ == "__main__":
    gc.disable()  # what is imported stays: to look through it again and again is a seventh of a start

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn

from loguru import logger

from bot import database_commands, ledger_commands
from bot.command_tree import incident
from bot.doctor import examine
from bot.exits import CannotRun, Exit, ending
from bot.logs import log_task_errors, start_logging
from bot.running import Say, run
from bot.settings import Settings, read_settings, unknown_names


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(Exit.USAGE, f"{self.prog}: {message}\n")


def parser() -> Parser:
    words = Parser(prog="python -m bot", description="Reeve, a Discord bot. Without a word: run.")
    words.set_defaults(execute=_run)
    commands = words.add_subparsers(
        dest="command", metavar="run | doctor | db | export-ledger | verify-ledger"
    )
    commands.add_parser("run", help="start Reeve (on Discord with DISCORD_TOKEN, else on the sandbox)")
    doctor = commands.add_parser("doctor", help="check settings, database and Discord, and name what to fix")
    doctor.set_defaults(execute=_doctor)
    schema = commands.add_parser("db", help="look at the database and its schema, move it, keep it safe")
    actions = schema.add_subparsers(dest="action", metavar="action", required=True)
    database_commands.add_words(actions)
    ledger_commands.add_words(commands)
    return words


def main() -> int:
    gc.freeze()
    gc.enable()
    arguments = parser().parse_args()
    start_logging(Settings.model_construct())  # until the settings are known
    try:
        settings = read_settings()
        start_logging(settings)
        for sentence in unknown_names():
            logger.warning("{}", sentence)
        require_consent(arguments)
        return asyncio.run(until_signal(arguments.execute(arguments, settings, say)))
    except Exception as error:  # the outermost place: a sentence and an exit code for whatever ends Reeve
        if known := ending(error):
            print(known, file=sys.stderr)
            return known.code
        print(incident(error, at="python -m bot"), file=sys.stderr)
        return Exit.BUG


def require_consent(arguments: argparse.Namespace) -> None:
    """Words that destroy bring a `question` and `--yes`: without that a person at a terminal is asked, others refused.

    Raises CannotRun.
    """
    question: str | None = getattr(arguments, "question", None)
    if question is None or arguments.yes:
        return
    if not sys.stdin.isatty():
        raise CannotRun(
            Exit.USAGE, f"{question} Nothing was changed: say --yes, for there is no terminal to ask at."
        )
    if input(f"{question} Type yes to go on: ").strip().lower() != "yes":
        raise CannotRun(Exit.USAGE, "Nothing was changed.")


async def _doctor(_: argparse.Namespace, settings: Settings, say: Say) -> int:
    return await examine(settings, say)


async def _run(_: argparse.Namespace, settings: Settings, say: Say) -> int:
    await run(settings, say)
    return Exit.DONE


async def until_signal(work: Coroutine[Any, Any, int]) -> int:
    """SIGTERM and Ctrl+C end the work in order, once; a second one does not interrupt the first."""
    loop = asyncio.get_running_loop()
    log_task_errors(loop)
    task = asyncio.create_task(work)
    stopping = asyncio.Event()

    def stop(name: str) -> None:
        if not stopping.is_set():
            stopping.set()
            logger.info("{}: stopping", name)
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number.name)
    try:
        return await task
    except asyncio.CancelledError:
        if not stopping.is_set():
            raise
        logger.info("stopped")
        return Exit.DONE


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
