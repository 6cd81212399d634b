"""The frame on a real connection: commands are synced, errors answered, health told, and all is left in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from prometheus_client.parser import text_string_to_metric_families

from bot.base_cog import BaseCog
from bot.client import Reeve
from bot.command_sync import sync_commands
from bot.discord_address import settle_address
from bot.health import health_endpoint
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.running import reachable_discord
from bot.settings import Settings
from database.errors import CaseNotFound, DatabaseUnavailable
from database.models import ALL_TIME
from database.service import DatabaseService
from sandbox.server import Sandbox


class Trials(BaseCog):
    """A command for each way in which something can go wrong."""

    def __init__(self, bot: Reeve) -> None:
        super().__init__(bot)
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()

    @app_commands.command()
    @requires(Level.MEMBER)
    async def refused(self, _interaction: discord.Interaction[Reeve]) -> None:
        """Say no."""
        raise CaseNotFound(7)

    @app_commands.command()
    @requires(Level.MEMBER)
    async def away(self, interaction: discord.Interaction[Reeve]) -> None:
        """Defer, then find no database."""
        await defer(interaction)
        raise DatabaseUnavailable

    @app_commands.command()
    @requires(Level.MEMBER)
    async def bug(self, _interaction: discord.Interaction[Reeve]) -> None:
        """Fail."""
        raise KeyError("canary")

    @app_commands.command()
    @requires(Level.MODERATOR)
    async def guarded(self, interaction: discord.Interaction[Reeve], text: str) -> None:
        """For moderators."""
        await reply(interaction, f"You may: {text}")

    @guarded.autocomplete("text")
    async def _suggest(
        self, _interaction: discord.Interaction[Reeve], _current: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name="secret reason", value="secret reason")]

    @app_commands.command()
    @requires(Level.MEMBER)
    async def slow(self, interaction: discord.Interaction[Reeve]) -> None:
        """Wait until told."""
        await defer(interaction)
        self.begun.set()
        await self.may_end.wait()
        await reply(interaction, "Done.")


class Person:
    """Somebody in Green, played over the sandbox's control interface."""

    def __init__(self, url: str, session: aiohttp.ClientSession, world: Any, name: str) -> None:
        self.url, self.session = url, session
        self.id = next(person["id"] for person in world["people"] if person["name"] == name)
        self.guild = next(guild for guild in world["guilds"] if guild["name"] == "Green")
        self.channel = next(channel for channel in self.guild["channels"] if channel["name"] == "general")

    async def act(self, verb: str, command: str, **options: Any) -> Any:
        body = {"guild_id": self.guild["id"], "channel_id": self.channel["id"], "command": command}
        url = f"{self.url}/sandbox/people/{self.id}/{verb}"
        async with self.session.post(
            url, json={**body, "options": options.pop("options", {}), **options}
        ) as answer:
            return await answer.json()

    async def slash(self, command: str, **options: Any) -> str:
        answer = await self.act("slash", command, options=options)
        assert answer["failed"] is None, answer
        return "\n".join(message["content"] for message in answer["messages"])


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A Discord of its own, and afterwards discord.py looks at the real one again."""
    async with Sandbox() as place:
        with place.redirect(discord):
            yield place


@pytest.fixture
async def settings(sandbox: Sandbox) -> AsyncIterator[Settings]:
    given = Settings.model_validate({"REEVE_DISCORD_API_URL": sandbox.url, "REEVE_HTTP_PORT": 0})
    async with reachable_discord(given) as (complete, _):
        yield complete


@asynccontextmanager
async def running(settings: Settings, database: DatabaseService) -> AsyncIterator[tuple[Reeve, Trials]]:
    async with Reeve(settings=settings, database=database) as bot:
        trials = Trials(bot)
        await bot.add_cog(trials)
        started = asyncio.create_task(bot.start(settings.token or ""))
        ready = asyncio.create_task(bot.wait_until_ready())
        await asyncio.wait({started, ready}, return_when=asyncio.FIRST_COMPLETED)
        if started.done():
            await started
        try:
            yield bot, trials
        finally:
            await bot.close()
            await started


async def world_of(sandbox: Sandbox, session: aiohttp.ClientSession) -> Any:
    async with session.get(f"{sandbox.url}/sandbox/world") as answer:
        return await answer.json()


async def played(sandbox: Sandbox, session: aiohttp.ClientSession, *names: str) -> list[Person]:
    world = await world_of(sandbox, session)
    return [Person(sandbox.url, session, world, name) for name in names]


async def test_each_error_reaches_the_person_as_one_sentence(
    sandbox: Sandbox, settings: Settings, database: DatabaseService, session: aiohttp.ClientSession
) -> None:
    async with running(settings, database) as (bot, _):
        [ann] = await played(sandbox, session, "ann")
        assert "no case 7" in await ann.slash("refused")
        assert "nothing was changed: try again in a minute" in await ann.slash("away")
        assert "incident" in await ann.slash("bug")
        assert bot.counters.counts == {("/refused", "user"): 1, ("/away", "operator"): 1, ("/bug", "us"): 1}


async def test_a_command_opened_to_all_is_still_refused_and_suggests_nothing(
    sandbox: Sandbox, settings: Settings, database: DatabaseService, session: aiohttp.ClientSession
) -> None:
    async with running(settings, database) as (bot, trials):
        trials.guarded.default_permissions = None
        await sync_commands(bot)
        ann, max_ = await played(sandbox, session, "ann", "max")
        assert "Timeout Members" in await ann.slash("guarded", text="x")
        assert await max_.slash("guarded", text="x") == "You may: x"
        offered = [
            await who.act("autocomplete", "guarded", focused="text", options={"text": ""})
            for who in (ann, max_)
        ]
        assert [len(answer["choices"]) for answer in offered] == [0, 1]


async def test_the_settings_of_all_servers_are_read_at_once_when_discord_says_ready(
    sandbox: Sandbox, settings: Settings, database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm, warm_up = asyncio.Event(), database.guild_configs.warm_up

    async def told(*, guild_ids: list[int]) -> None:
        await warm_up(guild_ids=guild_ids)
        warm.set()

    monkeypatch.setattr(database.guild_configs, "warm_up", told)
    async with running(settings, database) as (bot, _):
        async with asyncio.timeout(30):
            await warm.wait()
        for guild in bot.guilds:
            await database.guild_configs.get(guild_id=guild.id)
        assert len(bot.guilds) > 1
        assert database.config_cache_status().hits >= len(bot.guilds)
        assert database.figures.of("guild_configs.read").count == 0


async def test_a_second_start_writes_no_commands(
    sandbox: Sandbox, settings: Settings, database: DatabaseService, session: aiohttp.ClientSession
) -> None:
    for _ in range(2):
        async with running(settings, database):
            pass
    async with session.get(f"{sandbox.url}/sandbox/exchanges", params={"since": 0}) as answer:
        exchanges = await answer.json()
    found = exchanges["exchanges"] if isinstance(exchanges, dict) else exchanges
    writes = [one for one in found if one.get("method") == "PUT" and one["path"].endswith("/commands")]
    assert len(writes) == 1


async def test_what_people_have_started_ends_before_reeve_leaves(
    sandbox: Sandbox, settings: Settings, database: DatabaseService, session: aiohttp.ClientSession
) -> None:
    async with running(settings, database) as (bot, trials):
        [ann] = await played(sandbox, session, "ann")
        asked = asyncio.create_task(ann.slash("slow"))
        await trials.begun.wait()
        leaving = asyncio.create_task(bot.close())
        await asyncio.sleep(0)
        assert bot.is_leaving
        trials.may_end.set()
        assert "Done." in await asked
        await leaving


async def test_health_tells_a_reason_for_each_part(
    sandbox: Sandbox, settings: Settings, database: DatabaseService, dsn: str, session: aiohttp.ClientSession
) -> None:
    async with Reeve(settings=settings, database=database) as idle, health_endpoint(idle, dsn) as address:
        async with session.get(f"{address}/readyz") as answer:
            assert answer.status == 503
            assert not (await answer.json())["gateway"]["ok"]
        async with session.get(f"{address}/livez") as answer:
            assert answer.status == 200
    async with running(settings, database) as (bot, _), health_endpoint(bot, dsn) as address:
        [ann] = await played(sandbox, session, "ann")
        await ann.slash("refused")
        for _ in range(2):
            await database.guild_configs.get(guild_id=1)
        async with session.get(f"{address}/readyz") as answer:
            body = await answer.json()
            assert answer.status == 200, body
            assert body["database"]["latency_ms"] > 0
            assert {part["reason"] for part in body.values() if isinstance(part, dict)} == {
                "answers", "up to date", "connected", "none overdue"
            }  # fmt: skip
        async with session.get(f"{address}/metrics") as answer:
            text = await answer.text()
        samples = {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        assert samples["reeve_commands_total", "/refused", "user"] == 1
        assert samples["reeve_guilds",] == 2
        assert samples["reeve_database_connections", "most"] == 10
        assert (
            samples["reeve_config_reads_total", "memory"]
            >= 1
            <= samples["reeve_config_reads_total", "database"]
        )
        assert samples["reeve_config_remembered",] >= 1
        assert samples["process_resident_memory_bytes",] > 0
        count = samples["reeve_action_seconds_count", "users.seen"]
        assert count == samples["reeve_action_seconds_bucket", "users.seen", "+Inf"] > 0
        assert samples["reeve_action_statements_total", "users.seen"] == count


async def test_a_replica_is_shown_and_without_it_reeve_is_as_ready_as_ever(
    sandbox: Sandbox, settings: Settings, dsn: str, session: aiohttp.ClientSession
) -> None:
    not_there = "postgresql://reeve@127.0.0.1:1/reeve"
    database = DatabaseService(dsn, replica_dsn=not_there)
    await database.open()
    async with running(settings, database) as (bot, _), health_endpoint(bot, dsn) as address:
        await database.boards.page(guild_id=1, board=ALL_TIME)
        async with session.get(f"{address}/readyz") as answer:
            assert answer.status == 200
            assert (await answer.json())["replica"] == {"ok": True, "reason": "The replica does not answer."}
        async with session.get(f"{address}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        assert {"reeve_replica_serves 0.0", 'reeve_reports_total{server="primary"} 1.0'} <= set(lines)
        assert not any(line.startswith("reeve_replica_lag_seconds") for line in lines)
    await database.close()


async def test_a_token_that_the_sandbox_did_not_give_out_is_never_sent_to_it(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    real = {"REEVE_DISCORD_API_URL": sandbox.url, "DISCORD_TOKEN": "canary.canary.canary"}
    with pytest.raises(Exception, match="unset DISCORD_TOKEN"):
        await settle_address(Settings.model_validate(real))
    async with session.get(f"{sandbox.url}/sandbox/exchanges", params={"since": 0}) as answer:
        assert "canary" not in await answer.text()
