"""What was acknowledged is there once, whatever is delivered twice, killed or started again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from e2e_play import Bot, Guild, Play, until

from sandbox.events import Event
from sandbox.server import Sandbox


class World:
    """A sandbox of its own with a bot that may be killed."""

    def __init__(self, sandbox: Sandbox, play: Play, bot: Bot) -> None:
        self.sandbox, self.play, self.bot = sandbox, play, bot

    def deliver_twice(self) -> None:
        """Every interaction and message reaches the bot twice at once, as Discord's gateway may do."""

        def again(event: Event) -> None:
            for session in tuple(self.sandbox.gateway.sessions.values()):
                if event.name == "INTERACTION_CREATE":
                    session.offer(event)
                elif event.name == "MESSAGE_CREATE" and session.line and session.hears(event):
                    session.line.send(*session.replay.last(1))  # under its number, as after a resume

        self.sandbox.core.events.listen(again)

    @contextmanager
    def delivering_again(self) -> Iterator[None]:
        """What comes meanwhile comes once more when it is over, in another session."""
        heard: list[Event] = []
        ending = self.sandbox.core.events.listen(heard.append)
        before = set(self.sandbox.gateway.sessions)
        yield
        ending()
        for number, session in self.sandbox.gateway.sessions.items():
            for event in heard:
                if event.name in {"INTERACTION_CREATE", "MESSAGE_CREATE"} and number not in before:
                    session.offer(event)

    def calls(self, method: str, ending: str) -> int:
        return sum(
            exchange.kind == "rest" and exchange.method == method and exchange.path.endswith(ending)
            for exchange in self.sandbox.recorder.since()
        )


@pytest.fixture
async def world(own_dsn: str, tmp_path: Path) -> AsyncIterator[World]:
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start(port=0)
    async with Play(sandbox.url) as play:
        bot = Bot(sandbox.api_url, own_dsn, tmp_path)
        await bot.start()
        yield World(sandbox, play, bot)
        await bot.stop()
    await sandbox.close()


async def balance(guild: Guild, who: str) -> str:
    return (await guild.slash(who, "points balance")).text.strip().partition(" That is")[0]


async def test_a_command_delivered_twice_acts_once(world: World) -> None:
    guild = await world.play.new_guild("twice")
    await guild.slash("mel", "points award", member="ann", amount=50, reason="start")
    world.deliver_twice()

    given = await guild.slash("ann", "points give", member="ben", amount=20)
    warned = await guild.slash("max", "warn", member="ann", reason="spam")

    assert "have 30 left" in given.text
    assert "Case 1" in warned.text
    assert "20 points" in await balance(guild, "ben")
    assert "Case 2" not in (await guild.slash("max", "case list")).text
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text
    await until(guild.log_posts)
    assert len(await guild.log_posts()) == 1
    assert world.calls("POST", "/callback") == 6, "one for each command: the second delivery does nothing"
    assert "incident" not in world.bot.log


async def test_what_is_delivered_twice_earns_and_gives_once_also_by_a_bot_that_died_between(
    world: World,
) -> None:
    guild = await world.play.new_guild("again")
    answers = "PATCH /webhooks/*/*/messages/@original"
    await guild.slash("olga", "config set message-cooldown", value="0")
    await guild.slash("mel", "points award", member="ann", amount=50, reason="start")

    async def has(who: str, points: str) -> bool:
        return (await balance(guild, who)).startswith(f"You have {points}")

    async def is_answering() -> bool:
        """So it is given already."""
        return any(fault["hits"] for fault in (await world.play.get("/sandbox/faults"))["faults"])

    with world.delivering_again():
        await guild.say("dia", "hello")
        await until(lambda: has("dia", "1 point."))
        await world.play.post("/sandbox/faults", {"route": answers, "status": "timeout", "applied": False})
        giving = asyncio.create_task(guild.slash("ann", "points give", member="ben", amount=20))
        await until(is_answering)
        await world.bot.kill()
        giving.cancel()
        await world.play.delete("/sandbox/faults")
        await world.bot.start()
    world.deliver_twice()
    await guild.say("eli", "hello")
    await until(lambda: has("eli", "1 point."))
    await guild.slash("ann", "points give", member="ben", amount=7)

    assert await has("dia", "1 point.")
    assert await has("eli", "1 point.")
    assert await has("ben", "27 points.")
    assert await has("ann", "23 points.")
    assert (await guild.slash("ben", "points history")).text.count("+20") == 1
    assert "incident" not in world.bot.log


async def test_a_button_pressed_twice_at_once_still_pages(world: World) -> None:
    guild = await world.play.new_guild("pressed")
    for number in range(9):
        await guild.slash("max", "warn", member="ann", reason=f"reason {number}")
    first = await guild.slash("max", "case list")
    world.deliver_twice()

    assert "reason 0" in (await guild.click("max", first, "Next")).text
    assert "incident" not in world.bot.log


