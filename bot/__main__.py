"""The composition root and the words that a person types in a shell: `python -m bot`."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn

from loguru import logger

from bot import database_commands
from bot.command_tree import incident
from bot.doctor import examine
from bot.exits import Exit, ending
from bot.logs import log_task_errors, start_logging
from bot.running import run
from bot.settings import Settings, read_settings


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(Exit.USAGE, f"{self.prog}: {message}\n")


def parser() -> Parser:
    words = Parser(prog="python -m bot", description="Reeve, a Discord bot. Without a word: run.")
    commands = words.add_subparsers(dest="command", metavar="run | doctor | db")
    commands.add_parser("run", help="start Reeve (on Discord with DISCORD_TOKEN, else on the sandbox)")
    commands.add_parser("doctor", help="check settings, database and Discord, and name what to fix")
    schema = commands.add_parser("db", help="look at the database's schema, or move it")
    actions = schema.add_subparsers(dest="action", metavar="upgrade | downgrade | current | history | check")
    actions.required = True
    actions.add_parser("upgrade", help="bring the schema to the newest revision")
    downgrade = actions.add_parser("downgrade", help="take the schema back")
    downgrade.add_argument("--yes", action="store_true", help="do not ask")
    downgrade.add_argument("revision", help="a revision of `db history`, -1 for one step, or base")
    actions.add_parser("current", help="print the revision of the database")
    actions.add_parser("history", help="print all revisions, the newest first")
    actions.add_parser("check", help="compare the database with the models")
    return words


def main() -> int:
    arguments = parser().parse_args()
    start_logging(Settings.model_construct())  # until the settings are known
    try:
        settings = read_settings()
        start_logging(settings)
        if not confirmed(arguments):
            print("Nothing was changed.", file=sys.stderr)
            return Exit.USAGE
        return asyncio.run(until_signal(chosen(arguments, settings)))
    except Exception as error:
        if known := ending(error):
            print(known, file=sys.stderr)
            return known.code
        print(incident(error, at="python -m bot"), file=sys.stderr)
        return Exit.BUG


def confirmed(arguments: argparse.Namespace) -> bool:
    """A downgrade drops data for good: a person at a terminal is asked, a script has decided already."""
    if getattr(arguments, "action", None) != "downgrade" or arguments.yes or not sys.stdin.isatty():
        return True
    question = "A downgrade drops all that the older schema does not know, for good. Type yes to go on: "
    return input(question).strip().lower() == "yes"


def chosen(arguments: argparse.Namespace, settings: Settings) -> Coroutine[Any, Any, int]:
    if arguments.command == "db":
        revision: str | None = getattr(arguments, "revision", None)
        return database_commands.execute(arguments.action, settings, say, revision=revision)
    if arguments.command == "doctor":
        return examine(settings, say)
    return _run(settings)


async def _run(settings: Settings) -> int:
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
