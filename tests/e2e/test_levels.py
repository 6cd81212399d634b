"""Levels on Discord: announced once, roles both ways, whatever happens to Reeve and to the way there."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from e2e_play import Bot, Guild, Play, readable, until

from database.service import DatabaseService
from sandbox.server import Sandbox

NUMBERS = itertools.count(880_000_000_000_000_000)
FAULTS = [
    {"status": status, "times": times, "applied": applied}
    for status, times in ((502, 6), ("reset", 3))
    for applied in (True, False)
]


class Ground(NamedTuple):
    sandbox: Sandbox
    play: Play
    bot: Bot
    database: DatabaseService


class Server(NamedTuple):
    """`gold` and `top` are the roles of levels 1 and 3. Announcements go to general."""

    sandbox: Sandbox
    play: Play
    bot: Bot
    database: DatabaseService
    guild: Guild
    gold: str
    top: str

    async def choose(self, setting: str, value: Any) -> None:
        await self.database.guild_configs.change(
            guild_id=int(self.guild.guild_id), setting=setting, value=value,
            changed_by_id=1, interaction_id=next(NUMBERS),
        )  # fmt: skip

    async def award(self, who: str, amount: int) -> None:
        answer = await self.guild.slash("mel", "points award", member=who, amount=amount, reason="quiz")
        assert "Awarded" in answer.text

    async def take(self, who: str, amount: int) -> None:
        await self.database.staff_points.take(
            guild_id=int(self.guild.guild_id), member_id=int(self.guild.person(who)), amount=amount,
            reason="r", actor_id=1, interaction_id=next(NUMBERS),
        )  # fmt: skip

    def roles(self, who: str) -> set[str]:
        """Of the two, those that somebody has."""
        member = self.sandbox.core.world.guilds[int(self.guild.guild_id)].members[int(self.guild.person(who))]
        return {str(role_id) for role_id in member.role_ids} & {self.gold, self.top}

    async def have(self, who: str, *roles: str) -> None:
        async def so() -> bool:
            return self.roles(who) == set(roles)

        await until(so)

    async def announcements(self, who: str = "") -> list[str]:
        about = f"<@{self.guild.person(who)}> " if who else ""
        said = [each["content"] for each in await self.guild.messages("olga", "general")]
        return [text for text in said if "has reached level" in text and text.startswith(about)]

    async def announced(self, who: str, *levels: int) -> None:
        """These, once each, and nothing more waits."""

        async def so() -> bool:
            return len(await self.announcements(who)) >= len(levels) and not await self.waits()

        await until(so)
        about = f"<@{self.guild.person(who)}>"
        said = sorted(await self.announcements(who))
        assert said == sorted(f"{about} has reached level **{level}**!" for level in levels)

    async def waits(self) -> list[Any]:
        return list(await self.database.outbox.pending(guild_id=int(self.guild.guild_id)))


@pytest.fixture(scope="module")
async def ground(own_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with AsyncExitStack() as leaving:
        sandbox = Sandbox(rate_limits=False)
        await sandbox.start(port=0)
        leaving.push_async_callback(sandbox.close)
        play = await leaving.enter_async_context(Play(sandbox.url))
        bot = Bot(sandbox.api_url, own_dsn, tmp_path_factory.mktemp("bot"), REEVE_MEMBERS_INTENT="true")
        await bot.start()
        database = DatabaseService(own_dsn)
        await database.open()
        leaving.push_async_callback(database.close)
        yield Ground(sandbox, play, bot, database)
        await bot.stop()
        assert "incident" not in bot.log, bot.log


@pytest.fixture
async def server(ground: Ground, request: pytest.FixtureRequest) -> Server:
    return await new_server(ground, request.node.name[:80])


async def new_server(ground: Ground, name: str) -> Server:
    guild = await ground.play.new_guild(name)
    gold, top = [
        str((await guild.post("olga", "role", action="create", name=name))["id"]) for name in ("gold", "top")
    ]
    server = Server(*ground, guild, gold, top)
    await server.choose("level_channel_id", int(guild.channels["general"]))
    for level, role in ((1, gold), (3, top)):
        answer = await guild.slash("olga", "points levels add", level=level, role=role)
        assert f"Level {level} gives" in answer.text
    return server


async def test_who_awards_points_lets_no_level_give_a_power_that_they_have_not(server: Server) -> None:
    senior = server.guild.roles["senior"]
    answer = await server.guild.slash("mel", "points levels add", level=2, role=senior)
    assert "only to roles that you could give by hand" in answer.text
    await server.award("mel", 300)
    assert not (await server.guild.slash("mel", "points levels show")).text.count(senior)


async def test_a_channel_and_a_role_that_are_deleted_are_named_so(server: Server) -> None:
    guild = server.guild
    hall = str((await guild.post("olga", "channel", action="create", type="text", name="hall"))["id"])
    await server.choose("level_channel_id", int(hall))
    assert "New levels are announced in #hall." in (await guild.slash("mel", "points levels show")).text
    await guild.post("olga", "channel", action="delete", channel_id=hall)
    await guild.post("olga", "role", action="delete", role_id=server.top)
    shown = (await guild.slash("mel", "points levels show")).text
    lost = (
        "New levels cannot be announced. The channel for new levels is gone: set another with /points rules."
    )
    assert lost in shown
    assert "It no longer exists: remove it with /points levels remove." in shown
    assert "None" not in shown
    panel = await guild.click("mel", await guild.slash("mel", "points rules"), "Levels")
    assert f"<#{hall}> (deleted or closed)** · Where new levels" in panel.text
    removed = await guild.slash("mel", "points levels remove", level=3)
    assert f"does not give <@&{server.top}> any more. That role is deleted." in removed.text
    await server.choose("level_channel_id", None)
    assert "New levels are not announced." in (await guild.slash("mel", "points levels show")).text


async def test_who_talks_reaches_a_level(server: Server) -> None:
    await server.choose("points_per_message", 100)
    await server.guild.say("ann", "hello")
    await server.have("ann", server.gold)
    await server.announced("ann", 1)
    [message] = [m for m in await server.guild.messages("olga", "general") if "reached" in m["content"]]
    assert [each["id"] for each in message["mentions"]] == [server.guild.person("ann")]


async def test_roles_come_and_go_with_the_points_and_a_level_is_announced_once(server: Server) -> None:
    await server.award("ann", 600)
    await server.have("ann", server.gold, server.top)
    await server.announced("ann", 3)
    await server.take("ann", 400)
    await server.have("ann", server.gold)
    await server.take("ann", 150)
    await server.have("ann")
    await server.award("ann", 600)
    await server.have("ann", server.gold, server.top)
    await server.announced("ann", 3)


async def test_only_the_highest_role_where_the_server_wants_that(server: Server) -> None:
    await server.award("ann", 600)
    await server.have("ann", server.gold, server.top)
    await server.choose("level_roles_stack", value=False)
    await server.have("ann", server.top)
    await server.choose("level_base", 500)
    await server.have("ann", server.gold)
    await server.announced("ann", 3)


async def test_who_comes_back_has_the_roles_again(server: Server) -> None:
    await server.award("ann", 100)
    await server.have("ann", server.gold)
    await server.guild.post("ann", "leave")
    await server.guild.post("ann", "join")
    await server.have("ann", server.gold)


async def test_a_role_that_was_taken_by_hand_comes_back_with_a_sync_alone(server: Server) -> None:
    guild = server.guild
    await server.award("ann", 100)
    await server.have("ann", server.gold)
    await guild.post("olga", "roles", user_id=guild.person("ann"), remove=[server.gold])
    await server.award("ann", 10)
    await server.award("ben", 100)
    await server.have("ben", server.gold)
    assert server.roles("ann") == set()
    assert "I look through all members" in (await guild.slash("mel", "points levels sync")).text
    await server.have("ann", server.gold)


async def test_a_timeout_that_takes_a_role_wins_while_it_stands(server: Server) -> None:
    guild = server.guild
    await guild.slash("olga", "config set timeout-takes-roles", value=f"<@&{server.top}>")
    await server.award("ann", 600)
    await server.have("ann", server.gold, server.top)
    assert "timed" in (await guild.slash("max", "timeout", member="ann", duration="1h", reason="x")).text
    await server.have("ann", server.gold)
    await guild.slash("mel", "points levels sync")

    async def held_back() -> bool:
        return "A timeout keeps roles" in (await guild.slash("max", "jobs")).text

    await until(held_back)
    assert server.roles("ann") == {server.gold}
    await guild.slash("max", "untimeout", member="ann")
    await server.have("ann", server.gold, server.top)


async def test_a_role_above_reeve_is_told_once_and_given_when_it_can_be(server: Server) -> None:
    guild = server.guild
    await guild.post("olga", "role", action="edit", role_id=server.top, position=len(guild.roles) + 1)
    await server.award("ann", 600)
    await server.award("ben", 600)
    await server.have("ann", server.gold)
    await server.have("ben", server.gold)

    async def told() -> list[str]:
        posts = [readable(each) for each in await guild.messages("olga", "mod-log")]
        return [text for text in posts if "cannot give the role of level 3" in text]

    await until(told)

    async def listed() -> bool:
        return "Move the role Reeve above top" in (await guild.slash("max", "jobs")).text

    await until(listed)
    assert "Move the role Reeve above top" in (await guild.slash("mel", "points levels show")).text
    tried = (await server.waits())[0].attempts
    await server.play.post("/sandbox/clock", {"seconds": timedelta(hours=1).total_seconds()})

    async def tried_again() -> bool:
        """Discord has forgotten the nonce of what was told by now."""
        return any(each.attempts > tried for each in await server.waits())

    await until(tried_again)
    assert len(await told()) == 1
    await guild.post("olga", "role", action="edit", role_id=server.top, position=1)
    await server.have("ann", server.gold, server.top)
    await server.have("ben", server.gold, server.top)
    assert len(await told()) == 1


async def test_after_a_kill_between_points_and_role_the_role_is_there(server: Server) -> None:
    guild, bot = server.guild, server.bot
    routes = (
        f"PUT /guilds/{guild.guild_id}/members/*/roles/*",
        f"POST /channels/{guild.channels['general']}/messages",
    )
    for route in routes:
        await server.play.post(
            "/sandbox/faults", {"route": route, "status": 502, "times": 1_000, "applied": False}
        )
    await server.award("ann", 100)
    await bot.kill()
    assert server.roles("ann") == set()
    await server.play.delete("/sandbox/faults")
    await bot.start()
    await server.have("ann", server.gold)
    await server.announced("ann", 1)


async def test_an_announcement_is_one_whatever_becomes_of_the_answer(ground: Ground) -> None:
    servers = [await new_server(ground, f"fault {number}") for number in range(len(FAULTS))]
    for server, fault in zip(servers, FAULTS, strict=True):
        route = f"POST /channels/{server.guild.channels['general']}/messages"
        await ground.play.post("/sandbox/faults", {"route": route, **fault})
    await asyncio.gather(*(server.award("ann", 600) for server in servers))
    await asyncio.gather(*(server.announced("ann", 3) for server in servers))
    faults = (await ground.play.get("/sandbox/faults"))["faults"]
    assert all(fault["hits"] for fault in faults)
    await ground.play.delete("/sandbox/faults")


async def test_an_announcement_is_one_also_when_reeve_dies_and_comes_back_much_later(server: Server) -> None:
    """By then Discord has forgotten the nonce: the channel is looked through."""
    route = f"POST /channels/{server.guild.channels['general']}/messages"
    await server.play.post(
        "/sandbox/faults", {"route": route, "status": 502, "times": 1_000, "applied": True}
    )
    await server.award("ann", 600)

    async def said() -> bool:
        return bool(await server.announcements("ann"))

    await until(said)
    await server.bot.kill()
    await server.play.delete("/sandbox/faults")
    await server.play.post("/sandbox/clock", {"seconds": timedelta(hours=1).total_seconds()})
    await server.bot.start()
    await server.announced("ann", 3)


async def test_a_rank_is_a_picture_and_says_the_same_in_words(server: Server) -> None:
    await server.award("ann", 120)
    await server.award("ben", 600)
    answer = await server.guild.slash("ann", "points rank")
    assert "level 1" in answer.text
    assert "Place 2 of 2. 120 points earned, 135 to level 2." in answer.text
    [file] = [each for message in answer.messages for each in message["attachments"]]
    assert "level 1. Place 2 of 2." in file["description"]
    assert (await answer.file()).startswith(b"\x89PNG")
    assert (
        "No place yet. 0 points earned, 100 to level 1."
        in (await server.guild.slash("ann", "points rank", member="cem")).text
    )
