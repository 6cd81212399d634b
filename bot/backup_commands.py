"""`python -m bot db backup|restore|verify|move`: keep the database, bring it back, take it elsewhere."""

import argparse
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bot.exits import CannotRun, Exit
from bot.settings import Settings
from database.backups import Backup, make_backup
from database.backups.base import forget_needless_wal, make_base_backup
from database.backups.errors import DatabaseNotEmpty
from database.backups.folder import forget_old
from database.backups.manifest import read_backup
from database.backups.move import move_database
from database.backups.progress import in_words
from database.backups.recovery import restore_base
from database.backups.restore import restore_dump
from database.backups.verify import verify
from database.embedded import EmbeddedServer
from database.server import embedded_server, require_reachable, running_database

Say = Callable[[str], None]

MOVE_TO = "DATABASE_MOVE_TO"


def add_words(actions: "argparse._SubParsersAction[Any]") -> None:
    backup = actions.add_parser("backup", help="write a backup, with the numbers that it is verified by")
    backup.add_argument("--to", type=_path, metavar="FOLDER|FILE", help="default: backups in REEVE_DATA_DIR")
    backup.add_argument(
        "--base", action="store_true", help="the embedded server's files, to go back to moments"
    )
    backup.add_argument("--keep", type=_count, metavar="N", help="remove all but the N newest afterwards")
    backup.set_defaults(execute=execute_backup)
    restore = actions.add_parser("restore", help="bring a backup into an empty database")
    restore.add_argument("backup", type=_path, metavar="FILE|FOLDER", help="what `db backup` has made")
    restore.add_argument("--into", type=_path, metavar="DIRECTORY", help="a new data directory")
    restore.add_argument(
        "--until",
        type=_moment,
        metavar="MOMENT",
        help="of a base backup: go on to 2026-11-21 14:00 and no further",
    )
    restore.set_defaults(execute=execute_restore)
    check = actions.add_parser("verify", help="restore a backup into a scratch server and compare")
    check.add_argument("backup", type=_path, metavar="FILE|FOLDER", help="what `db backup` has made")
    check.set_defaults(execute=execute_verify)
    move = actions.add_parser("move", help="copy everything to another server's empty database")
    move.add_argument(
        "--to-file",
        type=_path,
        metavar="FILE",
        help=f"a file that holds the address; default: the variable {MOVE_TO} (others can see a command line)",
    )
    move.set_defaults(execute=execute_move)


async def execute_backup(arguments: argparse.Namespace, settings: Settings, say: Say) -> int:
    folder, name = _place(arguments.to, settings)
    if arguments.base:
        backup = await _base_backup(settings, folder / name if name else folder, say)
    else:
        async with running_database(settings, direct=True) as dsn:
            backup = await make_backup(dsn, folder, say, name=name)
    say(f"{backup.path} ({in_words(backup.size)}, {_numbers(backup)}).")
    if keep := arguments.keep or settings.backups_kept:
        for gone in forget_old(backup.path.parent, backup.database, keep):
            say(f"Removed {gone.path.name}: the {keep} newest are kept.")
        if settings.wal_archive is not None and backup.format == "base":
            forget_needless_wal(settings.wal_archive, backup.path.parent, backup.database)
    return Exit.DONE


async def _base_backup(settings: Settings, folder: Path, say: Say) -> Backup:
    if settings.dsn() is not None:
        raise CannotRun(
            Exit.USAGE,
            "--base is for the embedded server: a server of your own keeps its WAL with its own tools, "
            "docs/operator.md says how.",
        )
    server = embedded_server(settings)
    try:
        return await make_base_backup(await server.start(), server.superuser_dsn, folder, say)
    finally:
        await server.stop()


async def execute_restore(arguments: argparse.Namespace, settings: Settings, say: Say) -> int:
    backup = read_backup(arguments.backup)
    if backup.format == "base":
        with _leaving_nothing_half_made(arguments.into or settings.data_dir):
            await _restore_base(backup, arguments, settings, say)
    elif arguments.until is not None:
        raise CannotRun(
            Exit.USAGE, "A dump holds one moment: --until goes with a base backup (`db backup --base`)."
        )
    else:
        with _leaving_nothing_half_made(arguments.into or settings.data_dir):
            async with _empty_database(arguments.into, settings) as dsn:
                await restore_dump(dsn, backup, say)
        say(f"Restored and compared: {_numbers(backup)}.")
    if arguments.into is not None:
        say(f"It is in {arguments.into}: set REEVE_DATA_DIR to that.")
    return Exit.DONE


