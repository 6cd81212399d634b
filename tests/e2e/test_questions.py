"""The question before an act: kept with all that was asked for, answered by whom it was asked, once, and in time."""

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from e2e_play import Answer, Guild, buttons

PICTURE = {"filename": "shot.png", "base64": base64.b64encode(b"picture " * 99).decode()}


@pytest.fixture
async def connection(dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET reeve.system = 'on'")
    yield connection
    await connection.close()


async def asked(guild: Guild, who: str = "mia", **options: Any) -> Answer:
    """Max has banned Ann; who comes after him is asked."""
    await guild.slash("max", "ban", user="ann", reason="spam")
    answer = await guild.slash(who, "ban", user="ann", reason="scams", **options)
    assert "acted on" in answer.text
    assert "case 1, ban: spam" in answer.text
    assert answer.ephemeral
    return answer


async def test_the_proof_waits_with_the_question(guild: Guild) -> None:
    answer = await asked(guild, proof=PICTURE)
    assert "Case 2: banned" in (await guild.click("mia", answer, "Ban anyway")).text
    assert "shot.png (792 bytes" in (await guild.slash("mia", "case view", number=2)).text


async def test_reason_and_proof_go_to_the_others_case_instead(guild: Guild) -> None:
    answer = await asked(guild, proof=PICTURE)
    assert "Go on all the same, or note your reason on that case?" in answer.text
    assert "Noted on case 1" in (await guild.click("mia", answer, "Note it on case 1")).text
    view = await guild.slash("mia", "case view", number=1)
    assert "scams" in view.text
    assert "shot.png (792 bytes" in view.text


async def test_without_a_reason_there_is_nothing_to_note(guild: Guild) -> None:
    await guild.slash("max", "ban", user="ann", reason="spam")
    answer = await guild.slash("mia", "ban", user="ann")
    assert answer.text.endswith("Go on all the same?")
    assert [button["label"] for button in buttons(answer.messages[0])] == ["Ban anyway", "Do nothing"]


async def test_after_a_quarter_of_an_hour_it_is_too_old(guild: Guild, connection: Any) -> None:
    answer = await asked(guild)
    (row,) = await connection.fetch(
        "UPDATE drafts SET created_at = created_at - interval '15 minutes', "
        "expires_at = expires_at - interval '15 minutes' WHERE guild_id = $1 RETURNING expires_at - created_at AS kept",
        int(guild.guild_id),
    )
    assert row["kept"].total_seconds() == 900
    late = await guild.click("mia", answer, "Ban anyway")
    assert "That was answered already or is too old: use the command again" in late.text
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text


async def test_the_permission_is_asked_for_again(guild: Guild) -> None:
    answer = await asked(guild)
    await guild.post("olga", "role", action="edit", role_id="moderator", permissions=["MODERATE_MEMBERS"])
    assert "You need the permission Ban Members" in (await guild.click("mia", answer, "Ban anyway")).text
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text


async def test_rank_is_asked_for_again(guild: Guild) -> None:
    await guild.slash("max", "warn", member="ann", reason="spam")
    answer = await guild.slash("mia", "kick", member="ann", reason="scams")
    await guild.post("olga", "roles", user_id="ann", add=["senior"])
    assert "is not below yours" in (await guild.click("mia", answer, "Kick anyway")).text
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text


async def test_the_same_button_twice_at_once_is_one_case(guild: Guild) -> None:
    answer = await asked(guild)
    both = await asyncio.gather(*(guild.click("mia", answer, "Ban anyway") for _ in range(2)))
    assert sum("Case 2: " in each.text for each in both) >= 1
    assert "There is no case 3" in (await guild.slash("max", "case view", number=3)).text
    assert "is too old" in (await guild.click("mia", answer, "Do nothing")).text


async def test_of_two_who_confirm_at_once_the_second_is_asked_about_the_first(guild: Guild) -> None:
    first = await asked(guild)
    second = await guild.slash("sam", "ban", user="ann", reason="raid")
    both = await asyncio.gather(
        guild.click("mia", first, "Ban anyway"), guild.click("sam", second, "Ban anyway")
    )
    done, asked_again = sorted(both, key=lambda answer: "acted on" in answer.text)
    assert "Case 2: banned" in done.text
    assert "case 2, ban: " in asked_again.text
    who = "sam" if asked_again is both[1] else "mia"
    assert "Case 3: banned" in (await guild.click(who, asked_again, "Ban anyway")).text


async def test_after_a_warning_all_but_a_note_is_asked_about(guild: Guild) -> None:
    await guild.slash("max", "warn", member="ann", reason="spam")
    assert "case 1, warn: spam" in (await guild.slash("mia", "kick", member="ann", reason="spam")).text
    asked = await guild.slash("mia", "warn", member="ann", reason="spam")
    assert "case 1, warn: spam" in asked.text
    assert "Case 2: warned" in (await guild.click("mia", asked, "Warn anyway")).text
    assert "Case 3: noted" in (await guild.slash("mia", "note", user="ann", text="spam")).text
