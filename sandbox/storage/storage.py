"""The world in a file: what changed is written soon after, all of it or nothing, and read at the next start.

The file is an SQLite database with a row for each piece of the world: only what changed is written, and a process that
is killed leaves it whole.
"""

import asyncio
import contextlib
import fcntl
import json
import logging
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from sandbox.core import Core
from sandbox.events import Event
from sandbox.files import Files
from sandbox.storage.pieces import Known, assembled, read_as
from sandbox.world import World

log = logging.getLogger(__name__)

VERSION = 2
OF_MESSAGES = frozenset(
    {
        "MESSAGE_UPDATE",
        "MESSAGE_REACTION_ADD",
        "MESSAGE_REACTION_REMOVE",
        "MESSAGE_REACTION_REMOVE_ALL",
        "MESSAGE_REACTION_REMOVE_EMOJI",
    }
)
"""That a message is new or gone is seen without them."""
SOON = 0.2  # seconds
RETRY = 5  # seconds
REST = 4  # so many times as long as it took does it rest: however large the world is, storing it leaves time to play
SCHEMA = f"BEGIN; CREATE TABLE piece (place, key, body, UNIQUE (place, key)); PRAGMA user_version = {VERSION}; COMMIT"
READ = "SELECT place, key, body FROM piece WHERE place != 'ids' ORDER BY rowid"
WRITE = "INSERT INTO piece VALUES (?, ?, ?) ON CONFLICT (place, key) DO UPDATE SET body = excluded.body"
FORGET = "DELETE FROM piece WHERE place = ? AND key = ?"
FORGET_ALL = "DELETE FROM piece"
LAST_ID = "SELECT body FROM piece WHERE place = 'ids'"


class UnreadableWorld(Exception):
    pass


