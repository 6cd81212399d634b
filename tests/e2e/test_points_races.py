"""Points under everything at once: two processes hear each request, some come twice, and both are killed on the way."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from e2e_play import Answer, Bot, Guild, Play, readable

from sandbox.server import Sandbox
from soak.ledger_audit import mistakes_of

TEN = ["ann", "ben", "cem", "dia", "eli", "fay", "gus", "hal", "ivy", "jon"]
BETWEEN_SESSIONS = timedelta(seconds=6)
"""Discord lets a bot begin a session every 5 s; the clock is moved on instead of waiting."""
GIFTS = """
    SELECT t.debit_id, t.amount + coalesce((o.answer ->> 'tax')::bigint, 0) AS amount, o.note
    FROM point_transfers t JOIN point_operations o USING (guild_id, operation_id)
    WHERE guild_id = $1 AND kind = 'give' AND t.credit_id >= 1000
"""


class Bank:
    """A sandbox with two processes that both hear everything, and the tables behind them."""

    def __init__(self, play: Play, bots: list[Bot], tables: Any) -> None:
        self.play, self.bots, self.tables = play, bots, tables

    async def opened(self, name: str, **points: int) -> Guild:
        """A server whose members have these points."""
        guild = await self.play.new_guild(name)
        for who, amount in points.items():
            answer = await guild.slash("mel", "points award", member=who, amount=amount, reason="start")
            assert "Awarded" in answer.text
        return guild

    async def adds_up(self, guild: Guild, **points: int) -> None:
        """To these, in the bot's words and in the tables, and nothing else is wrong."""
        assert {who: await balance(guild, who) for who in points} == points
        assert await mistakes_of(self.tables, int(guild.guild_id)) == []

    async def operations(self, guild: Guild, kind: str) -> int:
        counted = (
            "SELECT count(*) FROM point_operations WHERE guild_id = $1 AND kind = $2 AND refusal IS NULL"
        )
        count: int = await self.tables.fetchval(counted, int(guild.guild_id), kind)
        return count

    async def is_delivered_twice(self, times: int) -> None:
        await self.play.post("/sandbox/faults", {"gateway": "duplicate", "times": times})


@pytest.fixture(scope="module")
async def bank(own_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bank]:
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start()
    tables: Any = await asyncpg.connect(own_dsn)
    await tables.execute("SET reeve.system = 'on'")
    bots = [Bot(sandbox.api_url, own_dsn, tmp_path_factory.mktemp("bot")) for _ in range(2)]
    async with Play(sandbox.url) as play:
        await begin(play, bots)
        yield Bank(play, bots, tables)
        for bot in bots:
            await bot.stop()
            assert "incident" not in bot.log, bot.log
            assert "Traceback" not in bot.log, bot.log
    await tables.close()
    await sandbox.close()


async def begin(play: Play, bots: Iterable[Bot]) -> None:
    for bot in bots:
        await play.post("/sandbox/clock", {"seconds": BETWEEN_SESSIONS.total_seconds()})
        await bot.start()


async def balance(guild: Guild, who: str) -> int:
    text = (await guild.slash(who, "points balance")).text
    return int(text.split("You have ")[1].split(" ")[0].replace(",", ""))


async def give(guild: Guild, who: str, member: str, amount: int, **more: Any) -> Answer:
    return await guild.slash(who, "points give", member=member, amount=amount, **more)


async def test_ten_pay_one_at_once(bank: Bank) -> None:
    guild = await bank.opened("ten pay one", **dict.fromkeys(TEN, 100))

    await asyncio.gather(*(give(guild, giver, "kim", 7 + place) for place, giver in enumerate(TEN)))

    await bank.adds_up(guild, kim=115, **{giver: 93 - place for place, giver in enumerate(TEN)})


async def test_one_pays_ten_at_once_with_points_for_six(bank: Bank) -> None:
    guild = await bank.opened("one pays ten", kim=65)

    answers = await asyncio.gather(*(give(guild, "kim", member, 10) for member in TEN))

    assert sum("You gave 10 points" in answer.text for answer in answers) == 6
    assert sum("That takes 10 points and you have 5." in answer.text for answer in answers) == 4
    paid = {member: 10 * ("You gave" in answer.text) for member, answer in zip(TEN, answers, strict=True)}
    await bank.adds_up(guild, kim=5, **paid)


async def test_two_pay_each_other_at_once(bank: Bank) -> None:
    guild = await bank.opened("two pay each other", ann=100, ben=100)

    await asyncio.gather(
        *(give(guild, "ann", "ben", 3) for _ in range(8)), *(give(guild, "ben", "ann", 2) for _ in range(8))
    )

    await bank.adds_up(guild, ann=92, ben=108)


async def all_four_ways(guild: Guild) -> tuple[Answer, ...]:
    """At once: a gift, a daily, a thank-you and an award."""
    return await asyncio.gather(
        give(guild, "ann", "ben", 20),
        guild.slash("cem", "points daily"),
        guild.slash("dia", "points thank", member="eli"),
        guild.slash("mel", "points award", member="fay", amount=9, reason="x"),
    )


