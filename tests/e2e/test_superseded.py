"""Whatever comes between a temporary act and its end, by hand or by command: nobody is freed who should not be."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, NamedTuple

import asyncpg
import pytest
from e2e_play import Answer, Bot, Guild, Play, until
from raid import lets_reeve_ban_many

from sandbox.server import Sandbox

WEEK = timedelta(days=7)


class World:
    """A sandbox of its own, whose time may be moved, and a bot that may be away."""

    def __init__(self, sandbox: Sandbox, play: Play, bot: Bot, eye: Any) -> None:
        self.sandbox, self.play, self.bot, self.eye = sandbox, play, bot, eye

    async def skip(self, period: timedelta) -> None:
        await self.play.post("/sandbox/clock", {"seconds": period.total_seconds()})

    async def is_banned(self, guild: Guild, who: str) -> bool:
        bans = await self.play.get(f"/sandbox/guilds/{guild.guild_id}/bans")
        return any(str(ban["user"]["id"]) == guild.person(who) for ban in bans)

    async def is_silenced(self, guild: Guild, who: str) -> bool:
        """Discord's own end of it counts as well."""
        row = self.sandbox.core.world.guilds[int(guild.guild_id)].members[int(guild.person(who))]
        ends_at = row.communication_disabled_until
        return ends_at is not None and ends_at > self.sandbox.core.now()

    async def all_done(self, guilds: Iterable[Guild]) -> None:
        """Until no act is due any more. Reeve's time is the sandbox's."""
        ids = [int(guild.guild_id) for guild in guilds]
        now = self.sandbox.core.now()

        async def settled() -> bool:
            left = (
                "SELECT count(*) FROM acts WHERE guild_id = ANY($1) AND settled_at IS NULL AND due_at <= $2"
            )
            pending = "SELECT count(*) FROM cases WHERE guild_id = ANY($1) AND state = 'pending'"
            return not await self.eye.fetchval(left, ids, now) and not await self.eye.fetchval(pending, ids)

        await until(settled)


