"""Nobody shakes off what stands against them by leaving and coming back. This needs the members intent."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import NamedTuple

import pytest
from e2e_play import Bot, Guild, Play, until

from sandbox.server import Sandbox

DAY = timedelta(days=1)


class World:
    """A sandbox of its own, and a server in which a timeout takes the role `member`, and gives `manager` meanwhile."""

    def __init__(self, sandbox: Sandbox, play: Play, bot: Bot, guild: Guild) -> None:
        self.sandbox, self.play, self.bot, self.guild = sandbox, play, bot, guild

    def roles(self, who: str) -> set[str]:
        guild = self.sandbox.core.world.guilds[int(self.guild.guild_id)]
        held = guild.members[int(self.guild.person(who))].role_ids
        return {role.name for role in guild.roles.values() if role.id in held}

    async def have(self, who: str, *names: str) -> None:
        async def so() -> bool:
            return self.roles(who) == set(names)

        await until(so)

    async def is_silenced(self, who: str) -> bool:
        guild = self.sandbox.core.world.guilds[int(self.guild.guild_id)]
        ends_at = guild.members[int(self.guild.person(who))].communication_disabled_until
        return ends_at is not None and ends_at > self.sandbox.core.now()

    async def caught_up(self) -> None:
        """The bot has seen all changes up to now, as events come in order."""
        assert (await self.guild.slash("max", "case view", number=1)).text

    async def put_back(self, who: str) -> None:
        """All of it, the timeout last, and the bot has heard of it: nothing else tells of what comes next."""
        await self.have(who, "manager")

        async def nothing_but_its_ends() -> bool:
            return "2 jobs of case 1" in (await self.guild.slash("max", "jobs", case=1)).text

        await until(nothing_but_its_ends)
        await self.caught_up()

    def is_left_to_it(self, who: str) -> bool:
        """Whether the bot says that it lets another bot have its way."""
        left = f"server {self.guild.guild_id}: another bot gives {self.guild.person(who)} roles"
        return left in self.bot.log

    async def given(self, who: str, *names: str) -> None:
        """By the owner here; by another bot elsewhere."""
        ids = [self.guild.roles[name] for name in names]
        await self.guild.post("olga", "roles", user_id=self.guild.person(who), add=ids)


class Ground(NamedTuple):
    sandbox: Sandbox
    play: Play
    bot: Bot


@pytest.fixture(scope="module")
async def ground(own_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with AsyncExitStack() as leaving:
        sandbox = Sandbox(rate_limits=False)
        await sandbox.start(port=0)
        leaving.push_async_callback(sandbox.close)
        play = await leaving.enter_async_context(Play(sandbox.url))
        bot = Bot(sandbox.api_url, own_dsn, tmp_path_factory.mktemp("bot"), REEVE_MEMBERS_INTENT="true")
        await bot.start()
        yield Ground(sandbox, play, bot)
        await bot.stop()
        assert "incident" not in bot.log, bot.log


@pytest.fixture
async def world(ground: Ground) -> World:
    guild = await ground.play.new_guild("rejoining")
    for setting, value in (("takes-roles", f"<@&{guild.roles['member']}>"), ("role", guild.roles["manager"])):
        answer = await guild.slash("olga", f"config set timeout-{setting}", value=value)
        assert not answer.failed
    return World(*ground, guild)


async def test_who_leaves_and_comes_back_is_as_before(world: World) -> None:
    guild = world.guild
    assert "timed" in (await guild.slash("max", "timeout", member="ann", duration="7d", reason="spam")).text
    await world.have("ann", "manager")

    await guild.post("ann", "leave")
    await guild.post("ann", "join")
    await world.put_back("ann")
    assert await world.is_silenced("ann")

    for _ in range(3):
        assert not world.is_left_to_it("ann")
        await world.given("ann", "member")  # as a bot that greets people does, a moment later
        await world.put_back("ann")

    async def left_to_it() -> bool:
        return world.is_left_to_it("ann")

    await until(left_to_it)
    await world.given("ann", "member")
    await world.caught_up()
    assert world.roles("ann") == {"manager", "member"}, "one that insists has its way then"

    await world.play.post("/sandbox/clock", {"seconds": timedelta(days=8).total_seconds()})
    await world.have("ann", "member")
    assert not await world.is_silenced("ann")


async def test_who_is_away_when_it_ends_gets_the_roles_on_coming_back(world: World) -> None:
    guild = world.guild
    await guild.slash("max", "timeout", member="ann", duration="1d", reason="spam")
    await world.have("ann", "manager")
    await guild.post("ann", "leave")
    await world.play.post("/sandbox/clock", {"seconds": timedelta(days=2).total_seconds()})

    async def over() -> bool:
        return "over" in (await guild.slash("max", "case view", number=1)).text

    await until(over)
    await guild.post("ann", "join")
    await world.have("ann", "member")


async def test_a_role_that_a_person_gives_back_later_stays(world: World) -> None:
    """To give it is a decision, and Reeve has taken it once."""
    guild = world.guild
    await guild.slash("max", "timeout", member="ann", duration="7d", reason="spam")
    await world.have("ann", "manager")
    await world.play.post("/sandbox/clock", {"seconds": 600})
    await world.given("ann", "member")
    await guild.slash("max", "timeout", member="ben", duration="7d", reason="spam")
    await world.have("ben", "manager")
    assert world.roles("ann") == {"manager", "member"}
