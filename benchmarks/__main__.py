"""`make bench`: all benchmarks, as a table and as benchmarks/latest.json."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import sandbox_load
from benchmarks.machine import machine, versions

LATEST = Path(__file__).parent / "latest.json"
BENCHMARKS = (sandbox_load.results,)  # each gives a list of results


async def measured() -> dict[str, Any]:
    return {
        "machine": machine(),
        "versions": versions(),
        "results": [one for benchmark in BENCHMARKS for one in await benchmark()],
    }


def table(results: list[dict[str, Any]]) -> str:
    lines = []
    for one in results:
        facts = ", ".join(f"{key} {value}" for key, value in one.items() if key not in ("name", "runs"))
        lines.append(f"{one['name']}\n    {facts}")
    return "\n".join(lines)


def main() -> int:
    found = asyncio.run(measured())
    LATEST.write_text(json.dumps(found, indent=2) + "\n")
    sys.stdout.write(table(found["results"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