@pytest.fixture(scope="module")
async def world(own_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with AsyncExitStack() as leaving:
        sandbox = Sandbox(rate_limits=False)
        await sandbox.start(port=0)
        leaving.push_async_callback(sandbox.close)
        play = await leaving.enter_async_context(Play(sandbox.url))
        eye = await asyncpg.connect(own_dsn)
        leaving.push_async_callback(eye.close)
        await eye.execute("SET reeve.system = 'on'")
        bot = Bot(sandbox.api_url, own_dsn, tmp_path_factory.mktemp("bot"))
        await bot.start()
        yield World(sandbox, play, bot, eye)
        await bot.stop()
        assert "incident" not in bot.log, bot.log


Step = Callable[[Guild], Awaitable[Any]]


def command(name: str, **options: Any) -> Step:
    async def asked(guild: Guild) -> None:
        who = {name: guild.person(value) if name == "user" else value for name, value in options.items()}
        answer = await guild.slash("max", name_of, **who)
        assert "Case" in answer.text, answer

    name_of = name
    asked.is_by_hand = False  # type: ignore[attr-defined]  # a mark on a function
    return asked


def hand(action: str, target: str, **more: Any) -> Step:
    async def done(guild: Guild) -> None:
        await guild.post("max", "moderate", action=action, target_id=guild.person(target), **more)

    done.is_by_hand = True  # type: ignore[attr-defined]  # a mark on a function
    return done


jobs: dict[str, Answer] = {}
"""By server: the case of its job that bans many, with its buttons."""


async def massban(guild: Guild) -> None:
    """Of one person, and done."""
    if "Many" not in guild.roles:
        guild.roles["Many"] = await lets_reeve_ban_many(guild, guild._play)
    confirmed = await guild.click(
        "max", await guild.slash("max", "massban", users=guild.person("ann"), reason="raid"), "Ban 1 person"
    )
    number = int(confirmed.text.split("Case ")[1].split(":")[0])

    async def done() -> Answer | None:
        view = await guild.slash("max", "case view", number=number)
        return view if "1 of 1 people were banned" in view.text else None

    jobs[guild.guild_id] = await until(done)


async def undo(guild: Guild) -> None:
    answer = await guild.click("max", jobs[guild.guild_id], "Undo")
    assert "is being undone" in answer.text or "nothing to undo" in answer.text, answer


async def banned_anew(guild: Guild) -> None:
    for action in ("unban", "ban"):
        await guild.post("max", "moderate", action=action, target_id=guild.person("ann"))


for each, by_hand in ((massban, False), (undo, False), (banned_anew, True)):
    each.is_by_hand = by_hand  # type: ignore[attr-defined]  # a mark on a function


class Cell(NamedTuple):
    """What happens to somebody, and whether they are still held after the old end, and after a longer one."""

    name: str
    begin: Step
    steps: tuple[Step, ...]
    held: bool
    held_later: bool


BAN = command("ban", user="ann", reason="spam", duration="7d")
UNBANS = {
    "nothing": (),
    "unban by hand": (hand("unban", "ann"),),
    "unban by command": (command("unban", user="ann", reason="appealed"),),
}
AGAIN = {
    "nothing": ((), (False, False)),
    "ban by hand": ((hand("ban", "ann"),), (True, True)),
    "ban by command": ((command("ban", user="ann", reason="again"),), (True, True)),
    "longer ban": ((command("ban", user="ann", reason="again", duration="14d"),), (True, False)),
}
BANS = [
    Cell(f"{first}, {second}", BAN, (*before, *after), *held)
    for first, before in UNBANS.items()
    for second, (after, held) in AGAIN.items()
    if (first, second) != ("nothing", "ban by hand")  # Discord bans nobody twice: there is nothing to hear of
]
TIMEOUT = command("timeout", member="ben", reason="rude", duration="7d")
TIMEOUTS = [
    Cell("timeout", TIMEOUT, (), held=False, held_later=False),
    Cell("ended by hand", TIMEOUT, (hand("untimeout", "ben"),), held=False, held_later=False),
    Cell(
        "prolonged by hand",
        TIMEOUT,
        (hand("timeout", "ben", seconds=864_000.0),),
        held=True,
        held_later=False,
    ),
    Cell(
        "shortened by hand", TIMEOUT, (hand("timeout", "ben", seconds=3_600.0),), held=False, held_later=False
    ),
]
AGAIN_FOR_EVER, AGAIN_FOR_LONGER = (step[0] for step, _ in (AGAIN["ban by command"], AGAIN["longer ban"]))
MANY = [
    Cell("massban over it", BAN, (massban,), held=True, held_later=True),
    Cell("massban over it, undone: the old end comes", BAN, (massban, undo), held=False, held_later=False),
    Cell("unban by hand, massban", BAN, (hand("unban", "ann"), massban), held=True, held_later=True),
    Cell("massban, undone", massban, (undo,), held=False, held_later=False),
    Cell(
        "massban, unban by hand, undone", massban, (hand("unban", "ann"), undo), held=False, held_later=False
    ),
    Cell("massban, banned anew by hand, undone", massban, (banned_anew, undo), held=True, held_later=True),
    Cell("massban, ban by command, undone", massban, (AGAIN_FOR_EVER, undo), held=True, held_later=True),
    Cell("massban, longer ban, undone", massban, (AGAIN_FOR_LONGER, undo), held=True, held_later=False),
]
CELLS = [*BANS, *TIMEOUTS, *MANY]


async def test_the_newest_decision_counts(world: World) -> None:
    played = [(cell, await world.play.new_guild(cell.name)) for cell in CELLS]
    await asyncio.gather(*(one_after_another(guild, cell.begin, *cell.steps) for cell, guild in played))
    await world.skip(WEEK + timedelta(hours=1))
    await check(world, played)


async def one_after_another(guild: Guild, *steps: Step) -> None:
    for step in steps:
        await step(guild)


async def test_the_newest_decision_counts_whatever_reeve_has_missed(world: World) -> None:
    """In one half of the servers Reeve is there and restarted between any two steps. In the other whatever is done by
    hand is done while Reeve is away. The old end comes while Reeve is away, too.
    """
    restarted = {cell: await world.play.new_guild(f"{cell.name} (restarted)") for cell in CELLS}
    away = {cell: await world.play.new_guild(f"{cell.name} (away)") for cell in CELLS}
    both = [*restarted.items(), *away.items()]
    await asyncio.gather(*(cell.begin(guild) for cell, guild in both))
    left = {cell: list(cell.steps) for cell in CELLS}
    for turn in range(2):
        steps = [(guild, cell.steps[turn]) for cell, guild in restarted.items() if turn < len(cell.steps)]
        await asyncio.gather(*(step(guild) for guild, step in steps))
        await carry_on(away, left, by_hand=False)
        await world.bot.kill()
        await carry_on(away, left, by_hand=True)
        if turn == 0:
            await world.bot.start()
    assert not any(left.values())
    await world.skip(WEEK + timedelta(hours=1))
    slow = {"route": "GET /guilds/*/audit-logs", "after_seconds": 0.3, "times": 1_000}
    await world.play.post("/sandbox/faults", slow)  # who does not wait for the log is too early
    await world.bot.start()
    await check(world, both)
    await world.play.delete("/sandbox/faults")


async def carry_on(cells: dict[Cell, Guild], left: dict[Cell, list[Step]], *, by_hand: bool) -> None:
    for cell, steps in left.items():
        while steps and steps[0].is_by_hand is by_hand:  # type: ignore[attr-defined]  # a mark on a function
            await steps.pop(0)(cells[cell])


async def check(world: World, played: Sequence[tuple[Cell, Guild]]) -> None:
    """After the old end, and after the longer one."""
    guilds = [guild for _, guild in played]
    await world.all_done(guilds)
    assert await wrong(world, played, later=False) == []
    await world.skip(WEEK)
    await world.all_done(guilds)
    assert await wrong(world, played, later=True) == []


async def wrong(world: World, played: Sequence[tuple[Cell, Guild]], *, later: bool) -> list[str]:
    found = []
    for cell, guild in played:
        should = cell.held_later if later else cell.held
        is_ban = cell.begin is not TIMEOUT
        held = await (world.is_banned(guild, "ann") if is_ban else world.is_silenced(guild, "ben"))
        row = "SELECT wanted FROM restrictions WHERE guild_id = $1 AND kind = $2"
        wanted = await world.eye.fetchval(row, int(guild.guild_id), "ban" if is_ban else "timeout")
        if not held is wanted is should:
            found.append(
                f"{cell.name} in {guild.guild_id}: on Discord {held}, in the books {wanted}, should be {should}"
            )
    return found


async def test_whatever_races_the_books_agree_with_discord(world: World) -> None:
    """Commands and hands on the same person at the same moment, in every order that comes."""
    dice = random.Random(5)
    guilds = [await world.play.new_guild(f"race {number}") for number in range(8)]

    async def play_in(guild: Guild) -> None:
        async def soon(act: Awaitable[Any]) -> None:
            await asyncio.sleep(dice.random() / 10)
            await act

        for _ in range(2):
            action = dice.choice(["ban", "unban"])
            by_hand = guild.post("max", "moderate", action=action, target_id=guild.person("ann"))
            asked = guild.slash("max", dice.choice(["ban", "unban"]), user=guild.person("ann"), reason="race")
            await asyncio.gather(soon(by_hand), soon(asked), return_exceptions=True)

    await asyncio.gather(*map(play_in, guilds))
    await world.all_done(guilds)

    async def disagreeing() -> list[str]:
        found = []
        for guild in guilds:
            row = "SELECT wanted FROM restrictions WHERE guild_id = $1 AND kind = 'ban'"
            wanted = bool(await world.eye.fetchval(row, int(guild.guild_id)))
            if wanted is not await world.is_banned(guild, "ann"):
                found.append(guild.guild_id)
        return found

    async def agreed() -> bool:
        return not await disagreeing()

    await until(agreed)
