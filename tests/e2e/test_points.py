"""Points: exact amounts, in words that are true. Many at once: test_points_races.py."""

import asyncio
import re
from typing import Any

from e2e_play import Guild, until


async def awarded(guild: Guild, member: str, amount: int) -> None:
    assert (
        "Awarded"
        in (await guild.slash("mel", "points award", member=member, amount=amount, reason="test")).text
    )


async def balance(guild: Guild, who: str) -> int:
    text = (await guild.slash(who, "points balance")).text
    return int(text.split("You have ")[1].split(" ")[0].replace(",", ""))


async def test_everybody_begins_with_nothing(guild: Guild) -> None:
    answer = await guild.slash("ann", "points balance")

    assert "You have 0 points" in answer.text
    assert answer.ephemeral


async def test_who_has_points_reads_their_place(guild: Guild) -> None:
    await awarded(guild, "ann", 50)
    await awarded(guild, "ben", 60)

    assert "You have 50 points. That is place 2 of 2." in (await guild.slash("ann", "points balance")).text
    assert "place" not in (await guild.slash("cem", "points balance")).text


async def test_a_manager_awards_points(guild: Guild) -> None:
    answer = await guild.slash("mel", "points award", member="ann", amount=1500, reason="won the quiz")

    assert "Awarded 1,500 points" in answer.text
    assert await balance(guild, "ann") == 1500


async def test_reasons_of_awards_complete(guild: Guild) -> None:
    for reason in ("quiz", "quiz", "art"):
        await guild.slash("mel", "points award", member="ann", amount=1, reason=reason)

    choices = await guild.autocomplete("mel", "points award", "reason", member="ann", amount=1, reason="")

    assert [choice["value"] for choice in choices] == ["quiz", "art"]


async def test_neither_members_nor_moderators_award(guild: Guild) -> None:
    for who in ("ann", "max"):
        assert (
            "Manage Events"
            in (await guild.slash(who, "points award", member="ben", amount=1, reason="x")).text
        )
    assert await balance(guild, "ben") == 0


async def test_giving_moves_points_and_says_so_in_the_channel(guild: Guild) -> None:
    await awarded(guild, "ann", 50)

    answer = await guild.slash("ann", "points give", member="ben", amount=20, note="thanks")

    assert "have 30 left" in answer.text
    assert (await balance(guild, "ann"), await balance(guild, "ben")) == (30, 20)

    async def announced() -> bool:
        return any(
            "gave 20 points" in message["content"] for message in await guild.messages("cem", "general")
        )

    assert await until(announced)


async def test_nobody_gives_more_than_they_have(guild: Guild) -> None:
    await awarded(guild, "ann", 5)

    answer = await guild.slash("ann", "points give", member="ben", amount=6)

    assert answer.text.strip() == "That takes 6 points and you have 5."
    assert answer.ephemeral
    assert (await balance(guild, "ann"), await balance(guild, "ben")) == (5, 0)


async def test_nobody_gives_to_themselves_or_to_a_bot(guild: Guild, play: Any) -> None:
    await awarded(guild, "ann", 5)
    bot_id = next(person["id"] for person in play.world["people"] if person["bot"])

    assert (
        "cannot give points to yourself"
        in (await guild.slash("ann", "points give", member="ann", amount=1)).text
    )
    assert "Bots hold no points" in (await guild.slash("ann", "points give", member=bot_id, amount=1)).text
    assert await balance(guild, "ann") == 5


async def test_amounts_out_of_range_are_refused(guild: Guild) -> None:
    for amount in (0, -5, 10**9 + 1):
        assert (await guild.slash("mel", "points award", member="ann", amount=amount, reason="x")).failed
    assert await balance(guild, "ann") == 0


async def test_the_history_shows_where_points_went(guild: Guild) -> None:
    await awarded(guild, "ann", 50)
    await guild.slash("ann", "points give", member="ben", amount=20, note="lunch")

    text = (await guild.slash("ann", "points history")).text

    assert "30 points" in text
    assert "+50" in text
    assert "awarded · test" in text
    assert "-20" in text
    assert "lunch → 30" in text


async def test_the_history_pages(guild: Guild) -> None:
    for amount in range(1, 13):
        await awarded(guild, "ann", amount)
    first = await guild.slash("ann", "points history")

    second = await guild.click("ann", first, "Next")
    back = await guild.click("ann", second, "Back")

    assert "+12" in first.text
    assert "+1**" in second.text
    assert "+12" in back.text


async def test_the_top_ranks_by_points_and_pages(guild: Guild) -> None:
    names = ["ann", "ben", "cem", "dia", "eli", "fay", "gus", "hal", "ivy", "jon", "kim", "lou"]
    await asyncio.gather(*(awarded(guild, name, 10 * place) for place, name in enumerate(names, 1)))

    first = await guild.slash("ann", "points top")
    second = await guild.click("ann", first, "Next")

    assert f"🥇 <@{guild.person('lou')}> · 120" in first.text
    assert guild.person("ann") not in first.text
    assert f"`12.` <@{guild.person('ann')}> · 10" in second.text
    assert not first.ephemeral
    assert "This page is empty" in (await guild.slash("ann", "points top", page=99)).text
    assert guild.person("lou") in (await guild.slash("ann", "points top", period="week")).text


async def test_talking_earns_once_within_the_cool_down(guild: Guild) -> None:
    for _ in range(3):
        await guild.say("dia", "hello")

    async def earned() -> bool:
        return await balance(guild, "dia") > 0

    assert await until(earned)
    assert await balance(guild, "dia") == 1
    assert "talking" in (await guild.slash("dia", "points history")).text


async def test_the_server_decides_what_talking_earns(guild: Guild) -> None:
    await guild.slash("olga", "config set points-per-message", value=5)
    await guild.slash("olga", "config set message-cooldown", value="0")

    for _ in range(3):
        await guild.say("eli", "hello")

    async def earned() -> bool:
        return await balance(guild, "eli") == 15

    assert await until(earned)


async def test_points_belong_to_one_server(guild: Guild, play: Any) -> None:
    other = await play.new_guild("elsewhere")
    await awarded(guild, "ann", 5)

    assert await balance(other, "ann") == 0


async def test_the_history_says_the_number_of_each_operation_and_what_it_was(guild: Guild) -> None:
    await awarded(guild, "ann", 50)
    await guild.slash("ann", "points give", member="ben", amount=20)

    lines = (await guild.slash("ann", "points history")).text

    numbers = re.findall(r"`#([0-9]+)`", lines)
    assert len(set(numbers)) == 2
    assert "**-20** to <@" in lines
    assert "**+50** awarded · test → 50" in lines


async def test_a_balance_as_it_was(guild: Guild) -> None:
    await awarded(guild, "ann", 50)

    assert "You had 0 points at" in (await guild.slash("ann", "points balance", at="2026-01-31")).text
    assert "You had 50 points at" in (await guild.slash("ann", "points balance", at="today")).text
    assert "You had 0 points at" in (await guild.slash("ann", "points balance", at="7d ago")).text
    assert "not" in (await guild.slash("ann", "points balance", at="whenever")).text
