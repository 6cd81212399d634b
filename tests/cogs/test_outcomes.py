"""What one call to Discord came to, at the edges: nothing sent, refused first or later, cancelled, held back."""

import asyncio
import types
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest
from effects_stage import Stage, effect, open_stage

from bot.client import Reeve
from bot.outcomes import Applied, DiscordAway, Later, Refused, Unknown, attempt, count_writes, read
from bot.settings import Settings
from database.models import ActKind
from database.service import DatabaseService

KICKS, BANS = "DELETE /guilds/*/members/*", "PUT /guilds/*/bans/*"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py sleeps before each further try: not here."""

    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(discord.http, "asyncio", types.SimpleNamespace(**{**vars(asyncio), "sleep": at_once}))


async def test_a_refusal_names_what_to_do_when_it_is_of_the_first_request(stage: Stage) -> None:
    stage.role("Reeve").permissions = 0
    outcome = await (await effect(stage, "kick")).apply()
    assert isinstance(outcome, Refused)
    assert "give the role Reeve the missing permission" in outcome.reason


async def test_who_is_not_there_is_nobody_to_kick(stage: Stage) -> None:
    wanted = await effect(stage, "kick")
    assert wanted.act is not None
    stage.sandbox.people.leave(wanted.act.target_id)
    assert await wanted.apply() == Refused("They are not in this server.")


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(("status", "code"), [(403, 50013), (404, 10007), (400, 50035)])
async def test_a_refusal_after_an_answer_that_was_lost_is_no_refusal(
    stage: Stage, status: int, code: int
) -> None:
    wanted = await effect(stage, "kick")
    stage.sandbox.faults.add(KICKS, 502, applied=True)
    stage.sandbox.faults.add(KICKS, status, code=code)
    assert isinstance(await wanted.apply(), Unknown)
    assert wanted.is_true()


async def test_aiohttps_own_repetition_after_a_reset_is_counted(stage: Stage) -> None:
    """A DELETE: aiohttp sends it again by itself, below discord.py, and its trace says so."""
    wanted = await effect(stage, "kick")
    stage.sandbox.faults.add(KICKS, "reset", applied=True)
    outcome = await wanted.apply()
    assert isinstance(outcome, Unknown)
    assert "10007" in outcome.error
    assert stage.entries(wanted.act.target_id if wanted.act else 0) == [20]


async def test_a_404_without_discords_code_comes_from_somewhere_else(stage: Stage) -> None:
    stage.sandbox.faults.add(KICKS, 404)
    assert isinstance(await (await effect(stage, "kick")).apply(), Unknown)


@pytest.mark.parametrize("status", [408, 499])
async def test_a_proxy_that_gave_up_waiting_says_nothing_about_discord(stage: Stage, status: int) -> None:
    wanted = await effect(stage, "ban")
    stage.sandbox.faults.add(BANS, status, applied=True)
    assert isinstance(await wanted.apply(), Unknown)


async def test_what_never_left_is_later() -> None:
    trace = aiohttp.TraceConfig()
    count_writes(trace)
    session = aiohttp.ClientSession(trace_configs=[trace])
    async with session:
        nobody_listens = await attempt(lambda: session.delete("http://127.0.0.1:1/"))
    closed = await attempt(lambda: session.delete("http://127.0.0.1:1/"))
    for outcome in (nobody_listens, closed):
        assert isinstance(outcome, Later)
    with pytest.raises(DiscordAway):
        await read(lambda: session.get("http://127.0.0.1:1/"))


async def test_a_bug_is_no_outcome() -> None:
    async def bug() -> None:
        raise KeyError("canary")

    with pytest.raises(KeyError):
        await attempt(bug)

    async def other_bug() -> None:
        raise RuntimeError("canary")

    with pytest.raises(RuntimeError, match="canary"):
        await attempt(other_bug)


async def test_being_cancelled_from_outside_is_no_outcome(stage: Stage) -> None:
    wanted = await effect(stage, "ban")
    fault = stage.sandbox.faults.add(BANS, "timeout", applied=True)
    acting = asyncio.ensure_future(wanted.apply())
    while not fault.hits:  # noqa: ASYNC110  # the sandbox is in this process, and tells nobody
        await asyncio.sleep(0)
    acting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await acting


async def test_a_reading_has_its_limit_and_says_only_that_discord_is_away(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = stage.act(ActKind.BAN, stage.stranger())
    for status in (503, 404):
        stage.sandbox.faults.add("GET /guilds/*/bans/*", status)
        with pytest.raises(DiscordAway):
            await stage.look(act)
    stage.sandbox.faults.add("GET /guilds/*/bans/*", "timeout")
    with monkeypatch.context() as hurried:
        hurried.setattr("bot.outcomes.READ_SECONDS", 0.1)
        with pytest.raises(DiscordAway, match="no answer in time"):
            await stage.look(act)
    stage.role("Reeve").permissions = 0
    assert await stage.look(act) is None


async def test_nobody_waits_for_a_global_limit_that_who_met_it_no_longer_waits_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """discord.py would hold back every request of this process for ever."""
    monkeypatch.setattr("bot.global_limit.MARGIN_SECONDS", 0.0)
    stage.sandbox.faults.add(BANS, 429, scope="global", retry_after=0.9)
    who = discord.Object(stage.stranger())
    banning = asyncio.ensure_future(stage.guild.ban(who))
    while stage.bot.http._global_over.is_set():  # noqa: ASYNC110  # discord.py tells nobody
        await asyncio.sleep(0)
    banning.cancel()
    async with asyncio.timeout(20):
        assert await attempt(lambda: stage.guild.ban(who)) == Applied()


async def test_reeves_own_client_counts_what_it_sends(stage: Stage, database: DatabaseService) -> None:
    """Without the trace each lost answer would look as if nothing had been sent."""
    settings = Settings.model_validate({"REEVE_DISCORD_API_URL": stage.sandbox.url})
    stage.sandbox.faults.add(KICKS, 503, applied=True)
    async with Reeve(settings=settings, database=database) as reeve:
        await reeve.http.static_login(stage.sandbox.token)
        who = stage.stranger()
        outcome = await attempt(lambda: reeve.http.kick(who, stage.green.id))
    assert isinstance(outcome, Unknown)
    assert who not in stage.green.members
