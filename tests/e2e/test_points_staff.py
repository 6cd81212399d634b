"""What the staff does to points, as people see it."""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from e2e_play import Bot, Guild, Play, until
from sqlalchemy import make_url

from bot.verify_ledger import verified
from sandbox.server import Sandbox


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start(port=0)
    yield sandbox
    await sandbox.close()


@pytest.fixture(scope="module")
async def play(sandbox: Sandbox) -> AsyncIterator[Play]:
    async with Play(sandbox.url) as play:
        yield play


@pytest.fixture(scope="module")
async def bot(sandbox: Sandbox, own_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """It sees who has a role."""
    bot = Bot(sandbox.api_url, own_dsn, tmp_path_factory.mktemp("bot"), REEVE_MEMBERS_INTENT="true")
    await bot.start()
    yield bot
    assert await bot.stop() == 0
    assert "incident" not in bot.log, bot.log
    assert "Traceback" not in bot.log, bot.log


def attached(name: str, content: str) -> dict[str, str]:
    return {"filename": name, "base64": base64.b64encode(content.encode()).decode()}


async def awarded(guild: Guild, member: str, amount: int) -> None:
    answer = await guild.slash("mel", "points award", member=member, amount=amount, reason="test")
    assert "Awarded" in answer.text
    assert "This is operation" in answer.text


async def balance(guild: Guild, who: str) -> int:
    text = (await guild.slash(who, "points balance")).text
    return int(text.split("You have ")[1].split(" ")[0].replace(",", ""))


async def test_a_manager_takes_and_sets_points(guild: Guild) -> None:
    await awarded(guild, "ann", 50)
    taken = await guild.slash("mel", "points take", member="ann", amount=20, reason="spam")
    assert "Took 20 points" in taken.text
    assert "who now has 30" in taken.text
    too_much = await guild.slash("mel", "points take", member="ann", amount=31, reason="spam")
    assert "30" in too_much.text
    made = await guild.slash("mel", "points set", member="ann", amount=7, reason="a bet")
    assert "now has 7 points (-23)" in made.text
    assert await balance(guild, "ann") == 7


async def test_neither_members_nor_moderators_do(guild: Guild) -> None:
    commands: dict[str, dict[str, Any]] = {
        "points take": {"member": "ben", "amount": 1, "reason": "x"},
        "points set": {"member": "ben", "amount": 1, "reason": "x"},
        "points reverse": {"operation": 1, "reason": "x"},
        "points freeze": {"member": "ben"},
        "points verify": {},
        "points supply": {},
        "points bulk award": {"role": guild.roles["moderator"], "amount": 1, "reason": "x"},
    }
    for who in ("ann", "max"):
        for command, options in commands.items():
            assert "Manage Events" in (await guild.slash(who, command, **options)).text, command


async def test_an_operation_is_moved_back_once_after_a_question(guild: Guild) -> None:
    await awarded(guild, "ann", 50)
    [choice] = await guild.autocomplete("mel", "points reverse", "operation", operation="", reason="x")
    assert "award · @Ann by @Mel · 50 points" in choice["name"]
    asked = await guild.slash("mel", "points reverse", operation=choice["value"], reason="a mistake")
    assert "50 points will be moved back" in asked.text
    assert await balance(guild, "ann") == 50

    first, second = await asyncio.gather(*(guild.click("mel", asked, "Yes") for _ in range(2)))

    assert "Moved 50 points back" in first.text + second.text
    assert await balance(guild, "ann") == 0
    again = await guild.slash("mel", "points reverse", operation=choice["value"], reason="a mistake")
    assert "reversed already" in again.text


async def test_what_can_be_moved_back_is_suggested_in_words(guild: Guild) -> None:
    """What, whose, how many points, when, why; then the number. Each word that is typed is looked for."""
    await awarded(guild, "ann", 50)
    await guild.slash("ann", "points give", member="ben", amount=20, note="the old map, " * 12)
    role = await with_role(guild, "ann", "ben")
    asked = await guild.slash("mel", "points bulk award", role=role, amount=25, reason="the party")
    await guild.click("mel", asked, "Yes")
    await guild.slash("cem", "points daily")

    async def suggested(typed: str) -> list[str]:
        choices = await guild.autocomplete("mel", "points reverse", "operation", operation=typed, reason="x")
        assert all(each["name"].endswith(f" · {each['value']}") for each in choices)
        assert all(len(each["name"]) <= 100 for each in choices)
        return [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", each["name"]) for each in choices]

    party, gift, award = await suggested("")
    assert re.fullmatch(r"award · 4 members by @Mel · 100 points · TIME · the party · \d+", party)
    assert re.fullmatch(r"gift · @Ben by @Ann · 20 points · TIME · the old map, .*… · \d+", gift)
    assert re.fullmatch(r"award · @Ann by @Mel · 50 points · TIME · test · \d+", award)
    assert await suggested("ANN gift") == [gift]
    assert await suggested("party") == [party]
    assert await suggested("nobody") == []
    number = award.rpartition(" ")[2]
    assert (await suggested(number))[0] == award


async def test_what_is_spent_is_refused_taken_or_a_debt(guild: Guild) -> None:
    await awarded(guild, "ann", 50)
    [choice] = await guild.autocomplete("mel", "points reverse", "operation", operation="", reason="x")
    await guild.slash("ann", "points give", member="ben", amount=40)
    asked = {"operation": choice["value"], "reason": "a mistake"}
    assert "40 of these points are spent" in (await guild.slash("mel", "points reverse", **asked)).text
    question = await guild.slash("mel", "points reverse", **asked, if_spent="debt")
    assert "40 points of them are spent and become a debt" in question.text
    assert "Nothing was done" in (await guild.click("mel", question, "Do nothing")).text
    [gift] = await guild.autocomplete("mel", "points reverse", "operation", operation="gift", reason="x")
    answer = await guild.slash("mel", "points reverse", operation=gift["value"], reason="x")
    assert f"Operation {gift['value']}, gift by" in answer.text, "in the words that it was suggested in"
    question = await guild.slash("mel", "points reverse", **asked, if_spent="take")
    assert "10 points will be moved back" in question.text
    assert "40 points were spent" in (await guild.click("mel", question, "Yes")).text
    assert await balance(guild, "ann") == 0


async def test_frozen_points_move_for_the_staff_alone(guild: Guild) -> None:
    await awarded(guild, "ann", 50)
    assert "are frozen" in (await guild.slash("mel", "points freeze", member="ann", reason="a fraud")).text
    assert "frozen" in (await guild.slash("ann", "points give", member="ben", amount=1)).text
    assert "50 points. They are frozen by the staff." in (await guild.slash("ann", "points balance")).text
    assert "Nothing while your points are frozen" in (await guild.slash("ann", "points why")).text
    await awarded(guild, "ann", 1)
    assert "move again" in (await guild.slash("mel", "points unfreeze", member="ann")).text
    assert "left" in (await guild.slash("ann", "points give", member="ben", amount=1)).text


async def with_role(guild: Guild, *names: str) -> str:
    """Moderators' role, as nobody but these has it in a new server: its id."""
    role = guild.roles["moderator"]
    for name in names:
        await guild.post("olga", "roles", user_id=guild.person(name), add=[role])
    return role


async def test_a_role_gets_points_together_and_gives_them_back_together(guild: Guild) -> None:
    role, names = await with_role(guild, "ann", "ben"), ["ann", "ben", "max", "mia"]
    asked = await guild.slash("mel", "points bulk award", role=role, amount=25, reason="the party")
    assert "25 points to each of 4 members" in asked.text
    assert "100 points in all" in asked.text

    first, second = await asyncio.gather(*(guild.click("mel", asked, "Yes") for _ in range(2)))

    assert "100 points moved, 4 members" in first.text + second.text
    assert [await balance(guild, name) for name in names] == [25] * 4
    [choice] = await guild.autocomplete("mel", "points reverse", "operation", operation="party", reason="x")
    await guild.slash("ann", "points give", member="cem", amount=20)
    asked = await guild.slash(
        "mel", "points reverse", operation=choice["value"], reason="no party", if_spent="take"
    )
    assert "All of it is moved back" in asked.text
    assert "80 points moved back" in (await guild.click("mel", asked, "Yes")).text
    assert [await balance(guild, name) for name in [*names, "cem"]] == [0, 0, 0, 0, 20]


async def test_who_has_not_enough_is_left_out_of_a_take(guild: Guild) -> None:
    role = await with_role(guild, "ann")
    await awarded(guild, "ann", 10)
    asked = await guild.slash("mel", "points bulk take", role=role, amount=10, reason="a tax")
    done = await guild.click("mel", asked, "Yes")
    assert "10 points moved, 3 members. 2 could not be and were left out" in done.text
    assert guild.person("max") in (await done.file()).decode()
    asked = await guild.slash("mel", "points bulk set", role=role, amount=3, reason="all alike")
    assert "9 points moved, 3 members" in (await guild.click("mel", asked, "Yes")).text


async def test_all_points_add_up(guild: Guild) -> None:
    await awarded(guild, "ann", 50)
    await guild.slash("ann", "points give", member="ben", amount=20)
    assert "All points add up" in (await guild.slash("mel", "points verify")).text


@pytest.fixture
async def superuser(own_dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(make_url(own_dsn).set(username="postgres").render_as_string())
    yield connection
    await connection.close()


async def test_damage_is_found_said_frozen_and_thawed(guild: Guild, superuser: Any) -> None:
    await awarded(guild, "ann", 50)
    change = "UPDATE point_accounts SET balance = balance + $1 WHERE guild_id = $2 AND account_id = $3"
    await superuser.execute(change, 5, int(guild.guild_id), int(guild.person("ann")))

    found = await guild.slash("mel", "points verify")

    assert "do not add up" in found.text
    assert "is +5 from what its transfers come to" in found.text
    assert "No point moves" in (await guild.slash("ann", "points give", member="ben", amount=1)).text

    async def told() -> bool:
        return any("do not add up" in post for post in await guild.log_posts())

    assert await until(told)
    assert "do not add up" in (await guild.slash("mel", "points verify", thaw=True)).text, (
        "not before it is mended"
    )
    await superuser.execute(change, -5, int(guild.guild_id), int(guild.person("ann")))
    assert "lets them move again" in (await guild.slash("mel", "points verify")).text
    assert "they move again" in (await guild.slash("mel", "points verify", thaw=True, reason="mended")).text
    await guild.slash("ann", "points give", member="ben", amount=1)
    assert await balance(guild, "ben") == 1


async def test_supply_says_where_points_came_from_and_went(guild: Guild) -> None:
    await awarded(guild, "ann", 50)
    await guild.slash("ann", "points give", member="ben", amount=20)
    await guild.slash("mel", "points take", member="ben", amount=5, reason="spam")
    shown = await guild.slash("mel", "points supply")
    assert "Came in: 50: staff 50" in shown.text
    assert "Went out: 5: taken by the staff 5" in shown.text
    assert "Members have 45 points." in shown.text
    assert "member to member: 20" in shown.text
    assert (await shown.file()).startswith(b"\x89PNG")


async def test_what_is_taken_out_is_proved_without_a_database(guild: Guild, tmp_path: Path) -> None:
    await awarded(guild, "ann", 50)
    await guild.slash("ann", "points give", member="ben", amount=20, note="für Ben")
    await guild.slash("ben", "points give", member="ann", amount=21)
    await guild.slash("mel", "points freeze", member="ann", reason="a fraud")
    answer = await guild.slash("mel", "points export")
    assert "4 operations, 2 transfers" in answer.text
    file = tmp_path / "ledger.jsonl.gz"
    file.write_bytes(await answer.file())
    proof = verified(file)
    assert proof.damages == []
    assert (str(proof.guild), proof.circulating) == (guild.guild_id, 50)


async def test_points_of_another_bot_are_brought_and_taken_back(guild: Guild) -> None:
    await awarded(guild, "ann", 5)
    players = [{"id": guild.person(name), "xp": xp} for name, xp in (("ann", 100), ("ben", 30))]
    players.append({"id": "100000000000000001", "xp": 1})
    file = attached("mee6.json", json.dumps({"players": players}))
    asked = await guild.slash("mel", "points import", file=file, written_by="mee6")
    assert "3 members, 2 of them new here; 131 points more in all." in asked.text
    assert "1 member of them is not in this server now" in asked.text
    assert f"{guild.person('ann')}: 5 -> 105" in (await asked.file()).decode()
    assert await balance(guild, "ann") == 5

    await asyncio.gather(*(guild.click("mel", asked, "Yes") for _ in range(2)))

    assert [await balance(guild, name) for name in ("ann", "ben")] == [105, 30]
    assert "All points add up" in (await guild.slash("mel", "points verify")).text
    [choice] = await guild.autocomplete("mel", "points reverse", "operation", operation="mee6", reason="x")
    asked = await guild.slash("mel", "points reverse", operation=choice["value"], reason="the wrong file")
    assert "131 points moved back" in (await guild.click("mel", asked, "Yes")).text
    assert [await balance(guild, name) for name in ("ann", "ben")] == [5, 0]


async def test_a_hostile_file_changes_nothing(guild: Guild) -> None:
    file = attached("a.csv", f"{guild.person('ann')},{10**30}")
    assert (
        "Nothing was imported: line 1 has no number"
        in (await guild.slash("mel", "points import", file=file)).text
    )
    assert await balance(guild, "ann") == 0