async def each_was_once(bank: Bank, guild: Guild) -> None:
    await bank.adds_up(guild, ann=30, ben=20, cem=10, dia=0, eli=5, fay=9)
    done = [await bank.operations(guild, kind) for kind in ("give", "daily", "thanks", "award")]
    assert done == [1, 1, 1, 2]


async def test_what_is_delivered_twice_to_two_processes_is_done_and_told_once(bank: Bank) -> None:
    guild = await bank.opened("twice", ann=50)
    await bank.is_delivered_twice(4)

    answers = await all_four_ways(guild)

    said = ["You gave 20 points", "You got 10 points", "got 5 points", "Awarded 9 points"]
    assert [answer.text.count(words) for answer, words in zip(answers, said, strict=True)] == [1, 1, 1, 1]
    await each_was_once(bank, guild)
    told = [readable(message) for message in await guild.messages("gus", "general")]
    assert sum("gave 20 points" in text for text in told) == 1
    assert sum("thanked" in text for text in told) == 1


async def test_it_is_done_once_also_where_both_processes_take_it_for_theirs(bank: Bank) -> None:
    """Neither hears that its first sign arrived, so both go on: only the key in the ledger is left."""
    guild = await bank.opened("both", ann=50)
    await bank.is_delivered_twice(4)
    lost = {"route": "POST /interactions/*/*/callback", "status": 502, "applied": True, "times": 8}
    await bank.play.post("/sandbox/faults", lost)

    await all_four_ways(guild)

    await bank.play.delete("/sandbox/faults")
    await each_was_once(bank, guild)


async def test_two_clicks_on_a_question_are_one_act(bank: Bank) -> None:
    guild = await bank.opened("two clicks", ann=60, ben=30)
    award = await guild.slash("mel", "points award", member="ben", amount=7, reason="too much")
    assert "who now has 37" in award.text
    await guild.slash("mel", "shop add", name="A song", price=25)
    suggested = await guild.autocomplete("mel", "points reverse", "operation", reason="x", operation="too")
    back = await guild.slash("mel", "points reverse", operation=suggested[0]["value"], reason="too much")
    buying = await guild.slash("ann", "shop buy", item="A song")
    await bank.is_delivered_twice(4)

    clicked = await asyncio.gather(
        *(guild.click("mel", back, "Yes, move back") for _ in range(2)),
        *(guild.click("ann", buying, "Buy for 25 points") for _ in range(2)),
    )

    assert any("Moved 7 points back" in answer.text for answer in clicked)
    assert any("have 35 left" in answer.text for answer in clicked)
    await bank.adds_up(guild, ann=35, ben=30)
    assert [await bank.operations(guild, kind) for kind in ("reverse", "buy")] == [1, 1]


async def test_gifts_with_a_tax_are_whole_or_not_at_all_when_both_processes_are_killed(bank: Bank) -> None:
    guild = await bank.opened("killed", ann=500, ben=500)
    await tax(bank.play, guild, percent=10)
    wishes = [("ann", "cem", 10 + n) if n % 2 else ("ben", "dia", 10 + n) for n in range(20)]
    gifts = {asyncio.create_task(give(guild, *wish, note=f"gift {wish[2]}")) for wish in wishes}
    left = gifts
    while len(left) > 14:
        _, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)

    await asyncio.gather(*(bot.kill() for bot in bank.bots))
    await begin(bank.play, bank.bots[:1])
    for gift in left:
        gift.cancel()

    rows = await bank.tables.fetch(GIFTS, int(guild.guild_id))
    kept = sorted(row["amount"] for row in rows)
    seen = [readable(each) for who in ("ann", "ben") for each in await guild.messages(who, "general")]
    acknowledged = [int(amount) for text in seen for amount in re.findall("You gave ([0-9]+) points", text)]
    assert len(acknowledged) >= 6
    assert set(acknowledged) <= set(kept)
    assert len(set(kept)) == len(kept)
    assert all(row["note"] == f"gift {row['amount']}" for row in rows)
    spent = {giver: sum(n for who, _, n in wishes if who == giver and n in kept) for giver in ("ann", "ben")}
    await bank.adds_up(guild, **{giver: 500 - amount for giver, amount in spent.items()})


async def tax(play: Play, guild: Guild, *, percent: int) -> None:
    """By Mel, in the panel of rules."""
    panel = await guild.slash("mel", "points rules")
    giving = await guild.click("mel", panel, "Giving")
    choice = {
        "channel_id": guild.channels["general"],
        "message_id": giving.messages[-1]["id"],
        "custom_id": "pr:set:giving",
        "values": ["transfer_tax_percent"],
    }
    form = Answer(await play.post("/sandbox/people/mel/select", choice))
    assert "is now" in (await guild.submit("mel", form, value=str(percent))).text
