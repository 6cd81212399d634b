"""Cases: opened once, numbered without gaps, never erased, edited with a trace."""

import asyncio
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from typing import Any

import asyncpg
import pytest

from database.errors import CaseNotFound, ReasonNotAllowed
from database.models import Case, CaseFilter, CaseKind, Delivery, DirectMessage, Proof
from database.service import DatabaseService
from database.settings import PoolSettings
from database.waiting import MOST_OPENING

NewId = Callable[[], int]
ALL = CaseFilter()


@pytest.fixture
async def second_process(dsn: str, database: DatabaseService) -> AsyncIterator[DatabaseService]:
    """Another Reeve on the same database."""
    service = DatabaseService(dsn)
    await service.open()
    yield service
    await service.close()


async def test_fifty_first_cases_at_once_get_the_numbers_one_to_fifty(
    database: DatabaseService, second_process: DatabaseService, guild_id: int, new_id: NewId
) -> None:
    opened = await asyncio.gather(
        *(warn(service, guild_id, new_id()) for service in (database, second_process) for _ in range(25))
    )
    assert sorted(case.number for case in opened) == list(range(1, 51))
    stored = await database.cases.page(guild_id=guild_id, matching=ALL, limit=100)
    assert {case.number: case.interaction_id for case in stored} == {
        case.number: case.interaction_id for case in opened
    }


async def warn(service: DatabaseService, guild_id: int, interaction_id: int) -> Case:
    return await service.cases.open(
        guild_id=guild_id, kind=CaseKind.WARN, target_id=11, target_name="ann", moderator_id=22,
        moderator_name="max", reason="spam", interaction_id=interaction_id,
    )  # fmt: skip


async def test_one_interaction_delivered_ten_times_at_once_opens_one_case(
    database: DatabaseService, second_process: DatabaseService, guild_id: int, new_id: NewId
) -> None:
    interaction_id = new_id()
    opened = await asyncio.gather(
        *(warn(service, guild_id, interaction_id) for service in (database, second_process) for _ in range(5))
    )
    assert opened == [opened[0]] * 10
    assert len(await database.cases.page(guild_id=guild_id, matching=ALL)) == 1
    assert (await warn(database, guild_id, new_id())).number == 2


async def test_a_case_that_fails_leaves_no_gap(database: DatabaseService, open_case: Any) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await open_case(points=101)
    assert (await open_case()).number == 1


async def test_guilds_count_for_themselves(open_case: Any, new_id: NewId) -> None:
    assert [(await open_case(guild_id=new_id())).number for _ in range(3)] == [1, 1, 1]


