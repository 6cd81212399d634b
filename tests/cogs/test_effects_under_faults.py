"""Whatever Discord answers, or does not: what is said of an effect is true, and what is not known is read."""

import asyncio
import types
from collections.abc import AsyncIterator
from itertools import product
from typing import Any, NamedTuple

import discord
import pytest
from effects_stage import Stage, effect, open_stage

from bot import outcomes
from bot.outcomes import Absent, Applied, Later, Outcome, Refused, Unknown
from sandbox.recorder import Exchange

NAMED = ("ban", "unban", "kick", "timeout", "roles", "message")
OTHERS = ("untimeout", "slowmode", "lock", "unlock", "purge")
FAULTS: dict[str, dict[str, Any]] = {
    "429": {"status": 429, "retry_after": 0.01},
    "502": {"status": 502},
    "502 for long": {"status": 502, "times": 9},
    "503": {"status": 503},
    "reset": {"status": "reset"},
    "reset twice": {"status": "reset", "times": 2},
    "timeout": {"status": "timeout", "times": 9},
}
NEVER_KNOWN = ("502 for long", "503", "reset twice", "timeout")
CELLS = [
    *product(NAMED, FAULTS, (True, False)),
    *product(OTHERS, ("502", "503", "timeout"), (True, False)),
]


class Limits:
    """The time limits of Reeve: the last one is over as soon as the sandbox keeps a request without an answer."""

    def __init__(self) -> None:
        self._last = asyncio.timeout(None)

    def timeout(self, seconds: float | None) -> asyncio.Timeout:
        self._last = asyncio.timeout(seconds)
        return self._last

    def note(self, exchange: Exchange) -> None:
        if (exchange.fault or "").startswith("timeout"):
            self._last.reschedule(0)


class Shared(NamedTuple):
    stage: Stage
    limits: Limits


@pytest.fixture(scope="module")
async def shared() -> AsyncIterator[Shared]:
    limits = Limits()
    async with open_stage() as stage:
        stage.sandbox.recorder.listen(limits.note)
        yield Shared(stage, limits)


@pytest.fixture
def stage(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Where nobody waits for what will not come, and discord.py does not sleep before its further tries."""

    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    for module, name, instead in (
        (discord.http, "sleep", at_once),
        (outcomes, "timeout", shared.limits.timeout),
    ):
        monkeypatch.setattr(module, "asyncio", types.SimpleNamespace(**{**vars(asyncio), name: instead}))
    shared.stage.sandbox.faults.clear()
    return shared.stage


@pytest.mark.parametrize("name", [*NAMED, *OTHERS])
async def test_an_effect_without_trouble_is_applied_and_can_be_seen(stage: Stage, name: str) -> None:
    wanted = await effect(stage, name)
    assert not wanted.is_true()
    assert wanted.act is None or await stage.look(wanted.act) is False
    assert await wanted.apply() == Applied()
    assert wanted.is_true()
    assert wanted.act is None or await stage.look(wanted.act) is True


@pytest.mark.parametrize(("name", "fault", "applied"), CELLS)
async def test_what_is_said_is_true_and_what_is_unknown_is_read(
    stage: Stage, name: str, fault: str, applied: bool
) -> None:
    wanted = await effect(stage, name)
    stage.sandbox.faults.add(wanted.route, **FAULTS[fault], applied=applied)
    outcome = await wanted.apply()
    stage.sandbox.faults.clear()
    assert says(outcome) in (wanted.is_true(), None)
    if fault in NEVER_KNOWN and wanted.route.startswith(("PUT", "PATCH", "DELETE")):
        assert says(outcome) is None
    if wanted.act is not None:
        assert await stage.look(wanted.act) is wanted.is_true()
    if not wanted.is_true() or wanted.act is None:
        assert await wanted.apply() == Applied()
    assert wanted.is_true()
    if wanted.act is not None and name in ("ban", "kick", "timeout"):
        assert len(stage.entries(wanted.act.target_id)) == 1, "it was done once"


def says(outcome: Outcome) -> bool | None:
    """Whether it is done; None: unknown. Nobody is refused or absent in these tests."""
    assert not isinstance(outcome, Refused | Absent), outcome
    return None if isinstance(outcome, Unknown) else isinstance(outcome, Applied)


@pytest.mark.parametrize("name", NAMED)
async def test_a_rate_limit_beyond_the_wait_is_later(stage: Stage, name: str) -> None:
    wanted = await effect(stage, name)
    stage.sandbox.faults.add(wanted.route, 429, retry_after=90)
    outcome = await wanted.apply()
    assert isinstance(outcome, Later)
    assert outcome.retry_after == 90
    assert not wanted.is_true()
