"""`python -m bot db`: the schema from a shell; needs the database and no token."""

import argparse
from collections.abc import Callable
from typing import Any

from bot import backup_commands
from bot.exits import Exit
from bot.settings import Settings
from database import migrations
from database.server import running_database

Say = Callable[[str], None]
NOTHING = "no migration has run: `python -m bot db upgrade` runs them"


def add_words(actions: "argparse._SubParsersAction[Any]") -> None:
    upgrade = actions.add_parser("upgrade", help="bring the schema to the newest revision")
    upgrade.set_defaults(execute=execute_upgrade)
    downgrade = actions.add_parser("downgrade", help="take the schema back")
    downgrade.add_argument("--yes", action="store_true", help="do not ask")
    downgrade.add_argument("revision", help="a revision of `db history`, -1 for one step, or base")
    downgrade.set_defaults(
        execute=execute_downgrade,
        question="A downgrade drops all that the older schema does not know, for good.",
    )
    actions.add_parser("current", help="print the revision of the database").set_defaults(execute=current)
    actions.add_parser("history", help="print all revisions, the newest first").set_defaults(execute=history)
    actions.add_parser("check", help="compare the database with the models").set_defaults(execute=check)
    backup_commands.add_words(actions)


async def execute_upgrade(_: argparse.Namespace, settings: Settings, say: Say) -> int:
    async with running_database(settings, direct=True) as dsn:
        await migrations.upgrade(dsn)
        say(await migrations.current(dsn) or NOTHING)
    return Exit.DONE


async def execute_downgrade(arguments: argparse.Namespace, settings: Settings, say: Say) -> int:
    async with running_database(settings, direct=True) as dsn:
        await migrations.downgrade(dsn, arguments.revision)
        say(await migrations.current(dsn) or NOTHING)
    return Exit.DONE


async def current(_: argparse.Namespace, settings: Settings, say: Say) -> int:
    async with running_database(settings) as dsn:
        say(await migrations.current(dsn) or NOTHING)
    return Exit.DONE


async def history(_: argparse.Namespace, settings: Settings, say: Say) -> int:  # noqa: ARG001  # as the others
    for step in migrations.history():
        say(f"{step.revision}  {step.sentence}")
    return Exit.DONE


async def check(_: argparse.Namespace, settings: Settings, say: Say) -> int:
    """One line a difference between the database and the models."""
    async with running_database(settings, direct=True) as dsn:
        await migrations.require_schema(dsn)
        differences = await migrations.check(dsn)
    for difference in differences:
        say(difference)
    if differences:
        return Exit.CONFIGURATION
    say("The database is what the models say.")
    return Exit.DONE
