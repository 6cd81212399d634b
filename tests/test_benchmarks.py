"""The benchmarks run, and say what INTERFACES.md promises. How fast anything is, no test asserts."""

import json

from benchmarks import __main__ as bench
from benchmarks import sandbox_load
from benchmarks.results import Run, compare

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
