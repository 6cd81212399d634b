"""A direct message goes out once and in time, whoever sends it and whoever dies meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from effects_stage import Stage, open_stage

from cogs.moderation import _direct_message
from cogs.moderation._direct_message import tell, tell_now, tell_void, untell
from database.clock import clock
from database.models import Case, CaseKind, Delivery, DirectMessage, OutboxRow
from database.service import DatabaseService

SEND = "POST /channels/*/messages"


@pytest.fixture(scope="module")
async def shared() -> AsyncIterator[Stage]:
    async with open_stage() as stage:
        yield stage
        clock.move_to(timedelta())


@pytest.fixture
async def auditor(dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET reeve.system = 'on'")
    yield connection
    await connection.close()


@pytest.fixture
def stage(shared: Stage, database: DatabaseService) -> Stage:
    shared.bot.database = database
    shared.sandbox.faults.clear()
    return shared


def time_passes(stage: Stage, later: timedelta) -> None:
    """For Reeve and for Discord."""
    clock.move_to(clock.ahead + later)
    stage.sandbox.clock.advance(later.total_seconds())


async def opened(stage: Stage, reason: str = "spam", kind: CaseKind = CaseKind.WARN, **more: Any) -> Case:
    """A case about somebody of its own whose direct message is still to be sent."""
    case: Case = await stage.bot.database.cases.open(
        guild_id=stage.guild.id, kind=kind, target_id=stage.stranger(), target_name="a stranger", moderator_id=1,
        moderator_name="max", reason=reason, interaction_id=stage.sandbox.core.ids.next(), tell_target=True, **more,
    )  # fmt: skip
    return case


async def now_is(stage: Stage, case: Case) -> Case:
    found: Case = await stage.bot.database.cases.get(guild_id=case.guild_id, number=case.number)
    return found


def read_by(stage: Stage, case: Case) -> list[Any]:
    """The direct messages of the case's target, as they are on Discord."""
    world = stage.sandbox.world
    channels = [each.id for each in world.channels.values() if case.target_id in each.recipient_ids]
    return [message for channel in channels for message in world.messages.get(channel, {}).values()]


async def claimed(stage: Stage, case: Case) -> OutboxRow:
    """As the worker takes it."""
    row = await stage.bot.database.outbox.claim_one(
        guild_id=case.guild_id, delivery=Delivery.CASE_DIRECT_MESSAGE, subject_id=case.number, now=clock.now()
    )
    assert row is not None
    return row


async def killed_before_it_is_noted(auditor: Any, case: Case) -> None:
    """What a kill -9 between Discord's answer and the note of it leaves behind."""
    await auditor.execute(
        "UPDATE cases SET direct_message = 'pending', dm_channel_id = NULL, dm_message_id = NULL "
        "WHERE guild_id = $1 AND number = $2",
        case.guild_id,
        case.number,
    )


async def test_where_the_message_is_stands_on_the_case(stage: Stage) -> None:
    case = await opened(stage)
    await tell_now(stage.bot, stage.guild, case)

    [message], noted = read_by(stage, case), await now_is(stage, case)
    assert noted.direct_message is DirectMessage.SENT
    assert (noted.dm_channel_id, noted.dm_message_id) == (message.channel_id, message.id)
    row = await stage.bot.database.outbox.claim_one(
        guild_id=case.guild_id, delivery=Delivery.CASE_DIRECT_MESSAGE, subject_id=case.number, now=clock.now()
    )
    assert row is None, "nobody delivers it again"


@pytest.mark.parametrize("later", [timedelta(seconds=2), timedelta(hours=7)])
async def test_who_was_killed_before_noting_it_does_not_send_it_again(
    stage: Stage, auditor: Any, later: timedelta
) -> None:
    """Within minutes Discord knows the nonce; after an outage of hours the history tells."""
    case = await opened(stage, f"after {later}")
    await tell(stage.bot, stage.guild, case.number)
    await killed_before_it_is_noted(auditor, case)

    time_passes(stage, later)
    await tell(stage.bot, stage.guild, case.number)
    [message], noted = read_by(stage, case), await now_is(stage, case)
    assert (noted.direct_message, noted.dm_message_id) == (DirectMessage.SENT, message.id)


async def test_a_ban_in_between_does_not_make_a_delivered_message_a_failed_one(
    stage: Stage, auditor: Any
) -> None:
    case = await opened(stage, "then banned")
    await tell(stage.bot, stage.guild, case.number)
    await killed_before_it_is_noted(auditor, case)

    stage.sandbox.faults.add(SEND, 403, code=50007)
    await tell(stage.bot, stage.guild, case.number)
    assert (await now_is(stage, case)).direct_message is DirectMessage.SENT
    assert len(read_by(stage, case)) == 1


