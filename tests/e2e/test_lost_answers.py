"""An answer whose way to Discord failed is not an act that failed: nobody reads that it was not done."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from e2e_play import Bot, Guild, Play, readable, until

from sandbox.server import Sandbox

CALLBACK = "POST /interactions/*/*/callback"
ANSWER = "PATCH /webhooks/*/*/messages/@original"
FURTHER = "POST /webhooks/*/*"
REMOVAL = "DELETE /webhooks/*/*/messages/@original"
LOST: list[int | str] = [502, "reset", "timeout", 404, 429]
UNTRUE = ("Nothing was lost", "went wrong", "does not answer", "no longer exists")


class Wire:
    """The way between Reeve and Discord, and what Reeve logged since the test began."""

    def __init__(self, play: Play, bot: Bot) -> None:
        self._play, self._bot, self._mark = play, bot, len(bot.log)

    async def breaks(self, route: str, status: int | str, **more: Any) -> None:
        await self._play.post("/sandbox/faults", {"route": route, "status": status, **more})

    async def is_healed(self) -> None:
        await self._play.delete("/sandbox/faults")

    async def hits(self, at_least: int = 1) -> None:
        async def hit() -> bool:
            faults = (await self._play.get("/sandbox/faults"))["faults"]
            return sum(fault["hits"] for fault in faults) >= at_least

        await until(hit)

    async def delivers_twice(self) -> None:
        await self._play.post("/sandbox/faults", {"gateway": "duplicate"})

    @property
    def log(self) -> str:
        return self._bot.log[self._mark :]

    async def logs(self, words: str) -> None:
        async def logged() -> bool:
            return words in self.log

        await until(logged)


@pytest.fixture
async def wire(play: Play, bot: Bot) -> AsyncIterator[Wire]:
    wire = Wire(play, bot)
    yield wire
    await wire.is_healed()
    assert "Traceback" not in wire.log, wire.log
    assert "ERROR" not in wire.log, wire.log


async def read(guild: Guild, who: str) -> list[str]:
    """All that this person sees in the channel, what only they see included."""
    return [readable(message) for message in await guild.messages(who, "general")]


async def reads(guild: Guild, who: str, words: str) -> None:
    async def seen() -> bool:
        return any(words in text for text in await read(guild, who))

    await until(seen)


async def nobody_reads_that_it_failed(guild: Guild, who: str) -> None:
    assert not [text for text in await read(guild, who) if any(words in text for words in UNTRUE)]


async def balance(guild: Guild, who: str) -> str:
    return (await guild.slash(who, "points balance")).text.strip().partition(" That is")[0]


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not-applied"])
@pytest.mark.parametrize("status", LOST)
@pytest.mark.parametrize("route", [CALLBACK, ANSWER, FURTHER], ids=["deferral", "answer", "announcement"])
async def test_points_move_once_and_the_giver_reads_so(
    guild: Guild, wire: Wire, *, route: str, status: int | str, applied: bool
) -> None:
    await guild.slash("mel", "points award", member="ann", amount=10, reason="start")
    await wire.breaks(route, status, applied=applied)

    giving = asyncio.create_task(guild.slash("ann", "points give", member="ben", amount=1))
    await wire.hits()
    if status == "timeout" and route != CALLBACK:
        await wire.is_healed()  # whoever waits for an answer loses the connection
    await giving
    await reads(guild, "ann", "You gave 1 point")

    assert await balance(guild, "ben") == "You have 1 point."
    assert await balance(guild, "ann") == "You have 9 points."
    assert sum("You gave 1 point" in text for text in await read(guild, "ann")) == 1
    await nobody_reads_that_it_failed(guild, "ann")


@pytest.mark.parametrize("status", ["reset", 404])
async def test_an_award_and_a_warning_whose_answers_are_lost_are_told_when_discord_is_back(
    guild: Guild, wire: Wire, status: int | str
) -> None:
    await wire.breaks(ANSWER, status, times=1000)
    awarding = asyncio.create_task(guild.slash("mel", "points award", member="ann", amount=1, reason="x"))
    warning = asyncio.create_task(guild.slash("max", "warn", member="kim", reason="spam"))
    await wire.hits(4)
    await nobody_reads_that_it_failed(guild, "mel")
    await nobody_reads_that_it_failed(guild, "max")
    await wire.is_healed()

    assert "Awarded 1 point" in (await awarding).text
    assert "Case 1: warned" in (await warning).text
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text
    assert await balance(guild, "ann") == "You have 1 point."


@pytest.mark.parametrize("status", [502, "reset", 404])
async def test_a_button_and_a_menu_whose_deferral_arrived_unheard_are_answered(
    guild: Guild, wire: Wire, status: int | str
) -> None:
    for number in range(9):
        await guild.slash("max", "warn", member="ann", reason=f"reason {number}")
    listed = await guild.slash("max", "case list")

    await wire.breaks(CALLBACK, status, applied=True)
    second = await guild.click("max", listed, "Next")
    assert "reason 0" in second.text
    await wire.breaks(ANSWER, status)
    assert "reason 8" in (await guild.click("max", second, "Back")).text
    await wire.breaks(CALLBACK, status, applied=True)
    assert "History of" in (await guild.context("max", "History", guild.person("ann"))).text


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not-applied"])
@pytest.mark.parametrize("status", [502, "reset"])
async def test_a_refusal_after_what_all_saw_is_read_once_by_who_asked(
    guild: Guild, wire: Wire, *, status: int | str, applied: bool
) -> None:
    await wire.breaks(REMOVAL, status, applied=applied)

    await guild.slash("ann", "points season show", number=1)

    await reads(guild, "ann", "There is no such season")
    assert sum("There is no such season" in text for text in await read(guild, "ann")) == 1
    assert await read(guild, "cem") == []


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not-applied"])
@pytest.mark.parametrize("status", LOST)
async def test_a_refusal_is_read_once(guild: Guild, wire: Wire, *, status: int | str, applied: bool) -> None:
    await wire.breaks(CALLBACK, status, applied=applied)

    await guild.slash("max", "warn", member="max", reason="x")

    await reads(guild, "max", "You cannot do that to yourself")
    assert len(await read(guild, "max")) == 1


async def test_files_are_whole_in_the_second_attempt(guild: Guild, wire: Wire) -> None:
    await guild.slash("max", "warn", member="ann", reason="spam")
    [whole] = (await guild.slash("max", "case export", format="csv")).messages[0]["attachments"]
    await wire.breaks(ANSWER, 404)

    shown = await guild.slash("max", "case export", format="csv")

    [file] = shown.messages[0]["attachments"]
    assert file["size"] == whole["size"] > 0


async def test_suggestions_that_come_twice_are_shown_in_silence(guild: Guild, wire: Wire) -> None:
    await guild.slash("max", "warn", member="ann", reason="spam")
    await wire.delivers_twice()

    assert [c["value"] for c in await guild.autocomplete("max", "case view", "number", number="")] == [1]
    assert await guild.slash("max", "case view", number=1), "whatever the second delivery does, it has done"


@pytest.mark.parametrize("who", ["mel", "ann"], ids=["who-may-see-them", "who-may-not"])
@pytest.mark.parametrize("fault", [{"status": "reset"}, {"status": 404, "code": 10062}, {"status": 502}])
async def test_suggestions_that_get_lost_are_nobodys_trouble(
    guild: Guild, wire: Wire, fault: dict[str, Any], who: str
) -> None:
    await wire.breaks(CALLBACK, **fault)
    asking = asyncio.create_task(
        guild.autocomplete(who, "points award", "reason", member="ben", amount=1, reason="")
    )
    await wire.hits()
    asking.cancel()  # nobody waits for suggestions that get lost

    assert await balance(guild, "ben") == "You have 0 points.", "what the fault led to is in the log by now"


async def test_a_command_that_comes_twice_while_its_deferrals_get_lost_is_told_once(
    guild: Guild, wire: Wire
) -> None:
    await guild.slash("mel", "points award", member="ann", amount=10, reason="start")
    await wire.delivers_twice()
    await wire.breaks(CALLBACK, "reset", applied=True, times=2)

    await guild.slash("ann", "points give", member="ben", amount=1)
    await reads(guild, "cem", "gave 1 point to")

    assert await balance(guild, "ben") == "You have 1 point."
    assert sum("gave 1 point to" in text for text in await read(guild, "cem")) == 1


async def test_two_processes_that_get_the_same_command_act_once_and_say_so_once(
    guild: Guild, wire: Wire, bot: Bot, own_bot: Bot
) -> None:
    await guild.slash("mel", "points award", member="ann", amount=10, reason="start")
    await own_bot.start()

    answer = await guild.slash("ann", "points give", member="ben", amount=1)
    await reads(guild, "ann", "gave 1 point to")

    assert await own_bot.stop() == 0
    assert "You gave 1 point" in answer.text
    assert await balance(guild, "ben") == "You have 1 point."
    assert sum("gave 1 point to" in text for text in await read(guild, "cem")) == 1
    assert "Traceback" not in own_bot.log


async def test_an_answer_after_its_token_has_ended_is_one_line_in_the_log(
    own_dsn: str, tmp_path: Path
) -> None:
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start()
    bot = Bot(sandbox.api_url, own_dsn, tmp_path)
    async with Play(sandbox.url) as play:
        await bot.start()
        guild, wire = await play.new_guild("late"), Wire(play, bot)
        await wire.breaks(ANSWER, "reset", times=2)
        acting = asyncio.gather(
            guild.slash("max", "warn", member="kim", reason="spam"),
            guild.slash("mel", "points award", member="ann", amount=1, reason="x"),
        )
        await wire.hits(2)
        await play.post("/sandbox/clock", {"seconds": 60 * 24 * 3600})
        await acting
        await wire.logs("/warn: the answer could not be delivered")
        await wire.logs("/points award: the answer could not be delivered")

        assert "Case 1" in (await guild.slash("max", "case view", number=1)).text
        assert await balance(guild, "ann") == "You have 1 point."
        assert await bot.stop() == 0
    await sandbox.close()
    assert "Traceback" not in bot.log
    said = [line for line in bot.log.splitlines() if "| ERROR" in line]
    assert [line for line in said if "fsync" not in line] == [], "but that its database waits for no disk"
