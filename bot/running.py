"""Everything that runs, in the order in which it starts; it stops in the reverse order."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import yarl
from loguru import logger

from bot.client import Reeve, point_at
from bot.clock import following
from bot.discord_address import settle_address
from bot.health import health_endpoint
from bot.own_sandbox import running_sandbox, welcome
from bot.settings import Settings
from database import migrations
from database.server import replica_of, running_database
from database.service import DatabaseService

Say = Callable[[str], None]


async def run(settings: Settings, say: Say) -> None:
    """Run until cancelled. Raises what `bot.exits.ending` knows."""
    async with AsyncExitStack() as running:
        dsn = await running.enter_async_context(running_database(settings))
        await prepare_schema(settings, dsn)
        database = DatabaseService(
            dsn, settings, direct_dsn=settings.direct_dsn(), replica_dsn=await replica_of(settings)
        )
        running.push_async_callback(database.close)
        await database.open()
        settings, greeting = await running.enter_async_context(reachable_discord(settings))
        bot = await running.enter_async_context(Reeve(settings=settings, database=database))
        if settings.http_port is not None:
            address = await running.enter_async_context(health_endpoint(bot, settings.direct_dsn() or dsn))
            say(f"Health and metrics: {address}/readyz")
        waiting = asyncio.create_task(_say_when_ready(bot, greeting, say))
        running.callback(waiting.cancel)
        await bot.start(settings.token or "")


async def prepare_schema(settings: Settings, dsn: str) -> None:
    """The embedded server is ours, so it is migrated, after a backup; the operator's own is not changed unasked."""
    if settings.dsn() is None:
        _, pending = await migrations.pending_steps(dsn)
        if pending:
            await migrations.back_up(dsn, settings.data_dir / "backups", logger.info)
        await migrations.upgrade(dsn)
    await migrations.require_schema(settings.direct_dsn() or dsn)


@asynccontextmanager
async def reachable_discord(settings: Settings) -> AsyncIterator[tuple[Settings, str | None]]:
    """The settings with address and token complete, and what to tell a person who plays on our own sandbox."""
    async with AsyncExitStack() as running:
        greeting = None
        if settings.token is None and settings.discord_api_url is None:
            url, world = await running.enter_async_context(running_sandbox(settings))
            settings = settings.model_copy(update={"discord_api_url": f"{url}/api/v10"})
            greeting = welcome(url, world)
        settings = await settle_address(settings)
        if settings.discord_api_url and settings.discord_gateway_url:
            point_at(settings.discord_api_url, settings.discord_gateway_url)
            logger.info("Discord is at {}", settings.discord_api_url)
        if settings.is_loopback_api:
            await running.enter_async_context(following(yarl.URL(settings.discord_api_url or "").origin()))
        yield settings, greeting


async def _say_when_ready(bot: Reeve, greeting: str | None, say: Say) -> None:
    await bot.wait_until_ready()
    say(greeting or f"Reeve is ready as {bot.user} in {len(bot.guilds)} servers.")
