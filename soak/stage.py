"""A sandbox, a database and bots between them: what people do, and what Discord and the database have then."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.people.places import Answer
from sandbox.rows import Guild
from sandbox.seeds.growth import Growth
from sandbox.server import Sandbox
from soak.mortal_bots import BotForge, bot_forge
from soak.proxy import Proxy
from soak.scenario import Ground

KICKED, BANNED, UNBANNED = 20, 22, 23
"""Discord's numbers of what its audit log tells."""
BRIEF_SECONDS = 0.02
A_DAY = 86_400


@dataclass
class Stage:
    """`database` is a connection outside of all our code that sees every guild.

    Bots are at the server itself, unless they are started with the proxy's address.
    """

    sandbox: Sandbox
    forge: BotForge
    database: Any
    dsn: str
    proxy: Proxy
    asked: set[asyncio.Task[Answer]] = field(default_factory=set)

    async def guild(self, name: str, members: int = 12) -> Guild:
        """People join one a minute, so the clock moves until they all have."""
        guild = await Growth(self.sandbox.core).new_guild(name, members=members)
        await self.advance(60 * (members + 10))
        return guild

    async def advance(self, seconds: float) -> None:
        """Until all bots that live have moved, too."""
        moved = {"seconds": seconds}
        async with (
            aiohttp.ClientSession(self.sandbox.url) as http,
            http.post("/sandbox/clock", json=moved) as answer,
        ):
            answer.raise_for_status()

    def people(self, guild: Guild) -> list[int]:
        """Members who are no bots, the latest last."""
        return [each for each in guild.members if not self.sandbox.world.user(each).bot]

    def user(self, name: str) -> int:
        found = self.sandbox.world.user_named(name)
        assert found is not None
        return found.id

    def slash(
        self, guild: Guild, who: str | int, command: str, *, wait: float = 15, **options: Any
    ) -> "asyncio.Task[Answer]":
        channel = next(each for each in self.sandbox.world.guild_channels(guild) if each.name == "general")
        asking = self.sandbox.people.slash(
            str(who), command, guild_id=str(guild.id), channel_id=str(channel.id), options=options,
            wait_seconds=wait,
        )  # fmt: skip
        task = asyncio.ensure_future(asking)
        self.asked.add(task)
        task.add_done_callback(self.asked.discard)
        return task

    def entries(self, guild: Guild, action: int, target_id: int) -> list[int]:
        """Their moments as ids, oldest first."""
        return [each.id for each in guild.audit if (each.action_type, each.target_id) == (action, target_id)]

    def posts(self, guild: Guild, number: int) -> int:
        """How many posts of that case the mod log shows."""
        log = next(each for each in self.sandbox.world.guild_channels(guild) if each.name == "mod-log")
        messages = self.sandbox.world.messages.get(log.id, {}).values()
        return sum(f"Case {number} " in f"{title_of(message)} " for message in messages)

    def told(self, user_id: int) -> int:
        """How many direct messages somebody has had from the bot."""
        bot_id = next(iter(self.sandbox.world.applications.values())).bot_user_id
        channel = self.sandbox.world.direct_channel(user_id, bot_id)
        return 0 if channel is None else len(self.sandbox.world.messages.get(channel.id, {}))

    async def rows(self, words: str, *values: Any) -> list[Any]:
        found: list[Any] = await self.database.fetch(words, *values)
        return found


def title_of(message: Any) -> str:
    return " ".join(str(each.get("title", "")) for each in message.embeds)


async def until(what: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Whether it became true in time. Another process does it, and has no event of ours."""
    over = asyncio.get_running_loop().time() + seconds
    while not (found := await what()) and asyncio.get_running_loop().time() < over:  # noqa: ASYNC110  # as said above
        await asyncio.sleep(BRIEF_SECONDS)
    return found


@asynccontextmanager
async def opened(ground: Ground, **settings: str) -> AsyncIterator[Stage]:
    server = await ground.server()
    with tempfile.TemporaryDirectory(prefix="reeve-s-") as folder:
        async with Sandbox(rate_limits=False) as sandbox, Proxy(server.socket_folder, ground.dice) as proxy:
            known = {"REEVE_DISCORD_API_URL": sandbox.api_url, "DATABASE_URL": server.dsn}
            async with bot_forge(Path(folder), **known, **settings) as forge:
                stage = Stage(sandbox, forge, await ground.auditor(server), server.dsn, proxy)
                try:
                    yield stage
                finally:
                    for task in tuple(stage.asked):
                        task.cancel()
                    await asyncio.gather(*stage.asked, return_exceptions=True)