async def test_a_killed_bot_finds_cases_points_and_buttons_again(world: World) -> None:
    guild = await world.play.new_guild("killed")
    for number in range(9):
        await guild.slash("max", "warn", member="ann", reason=f"reason {number}")
    await guild.slash("mel", "points award", member="ann", amount=5, reason="x")
    listed = await guild.slash("max", "case list")

    await world.bot.kill()
    await world.bot.start()

    assert "reason 0" in (await guild.click("max", listed, "Next")).text
    assert "Case 9" in (await guild.slash("max", "case view", number=9)).text
    assert "5 points" in await balance(guild, "ann")
    assert "Case 10" in (await guild.slash("max", "warn", member="ann", reason="after")).text


async def test_points_for_talking_survive_a_kill(world: World) -> None:
    guild = await world.play.new_guild("talking")
    await guild.say("dia", "hello")

    async def earned() -> bool:
        return "1 point." in await balance(guild, "dia")

    await until(earned)
    await world.bot.kill()
    await world.bot.start()

    assert "1 point." in await balance(guild, "dia")
    await guild.say("dia", "still in the cool-down")
    await guild.say("eli", "hello")

    async def eli_earned() -> bool:
        return "1 point." in await balance(guild, "eli")

    await until(eli_earned)
    assert "1 point." in await balance(guild, "dia")


async def test_a_post_that_was_waiting_when_the_bot_was_killed_is_made_once(world: World) -> None:
    guild = await world.play.new_guild("waiting")
    where = {"channel_id": guild.channels["mod-log"], "role_id": guild.roles["Reeve"]}
    await guild.post("olga", "channel-permissions", **where, allow=str(1 << 10), deny=str(1 << 11))
    await guild.slash("max", "warn", member="ann", reason="spam")

    await world.bot.kill()
    await guild.post(
        "olga", "channel-permissions", **where, allow=str((1 << 10) | (1 << 11) | (1 << 14)), deny="0"
    )
    await world.bot.start()

    assert len(await until(guild.log_posts)) == 1


@pytest.mark.parametrize("how", ["drop", "reconnect", "invalid"])
async def test_a_lost_connection_loses_and_doubles_nothing(world: World, how: str) -> None:
    guild = await world.play.new_guild(how)
    await guild.slash("max", "warn", member="ann", reason="before")
    gateway = world.sandbox.gateway

    {
        "drop": gateway.drop,
        "reconnect": gateway.ask_to_reconnect,
        "invalid": lambda: gateway.invalidate(resumable=True),
    }[how]()
    await guild.say("dia", "hello while the bot is away")

    async def earned() -> bool:
        return "1 point." in await balance(guild, "dia")

    assert await until(earned), "what was said meanwhile is replayed"
    assert "Case 2" in (await guild.slash("max", "warn", member="ben", reason="after")).text
    assert "Traceback" not in world.bot.log


async def test_commands_are_sent_to_discord_only_once(world: World) -> None:
    assert world.calls("PUT", "/commands") == 1

    await world.bot.stop()
    await world.bot.start()

    assert world.calls("PUT", "/commands") == 1


async def test_the_owner_can_compare_the_commands_by_mention(world: World) -> None:
    guild = await world.play.new_guild("owner")
    [application] = world.play.world["applications"]
    owner = world.sandbox.world.applications[int(application["id"])].owner_id

    await guild.say(str(owner), f"<@{application['bot_user_id']}> sync")

    async def answered() -> bool:
        return "up to date" in str(await guild.messages("olga", "general"))

    assert await until(answered)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_in_good_order(world: World, how: signal.Signals) -> None:
    assert await world.bot._end(how) == 0
    assert "Traceback" not in world.bot.log


async def test_nothing_is_asked_of_the_sandbox_that_discord_does_not_have(world: World) -> None:
    guild = await world.play.new_guild("routes")
    await guild.slash("max", "warn", member="ann", reason="spam")
    await until(guild.log_posts)

    assert world.sandbox.recorder.unknown == []


async def test_kill_of_the_bot_and_of_its_embedded_postgresql(short_dir: Path) -> None:
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start(port=0)
    bot = Bot(sandbox.api_url, None, short_dir / "both")
    async with Play(sandbox.url) as play:
        await bot.start()
        guild = await play.guild("Green")
        for number in range(9):
            await guild.slash("max", "warn", member="ann", reason=f"reason {number}")
        await guild.slash("mel", "points award", member="ann", amount=5, reason="x")
        listed = await guild.slash("max", "case list")

        postmaster = _postmaster(short_dir / "both")
        await bot.kill()
        os.kill(postmaster, signal.SIGKILL)
        await bot.start()

        assert "reason 0" in (await guild.click("max", listed, "Next")).text
        assert "Case 9" in (await guild.slash("max", "case view", number=9)).text
        assert "5 points" in await balance(guild, "ann")

        os.kill(_postmaster(short_dir / "both"), signal.SIGKILL)

        async def back() -> Any:
            return "5 points" in await balance(guild, "ann")

        assert await until(back), "the bot starts a dead PostgreSQL again by itself"
        assert await bot.stop() == 0
        assert not psutil.pid_exists(_pid_in(short_dir / "both") or 2**22), (
            "the last one out stops the server"
        )
    await sandbox.close()


def _postmaster(folder: Path) -> int:
    pid = _pid_in(folder)
    assert pid is not None
    return pid


def _pid_in(folder: Path) -> int | None:
    file = folder / "data" / "postgres" / "cluster" / "postmaster.pid"
    return int(file.read_text().splitlines()[0]) if file.exists() else None
