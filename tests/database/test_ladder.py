"""The ladder: what warnings add up to, which step one of them reaches, once, whoever warns at the same time."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from warned import A_DAY, ANN, DAY, ESCALATING, REEVE, Server

from database.clock import clock
from database.errors import SettingNotAllowed
from database.models import (
    AuditFilter,
    CaseKind,
    CaseState,
    RestrictionKind,
    plan_ban,
    plan_timeout,
)
from database.service import DatabaseService


@pytest.fixture
def server(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> Server:
    return Server(database, guild_id, new_id)


async def test_without_a_ladder_a_warning_weighs_nothing_and_leads_to_nothing(server: Server) -> None:
    assert (await server.warn()).points == 0
    assert (await server.warn(5)).points == 5
    assert await server.taken() == []
    assert await server.points() is None


async def test_a_ladder_costs_nothing_where_there_is_none(server: Server) -> None:
    figures = server.database.figures.of("cases.open")

    async def costs(points: int | None) -> int:
        before = figures.statements
        await server.warn(points)
        return figures.statements - before

    assert [await costs(None), await costs(3)] == [1, 1]
    await server.step(9, CaseKind.KICK)
    assert [await costs(None), await costs(3)] == [2, 2]


async def test_the_warning_that_reaches_a_step_leads_to_it_with_all_that_counted(server: Server) -> None:
    await server.step(3, CaseKind.TIMEOUT, A_DAY)
    warnings = [await server.warn() for _ in range(3)]

    [timeout] = await server.taken()
    assert [each.points for each in warnings] == [1, 1, 1]
    assert (timeout.kind, timeout.state, timeout.part) == (CaseKind.TIMEOUT, CaseState.PENDING, 1)
    assert timeout.interaction_id == warnings[2].interaction_id
    assert (timeout.moderator_id, timeout.reason) == (REEVE, "3 of 3 in 30 days: spam")
    assert await server.causes(timeout.number) == [1, 2, 3]
    [first, *_] = await server.database.acts.take(
        guild_id=server.guild_id, interaction_id=timeout.interaction_id
    )
    assert (first.case_number, first.asked_by_id, first.until) == (timeout.number, None, timeout.expires_at)
    await server.warn()
    assert len(await server.taken()) == 1


async def test_a_jump_over_several_steps_takes_the_highest_alone(server: Server) -> None:
    await server.step(2, CaseKind.TIMEOUT, A_DAY)
    await server.step(4, CaseKind.KICK)
    await server.step(6, CaseKind.BAN)
    await server.warn(5)
    assert [case.kind for case in await server.taken()] == [CaseKind.KICK]


async def test_only_warnings_that_stand_and_weigh_something_count(server: Server) -> None:
    await server.step(2, CaseKind.KICK)
    await server.warn(9, kind=CaseKind.NOTE)
    await server.warn(0)
    await server.warn(9, target_id=ANN + 1)
    await server.void((await server.warn(1)).number)
    assert await server.points() == 0
    await server.warn(1)
    kicks = await server.taken()
    assert [case.target_id for case in kicks] == [ANN + 1]


async def test_a_second_delivery_leads_to_nothing_more(server: Server) -> None:
    await server.step(1, CaseKind.KICK)
    key = server.new_id()
    first = await server.warn(key=key)
    again = await server.warn(key=key)
    assert first.number == again.number
    assert len(await server.taken()) == 1


@pytest.mark.parametrize("thresholds", [(3, 5), (1, 20), (4, 4)])
async def test_twenty_warnings_at_once_reach_each_step_exactly_once(
    server: Server, thresholds: tuple[int, int]
) -> None:
    low, high = thresholds
    await server.step(low, CaseKind.TIMEOUT, A_DAY)
    if high != low:
        await server.step(high, CaseKind.TIMEOUT, 7 * A_DAY)
    await asyncio.gather(*(server.warn() for _ in range(20)))

    lengths = [case.expires_at - case.created_at for case in await server.taken() if case.expires_at]
    assert [round(length / DAY) for length in lengths] == ([1, 7] if high != low else [1])
    assert await server.points() == 20
    numbers = [case.number for case in await server.cases()]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_two_moderators_with_the_last_two_warnings_lead_to_one_step(server: Server) -> None:
    await server.step(2, CaseKind.KICK)
    for _ in range(10):
        target_id = server.new_id()
        await asyncio.gather(*(server.warn(target_id=target_id) for _ in range(2)))
        assert len([case for case in await server.taken() if case.target_id == target_id]) == 1


async def test_a_step_is_taken_again_only_after_the_sum_was_below_it(server: Server) -> None:
    await server.step(2, CaseKind.KICK)
    _, second = await server.warn(), await server.warn()
    await server.warn()
    assert len(await server.taken()) == 1
    await server.void(second.number)  # two still count
    await server.warn()
    assert len(await server.taken()) == 1
    for number in (1, 4):
        await server.void(number)
    await server.warn()
    assert len(await server.taken()) == 2


async def test_the_window_lets_warnings_go_at_its_end(
    server: Server, days_pass: Callable[[float], None]
) -> None:
    await server.step(2, CaseKind.KICK)
    await server.set("ladder_days", 10)
    await server.warn()
    days_pass(9.99)
    assert await server.points() == 1
    days_pass(0.02)
    assert await server.points() == 0
    await server.warn()
    assert await server.taken() == []


async def test_halves_are_added_up_exactly(server: Server, days_pass: Callable[[float], None]) -> None:
    await server.step(4, CaseKind.KICK)
    await server.set("ladder_halving_days", 10)
    for _ in range(3):
        await server.warn(1)
    days_pass(10.01)
    assert await server.points() == 1  # and a half
    await server.warn(2)
    assert await server.taken() == []
    await server.warn(1)
    assert len(await server.taken()) == 1


@pytest.mark.parametrize(
    ("standing", "seconds", "said"),
    [
        (CaseKind.BAN, A_DAY, "they are banned"),
        (CaseKind.TIMEOUT, A_DAY, "a longer timeout stands"),
        (CaseKind.TIMEOUT, 30 * A_DAY, None),
    ],
)
async def test_what_is_stronger_and_stands_is_not_shortened(
    server: Server, standing: CaseKind, seconds: int, said: str | None
) -> None:
    await server.step(1, CaseKind.TIMEOUT, seconds)
    until = clock.now() + 7 * DAY
    plan = plan_ban(until=None) if standing is CaseKind.BAN else plan_timeout(until=until)
    await server.warn(kind=standing, plan=plan)
    before = await _standing(server, standing)
    warning = await server.warn()

    taken = await server.taken()
    if said is None:
        assert len(taken) == 1
        assert (await _standing(server, standing)).until == taken[0].expires_at
        assert warning.trouble is None
    else:
        assert taken == []
        assert await _standing(server, standing) == before
        assert said in str(warning.trouble)
        kept = await server.database.cases.get(guild_id=server.guild_id, number=warning.number)
        assert kept.trouble == warning.trouble


async def test_nobody_kicks_by_warnings_beyond_what_the_guard_allows(server: Server) -> None:
    await server.step(2, CaseKind.KICK)
    guarded = ESCALATING._replace(most_acts=2)
    outcomes = []
    for target_id in range(601, 605):
        await server.warn(1, target_id=target_id, escalating=guarded)
        outcomes.append((await server.warn(1, target_id=target_id, escalating=guarded)).trouble)
    assert outcomes[:2] == [None, None]
    assert all("the number of kicks and bans that the server allows" in str(each) for each in outcomes[2:])
    assert [case.target_id for case in await server.taken()] == [601, 602]
    [paused] = await server.database.staff_guards.paused(guild_id=server.guild_id)
    assert (paused.moderator_id, paused.acts) == (22, 2)


async def test_what_nobody_took_is_due_for_the_worker(server: Server) -> None:
    """Whoever warned died right after."""
    await server.step(1, CaseKind.KICK)
    warning = await server.warn()
    [kick] = await server.taken()
    due = await server.database.acts.claim(now=clock.now() + timedelta(seconds=11), limit=1_000)
    assert [act.case_number for act in due if act.guild_id == server.guild_id] == [kick.number]
    again = await server.database.acts.take(guild_id=server.guild_id, interaction_id=warning.interaction_id)
    assert again == []


async def _standing(server: Server, kind: CaseKind) -> Any:
    return await server.database.restrictions.get(
        guild_id=server.guild_id, subject_id=ANN, kind=RestrictionKind(kind.value)
    )


async def test_a_void_warning_takes_the_ground_from_the_step_that_it_led_to(server: Server) -> None:
    await server.step(2, CaseKind.TIMEOUT, A_DAY)
    await server.warn(1)
    await server.warn(2)
    [timeout] = await server.taken()

    async def shaken(number: int) -> list[int]:
        cases = await server.database.ladders.consequences_of(guild_id=server.guild_id, number=number)
        return [case.number for case in cases]

    assert await shaken(2) == []
    await server.void(1)
    assert await shaken(1) == []  # the other weighs two
    await server.void(2)
    assert await shaken(2) == await shaken(1) == [timeout.number]
    [act] = await server.database.acts.take(guild_id=server.guild_id, interaction_id=timeout.interaction_id)
    await server.database.acts.send(act)
    await server.database.acts.done(act)
    assert await shaken(2) == [timeout.number]
    await server.void(timeout.number)
    assert await shaken(2) == []


@pytest.mark.parametrize(
    ("threshold", "kind", "seconds", "said"),
    [
        (0, CaseKind.KICK, None, "1 to 1,000"),
        (1, CaseKind.WARN, None, "choose one of"),
        (1, CaseKind.TIMEOUT, None, "needs a duration"),
        (1, CaseKind.KICK, A_DAY, "has no duration"),
        (1, CaseKind.SOFTBAN, A_DAY, "has no duration"),
        (1, CaseKind.TIMEOUT, 366 * A_DAY, "365 days"),
        (1, CaseKind.BAN, 9, "10 seconds"),
        (7, CaseKind.KICK, None, "there is one at 7 already"),
    ],
)
async def test_a_step_that_makes_no_sense_is_refused_in_one_sentence(
    server: Server, threshold: int, kind: CaseKind, seconds: int | None, said: str
) -> None:
    await server.step(7, CaseKind.BAN)
    with pytest.raises(SettingNotAllowed, match=said):
        await server.step(threshold, kind, seconds)
    assert len(await server.database.ladders.steps(guild_id=server.guild_id)) == 1


async def test_a_ladder_holds_twenty_steps_and_says_who_set_them(server: Server) -> None:
    for threshold in range(1, 21):
        await server.step(threshold, CaseKind.KICK)
    with pytest.raises(SettingNotAllowed, match="at most 20"):
        await server.step(21, CaseKind.KICK)
    assert (await server.database.guild_configs.get(guild_id=server.guild_id)).ladder_steps == 20
    for threshold in (20, 20):
        await server.database.ladders.remove_step(**server.change, threshold=threshold)
    config = await server.database.guild_configs.read(guild_id=server.guild_id)
    assert (config.ladder_steps, config.version) == (19, 21)
    trail = await server.database.audit.page(guild_id=server.guild_id, matching=AuditFilter(), limit=1)
    assert (trail[0].field, trail[0].before, trail[0].after) == (
        "ladder:20",
        {"kind": "kick", "seconds": None},
        None,
    )


async def test_presets_are_added_changed_and_removed_by_name(server: Server) -> None:
    ladders, where = server.database.ladders, {"guild_id": server.guild_id}

    async def put(name: str, text: str, weight: int, *, is_new: bool) -> None:
        await ladders.put_preset(**server.change, name=name, reason=text, weight=weight, is_new=is_new)

    await put("Spam", "No advertising.", 2, is_new=True)
    await put("SPAM", "No advertising here.", 3, is_new=False)
    [preset] = await ladders.presets(**where)
    assert (preset.name, preset.text, preset.weight) == ("Spam", "No advertising here.", 3)
    for name, text, weight, is_new, said in (
        ("spam", "other", 1, True, "already"),
        ("rude", "other", 1, False, "none with that name"),
        ("x" * 51, "other", 1, True, "1 to 50"),
        ("rude", "  ", 1, True, "1 to 1,000"),
        ("rude", "other", 101, True, "0 to 100"),
    ):
        with pytest.raises(SettingNotAllowed, match=said):
            await put(name, text, weight, is_new=is_new)
    assert (await server.database.guild_configs.get(**where)).reason_presets == 1
    await ladders.remove_preset(**server.change, name="Spam")
    assert await ladders.presets(**where) == []
    assert (await server.database.guild_configs.get(**where)).reason_presets == 0


async def test_a_step_that_was_taken_is_written_once_and_never_again(server: Server, auditor: Any) -> None:
    await server.step(1, CaseKind.KICK)
    await server.warn()
    await auditor.execute("SET reeve.system = 'on'")
    for change in (
        "UPDATE ladder_climbs SET threshold = 2",
        "DELETE FROM ladder_climbs",
        "TRUNCATE ladder_climbs",
    ):
        with pytest.raises(asyncpg.PostgresError):
            await auditor.execute(change)
    with pytest.raises(asyncpg.UniqueViolationError):
        await auditor.execute(
            "INSERT INTO ladder_climbs SELECT guild_id, 1, warning_number, 1, 0, now() FROM ladder_climbs"
        )
