"""`python -m bot db`: the schema from a shell; needs the database and no token."""

import argparse
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson

from bot import backup_commands
from bot.durations import parse_duration
from bot.errors import DurationNotUnderstood
from bot.exits import Exit
from bot.settings import Settings
from database import migrations
from database.backups.move import require_unused
from database.errors import DatabaseUnavailable, OperatorMustAct
from database.server import running_database

Say = Callable[[str], None]
NOTHING = "no migration has run: `python -m bot db upgrade` runs them"
UP_TO_DATE = "Nothing is pending."


def add_words(actions: "argparse._SubParsersAction[Any]") -> None:
    upgrade = actions.add_parser("upgrade", help="bring the schema to the newest revision")
    upgrade.add_argument("revision", nargs="?", default="head", help="stop there (default: the newest)")
    _ask_for_backup(upgrade)
    upgrade.set_defaults(execute=execute_upgrade)
    downgrade = actions.add_parser("downgrade", help="take the schema back")
    downgrade.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
    _ask_for_backup(downgrade)
    downgrade.add_argument("revision", help="a revision of `db history`, -1 for one step, or base")
    downgrade.set_defaults(
        execute=execute_downgrade,
        question="A downgrade drops all that the older schema does not know, for good.",
    )
    plan = actions.add_parser(
        "plan", help="say what an upgrade will do: statements, locks, tables read or rewritten"
    )
    plan.add_argument("revision", nargs="?", default="head", help="up to there (default: the newest)")
    form = plan.add_mutually_exclusive_group()
    form.add_argument("--sql", action="store_true", help="only the SQL, for a review or for psql")
    _offer_json(form)
    plan.set_defaults(execute=execute_plan)
    for name, explanation, execute in (
        ("current", "print the revision of the database", current),
        ("history", "print all revisions, the newest first", history),
        ("check", "compare the whole catalog with what the revisions make", check),
    ):
        words = actions.add_parser(name, help=explanation)
        _offer_json(words)
        words.set_defaults(execute=execute)
    backup_commands.add_words(actions)


def _ask_for_backup(words: argparse.ArgumentParser) -> None:
    words.add_argument(
        "--backup-within",
        type=_duration,
        default="24h",
        metavar="24h",
        help="how old the newest backup may be",
    )
    words.add_argument("--no-backup", action="store_true", help="you have a backup elsewhere, or need none")


def _offer_json(words: Any) -> None:
    words.add_argument("--json", action="store_true", help="for programs")


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except DurationNotUnderstood as error:
        raise argparse.ArgumentTypeError(str(error)) from error


async def execute_upgrade(arguments: argparse.Namespace, settings: Settings, say: Say) -> int:
    async with running_database(settings, direct=True) as dsn:
        found, pending = await migrations.pending_steps(dsn, arguments.revision)
        if pending and not arguments.no_backup:
            await migrations.require_backup(dsn, settings.backups_dir, arguments.backup_within)
        if pending and found is not None:  # in an empty database nobody waits, so nothing is foretold
            for step in await migrations.plan(dsn, arguments.revision):
                _say_all(step.in_short(), say)
            say("`python -m bot db plan` shows the statements.")
        started = time.perf_counter()
        await migrations.upgrade(dsn, arguments.revision, report=say)
        say(f"Steps: {len(pending)}, in {time.perf_counter() - started:.1f} s." if pending else UP_TO_DATE)
        say(await migrations.current(dsn) or NOTHING)
    return Exit.DONE


async def execute_downgrade(arguments: argparse.Namespace, settings: Settings, say: Say) -> int:
    async with running_database(settings, direct=True) as dsn:
        await require_unused(dsn, settings.application_name)
        if not arguments.no_backup:
            await migrations.require_backup(dsn, settings.backups_dir, arguments.backup_within)
        await migrations.downgrade(dsn, arguments.revision, report=say)
        say(await migrations.current(dsn) or NOTHING)
    return Exit.DONE


async def execute_plan(arguments: argparse.Namespace, settings: Settings, say: Say) -> int:
    async with running_database(settings, direct=True) as dsn:
        if arguments.sql:
            say(await migrations.sql(dsn, arguments.revision) or f"-- {UP_TO_DATE}")
            return Exit.DONE
        steps = await migrations.plan(dsn, arguments.revision)
    if arguments.json:
        say(_json([step.as_json() for step in steps]))
        return Exit.DONE
    for step in steps:
        _say_all(step.in_words(), say)
    if not steps:
        say(UP_TO_DATE)
    return Exit.DONE


async def current(arguments: argparse.Namespace, settings: Settings, say: Say) -> int:
    async with running_database(settings, direct=True) as dsn:
        found = await migrations.standing(dsn)
    if arguments.json:
        say(_json({"revision": found.revision, "newest": migrations.OURS.head, "runs_with": found.runs_with}))
    else:
        say(found.revision or NOTHING)
    return Exit.DONE


async def history(arguments: argparse.Namespace, settings: Settings, say: Say) -> int:
    """The list needs no database; which revision is current is told where one answers."""
    found = None
    with suppress(OperatorMustAct, DatabaseUnavailable):
        if settings.dsn() is not None or (settings.data_dir / "postgres" / "cluster").exists():
            async with running_database(settings, direct=True) as dsn:
                found = await migrations.current(dsn)
    steps = [{**step._asdict(), "current": step.revision == found} for step in migrations.history()]
    if arguments.json:
        say(_json(steps))
        return Exit.DONE
    for step in steps:
        say(f"{step['revision']}  {step['sentence']}{'  <- the database' if step['current'] else ''}")
    return Exit.DONE


async def check(arguments: argparse.Namespace, settings: Settings, say: Say) -> int:
    """One line a difference between the database and what its revisions make."""
    async with running_database(settings, direct=True) as dsn:
        await migrations.require_schema(dsn)
        differences = await migrations.check(dsn)
    if arguments.json:
        say(_json({"differences": differences}))
    else:
        _say_all(differences or ["The database is what its revisions make."], say)
    return Exit.CONFIGURATION if differences else Exit.DONE


def _say_all(lines: list[str], say: Say) -> None:
    for line in lines:
        say(line)


def _json(content: Any) -> str:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()
