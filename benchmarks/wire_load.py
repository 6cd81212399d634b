"""Reeve over the wire, beside a bare bot of discord.py: commands a second, and messages that earn points."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from benchmarks.bots import Played, bare_bot, reeve
from benchmarks.results import PAIRS, Measure, Run, compare

AT_ONCE = 16
MODERATORS = ("max", "mia", "sam", "olga")
MEMBERS = ("ann", "ben", "cem", "dia", "eli", "fay", "gus", "hal")


async def results(*, acts: int = 400, messages: int = 3000, pairs: int = PAIRS) -> list[dict[str, Any]]:
    async with reeve() as ours, bare_bot() as theirs:
        await _prepared(ours)
        warned = {"member": ours.id_of("kim"), "reason": "spam"}
        given = {"member": ours.id_of("kim"), "amount": 1}
        warn = partial(_commands, ours, "warn", warned, MODERATORS, acts)
        give = partial(_commands, ours, "points give", given, MEMBERS, acts)
        noop = partial(_commands, theirs, "noop", {}, MODERATORS, acts)
        said, heard = partial(_messages, ours, messages), partial(_messages, theirs, messages)
        found = [
            await _compared("/warn", Side(ours, warn, acts), noop, "a no-op command", pairs),
            await _compared("/points give", Side(ours, give, acts), noop, "a no-op command", pairs),
        ]
        empty, talk = "an empty on_message", Side(ours, said, messages)
        found.append(await _compared("a message within the cool-down", talk, heard, empty, pairs))
        await ours.slash("olga", "config set message-cooldown", value="0")
        found.append(await _compared("a message that earns", talk, heard, empty, pairs))
        return found


class Side(NamedTuple):
    """What Reeve is measured at."""

    bot: Played
    measure: Measure
    acts: int


async def _prepared(ours: Played) -> None:
    for name in MEMBERS:
        await ours.slash("mel", "points award", member=ours.id_of(name), amount=1_000_000, reason="benchmark")


async def _compared(name: str, ours: Side, reference: Measure, of_what: str, pairs: int) -> dict[str, Any]:
    await ours.measure()
    await reference()
    before = ours.bot.cpu_seconds
    found = await compare(
        f"wire: {name}",
        ours=ours.measure,
        reference=reference,
        called=f"{of_what} of a bare discord.py bot",
        concurrency=AT_ONCE,
        pairs=pairs,
    )
    cpu = (ours.bot.cpu_seconds - before) / (pairs * ours.acts)
    return {**found, "cpu_ms_each": round(cpu * 1000, 3)}


async def _commands(
    on: Played, command: str, options: dict[str, Any], people: Sequence[str], acts: int
) -> Run:
    """Answered commands a second. What follows from them (posts, direct messages) goes on meanwhile, and may end."""
    each = [people[number % len(people)] for number in range(AT_ONCE)]
    told = await on.storm(kind="slash", command=command, options=options, people=each, count=acts)
    run = Run(told["per_second"], told["p50_ms"], told["p99_ms"])
    await on.quiet()
    return run


async def _messages(on: Played, count: int) -> Run:
    """Ends when the bot has done what it does about the last one."""
    begin = asyncio.get_running_loop().time()
    await on.storm(kind="messages", people=AT_ONCE, count=count)
    return Run(count / (await on.quiet() - begin))
