"""A second, stricter client on the same wire: whole objects by hikari's own reading, step after step."""

from collections.abc import AsyncIterator

import pytest
from hikari_stage import Stage, hikari_stage
from hikari_steps_acting import ACTING
from hikari_steps_answering import ANSWERING

STEPS = [*ACTING, *ANSWERING]


@pytest.fixture(scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with hikari_stage() as stage:
        yield stage


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
async def test_hikari_on_the_sandbox(stage, step):
    await step(stage)
    assert stage.errors == []
    assert stage.sandbox.recorder.unknown == []


def test_there_are_thirty_steps():
    assert len(STEPS) >= 30
