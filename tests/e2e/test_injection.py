"""Whatever is typed into a command of cases is shown without power: no ping, no broken embed, one line in the log."""

import base64
import csv
import io
import json
from typing import Any

import pytest
from corpus import CORPUS, FORMULAS, HTML, LOG_FORGING, complaints_about
from e2e_play import Answer, Bot, Guild, until

LONGEST = 1_000


def fitting(text: str) -> str:
    """Discord's client sends no more than an option takes; the rest is cut there."""
    return text[:LONGEST]


def pinging(text: str, guild: Guild) -> str:
    return (
        text.replace("{role}", guild.roles["member"])
        .replace("{person}", guild.person("ben"))
        .replace("{channel}", guild.channels["staff"])
    )


def require_harmless(*answers: Answer) -> None:
    for answer in answers:
        assert answer.failed is None, answer.failed
        assert [complaint for message in answer.messages for complaint in complaints_about(message)] == []


@pytest.mark.parametrize("name", CORPUS)
async def test_what_is_typed_has_no_power_wherever_it_is_shown(guild: Guild, bot: Bot, name: str) -> None:
    text = fitting(pinging(CORPUS[name], guild))
    file = {"filename": "p.txt", "base64": base64.b64encode(b"proof").decode()}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("warn", {"member": "ann", "reason": text, "proof": file}),
        ("case note", {"number": 1, "text": text}),
        ("case edit", {"number": 1, "reason": f"{text[:-2]}!", "why": text[:500]}),
        ("case edit", {"number": 1, "reason": "plain"}),
        ("case evidence", {"number": 1, "file": {**file, "filename": f"{text[:80]}.txt"}}),
        ("case void", {"number": 1, "reason": text[:500]}),
        ("case view", {"number": 1}),
        ("case revisions", {"number": 1}),
        ("case list", {"text": text[:35]}),
        ("history", {"user": "ann"}),
        ("case restore", {"number": 1}),
    ]
    answers = [await guild.slash("max", command, **options) for command, options in asked]
    answers += [await guild.click("max", answers[6], "Evidence"), await guild.slash("ann", "record")]
    answers += (
        [await guild.click("max", answers[7], "Revert 1")] if "Revert 1" in str(answers[7].body) else []
    )
    require_harmless(*answers)
    assert "1 case" in answers[8].text, "the search takes the same text literally"

    async def posted() -> bool:
        return bool(await guild.log_posts())

    assert await until(posted)
    told = await guild.direct_messages("ann")
    said = [each for each in [*await guild.messages("max", "mod-log"), *told] if each["author"].get("bot")]
    assert [complaint for message in said for complaint in complaints_about(message)] == []
    assert [line for line in bot.log.splitlines() if line.startswith("2026-11-21 10:00:00 | ERROR")] == []


async def test_a_filter_that_is_no_moment_is_quoted_without_power(guild: Guild) -> None:
    for text in CORPUS.values():
        answer = await guild.slash("max", "case list", since=pinging(text, guild))
        assert "is not a point in time" in answer.text
        require_harmless(answer)


async def test_an_export_is_text_to_a_spreadsheet_and_to_a_browser(guild: Guild) -> None:
    texts = [*FORMULAS, HTML, LOG_FORGING]
    for text in texts:
        await guild.slash("max", "note", user="ann", text=text)
        await guild.slash("max", "case note", number=1, text=text)
    table = (await (await guild.slash("max", "case export")).file()).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table, newline="")))
    assert len(rows) == len(texts) + 1, "a line break of somebody's begins no row"
    assert [cell for row in rows for cell in row if cell.lstrip().startswith(tuple("=+-@＝＋－＠"))] == []
    kept = json.loads(await (await guild.slash("max", "case export", format="json")).file())
    assert [case["reason"] for case in kept["cases"]] == [
        text.replace("\0", "").strip() for text in reversed(texts)
    ]
    page = (await (await guild.slash("max", "case export", format="html")).file()).decode()
    assert "<script" not in page
    assert "<img" not in page


async def test_no_name_in_the_log_is_forged_by_a_filename(guild: Guild, bot: Bot) -> None:
    await guild.slash("max", "warn", member="ann", reason=LOG_FORGING)
    assert not any(line.startswith("2026-11-21 10:00:00") for line in bot.log.splitlines())
    assert "\x1b[31mred" not in bot.log