async def test_what_was_opened_is_what_is_stored(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    opened = await open_case(
        points=3, channel_id=9, reason="  ‘Ünïcode’ \x00👩‍👩‍👧 'quoted' %s {x}\n ", tell_target=True
    )
    stored = await database.cases.get(guild_id=guild_id, number=1)
    assert stored == opened
    assert stored.reason == "‘Ünïcode’ 👩‍👩‍👧 'quoted' %s {x}"
    assert stored.direct_message is DirectMessage.PENDING
    assert (await open_case()).direct_message is DirectMessage.NONE


@pytest.mark.parametrize("reason", ["", "  \n ", "\x00", "x" * 1001])
async def test_a_reason_needs_from_1_to_1000_characters(
    open_case: Any, database: DatabaseService, guild_id: int, reason: str, new_id: NewId
) -> None:
    with pytest.raises(ReasonNotAllowed, match="from 1 to 1,000"):
        await open_case(reason=reason)
    await open_case(reason="👩" * 1000)
    with pytest.raises(ReasonNotAllowed):
        await database.cases.edit_reason(
            guild_id=guild_id, number=1, reason=reason, editor_id=1, interaction_id=new_id()
        )


async def test_a_case_that_does_not_exist_is_said_so(
    database: DatabaseService, guild_id: int, new_id: NewId
) -> None:
    with pytest.raises(CaseNotFound, match="no case 7"):
        await database.cases.get(guild_id=guild_id, number=7)
    with pytest.raises(CaseNotFound):
        await database.cases.edit_reason(
            guild_id=guild_id, number=7, reason="x", editor_id=1, interaction_id=new_id()
        )


async def test_an_edit_keeps_what_was_said_before(
    database: DatabaseService, open_case: Any, guild_id: int, new_id: NewId
) -> None:
    await open_case(reason="first")
    for reason in (" second ", "third"):
        await database.cases.edit_reason(
            guild_id=guild_id, number=1, reason=reason, editor_id=33, interaction_id=new_id()
        )
    case = await database.cases.get(guild_id=guild_id, number=1)
    revisions = (await database.cases.whole(guild_id=guild_id, number=1)).revisions
    assert (case.reason, case.revision) == ("third", 2)
    assert [(step.revision, step.before, step.after) for step in revisions] == [
        (1, "first", "second"),
        (2, "second", "third"),
    ]


async def test_an_edit_delivered_again_gives_the_revision_that_it_made(
    database: DatabaseService, open_case: Any, guild_id: int, new_id: NewId
) -> None:
    await open_case(reason="first")
    edit = {"guild_id": guild_id, "number": 1, "editor_id": 33}
    once = new_id()
    made = await asyncio.gather(
        *(database.cases.edit_reason(**edit, reason="second", interaction_id=once) for _ in range(5))
    )
    await database.cases.edit_reason(**edit, reason="third", interaction_id=new_id())
    late = await database.cases.edit_reason(**edit, reason="second", interaction_id=once)
    assert [*made, late] == [made[0]] * 6
    assert (await database.cases.get(guild_id=guild_id, number=1)).reason == "third"


async def test_edits_at_once_follow_each_other(
    database: DatabaseService, open_case: Any, guild_id: int, new_id: NewId
) -> None:
    await open_case(reason="0")
    await asyncio.gather(
        *(
            database.cases.edit_reason(
                guild_id=guild_id, number=1, reason=str(n), editor_id=100 + n, interaction_id=new_id()
            )
            for n in range(1, 21)
        )
    )
    revisions = (await database.cases.whole(guild_id=guild_id, number=1)).revisions
    assert [step.revision for step in revisions] == list(range(1, 21))
    said = ["0", *(step.after for step in revisions)]
    assert [step.before for step in revisions] == said[:-1]
    assert (await database.cases.get(guild_id=guild_id, number=1)).reason == said[-1]


async def test_proof_is_kept_with_its_checksum(
    database: DatabaseService, open_case: Any, guild_id: int, auditor: Any
) -> None:
    content = bytes(range(256)) * 500
    await open_case(proof=[Proof(filename="x" * 300 + ".png", content=content)])
    [evidence] = await database.case_evidence.contents(guild_id=guild_id, number=1, positions=[1])
    assert (evidence.content, evidence.sha256) == (content, sha256(content).digest())
    assert (evidence.filename[-5:], len(evidence.filename)) == ("x.png", 260)
    assert await auditor.fetchval("SELECT bool_and(sha256 = sha256(content)) FROM case_evidence")


async def test_a_repeat_does_not_add_its_proof_again(
    database: DatabaseService, open_case: Any, guild_id: int, new_id: NewId
) -> None:
    once, proof = new_id(), [Proof("a.png", b"x")]
    for _ in range(2):
        await open_case(interaction_id=once, proof=proof)
    assert len((await database.cases.whole(guild_id=guild_id, number=1)).files) == 1


async def test_the_record_counts_what_still_stands(
    database: DatabaseService, open_case: Any, guild_id: int, auditor: Any
) -> None:
    for points in (1, 2, 4):
        await open_case(points=points)
    await open_case(kind=CaseKind.NOTE)
    await open_case(target_id=99, points=50)
    await auditor.execute("UPDATE cases SET state = 'void', revision = 1 WHERE number = 3")
    record = await database.cases.record(guild_id=guild_id, target_id=11)
    assert [(line.kind, line.cases, line.points) for line in record] == [
        (CaseKind.NOTE, 1, 0),
        (CaseKind.WARN, 2, 3),
    ]
    last = await database.cases.get(guild_id=guild_id, number=2)
    assert record[1].last_at == last.created_at
    assert await database.cases.record(guild_id=guild_id, target_id=12) == []


async def test_the_place_of_the_log_post_is_remembered(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    await open_case()
    await database.cases.logged(guild_id=guild_id, number=1, channel_id=5, message_id=6, digest=b"d" * 32)
    await database.cases.told(guild_id=guild_id, number=1, outcome=DirectMessage.FAILED)
    case = await database.cases.get(guild_id=guild_id, number=1)
    assert (case.log_channel_id, case.log_message_id, case.direct_message) == (5, 6, DirectMessage.FAILED)


def test_no_late_repeat_puts_an_older_log_post_back(database: DatabaseService) -> None:
    """Another process may have posted since; the outbox delivers again, and looks first."""
    assert database.cases.logged.is_repeatable is False  # type: ignore[attr-defined]  # set by @action


async def test_a_message_that_arrived_stays_arrived_and_is_corrected_if_the_act_was_refused(
    database: DatabaseService, open_case: Any, auditor: Any
) -> None:
    """A second attempt, after a ban, may be refused; the first is what the member has read."""
    case = await open_case(tell_target=True)
    words = {"guild_id": case.guild_id, "number": case.number}
    told = database.cases.told
    await told(**words, outcome=DirectMessage.SENT, channel_id=3, message_id=4)
    await told(**words, outcome=DirectMessage.FAILED)
    found = await database.cases.get(**words)
    assert (found.direct_message, found.dm_channel_id, found.dm_message_id) == (DirectMessage.SENT, 3, 4)

    await auditor.execute("DELETE FROM outbox")
    await auditor.execute("UPDATE cases SET state = 'refused'")
    await told(**words, outcome=DirectMessage.SENT, channel_id=3, message_id=4)
    assert {row.kind for row in await database.outbox.pending(guild_id=case.guild_id)} == {
        Delivery.CASE_LOG,
        Delivery.CASE_DIRECT_MESSAGE,
    }


async def test_who_opens_a_case_in_a_busy_server_waits_without_a_connection_that_others_need(
    dsn: str, database: DatabaseService, guild_id: int, new_id: NewId
) -> None:
    """Its counter is locked by somebody outside, so that none of them gets on."""
    await warn(database, guild_id, new_id())
    outside = await asyncpg.connect(dsn)
    busy = DatabaseService(dsn, PoolSettings(pool_most=3, pool_timeout_seconds=60, lock_timeout_seconds=60))
    await busy.open()
    try:
        async with outside.transaction():
            await outside.execute("SET LOCAL reeve.system = 'on'")
            await outside.execute("SELECT 1 FROM case_counters WHERE guild_id = $1 FOR UPDATE", guild_id)
            opening = [asyncio.create_task(warn(busy, guild_id, new_id())) for _ in range(10)]
            async with asyncio.timeout(30):
                while busy.pool_status().checked_out < MOST_OPENING:  # noqa: ASYNC110  # the pool tells nobody
                    await asyncio.sleep(0)
                await busy.health()
            assert busy.pool_status().waiting == 0
        assert sorted(case.number for case in await asyncio.gather(*opening)) == list(range(2, 12))
    finally:
        await outside.close()
        await busy.close()
