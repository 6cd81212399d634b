"""The audit trail: every change leaves exactly one entry, and nobody takes an entry back."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from database.clock import clock
from database.errors import ActionRefused
from database.models import (
    AuditEntry,
    AuditFilter,
    CaseFilter,
    CaseKind,
    ExportFormat,
    Proof,
    Subject,
    metadata,
)
from database.models.earning import Earner, Earning
from database.service import DatabaseService

NewId = Callable[[], int]
EVERYTHING = AuditFilter()
ONLY_ADDED = [
    "case_evidence",
    "case_exports",
    "case_notes",
    "case_revisions",
    "guild_config_changes",
    "point_transfers",
]
KEPT = ["cases", "point_operations"]
OF_GUILDS = sorted(name for name, table in metadata.tables.items() if "guild_id" in table.columns)


@pytest.fixture
def act(database: DatabaseService, guild_id: int, new_id: NewId) -> Callable[..., Awaitable[Any]]:
    """Something that somebody does in this guild, with what it needs filled in."""
    usual: dict[str, dict[str, Any]] = {
        "cases.open": {
            "kind": CaseKind.WARN, "target_id": 5011, "target_name": "ann", "moderator_id": 22,
            "moderator_name": "max", "reason": "spam",
        },
        "cases.edit_reason": {"number": 1, "reason": "rude", "editor_id": 33},
        "case_notes.write": {"number": 1, "note": "asked", "author_id": 33, "author_name": "mia"},
        "case_exports.note": {
            "matching": CaseFilter(), "format": ExportFormat.CSV, "cases": 1, "exported_by_id": 33,
        },
        "reports.make": {
            "target_id": 5011, "target_name": "ann", "reporter_id": 5021, "reporter_name": "ben", "reason": "rude",
        },
        "reports.take": {"number": 1, "moderator_id": 66},
        "reports.answer": {"number": 1, "moderator_id": 66},
        "reports.close": {"number": 1, "moderator_id": 66},
        "appeals.make": {
            "case_number": 1, "appellant_id": 5011, "appeal": "not me", "limit": 9, "cooldown_days": 0,
        },
        "appeals.decide": {"reviewer_id": 77, "reviewer_name": "zoe"},
        "guild_configs.change": {"changed_by_id": 44},
        "points.award": {"receiver_id": 5011, "receiver_is_bot": False, "amount": 9, "reason": "r", "actor_id": 55},
        "points.transfer": {"giver_id": 5011, "receiver_id": 5012, "receiver_is_bot": False, "amount": 1, "note": None},
    }  # fmt: skip

    async def did(name: str, **different: Any) -> Any:
        topic, verb = name.split(".")
        words = {"guild_id": guild_id, "interaction_id": new_id(), **usual[name], **different}
        return await getattr(getattr(database, topic), verb)(**words)

    return did


async def trail(
    database: DatabaseService, guild_id: int, asked: AuditFilter = EVERYTHING
) -> list[AuditEntry]:
    return [*await database.audit.page(guild_id=guild_id, matching=asked, limit=100)]


def told(entry: AuditEntry) -> tuple[Any, ...]:
    return entry[1:4] + entry[5:]


async def test_every_change_leaves_one_entry_with_who_from_to_and_why(
    act: Any, database: DatabaseService, guild_id: int
) -> None:
    began = clock.now()
    await act("cases.open")
    await act("cases.edit_reason", reason="rude", why="typed in a hurry")
    await act("cases.edit_reason", reason="very rude")
    await act("guild_configs.change", setting="log_channel_id", value=7, why="a new channel")
    await act("guild_configs.change", setting="moderator_role_ids", value=[3, 4])
    await act("points.award", amount=9, reason="won the quiz")
    await act("points.award", amount=1, reason="and more")

    entries = (await trail(database, guild_id))[::-1]

    points = [entry.subject_id for entry in entries if entry.subject is Subject.POINTS]
    assert [told(entry) for entry in entries] == [
        (22, "case", 1, 5011, "opened", None, "warn", "spam"),
        (33, "case", 1, 5011, "reason", "spam", "rude", "typed in a hurry"),
        (33, "case", 1, 5011, "reason", "rude", "very rude", None),
        (44, "config", 1, None, "log_channel_id", None, 7, "a new channel"),
        (44, "config", 2, None, "moderator_role_ids", [], [3, 4], None),
        (55, "points", points[0], 5011, "balance", 0, 9, "won the quiz"),
        (55, "points", points[1], 5011, "balance", 9, 10, "and more"),
    ]
    moments = [entry.at for entry in entries]
    assert began <= moments[0] <= moments[-1] <= clock.now()
    assert moments == sorted(moments)


async def test_reports_and_appeals_leave_entries_too(
    act: Any, database: DatabaseService, guild_id: int
) -> None:
    await act("cases.open")
    await act("reports.make")
    await act("reports.make", reporter_id=5022, reporter_name="cy", reason="me too")
    await act("reports.take")
    await act("reports.answer", answer="we look at it")
    await act("reports.close", case_number=1, outcome="a warning")
    await act("appeals.make")
    await act("appeals.decide", number=1, is_approved=False, answer="it was you")
    await act("appeals.make")
    await act("appeals.decide", number=2, is_approved=True)

    entries = [entry for entry in (await trail(database, guild_id))[::-1] if entry.subject != "case"]

    assert [told(entry) for entry in entries] == [
        (5021, "report", 1, 5011, "reported", None, None, "rude"),
        (5022, "report", 1, 5011, "reported", None, None, "me too"),
        (66, "report", 1, 5011, "taken", None, None, None),
        (66, "report", 1, 5011, "answered", None, "we look at it", None),
        (66, "report", 1, 5011, "closed", None, {"case_number": 1}, "a warning"),
        (5011, "appeal", 1, 5011, "made", None, {"case_number": 1}, "not me"),
        (77, "appeal", 1, 5011, "state", "open", "denied", "it was you"),
        (5011, "appeal", 2, 5011, "made", None, {"case_number": 1}, "not me"),
        (77, "appeal", 2, 5011, "state", "open", "approved", None),
    ]
    for subject in (Subject.REPORT, Subject.APPEAL):
        found = await trail(database, guild_id, AuditFilter(subject))
        assert found[::-1] == [entry for entry in entries if entry.subject is subject]


async def test_what_changed_nothing_and_what_members_do_themselves_leaves_no_entry(
    act: Any, database: DatabaseService, guild_id: int
) -> None:
    await act("guild_configs.change", setting="points_per_message", value=1)
    await act("cases.open", target_id=33)
    for refused in (
        act("cases.edit_reason", editor_id=33),
        act("cases.edit_reason", reason="spam", editor_id=9),
        act("points.award", amount=0),
        act("points.award", receiver_is_bot=True),
    ):
        with pytest.raises(ActionRefused):
            await refused
    await act("points.award")
    entries = await trail(database, guild_id)
    await act("points.transfer")
    earning = Earning(1, 5011, clock.now())
    await database.earnings.earn(guild_id=guild_id, earner=Earner.MESSAGE, earnings=[earning])
    await database.cases.logged(guild_id=guild_id, number=1, channel_id=1, message_id=1, digest=bytes(32))
    await database.users.seen(guild_id=guild_id, user_id=1, name="a", display_name="a", seen_at=clock.now())
    assert await trail(database, guild_id) == entries
    assert [entry.field for entry in entries] == ["balance", "opened"]


async def test_a_second_delivery_adds_no_second_entry(
    act: Any, database: DatabaseService, guild_id: int, new_id: NewId
) -> None:
    interaction_id = new_id()
    await act("guild_configs.change", setting="points_per_message", value=5, interaction_id=interaction_id)
    await act("guild_configs.change", setting="points_per_message", value=6)
    for _ in range(2):
        now = await act(
            "guild_configs.change", setting="points_per_message", value=5, interaction_id=interaction_id
        )
    assert (now.points_per_message, now.version) == (6, 2)
    assert [entry.after for entry in await trail(database, guild_id)] == [6, 5]


async def test_the_trail_is_read_by_subject_and_by_actor_in_pages(
    act: Any, database: DatabaseService, guild_id: int
) -> None:
    for value in range(2, 9):
        await act("guild_configs.change", setting="points_per_message", value=value, changed_by_id=value % 2)
        await act("cases.open", moderator_id=1)
    everything = await trail(database, guild_id)
    assert len(everything) == 14
    for asked in (
        AuditFilter(Subject.CONFIG),
        AuditFilter(actor_id=1),
        AuditFilter(Subject.CASE, 0),
        EVERYTHING,
    ):
        wanted = [
            entry
            for entry in everything
            if asked.subject in (None, entry.subject) and asked.actor_id in (None, entry.actor_id)
        ]
        assert await trail(database, guild_id, asked) == wanted
        assert await database.audit.count(guild_id=guild_id, matching=asked) == len(wanted)
        seen: list[AuditEntry] = []
        while page := await database.audit.page(
            guild_id=guild_id, matching=asked, before=seen[-1].place if seen else None, limit=3
        ):
            seen += page
        assert seen == wanted


async def test_another_guilds_entries_are_not_shown_by_the_view_itself(
    act: Any, auditor: Any, guild_id: int, new_id: NewId
) -> None:
    theirs = new_id()
    for each in (guild_id, theirs):
        await act("cases.open", guild_id=each)
        await act("cases.edit_reason", guild_id=each)
        await act("guild_configs.change", guild_id=each, setting="points_per_message", value=5)
        await act("points.award", guild_id=each)
    asked = "SELECT DISTINCT guild_id, subject FROM audit_trail"
    assert len(await auditor.fetch(asked)) == 6
    await auditor.execute(f"SET reeve.system = 'off'; SET reeve.guild_id = '{guild_id}'")
    assert {row["guild_id"] for row in await auditor.fetch(asked)} == {guild_id}
    await auditor.execute("SET reeve.guild_id = ''")
    assert await auditor.fetch(asked) == []


@pytest.fixture
async def filled(act: Any) -> None:
    await act("cases.open", proof=[Proof("a.png", b"x")])
    await act("cases.edit_reason")
    await act("case_notes.write")
    await act("case_exports.note")
    await act("guild_configs.change", setting="points_per_message", value=5)
    await act("points.award")


REWRITES = [
    *((f"UPDATE {table} SET guild_id = guild_id", "are only added") for table in ONLY_ADDED),
    *((f"DELETE FROM {table}", "are only added") for table in ONLY_ADDED),
    *((f"DELETE FROM {table}", "no row is deleted") for table in KEPT),
    *((f"TRUNCATE {table} CASCADE", "is not emptied") for table in OF_GUILDS),
]


@pytest.mark.parametrize(("statement", "words"), REWRITES)
async def test_the_owner_itself_has_no_right_to_rewrite_the_trail(
    filled: None, auditor: Any, statement: str, words: str
) -> None:
    """One column of point_transfers is the exception that foreign keys need, and there the trigger stands."""
    wall = (asyncpg.RestrictViolationError, words) if "UPDATE point_transfers" in statement else DENIED
    with pytest.raises(wall[0], match=wall[1]):
        await auditor.execute(statement)


DENIED = (asyncpg.InsufficientPrivilegeError, "permission denied for table")


@pytest.fixture
async def superuser(mortal_server: Any) -> AsyncIterator[Any]:
    """On a server of its own, whose tables have a row each."""
    database = DatabaseService(mortal_server.dsn)
    await database.open()
    numbers = itertools.count(1)
    words = {"guild_id": 1}
    await database.cases.open(
        **words, kind=CaseKind.WARN, target_id=5011, target_name="a", moderator_id=1, moderator_name="b", reason="r",
        interaction_id=next(numbers), proof=[Proof("a.png", b"x")],
    )  # fmt: skip
    await database.cases.edit_reason(**words, number=1, reason="x", editor_id=1, interaction_id=next(numbers))
    await database.case_notes.write(
        **words, number=1, note="x", author_id=1, author_name="a", interaction_id=next(numbers)
    )
    await database.case_exports.note(
        **words, matching=CaseFilter(), format=ExportFormat.CSV, cases=1, exported_by_id=1,
        interaction_id=next(numbers),
    )  # fmt: skip
    await database.guild_configs.change(
        **words, setting="points_per_message", value=5, changed_by_id=1, interaction_id=next(numbers)
    )
    await database.points.award(
        **words, receiver_id=5011, receiver_is_bot=False, amount=1, reason="r", actor_id=1, interaction_id=next(numbers)
    )  # fmt: skip
    await database.close()
    name = make_url(mortal_server.dsn).database
    connection = await asyncpg.connect(mortal_server.server.superuser_dsn, database=name)
    yield connection
    await connection.close()


REFUSED_TO_ALL = [
    *REWRITES,
    *(
        (f"UPDATE cases SET {change}", "how it was opened stays")
        for change in (
            "number = number + 1", "kind = 'note'", "target_id = 1", "moderator_id = 7", "interaction_id = 99",
            "created_at = created_at - interval '1 second'", "guild_id = 2",
        )
    ),
    ("UPDATE cases SET reason = 'other'", "its reason changes with a new revision"),
    ("UPDATE cases SET state = 'void'", "it is voided and restored with a new revision"),
    ("UPDATE cases SET reason = 'other', revision = revision + 2", "its reason changes with a new revision"),
    *(
        (f"UPDATE point_operations SET {change}", "a request and its answer stay")
        for change in ("answer = '{}'", "answer = NULL", "refusal = 'x'", "note = NULL", "actor_id = 7")
    ),
]  # fmt: skip


async def test_not_even_a_superuser_rewrites_the_trail(superuser: Any) -> None:
    for statement, words in REFUSED_TO_ALL:
        with pytest.raises(asyncpg.RestrictViolationError, match=words):
            await superuser.execute(statement)
    assert (
        await superuser.execute(
            "UPDATE cases SET state = 'void', revision = revision + 1, log_channel_id = NULL"
        )
        == "UPDATE 1"
    )


async def test_a_transfer_may_point_at_the_one_that_it_resolves(
    filled: None, auditor: Any, guild_id: int
) -> None:
    """The foreign key locks the first row with rights that the owner has given away but for one column."""
    added = await auditor.execute(
        "INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, parent_id, "
        "reverses_id, posted_at) SELECT guild_id, operation_id, 'void', debit_id, credit_id, amount, transfer_id, "
        "transfer_id, now() FROM point_transfers WHERE guild_id = $1",
        guild_id,
    )
    assert added == "INSERT 0 1"


async def test_an_operation_is_answered_once(filled: None, auditor: Any, guild_id: int) -> None:
    await auditor.execute(
        "INSERT INTO point_operations (guild_id, source, external_id, request_hash, kind, actor_id, asked_at) "
        "VALUES ($1, 'interaction', 77, $2, 'award', 1, now())",
        guild_id,
        bytes(32),
    )
    answer = "UPDATE point_operations SET answer = '{}', refusal = 'x' WHERE external_id = 77"
    assert await auditor.execute(answer) == "UPDATE 1"
    with pytest.raises(asyncpg.RestrictViolationError, match="a request and its answer stay"):
        await auditor.execute(answer)


async def test_the_trail_of_a_busy_server_is_read_quickly(
    act: Any, auditor: Any, database: DatabaseService, guild_id: int
) -> None:
    """The newest page of 20,000 cases in one guild: about 0.1 s, and Discord waits for 3; a busy machine gets 30."""
    await auditor.execute(
        "INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, "
        "reason, points, interaction_id, part, origin, direct_message, revision, created_at) "
        "SELECT $1, n, 'warn', 'active', 1, 'a', 2, 'b', 'r', 0, n, 0, 'command', 'none', 0, "
        "now() - n * interval '1 second' "
        "FROM generate_series(1, 20000) n",
        guild_id,
    )
    async with asyncio.timeout(30):
        assert len(await trail(database, guild_id)) == 100
    assert await database.audit.count(guild_id=guild_id, matching=EVERYTHING) == 20_000
