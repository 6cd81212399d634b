"""A sandbox with an unmodified hikari on it, and people to play."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import hikari
from hikari.impl import CacheComponents, CacheSettings

from sandbox.server import Sandbox

Respond = Callable[[Any], Awaitable[Any]]
EVERYTHING = CacheSettings(components=CacheComponents.ALL)


class Stage:
    def __init__(self, sandbox: Sandbox, bot: hikari.GatewayBot) -> None:
        self.sandbox, self.bot, self.people, self.rest = sandbox, bot, sandbox.people, bot.rest
        self.guild = next(each for each in sandbox.world.guilds.values() if each.name == "Green")
        self.heard: list[hikari.Event] = []
        self.errors: list[BaseException] = []
        self.kept: dict[str, Any] = {}  # what one step leaves to later ones
        self._respond: Respond | None = None
        self._changed = asyncio.Event()
        bot.subscribe(hikari.Event, self._hear)
        bot.subscribe(hikari.InteractionCreateEvent, self._answer)
        bot.subscribe(hikari.ExceptionEvent, self._keep_error)

    async def _hear(self, event: hikari.Event) -> None:
        self.heard.append(event)
        self._changed.set()

    async def _keep_error(self, event: hikari.ExceptionEvent[Any]) -> None:
        self.errors.append(event.exception)

    async def _answer(self, event: hikari.InteractionCreateEvent) -> None:
        if self._respond:
            await self._respond(event.interaction)

    def answers(self, respond: Respond) -> None:
        """How the bot answers the next interactions."""
        self._respond = respond

    async def hears(self, kind: type[Any], is_it: Callable[[Any], bool] = lambda _: True) -> Any:
        """The newest such event, waited for if need be."""
        async with asyncio.timeout(30):
            while True:
                for event in reversed(self.heard):
                    if isinstance(event, kind) and is_it(event):
                        return event
                self._changed.clear()
                await self._changed.wait()

    def id(self, name: str) -> int:
        """Of a person, a channel or a role."""
        world = self.sandbox.world
        named = {each.username: each.id for each in world.users.values()}
        named |= {each.name: each.id for each in self.guild.roles.values()}
        named |= {each.name or "": each.id for each in world.guild_channels(self.guild)}
        return named[name]

    @property
    def application_id(self) -> int:
        return next(iter(self.sandbox.world.applications))


@asynccontextmanager
async def hikari_stage(*, rate_limits: bool = False) -> AsyncIterator[Stage]:
    sandbox = Sandbox(rate_limits=rate_limits)
    await sandbox.start()
    token = next(iter(sandbox.world.applications.values())).token
    bot = hikari.GatewayBot(
        token,
        banner=None,
        logs=None,
        suppress_optimization_warning=True,
        intents=hikari.Intents.ALL,
        cache_settings=EVERYTHING,
        rest_url=sandbox.api_url,
    )
    stage = Stage(sandbox, bot)
    await bot.start(check_for_updates=False)
    yield stage
    await bot.close()
    await sandbox.close()
