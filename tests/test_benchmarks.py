"""The benchmarks run, and say what INTERFACES.md promises. How fast anything is, no test asserts."""

import dataclasses
import json
import random

import asyncpg
import pytest

from benchmarks import __main__ as bench
from benchmarks import (
    boards,
    cached_reads,
    case_lists,
    database_load,
    figures,
    memory,
    sandbox_load,
    wire_load,
)
from benchmarks.database_world import FIRST_KEY, seeded
from benchmarks.large_server import large_server
from benchmarks.ours import Ours
from benchmarks.plain_rows import PlainCase
from benchmarks.results import Run, compare
from database.models import Case
from soak.ledger_audit import mistakes_of

PROMISED = {
    "name",
    "concurrency",
    "ours_per_s",
    "p50_ms",
    "p99_ms",
    "reference",
    "reference_per_s",
    "ratio",
    "runs",
}


async def test_the_load_of_the_sandbox_is_measured_beside_a_bare_server() -> None:
    *loads, world = await sandbox_load.results(acts=20, pairs=2, members=50, guilds=2)
    assert [one["name"] for one in loads] == ["sandbox: interactions", "sandbox: messages"]
    for one in loads:
        assert one.keys() >= PROMISED
        assert one["reference"] == "bare aiohttp"
        assert len(one["runs"]) == 2
        assert all(run["ours_per_s"] > 0 and run["reference_per_s"] > 0 for run in one["runs"])
    assert world["rss_mib"] > 0
    json.dumps(loads)


async def test_every_act_is_measured_beside_asyncpg_and_a_session() -> None:
    found = await database_load.results(guilds=2, seconds=0.001, pairs=1, concurrencies=(2,), warm_ups=0)
    assert len(found) == 2 * len(database_load.ACTS)
    for one in found:
        assert one.keys() >= PROMISED
        assert one["reference"] in {"asyncpg", "AsyncSession"}
        assert one["ours_per_s"] > 0
    [cached] = await cached_reads.results(reads=100, pairs=1)
    assert cached["microseconds_each"] > 0


async def test_pages_of_case_lists_are_measured_and_their_plans_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = await case_lists.results(guilds=2, seconds=0.001, pairs=1)
    assert len(found) == len(case_lists.QUESTIONS)
    assert all(one.keys() >= PROMISED and one["ours_per_s"] > 0 for one in found)
    assert {each.name for each in dataclasses.fields(PlainCase)} == set(Case.model_fields)
    assert capsys.readouterr().out.count("-- plan: ") == len(found)


async def test_a_year_s_figures_are_measured_beside_the_same_figures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with large_server(2_000) as dsn:
        found = await figures.compared(dsn, "a year", seconds=0.001, pairs=1)
        side = await Ours.open(dsn, connections=1)
        own = await figures.figures(side)
        connection = await asyncpg.connect(dsn)
        same = await figures.figures_by_hand(connection)
        await connection.close()
        await side.close()
    assert found.keys() >= PROMISED
    assert capsys.readouterr().out.count("-- plan: ") == 3
    people = [row for row in same["days"] if row["kind"] != "note" and not row["is_automatic"]]
    for kind, days in own.kinds.items():
        assert days == [
            sum(row["count"] for row in people if (row["day"], row["kind"]) == (place, kind))
            for place in range(1, 366)
        ]
    assert sum(map(sum, own.kinds.values())) == sum(row["count"] for row in people) == own.outcomes.acts > 0
    assert own.moderators == [(row[0], row[2], row[1]) for row in same["moderators"]]
    became, [overturned] = tuple(same["outcomes"][0]), same["overturned"][0]
    assert own.outcomes == (*became[:2], overturned, *became[2:])
    assert own.outcomes.overturned > 0
    medians = {row["day"]: row["median"] for row in same["reports"]}
    assert own.report_seconds == [medians.get(place) for place in range(1, 366)]
    assert own.reports[1:] == tuple(same["all reports"][0])


async def test_leaderboards_of_one_server_are_measured() -> None:
    *figures, beside = await boards.results(members=300, seconds=0.1, pairs=1)
    assert len(figures) == 8
    assert all(one["p50_ms"] > 0 for one in figures[1:])
    assert beside.keys() >= PROMISED


async def test_the_wire_is_measured_beside_a_bare_bot() -> None:
    found = await wire_load.results(acts=4, messages=20, pairs=1)
    assert [one["name"] for one in found] == [
        "wire: /warn",
        "wire: /points give",
        "wire: a message within the cool-down",
        "wire: a message that earns",
    ]
    assert all(one.keys() >= PROMISED for one in found)


async def test_the_bot_s_memory_is_measured() -> None:
    [found] = await memory.results(guilds=2, rounds=1, acts=4)
    assert found["idle_mib"] > 0
    assert len(found["after_each_round_mib"]) == 1


async def test_what_all_three_sides_write_adds_up() -> None:
    """Else a reference could be fast because it leaves something out."""
    dice = random.Random(1)
    async with seeded(guilds=2) as world, database_load.all_sides(world.dsn) as sides:
        for side in sides:
            for act in database_load.ACTS.values():
                await act(side, world, dice)
        auditor = await asyncpg.connect(world.dsn)
        await auditor.execute("SET reeve.system = 'on'")
        for guild_id in range(world.one_guild, world.one_guild + 2):
            assert await mistakes_of(auditor, guild_id) == []
        written = "SELECT count(*) FROM {} WHERE {} >= $1"
        for table, key, each in (("cases", "interaction_id", 2), ("point_operations", "external_id", 3)):
            assert await auditor.fetchval(written.format(table, key), FIRST_KEY) == each * len(sides)
        assert await auditor.fetchval("SELECT count(*) FROM outbox") == 2 * 2 * len(sides)
        await auditor.close()


async def test_a_ratio_is_the_median_of_pairs_and_each_goes_first_in_turn() -> None:
    order: list[str] = []
    ours, theirs = iter([10.0, 100.0, 30.0, 8.0, 50.0]), iter([10.0, 10.0, 10.0, 16.0, 10.0])

    async def own() -> Run:
        order.append("own")
        return Run(next(ours), 1.0, 2.0)

    async def reference() -> Run:
        order.append("reference")
        return Run(next(theirs))

    found = await compare("x", ours=own, reference=reference, called="bare", concurrency=1)
    assert found["ratio"] == 3.0
    assert order[:4] == ["own", "reference", "reference", "own"]
    assert (found["ours_per_s"], found["reference_per_s"], found["p99_ms"]) == (30.0, 10.0, 2.0)


def test_the_latest_numbers_are_kept() -> None:
    latest = json.loads(bench.LATEST.read_text())
    assert latest.keys() == {"machine", "versions", "results"}
    assert {"sandbox: interactions", "sandbox: messages"} <= {one["name"] for one in latest["results"]}
    assert bench.table(latest["results"])