class Storage:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = Uploads(path.with_name(path.name + ".files"))
        self._saving: asyncio.TimerHandle | None = None
        self._rest = 0.0
        self._has_failed = False
        self._known = Known()
        self._announced: set[int] = set()  # messages of which an event told since they were stored
        self._core: Core | None = None
        self._database: sqlite3.Connection | None = None
        self._claimed: BinaryIO | None = None

    def load(self) -> World | None:
        """Nothing when there is no world yet. Raises UnreadableWorld."""
        self._refuse_unwritable()
        try:
            self._bring_up_to_date()
            with contextlib.ExitStack() as on_failure:
                claimed = on_failure.enter_context(self._path.open("ab"))
                fcntl.flock(claimed, fcntl.LOCK_EX | fcntl.LOCK_NB)
                database = on_failure.enter_context(contextlib.closing(sqlite3.connect(self._path)))
                _prepare(database)
                world = _inhabited(assembled(database.execute(READ), self._known), self._known)
                on_failure.pop_all()
        except BlockingIOError as wrong:  # what a second sandbox did there would be lost
            raise UnreadableWorld(
                f"The world {self._path} is open in another sandbox: stop that, or give another file with --world."
            ) from wrong
        except OSError as wrong:
            raise UnreadableWorld(f"The world {self._path} cannot be read: {wrong.strerror}.") from wrong
        except sqlite3.OperationalError as wrong:
            raise UnreadableWorld(f"The world {self._path} cannot be read: {wrong}.") from wrong
        except (sqlite3.Error, ValueError, LookupError, TypeError, AttributeError, RecursionError) as wrong:
            raise UnreadableWorld(
                f"{self._path} is not a sandbox's world: move it away to start anew."
            ) from wrong
        self._database, self._claimed = database, claimed
        return world

    def _refuse_unwritable(self) -> None:
        """Said at the start: later it would be too late."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self._path.parent).close()
        except OSError as wrong:
            raise UnreadableWorld(
                f"The world cannot be kept in {self._path} ({wrong.strerror}): give another file with --world."
            ) from wrong

    def _bring_up_to_date(self) -> None:
        """A world of version 1 was one JSON text."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            if file.read(1) != b"{":
                return
        world = read_as(World, json.loads(self._path.read_text())["world"])
        fresh = self._path.with_name(self._path.name + ".new")
        fresh.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(fresh)) as database:
            _prepare(database)
            _write(database, world, Known())
        fresh.replace(self._path)

    def attach(self, core: Core) -> None:
        """From now on every change is written; ids continue above all that were given out before."""
        assert self._database
        self._core = core
        self._files.load(core.files)
        for (last,) in self._database.execute(LAST_ID):
            core.ids.never_before(last)
        core.events.listen(self._hear)
        core.touch, core.keep = self.touch, self.flush

    def _hear(self, event: Event) -> None:
        if event.name in OF_MESSAGES:
            self._announced.add(int(event.payload.get("message_id") or event.payload["id"]))
        self.touch()

    def touch(self) -> None:
        if self._saving is None:
            self._saving = asyncio.get_running_loop().call_later(max(SOON, self._rest), self.flush)

    def flush(self, *, whole: bool = False) -> None:
        """whole: looks at every row, also where nothing was told."""
        if self._saving:
            self._saving.cancel()
            self._saving = None
        begin, is_first = time.monotonic(), not self._known
        try:
            self._save(None if whole else self._announced)
        except Exception as wrong:  # whatever it is: the world goes on, and is written once it can be
            self._failed(wrong)
        else:
            self._has_failed = False
            self._rest = 0 if is_first else REST * (time.monotonic() - begin)

    def _save(self, announced: set[int] | None) -> None:
        """The files last: one that cannot be written holds up nothing else."""
        assert self._database
        assert self._core
        try:
            _write(self._database, self._core.world, self._known, announced, last_id=self._core.ids.next())
        except BaseException:
            self._known = Known()
            raise
        self._announced.clear()
        self._files.write(self._core.files)

    def _failed(self, wrong: Exception) -> None:
        """Said once, and tried again until it is written: a disk may have room again."""
        if not self._has_failed:
            log.error("The world cannot be written to %s; it is tried again", self._path, exc_info=wrong)
        self._has_failed = True
        self._rest = RETRY
        self.touch()

    def close(self) -> None:
        self.flush(whole=True)
        if self._saving:
            self._saving.cancel()
        if self._database:
            self._database.close()
        if self._claimed:
            self._claimed.close()  # only now: SQLite's own locks go with any handle of the file that is closed


def _prepare(database: sqlite3.Connection) -> None:
    """Without fsync: what the operating system took over outlives this process, however it ends."""
    database.execute("PRAGMA synchronous = OFF")
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    if not tables:
        database.executescript(SCHEMA)
    elif tables != ["piece"] or database.execute("PRAGMA user_version").fetchone() != (VERSION,):
        raise ValueError("another program's, or of another version")


def _inhabited(world: World, known: Known) -> World | None:
    if known and not (world.guilds and world.applications):
        raise LookupError("nobody lives there")
    return world if known else None


def _write(
    database: sqlite3.Connection,
    world: World,
    known: Known,
    announced: set[int] | None = None,
    *,
    last_id: int = 0,
) -> None:
    with database:
        if not known:
            database.execute(FORGET_ALL)
        database.executemany(WRITE, known.written(world, announced))
        database.executemany(FORGET, known.gone(world))
        database.execute(WRITE, ("ids", "last", last_id))


class Uploads:
    """The bytes that were uploaded, each in a file of its own beside the world."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: set[str] = set()

    def write(self, files: Files) -> None:
        for path in files.contents.keys() - self._written:
            place = self._folder / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            half = self._folder / ".half"
            half.write_bytes(files.contents[path])
            half.replace(place)
            self._written.add(path)
        for path in self._written - files.contents.keys():
            (self._folder / path.lstrip("/")).unlink(missing_ok=True)
            self._written.remove(path)

    def load(self, files: Files) -> None:
        for place in self._folder.glob("*/**/*"):
            if place.is_file():
                path = "/" + place.relative_to(self._folder).as_posix()
                files.contents[path] = place.read_bytes()
                self._written.add(path)
