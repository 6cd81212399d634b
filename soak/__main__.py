"""`make soak`: every promise tried hard, as a table and as soak/latest.json."""

import argparse
import asyncio
import json
import logging
import secrets
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from loguru import logger

from benchmarks.machine import machine, versions
from soak.cancellation_storm import CancellationStorm
from soak.crash_loop import CrashLoop
from soak.cut_commits import CutCommits
from soak.guild_isolation import GuildIsolation
from soak.kill_at_every_await import KillAtEveryAwait
from soak.long_outage import LongOutage
from soak.many_deliveries import ManyDeliveries
from soak.migration_keeps_data import MigrationKeepsData
from soak.migration_starts import MigrationStarts
from soak.migration_under_load import MigrationUnderLoad
from soak.missed_by_hand import MissedByHand
from soak.points_model import PointsModel
from soak.scenario import Ground, Outcome, Scenario
from soak.servers import prepare, scratch_folder
from soak.slow_database import SlowDatabase

LATEST = Path(__file__).parent / "latest.json"
SCENARIOS: tuple[type[Scenario], ...] = (
    CrashLoop,
    CutCommits,
    CancellationStorm,
    GuildIsolation,
    MigrationStarts,
    MigrationUnderLoad,
    MigrationKeepsData,
    MissedByHand,
    KillAtEveryAwait,
    LongOutage,
    ManyDeliveries,
    SlowDatabase,
    PointsModel,
)
PROGRESS_SECONDS = 5


async def soaked(chosen: list[type[Scenario]], *, minutes: float, seed: int) -> list[dict[str, Any]]:
    """Each scenario once, then all of them with the next seed, until the minutes are over."""
    over = time.monotonic() + minutes * 60
    results: list[dict[str, Any]] = []
    with scratch_folder() as template:
        await prepare(template)
        while not results or time.monotonic() < over:
            for scenario in chosen:
                results.append(await tried(scenario, template, seed))
            seed += 1
    return results


async def tried(make: Callable[[], Scenario], template: Path, seed: int) -> dict[str, Any]:
    """Run a scenario. An error that comes out of it is a failure of it, and the others go on."""
    scenario, started = make(), time.monotonic()
    print(f"{scenario.name} --seed {seed}", flush=True)
    async with Ground(template, f"{scenario.name} {seed}") as ground:
        telling = asyncio.create_task(told(ground, scenario.name))
        try:
            outcome = await scenario.run(ground)
        except Exception as error:  # whatever it was, it is told below
            traceback.print_exc()
            outcome = Outcome({}, [f"{type(error).__name__}: {error}"])
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling
    return {
        "scenario": scenario.name,
        "seed": seed,
        "passed": not outcome.broken,
        "seconds": round(time.monotonic() - started, 1),
        "reached": outcome.reached,
        "broken": outcome.broken,
    }


async def told(ground: Ground, name: str) -> None:
    """Say every few seconds how far it is."""
    started = time.monotonic()
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        print(f"  {time.monotonic() - started:5.0f} s  {name}: {ground.standing}", flush=True)


def table(results: list[dict[str, Any]]) -> str:
    lines = []
    for one in results:
        verdict = "passed" if one["passed"] else "FAILED"
        reached = ", ".join(f"{what} {number:,}" for what, number in one["reached"].items())
        lines.append(
            f"{verdict}  {one['scenario']} --seed {one['seed']}, {one['seconds']} s\n        {reached}"
        )
        lines += [f"        BROKEN: {claim}" for claim in one["broken"]]
    return "\n".join(lines)


def named(word: str) -> type[Scenario]:
    for scenario in SCENARIOS:
        if scenario.name == word:
            return scenario
    raise argparse.ArgumentTypeError(f"there is {', '.join(one.name for one in SCENARIOS)}, and no {word}")


def asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m soak", description="Try hard what Reeve promises.")
    parser.add_argument("scenario", nargs="*", type=named, help=", ".join(one.name for one in SCENARIOS))
    parser.add_argument("--minutes", type=float, default=0, help="go on with the next seeds for so long")
    parser.add_argument("--seed", type=int, default=None, help="what a run before has printed, to repeat it")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    wanted = asked(words)
    logger.remove()  # each outage that is made on purpose would be a line, of Reeve and of asyncpg
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    chosen = wanted.scenario or list(SCENARIOS)
    seed = secrets.randbelow(1_000_000) if wanted.seed is None else wanted.seed
    results = asyncio.run(soaked(chosen, minutes=wanted.minutes, seed=seed))
    found = {"machine": machine(), "versions": versions(), "results": results}
    LATEST.write_text(json.dumps(found, indent=2) + "\n")
    print(table(results))
    return 0 if all(one["passed"] for one in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
