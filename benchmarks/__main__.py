"""`make bench`: all benchmarks, as a table and as benchmarks/latest.json. `python -m benchmarks wire --quick` tries."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from loguru import logger

from benchmarks import (
    boards,
    cached_reads,
    case_lists,
    database_load,
    earnings,
    figures,
    memory,
    sandbox_load,
    wire_load,
)
from benchmarks.machine import machine, versions

LATEST = Path(__file__).parent / "latest.json"
Benchmark = Callable[..., Awaitable[list[dict[str, Any]]]]
BENCHMARKS: dict[str, tuple[Benchmark, ...]] = {
    "database": (
        cached_reads.results,
        database_load.results,
        case_lists.results,
        earnings.results,
        figures.results,
    ),
    "boards": (boards.results,),
    "wire": (wire_load.results,),
    "memory": (memory.results,),
    "sandbox": (sandbox_load.results,),
}
"""Each gives a list of results."""
QUICK: dict[str, dict[str, Any]] = {
    "database": {"guilds": 40, "seconds": 0.1, "pairs": 3},
    "boards": {"members": 10_000, "seconds": 0.3, "pairs": 2},
    "wire": {"acts": 100, "messages": 500, "pairs": 2},
    "memory": {"guilds": 100, "rounds": 2, "acts": 100},
    "sandbox": {"acts": 200, "pairs": 2, "members": 1000, "guilds": 10},
}
WIDTH = 44


async def measured(part: str, *, quick: bool) -> list[dict[str, Any]]:
    found = []
    for benchmark in BENCHMARKS[part]:
        results = await benchmark(**(QUICK[part] if quick else {}))
        sys.stdout.write(table(results) + "\n")
        sys.stdout.flush()
        found += results
    return found


def table(results: list[dict[str, Any]]) -> str:
    return "\n".join(_line(one) for one in results)


def _line(one: dict[str, Any]) -> str:
    if "ours_per_s" not in one:
        facts = ", ".join(f"{key} {value}" for key, value in one.items() if key not in ("name", "runs"))
        return f"{one['name']:{WIDTH}} {facts}"
    return (
        f"{one['name']:{WIDTH}} {one['concurrency']:3} at once {one['ours_per_s']:12,.1f} /s  "
        f"p50 {one['p50_ms']:8.3f} ms  p99 {one['p99_ms']:8.3f} ms  {one['ratio']:6.2f} of {one['reference']}"
    )


def _part(word: str) -> str:
    if word not in BENCHMARKS:
        raise argparse.ArgumentTypeError(f"there is {', '.join(BENCHMARKS)}, and no {word}")
    return word


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="How fast Reeve is, beside others."
    )
    parser.add_argument("part", nargs="*", type=_part, help=f"of {', '.join(BENCHMARKS)}; all if left out")
    parser.add_argument("--quick", action="store_true", help="small and rough, and nothing is kept")
    asked = parser.parse_args(words)
    logger.remove()
    for part in asked.part or BENCHMARKS:
        found = asyncio.run(measured(part, quick=asked.quick))
        if not asked.quick:
            keep(part, found)
    return 0


def keep(part: str, found: list[dict[str, Any]]) -> None:
    """What was not measured this time stays as it was."""
    before = json.loads(LATEST.read_text())["results"] if LATEST.exists() else []
    others = [one for one in before if not one["name"].startswith(f"{part}:")]
    kept = {"machine": machine(), "versions": versions(), "results": [*others, *found]}
    LATEST.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