async def test_an_act_waits_for_the_worker_that_sends_its_message_at_that_moment(stage: Stage) -> None:
    case = await opened(stage, "both at once")
    row = await claimed(stage, case)
    figures = stage.bot.database.figures.of("outbox.claim_one")
    asked = figures.statements
    waiting = asyncio.create_task(tell_now(stage.bot, stage.guild, case, seconds=30))
    async with asyncio.timeout(30):
        while figures.statements < asked + 3 and not waiting.done():  # noqa: ASYNC110  # it has no event of ours
            await asyncio.sleep(0)
    assert not waiting.done()

    await tell(stage.bot, stage.guild, case.number)
    await stage.bot.database.outbox.delivered(row)
    await waiting
    assert len(read_by(stage, case)) == 1


async def test_many_at_once_send_one_message(stage: Stage) -> None:
    case = await opened(stage, "a crowd")
    await asyncio.gather(*(tell_now(stage.bot, stage.guild, case, seconds=30) for _ in range(8)))
    assert len(read_by(stage, case)) == 1
    assert (await now_is(stage, case)).direct_message is DirectMessage.SENT


@pytest.mark.parametrize("trouble", ["timeout", "the worker has it", 500, "database"])
async def test_no_trouble_holds_up_an_act_or_loses_the_message(
    stage: Stage, trouble: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await opened(stage, f"trouble {trouble}")
    if trouble == "the worker has it":
        await claimed(stage, case)
    elif trouble == "database":
        closed = DatabaseService("postgresql://nobody@127.0.0.1:1/nowhere")
        monkeypatch.setattr(stage.bot, "database", closed)
    else:
        stage.sandbox.faults.add("POST /users/@me/channels", trouble, times=9)

    began = time.monotonic()
    await tell_now(stage.bot, stage.guild, case, seconds=0.3)
    assert time.monotonic() - began < 20
    monkeypatch.undo()
    stage.sandbox.faults.clear()
    assert (await now_is(stage, case)).direct_message is DirectMessage.PENDING

    time_passes(stage, timedelta(seconds=11))
    await claimed(stage, case)


async def test_a_bug_in_telling_holds_up_no_act(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await opened(stage, "a bug")

    async def broken(*_: Any) -> None:
        raise KeyError("canary")

    monkeypatch.setattr(_direct_message, "tell", broken)
    await tell_now(stage.bot, stage.guild, case)


async def test_who_accepts_no_messages_is_noted_and_not_tried_again(stage: Stage) -> None:
    case = await opened(stage, "closed")
    stage.sandbox.world.users[case.target_id].dms_closed = True
    await tell_now(stage.bot, stage.guild, case)
    assert (await now_is(stage, case)).direct_message is DirectMessage.FAILED
    assert read_by(stage, case) == []


async def test_what_was_refused_is_corrected_and_what_was_not_told_stays_untold(
    stage: Stage, auditor: Any
) -> None:
    told, untold = await opened(stage, "told"), await opened(stage, "untold")
    await tell_now(stage.bot, stage.guild, told)
    for case in (told, untold):
        await auditor.execute(
            "UPDATE cases SET state = 'refused' WHERE guild_id = $1 AND number = $2",
            case.guild_id,
            case.number,
        )
    database = stage.bot.database
    await database.cases.told(guild_id=told.guild_id, number=told.number, outcome=DirectMessage.SENT)
    for _ in range(2):
        await untell(stage.bot, stage.guild, told)
        await tell(stage.bot, stage.guild, untold.number)

    [message] = read_by(stage, told)
    assert message.embeds[0]["title"] == "This did not happen"
    assert "spam" not in str(message.embeds)
    assert read_by(stage, untold) == []
    assert (await now_is(stage, untold)).direct_message is DirectMessage.NONE


async def test_each_voiding_of_a_case_is_told_once(stage: Stage, auditor: Any) -> None:
    case = await opened(stage, "to be voided")
    edits, ids = stage.bot.database.case_edits, stage.sandbox.core.ids
    words = {"guild_id": case.guild_id, "number": case.number}
    for round_ in (1, 2):
        await edits.void(**words, why=f"mistake {round_}", editor_id=1, interaction_id=ids.next())
        await edits.tell_void(**words)
        for _ in range(2):
            await tell_void(stage.bot, stage.guild, case.number)
            await auditor.execute(
                "UPDATE cases SET void_message = 'pending' WHERE guild_id = $1 AND number = $2",
                *words.values(),
            )
        time_passes(stage, timedelta(minutes=30))
        await tell_void(stage.bot, stage.guild, case.number)
        assert (await now_is(stage, case)).void_message is DirectMessage.SENT
        await edits.restore(**words, why=None, editor_id=1, interaction_id=ids.next())

    reasons = [message.embeds[0]["description"].splitlines()[-1] for message in read_by(stage, case)]
    assert reasons == ["**Reason:** mistake 1", "**Reason:** mistake 2"]
