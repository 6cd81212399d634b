"""Leaderboards and seasons as people see them: pages by key, the way to oneself, and pictures."""

import asyncio
from datetime import datetime, timedelta

from e2e_play import Guild, Play, readable, until

NAMES = ["ann", "ben", "cem", "dia", "eli", "fay", "gus", "hal", "ivy", "jon", "kim", "lou"]


async def awarded(guild: Guild, member: str, amount: int) -> None:
    answer = await guild.slash("mel", "points award", member=member, amount=amount, reason="test")
    assert "Awarded" in answer.text


async def test_the_way_to_oneself_and_back_and_a_picture_of_it(guild: Guild) -> None:
    await asyncio.gather(*(awarded(guild, name, 10 * place) for place, name in enumerate(NAMES, 1)))
    first = await guild.slash("ann", "points top", picture=True)
    assert (await first.file()).startswith(b"\x89PNG")
    mine = await guild.click("ann", first, "Jump to me")
    assert f"**`12.` <@{guild.person('ann')}> · 10**" in mine.text
    assert guild.person("lou") not in mine.text
    await awarded(guild, "ben", 5)
    back = await guild.click("ann", mine, "Back")
    assert f"🥇 <@{guild.person('lou')}> · 120" in back.text
    assert guild.person("cem") in back.text
    drawn = await guild.click("ann", back, "Picture")
    assert (await drawn.file()).startswith(b"\x89PNG")
    said = drawn.messages[0]["attachments"][0]["description"]
    assert said.startswith("Most points. 1. Lou: 120, 2. Kim: 110"), "nobody heard a word of them here"


async def test_a_season_begins_ends_and_stays(guild: Guild) -> None:
    await awarded(guild, "ann", 100)
    await guild.slash("ann", "points top", period="season")
    await guild.slash("ann", "points season show", number=1)

    async def refused_to(who: str) -> int:
        """A refusal comes after the word that all saw has gone."""
        seen = await guild.messages(who, "general")
        return sum("There is no such season" in readable(each) for each in seen)

    async def both_are_refused() -> bool:
        return await refused_to("ann") == 2

    await until(both_are_refused)
    assert await refused_to("cem") == 0
    assert not [each for each in await guild.messages("cem", "general") if not readable(each)], (
        "nothing is left"
    )
    assert "Manage Events" in (await guild.slash("ann", "points season start", name="Winter")).text
    assert (
        "Season 1 has begun: Winter" in (await guild.slash("mel", "points season start", name="Winter")).text
    )
    await awarded(guild, "ben", 5)
    assert "called “Winter”" in (await guild.slash("mel", "points season end", name="Summer")).text
    asked = await guild.slash("mel", "points season end", name="Winter", reset=True)
    assert "now these are 105 points of 2 members" in asked.text
    await awarded(guild, "ann", 1)
    ended = await asyncio.gather(*(guild.click("mel", asked, "Yes, take 105") for _ in range(2)))
    assert "Season 1 is over: Winter. Done: 106 points taken, 2 members." in ended[0].text + ended[1].text
    assert "No season runs now" in (await guild.slash("mel", "points season end", name="Winter")).text
    await awarded(guild, "cem", 9)
    for shown in (
        await guild.slash("ann", "points season show", number=1),
        await guild.slash("ann", "points top", period="season"),
    ):
        assert "Season 1: Winter" in shown.text
        assert not shown.ephemeral
        assert f"🥇 <@{guild.person('ben')}> · 5" in shown.text
        assert f"🥈 <@{guild.person('ann')}> · 1" in shown.text
        assert guild.person("cem") not in shown.text
    assert f"🥇 <@{guild.person('cem')}> · 9" in (await guild.slash("ann", "points top")).text
    assert "`1.` Winter" in (await guild.slash("ann", "points season list")).text
    await guild.slash("mel", "points season start", name="1 May")
    suggested = [
        await guild.autocomplete("ann", "points season show", "number", number=typed)
        for typed in ("", "1", "wint", "Autumn")
    ]
    winter, may = {"name": "1. Winter", "value": 1}, {"name": "2. 1 May", "value": 2}
    assert suggested == [[may, winter], [winter, may], [winter], []]
    [taken] = await guild.autocomplete("mel", "points reverse", "operation", operation="Winter", reason="x")
    asked = await guild.slash("mel", "points reverse", operation=taken["value"], reason="too early")
    assert "106 points moved back" in (await guild.click("mel", asked, "Yes")).text
    assert f"🥇 <@{guild.person('ann')}> · 101" in (await guild.slash("ann", "points top")).text


async def test_a_leaderboard_of_nobody_is_shown(guild: Guild) -> None:
    for period in ("all", "week", "last week", "month", "last month"):
        assert "Nobody has points here." in (await guild.slash("ann", "points top", period=period)).text


async def test_the_week_and_the_month_before_this_one_can_be_seen(guild: Guild, play: Play) -> None:
    today = datetime.fromisoformat((await play.get("/sandbox/clock"))["now"]).date()
    await awarded(guild, "ann", 5)
    monday = today - timedelta(days=today.weekday() + 7)
    week = await guild.slash("ann", "points top", period="last week")
    assert f"Most earned in the week from {monday.day} {monday:%B %Y}\nNobody" in week.text
    before = today.replace(day=1) - timedelta(days=1)
    month = await guild.slash("ann", "points top", period="last month")
    assert f"Most earned in {before:%B %Y}\nNobody" in month.text
