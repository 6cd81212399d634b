"""What a benchmark says. Each number of ours stands beside a reference's of the same moment on the same machine."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
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
    [found] = await compare_all(
        name, ours=ours, references={called: reference}, concurrency=concurrency, pairs=pairs
    )
    return found


async def compare_all(
    name: str, *, ours: Measure, references: Mapping[str, Measure], concurrency: int, pairs: int = PAIRS
) -> list[dict[str, Any]]:
    """One result for each reference, all from the same rounds."""
    measures = {"": ours, **references}
    runs: dict[str, list[Run]] = {called: [] for called in measures}
    for number in range(pairs):
        for called in list(measures) if number % 2 == 0 else reversed(measures):
            runs[called].append(await measures[called]())
    own = runs[""]
    return [
        {
            "name": name,
            "concurrency": concurrency,
            "ours_per_s": round(median(run.per_s for run in own), 1),
            "p50_ms": round(median(run.p50_ms for run in own), 3),
            "p99_ms": round(median(run.p99_ms for run in own), 3),
            "reference": called,
            "reference_per_s": round(median(run.per_s for run in others), 1),
            "ratio": round(
                median(one.per_s / other.per_s for one, other in zip(own, others, strict=True)), 3
            ),
            "runs": [
                {"ours_per_s": round(one.per_s, 1), "reference_per_s": round(other.per_s, 1)}
                for one, other in zip(own, others, strict=True)
            ],
        }
        for called, others in runs.items()
        if called
    ]


def run_of(took: list[float], seconds: float) -> Run:
    """From the seconds that each act took, and that all took together."""
    points = quantiles(took, n=100) if len(took) > 1 else took * 99
    return Run(len(took) / seconds, points[49] * 1000, points[98] * 1000)


class Stopwatch:
    """Counts acts until the seconds are over; one is counted even where the machine was elsewhere all that time."""

    def __init__(self, seconds: float) -> None:
        self._begin = time.perf_counter()
        self._end = self._begin + seconds
        self.took: list[float] = []

    @property
    def is_over(self) -> bool:
        return bool(self.took) and time.perf_counter() >= self._end

    async def time(self, act: Awaitable[object]) -> None:
        begin = time.perf_counter()
        await act
        self.took.append(time.perf_counter() - begin)

    def run(self) -> Run:
        return run_of(self.took, time.perf_counter() - self._begin)
