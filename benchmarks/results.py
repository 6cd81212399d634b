"""What a benchmark says. Each number of ours stands beside a reference's of the same moment on the same machine."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

PAIRS = 5


@dataclass(frozen=True)
class Run:
    """One measurement: of ours, or of the reference."""

    per_s: float
    p50_ms: float = 0.0
    p99_ms: float = 0.0


Measure = Callable[[], Awaitable[Run]]


async def compare(
    name: str, *, ours: Measure, reference: Measure, called: str, concurrency: int, pairs: int = PAIRS
) -> dict[str, Any]:
    """Interleaved, and in turn the one or the other first: what slows the machine down slows both."""
    runs: list[tuple[Run, Run]] = []
    for number in range(pairs):
        if number % 2:
            other = await reference()
            runs.append((await ours(), other))
        else:
            own = await ours()
            runs.append((own, await reference()))
    return {
        "name": name,
        "concurrency": concurrency,
        "ours_per_s": round(median(own.per_s for own, _ in runs), 1),
        "p50_ms": round(median(own.p50_ms for own, _ in runs), 3),
        "p99_ms": round(median(own.p99_ms for own, _ in runs), 3),
        "reference": called,
        "reference_per_s": round(median(other.per_s for _, other in runs), 1),
        "ratio": round(median(own.per_s / other.per_s for own, other in runs), 3),
        "runs": [
            {"ours_per_s": round(own.per_s, 1), "reference_per_s": round(other.per_s, 1)}
            for own, other in runs
        ],
    }
