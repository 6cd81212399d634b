"""What a scenario is: one promise, tried hard, and what came of it."""

import random
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

import asyncpg

from database.service import DatabaseService
from soak.servers import MortalServer, copied, scratch_folder


class Ground:
    """Where one run of a scenario happens: servers of its own, dice from the printed seed, and a word on how far it is.

    `template` is a folder made by `soak.servers.prepare`.
    """

    def __init__(self, template: Path, seed: str) -> None:
        self._template = template
        self._leaving = AsyncExitStack()
        self.seed = seed
        self.dice = random.Random(seed)
        self.standing = "begins"
        """How far it is, for who waits: set it as often as you like."""

    async def __aenter__(self) -> "Ground":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leaving.aclose()

    async def server(self, **settings: str) -> MortalServer:
        """A server at the newest revision that runs with these settings of PostgreSQL, until the ground is left."""
        server = MortalServer(self._leaving.enter_context(scratch_folder()))
        copied(self._template / "postgres", server.data_dir / "postgres")
        self._leaving.push_async_callback(server.stop)
        await server.start()
        await server.set(**settings)
        return server

    async def service(self, dsn: str) -> DatabaseService:
        database = DatabaseService(dsn)
        self._leaving.push_async_callback(database.close)
        await database.open()
        return database

    async def auditor(self, server: MortalServer) -> Any:
        """A connection outside of all our code that sees every guild. (asyncpg has no types.)"""
        connection = await asyncpg.connect(server.dsn)
        self._leaving.push_async_callback(connection.close)
        await connection.execute("SET reeve.system = 'on'")
        return connection


@dataclass
class Outcome:
    """What was reached, in numbers, and what is broken, in words: nothing, where the promise holds."""

    reached: dict[str, int | float]
    broken: list[str] = field(default_factory=list)

    def require(self, holds: bool, claim: str) -> None:
        if not holds:
            self.broken.append(claim)


class Scenario(Protocol):
    """Its fields are its size: the defaults are the long form, the tests choose a small one."""

    name: ClassVar[str]

    async def run(self, ground: Ground) -> Outcome: ...
