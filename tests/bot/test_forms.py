"""Forms: what is asked, and that a submission finds its form, whoever is there to take it, however often it comes."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from bot.base_cog import BaseCog
from bot.client import Reeve
from bot.forms import Field, Form
from bot.invocation import Interaction
from bot.permissions import Level, requires
from bot.replies import reply
from bot.running import reachable_discord
from bot.settings import Settings
from database.errors import CaseNotFound
from database.service import DatabaseService
from sandbox.server import Sandbox

SUBMITTED: list[tuple[int, str, Mapping[str, str]]] = []


class TrialForm(Form, template=r"trial:(?P<word>[a-z]+)"):
    title = "A title that is longer than the 45 characters that Discord shows"
    fields = (
        Field("reason", "Reason", longest=20),
        Field("more", "More", is_long=False, shortest=0),
    )

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        if match["word"] == "refused":
            raise CaseNotFound(7)
        SUBMITTED.append((self.key, match["word"], values))
        await reply(interaction, f"{match['word']}: {values['reason']}")


class Trials(BaseCog):
    @app_commands.command()
    @requires(Level.MEMBER)
    async def trial(self, interaction: discord.Interaction[Reeve], word: str) -> None:
        """Open a form."""
        await TrialForm.open(interaction, f"trial:{word}", defaults={"reason": "x" * 30})


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as place:
        with place.redirect(discord):
            yield place


@pytest.fixture
async def settings(sandbox: Sandbox) -> AsyncIterator[Settings]:
    given = Settings.model_validate({"REEVE_DISCORD_API_URL": sandbox.url, "REEVE_HTTP_PORT": 0})
    async with reachable_discord(given) as (complete, _):
        yield complete


@asynccontextmanager
async def running(settings: Settings, database: DatabaseService) -> AsyncIterator[None]:
    async with Reeve(settings=settings, database=database) as bot:
        await bot.add_cog(Trials(bot))
        started = asyncio.create_task(bot.start(settings.token or ""))
        await bot.wait_until_ready()
        try:
            yield
        finally:
            await bot.close()
            await started


class Ann:
    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self._url, self._session = f"{sandbox.url}/sandbox", session

    async def open(self, word: str) -> Any:
        async with self._session.get(f"{self._url}/world") as answer:
            guild = (await answer.json())["guilds"][0]
        where = {"guild_id": guild["id"], "channel_id": guild["channels"][0]["id"]}
        return await self._act("slash", {**where, "command": "trial", "options": {"word": word}})

    async def submit(self, opened: Any, **fields: str) -> str:
        answer = await self._act("submit", {"interaction_id": opened["interaction_id"], "fields": fields})
        assert answer["failed"] is None, answer
        return "\n".join(message["content"] for message in answer["messages"])

    async def _act(self, verb: str, body: dict[str, Any]) -> Any:
        async with self._session.post(f"{self._url}/people/ann/{verb}", json=body) as answer:
            return await answer.json()


@pytest.fixture
async def ann(sandbox: Sandbox) -> AsyncIterator[Ann]:
    SUBMITTED.clear()
    async with aiohttp.ClientSession() as session:
        yield Ann(sandbox, session)


async def test_a_form_asks_and_its_submission_is_answered(
    settings: Settings, database: DatabaseService, ann: Ann
) -> None:
    async with running(settings, database):
        opened = await ann.open("hello")
        assert len(opened["modal"]["title"]) == 45
        reason = opened["modal"]["components"][0]["component"]
        assert (reason["value"], reason["max_length"]) == ("x" * 20, 20)
        assert await ann.submit(opened, reason="  be kind ") == "hello: be kind"
    assert [(int(opened["interaction_id"]), "hello", {"reason": "be kind", "more": ""})] == SUBMITTED


async def test_a_form_outlives_a_restart_and_has_one_key_however_often_it_is_submitted(
    settings: Settings, database: DatabaseService, ann: Ann
) -> None:
    async with running(settings, database):
        opened = await ann.open("before")
    async with running(settings, database):
        assert await ann.submit(opened, reason="after") == "before: after"
        assert await ann.submit(opened, reason="again") == "before: again"
    assert {key for key, _, _ in SUBMITTED} == {int(opened["interaction_id"])}


async def test_what_a_form_refuses_is_told_and_a_form_of_an_older_version_says_so(
    settings: Settings, database: DatabaseService, ann: Ann, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(settings, database):
        refused, known = await ann.open("refused"), await ann.open("known")
        assert "no case 7" in await ann.submit(refused, reason="x")
        monkeypatch.setattr(TrialForm, "template", re.compile("other"))
        assert "open it again" in await ann.submit(known, reason="x")


async def test_a_duplicate_delivery_is_one_submission(
    sandbox: Sandbox, settings: Settings, database: DatabaseService, ann: Ann
) -> None:
    async with running(settings, database):
        opened = await ann.open("once")
        async with aiohttp.ClientSession() as session:
            fault = {"gateway": "duplicate", "times": 1}
            async with session.post(f"{sandbox.url}/sandbox/faults", json=fault) as answer:
                assert answer.status < 300
        assert await ann.submit(opened, reason="x") == "once: x"
    assert len(SUBMITTED) == 1
    answers = [each for each in sandbox.recorder.since() if each.path.endswith("/callback")]
    assert len(answers) == 2, "the second delivery is not even answered"


@pytest.mark.parametrize("custom_id", ["other", "trial:a~b", f"trial:{'a' * 90}"])
async def test_a_custom_id_that_no_submission_could_be_found_by_is_a_bug(custom_id: str) -> None:
    interaction: Any = type("Given", (), {"id": 2**60, "extras": {}})()
    with pytest.raises(ValueError, match=r"other|trial"):
        await TrialForm.open(interaction, custom_id)
