"""A second, stricter client on the same wire: whole objects by hikari's own reading, step after step."""

import logging
from collections.abc import AsyncIterator

import pytest
from hikari_stage import Stage, hikari_stage
from hikari_steps_acting import ACTING
from hikari_steps_answering import ANSWERING, a_slash_command_is_answered, it_registers_commands

STEPS = [*ACTING, *ANSWERING]


@pytest.fixture(scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with hikari_stage() as stage:
        yield stage


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
async def test_hikari_on_the_sandbox(stage, step, caplog):
    await step(stage)
    assert stage.errors == []
    assert complaints(caplog) == []
    assert stage.sandbox.recorder.unknown == []


async def test_an_answer_tells_of_no_limits_as_hikari_knows_it(caplog):
    async with hikari_stage(rate_limits=True) as stage:
        await it_registers_commands(stage)
        await a_slash_command_is_answered(stage)
    assert complaints(caplog) == []


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What hikari itself finds wrong with what it is told."""
    return [
        each.getMessage()
        for each in caplog.records
        if each.levelno >= logging.ERROR and each.name.startswith("hikari")
    ]


def test_there_are_thirty_steps():
    assert len(STEPS) >= 30
