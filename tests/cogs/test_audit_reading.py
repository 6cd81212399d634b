"""The audit log is read from where it was left: in turns, past failures and past entries that make no sense."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from discord.utils import time_snowflake
from effects_stage import Stage, open_stage
from loguru import logger

from bot.clock import clock
from bot.outcomes import DiscordAway
from cogs.moderation import _audit_reading
from cogs.moderation._audit_entries import Entry, entry_heard, entry_read
from cogs.moderation._audit_reading import AuditReader, Reading
from database.models import CaseFilter, CaseKind
from database.service import DatabaseService

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENTRY = time_snowflake(AT)
BEFORE, AFTER = (AT - timedelta(hours=1)).isoformat(), (AT + timedelta(hours=1)).isoformat()


def raw(action: int, *changes: dict[str, str], **more: Any) -> dict[str, Any]:
    usual = {"id": str(ENTRY), "action_type": action, "user_id": "1", "target_id": "2"}
    return {**usual, **({"changes": list(changes)} if changes else {}), **more}


def silence(old: str | None, new: str | None) -> dict[str, str]:
    values = {"old_value": old, "new_value": new}
    return {"key": "communication_disabled_until", **{name: each for name, each in values.items() if each}}


UNTIL = AT + timedelta(hours=1)
SAID: list[tuple[dict[str, Any], CaseKind | None]] = [
    (raw(22, reason="raid"), CaseKind.BAN),
    (raw(23), CaseKind.UNBAN),
    (raw(20, options={"integration_type": "twitch"}), CaseKind.KICK),
    (raw(24, silence(None, AFTER)), CaseKind.TIMEOUT),
    (raw(24, {"key": "nick", "new_value": "x"}, silence(BEFORE, AFTER)), CaseKind.TIMEOUT),
    (raw(24, silence(AFTER, None)), CaseKind.UNTIMEOUT),
    (raw(24, silence(AFTER, BEFORE)), CaseKind.UNTIMEOUT),
    (raw(24, silence(BEFORE, None)), None),
    (raw(24, {"key": "nick", "new_value": "x"}), None),
    (raw(24), None),
    (raw(21, target_id=None, options={"delete_member_days": "7", "members_removed": "9"}), None),
    (raw(25, {"key": "$add", "new_value": []}), None),  # type: ignore[dict-item]  # Discord sends it
    (raw(145), None),
    (raw(22, user_id=None), None),
    (raw(22, target_id=None), None),
    (raw(9_999), None),
    ({"id": str(ENTRY), "action_type": None}, None),
]


@pytest.fixture(scope="module")
async def shared() -> AsyncIterator[Stage]:
    async with open_stage() as stage:
        yield stage


@pytest.fixture
def stage(shared: Stage, database: DatabaseService, monkeypatch: pytest.MonkeyPatch) -> Stage:
    shared.bot.database = database
    monkeypatch.setattr(_audit_reading, "PAGE", 10)
    monkeypatch.setattr(_audit_reading, "MOST_PAGES", 3)
    monkeypatch.setattr(_audit_reading, "BEHIND", timedelta())
    return shared


@pytest.mark.parametrize(("said", "kind"), SAID)
def test_an_entry_that_is_read_says_what_was_done(said: dict[str, Any], kind: CaseKind | None) -> None:
    entry = entry_read(said)
    assert (None if entry is None else entry.kind) == kind
    if entry is not None:
        until = UNTIL if kind is CaseKind.TIMEOUT else None
        assert entry == Entry(ENTRY, entry.kind, 1, 2, said.get("reason", ""), until)


@pytest.mark.parametrize("said", [said for said, _ in SAID if said["action_type"] in (20, 22, 23, 24)])
def test_what_is_heard_is_what_is_read(shared: Stage, said: dict[str, Any]) -> None:
    known = ("users", "integrations", "app_commands", "automod_rules", "webhooks")
    empty: dict[str, Any] = {name: {} for name in known}
    heard = discord.AuditLogEntry(data=said, guild=shared.guild, **empty)  # type: ignore[arg-type]  # stand-ins
    assert entry_heard(heard) == entry_read(said)


@pytest.mark.parametrize(
    ("reason", "number"),
    [("[Reeve case 12] max: spam", 12), ("spam [Reeve case 12]", None), ("[Reeve case x]", None), ("", None)],
)
def test_a_tag_stands_at_the_beginning(reason: str, number: int | None) -> None:
    assert Entry(1, CaseKind.BAN, 1, 2, reason).tagged == number


async def numbers(stage: Stage) -> int:
    database: DatabaseService = stage.bot.database
    return await database.cases.count(guild_id=stage.guild.id, matching=CaseFilter())


def banned(stage: Stage, count: int) -> list[int]:
    people = [stage.stranger() for _ in range(count)]
    for user_id in people:
        stage.sandbox.people.moderate(stage.green.owner_id, "ban", user_id)
    return people


async def test_the_first_reading_imports_nothing_and_the_next_ones_take_turns(stage: Stage) -> None:
    banned(stage, 3)
    reader = AuditReader(stage.bot)
    assert await reader.read(stage.guild, since=clock.now()) is Reading.WHOLE
    assert await numbers(stage) == 0

    banned(stage, 45)
    assert await reader.read(stage.guild, since=clock.now()) is Reading.MORE
    assert await numbers(stage) == 30
    asked_at = clock.now()
    assert await reader.read(stage.guild, since=asked_at) is Reading.WHOLE
    assert await numbers(stage) == 45

    banned(stage, 1)
    assert await reader.read(stage.guild, since=asked_at) is Reading.WHOLE, "that was done since then"
    assert await numbers(stage) == 45
    assert await AuditReader(stage.bot).read(stage.guild, since=asked_at) is Reading.WHOLE
    assert await numbers(stage) == 46


async def test_a_failure_in_the_middle_loses_nothing_and_doubles_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = AuditReader(stage.bot)
    await reader.read(stage.guild, since=clock.now())
    banned(stage, 15)
    asked = stage.bot.http.get_audit_logs
    left = [True, False]

    async def failing(*args: Any, **values: Any) -> Any:
        if not left.pop(0):
            raise OSError("connection reset")
        return await asked(*args, **values)

    monkeypatch.setattr(stage.bot.http, "get_audit_logs", failing)
    with pytest.raises(DiscordAway):
        await reader.read(stage.guild, since=clock.now())
    assert await numbers(stage) == 10
    monkeypatch.undo()
    assert await reader.read(stage.guild, since=clock.now()) is Reading.WHOLE
    assert await numbers(stage) == 15


async def test_a_bug_with_one_entry_does_not_hold_up_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = AuditReader(stage.bot)
    await reader.read(stage.guild, since=clock.now())
    _, poison, _ = banned(stage, 3)
    note = stage.bot.database.by_hand.note

    async def noted(**values: Any) -> Any:
        if values["deed"].target_id == poison:
            raise ValueError("a bug")
        return await note(**values)

    monkeypatch.setattr(stage.bot.database.by_hand, "note", noted)
    assert await reader.read(stage.guild, since=clock.now()) is Reading.WHOLE
    assert await numbers(stage) == 2


async def test_a_gap_that_is_longer_than_discord_remembers_is_said(stage: Stage) -> None:
    long_ago = time_snowflake(clock.now() - timedelta(days=60))
    await stage.bot.database.by_hand.begin(guild_id=stage.guild.id, entry_id=long_ago)
    said: list[str] = []
    sink = logger.add(said.append, level="WARNING")
    await AuditReader(stage.bot).read(stage.guild, since=clock.now())
    logger.remove(sink)
    assert "last read 60 days ago, and Discord keeps 45" in "".join(said)
