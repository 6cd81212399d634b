"""The sandbox as one thing: everything put together, on one port of the loopback."""

import asyncio
import errno
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Self

from aiohttp import web

from sandbox.addresses import addresses
from sandbox.clock import Clock, Snowflakes, SystemClock
from sandbox.control.control import Control
from sandbox.control.exposure import only_loopback
from sandbox.control.gateway_faults import GatewayFaults
from sandbox.control.page import Page
from sandbox.control.trouble import Trouble
from sandbox.core import Core
from sandbox.files import Files
from sandbox.gateway.connection import Connection
from sandbox.gateway.gateway import Gateway
from sandbox.gateway.pacing import UNHURRIED, Pacing
from sandbox.hosting import AnyClient, redirected, running
from sandbox.interactions.interactions import Interactions
from sandbox.own_failures import own_failures
from sandbox.people.people import People
from sandbox.recorder import Recorder
from sandbox.rest import (
    routes_applications,
    routes_attachments,
    routes_automod,
    routes_channels,
    routes_guilds,
    routes_hooks,
    routes_invites,
    routes_members,
    routes_messages,
    routes_reactions,
    routes_roles,
    routes_threads,
    routes_users,
    routes_voice,
    routes_webhooks,
)
from sandbox.rest.admission import Admission
from sandbox.rest.faults import Faults
from sandbox.rest.pipeline import Rest
from sandbox.seeds.seed import seeded_world
from sandbox.storage.storage import Storage
from sandbox.threads.archiving import Archiver
from sandbox.threads.thread_sync import ThreadSync
from sandbox.wire_log import WireLog

LARGEST_REQUEST = 120 * 1024 * 1024  # ten files of the permitted size and some room
PAGES = (
    routes_applications.routes,
    routes_attachments.routes,
    routes_automod.routes,
    routes_channels.routes,
    routes_guilds.routes,
    routes_hooks.routes,
    routes_invites.routes,
    routes_members.routes,
    routes_messages.routes,
    routes_reactions.routes,
    routes_roles.routes,
    routes_threads.routes,
    routes_users.routes,
    routes_voice.routes,
    routes_webhooks.routes,
)
ROUTES = tuple((each.method, each.path) for page in PAGES for each in page.table)


class PortTaken(Exception):
    pass


class Sandbox:
    def __init__(
        self,
        clock: Clock | None = None,
        seed: Path | str | None = None,
        world_file: Path | str | None = None,
        wire_log: Path | str | None = None,
        pacing: Pacing | None = None,
        *,
        rate_limits: bool = True,
    ) -> None:
        """With a world file: that world, when the file is there, and every change to it.
        With a wire log: every exchange is written to that file as a line of JSON.
        Without rate limits nobody is told of any, refused or banned, nor sent away by the gateway, unless `pacing`
        says how often a bot may begin a session there.

        Raises UnreadableWorld, UnreadableSeed.
        """
        self.clock = clock or SystemClock()
        self._storage = Storage(Path(world_file)) if world_file else None
        stored = self._storage.load() if self._storage else None
        self.recorder = Recorder(self.clock)
        self._wire_log = WireLog.named(Path(wire_log) if wire_log else None)
        if self._wire_log:
            self.recorder.listen(self._wire_log)
        self.world = stored or seeded_world(Path(seed) if seed else None)
        self.clock.advance(self.world.ahead_seconds)
        self.core = Core(self.clock, Snowflakes(self.clock), self.world, self.recorder, Files())
        self.gateway = Gateway(self.core, pacing or (Pacing() if rate_limits else UNHURRIED))
        self.interactions = Interactions(self.core, self.gateway)
        self.people = People(self.core, self.interactions)
        self.admission = Admission(self.core, limited=rate_limits)
        self.faults = Faults(self.clock, self.admission.rates, ROUTES)
        self._trouble = Trouble(self.faults, GatewayFaults(self.gateway), self.admission)
        if self._storage:
            self._storage.attach(self.core)
        self._archiver, self._thread_sync = Archiver(self.core), ThreadSync(self.core)
        self._archiving: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return self.core.url

    @property
    def api_url(self) -> str:
        return addresses(self.url).api

    @property
    def gateway_url(self) -> str:
        return self.gateway.url

    @property
    def token(self) -> str:
        """Of the first application."""
        return next(iter(self.world.applications.values())).token

    def redirect(self, library: ModuleType) -> AbstractContextManager[None]:
        """`with sandbox.redirect(discord):` discord.py speaks to this sandbox, and goes by its clock."""
        return redirected(library, addresses(self.url), self.clock.now)

    def running(self, bot: AnyClient) -> AbstractAsyncContextManager[AnyClient]:
        """`async with sandbox.running(bot):` it is logged in and ready. Raises what ended it, NeverReady."""
        return running(bot, self.token)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Raises PortTaken."""
        if self._storage:
            self._storage.flush()  # a large new world takes a second: before anybody waits for it
        self._runner = web.AppRunner(
            self._application(), access_log=None, shutdown_timeout=0.1, logger=own_failures
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        try:
            await site.start()
        except OSError as wrong:
            await self._runner.cleanup()
            because = "is taken" if wrong.errno == errno.EADDRINUSE else f"cannot be used ({wrong.strerror})"
            raise PortTaken(f"Port {port} {because}: give the sandbox another one with --port.") from wrong
        bound = self._runner.addresses[0][1]
        self._archiving = asyncio.create_task(self._archiver.run())
        self.core.url = f"http://{'[::1]' if ':' in host else host}:{bound}"

    async def close(self) -> None:
        if self._archiving:
            self._archiving.cancel()
        self.faults.clear()
        for connection in tuple(self.gateway.connections):
            connection.close(1001, "The sandbox stops.")
        await asyncio.sleep(0)
        for connection in tuple(self.gateway.connections):
            await connection.ended()
        if self._runner:
            await self._runner.cleanup()
        if self._storage:
            self._storage.close()
        if self._wire_log:
            self._wire_log.close()

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=(only_loopback,))
        rest = Rest(
            *(self.core, self.gateway, self.interactions, PAGES), admission=self.admission, faults=self.faults
        )
        rest.add_to(app)
        Control(self.core, self.people, self._trouble.table()).add_to(app)
        Page(self.core, self.people).add_to(app)
        app.router.add_get("/gateway", self._gateway)
        app.router.add_get("/gateway/", self._gateway)
        return app

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        return await Connection(self.gateway, request).run()