async def _restore_base(backup: Backup, arguments: argparse.Namespace, settings: Settings, say: Say) -> None:
    living = settings.data_dir / "postgres" / "cluster"
    reached = await restore_base(
        backup,
        arguments.into or settings.data_dir,
        say,
        until=arguments.until,
        archive=settings.wal_archive,
        living=living if living.exists() else None,
    )
    last = (
        f"the last change in it is from {reached.astimezone():%Y-%m-%d %H:%M:%S %Z}"
        if reached
        else "nothing was"
    )
    say(f"Restored: {last}{'' if reached else ' changed after the backup'}.")


@contextmanager
def _leaving_nothing_half_made(data_dir: Path) -> Iterator[None]:
    """A restore that is stopped or fails removes the folders that it has made, with all that is in them."""
    home = data_dir / "postgres"
    made = [folder for folder in (data_dir, home) if not folder.exists()]
    try:
        yield
    except BaseException:
        if made and not (home / "cluster" / "postmaster.pid").exists():
            shutil.rmtree(made[0], ignore_errors=True)
        raise


@asynccontextmanager
async def _empty_database(into: Path | None, settings: Settings) -> AsyncIterator[str]:
    """A data directory of the person's choice, or what the settings name."""
    if into is None:
        async with running_database(settings, direct=True) as dsn:
            yield dsn
        return
    server = EmbeddedServer(into)
    try:
        yield await server.start()
    finally:
        await server.stop()


async def execute_verify(
    arguments: argparse.Namespace,
    settings: Settings,  # noqa: ARG001  # as all words of `db`; a scratch server needs none of them
    say: Say,
) -> int:
    backup = read_backup(arguments.backup)
    contents = await verify(backup, say)
    rows = sum(table.rows for table in contents.tables.values())
    say(
        f"Verified: {rows:,} rows in {len(contents.tables)} tables, revision {backup.revision}, "
        f"of {backup.made_at:%Y-%m-%d %H:%M:%S} UTC; the schema is what the models say."
    )
    return Exit.DONE


async def execute_move(arguments: argparse.Namespace, settings: Settings, say: Say) -> int:
    target = _address_of_target(arguments.to_file)
    variable = MOVE_TO if arguments.to_file is None else str(arguments.to_file)
    await require_reachable(target, variable)
    async with running_database(settings, direct=True) as source:
        try:
            moved = await move_database(
                source, target, settings.backups_dir, say, application_name=settings.application_name
            )
        except DatabaseNotEmpty as error:
            raise DatabaseNotEmpty(variable) from error
    say(f"Moved and compared: {_numbers(moved)}. The old database is as it was. In .env, write:")
    if arguments.to_file is not None:
        say(f"DATABASE_URL_FILE={arguments.to_file}")
    else:
        say(
            f"DATABASE_URL={make_url(target).render_as_string(hide_password=True)}    (with the password for ***)"
        )
    return Exit.DONE


def _address_of_target(file: Path | None) -> str:
    address = os.environ.get(MOVE_TO, "")
    if file is not None:
        try:
            address = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CannotRun(
                Exit.USAGE, f"{file} cannot be read: name a file that holds an address."
            ) from error
    if not address:
        raise CannotRun(
            Exit.USAGE,
            f"Where to? Set {MOVE_TO} to postgresql://user:password@host:5432/database, or name a file that holds "
            "such an address with --to-file.",
        )
    return address


def _place(to: Path | None, settings: Settings) -> tuple[Path, str | None]:
    """A folder, and a name in it if the person chose one: what ends in .dump is a file."""
    if to is None:
        return settings.backups_dir, None
    return (to.parent, to.name) if to.suffix == ".dump" and not to.is_dir() else (to, None)


def _numbers(backup: Backup) -> str:
    if backup.format == "base":
        return f"{len(backup.files):,} files"
    return f"{backup.rows:,} rows in {len(backup.tables)} tables"


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1 is kept")
    return number


def _moment(text: str) -> datetime:
    """In this machine's time zone unless the text says another."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(
            "write a moment like 2026-11-21 14:00 or 2026-11-21T14:00:00+00:00"
        ) from error
