"""The world in a file: written soon after each change, all of it or nothing, and read at the next start."""

import asyncio
import dataclasses
import json
import logging
import tempfile
import types
import typing
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.core import Core
from sandbox.files import Files
from sandbox.world import World

log = logging.getLogger(__name__)

VERSION = 1
SOON = 0.2  # seconds


class UnreadableWorld(Exception):
    pass


class Storage:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = path.with_name(path.name + ".files")
        self._saving: asyncio.TimerHandle | None = None
        self._save: Callable[[], None] = lambda: None

    def load(self) -> World | None:
        """Nothing when there is no file yet. Raises UnreadableWorld."""
        self._refuse_unwritable()
        if not self._path.exists():
            return None
        try:
            stored = json.loads(self._path.read_text())
            if stored["version"] != VERSION:
                raise UnreadableWorld(
                    f"{self._path} is of another version of the sandbox: move it away to start anew."
                )
            return _inhabited(read_as(World, stored["world"]))
        except OSError as wrong:
            raise UnreadableWorld(f"The world {self._path} cannot be read: {wrong.strerror}.") from wrong
        except (ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError) as wrong:
            raise UnreadableWorld(
                f"{self._path} is not a sandbox's world: move it away to start anew."
            ) from wrong

    def _refuse_unwritable(self) -> None:
        """Said at the start: later it would be too late."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self._path.parent).close()
        except OSError as wrong:
            raise UnreadableWorld(
                f"The world cannot be kept in {self._path} ({wrong.strerror}): give another file with --world."
            ) from wrong

    def attach(self, core: Core) -> None:
        """From now on every change is written; ids continue above all that were given out before."""
        self._load_files(core.files)
        core.ids.never_before(last_id(core.world))
        core.events.listen(lambda _event: self.touch())
        core.touch = self.touch
        self._save = lambda: self._write(core)

    def touch(self) -> None:
        if self._saving is None:
            self._saving = asyncio.get_running_loop().call_later(SOON, self.flush)

    def flush(self) -> None:
        if self._saving:
            self._saving.cancel()
            self._saving = None
        try:
            self._save()
        except OSError:
            log.exception("The world cannot be written to %s", self._path)

    def _write(self, core: Core) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._write_files(core.files)
        fresh = self._path.with_name(self._path.name + ".new")
        fresh.write_text(json.dumps({"version": VERSION, "world": core.world}, default=plain))
        fresh.replace(self._path)

    def _write_files(self, files: Files) -> None:
        for path, content in files.contents.items():
            place = self._files / path.lstrip("/")
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)

    def _load_files(self, files: Files) -> None:
        for place in self._files.rglob("*"):
            if place.is_file():
                files.contents["/" + place.relative_to(self._files).as_posix()] = place.read_bytes()


def _inhabited(world: World) -> World:
    if not (world.guilds and world.applications):
        raise ValueError("nobody lives there")
    return world


def plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value):
        return vars(value)
    raise TypeError(f"{type(value).__name__} has no place in a world.")


def read_as(kind: Any, value: Any) -> Any:
    """The inverse of `plain`, by the annotations of the dataclasses."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        fits = value is None or type(value) in arguments
        return value if fits else read_as(next(each for each in arguments if each is not type(None)), value)
    if origin in (list, dict):
        return _read_many(arguments, value)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        return kind(**{key: read_as(hints[key], each) for key, each in value.items()})
    if kind is datetime:
        return datetime.fromisoformat(value)
    return int(value) if kind is int else value


def _read_many(kinds: tuple[Any, ...], value: Any) -> Any:
    if isinstance(value, list):
        return [read_as(kinds[0], each) for each in value]
    return {read_as(kinds[0], key): read_as(kinds[1], each) for key, each in value.items()}


def last_id(world: World) -> int:
    given = [*world.users, *world.guilds, *world.channels, *world.commands]
    given += [message_id for kept in world.messages.values() for message_id in kept]
    given += [entry.id for guild in world.guilds.values() for entry in guild.audit[-1:]]
    given += [command.version for command in world.commands.values()]
    return max(given, default=0)
