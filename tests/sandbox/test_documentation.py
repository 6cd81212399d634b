"""docs/sandbox.md does what it says."""

import asyncio
import json
import re
import sys
from pathlib import Path

from sandbox.control.control import Control
from sandbox.seeds.seed import world_of
from sandbox.shell.errands import VERBS

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "sandbox.md").read_text()


def block(language):
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1]


async def test_the_example_of_a_bot_runs():
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", block("python")),
        cwd=PROJECT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(child.communicate(), 20)
    assert child.returncode == 0, err.decode()
    assert len(block("python").splitlines()) <= 32


def test_the_example_of_a_seed_is_a_world():
    world = world_of(json.loads(block("json")))
    fen = next(iter(world.guilds.values()))
    assert [role.name for role in fen.roles.values()][-3:] == ["helper", "Helper", "owner"]
    assert {world.user(user_id).username for user_id in fen.members} == {"eve", "bob", "Helper"}


def test_every_word_of_the_shell_and_of_the_control_interface_is_told(sandbox):
    words = [*VERBS, *Control(sandbox.core, sandbox.people)._verbs()]
    assert [word for word in words if not re.search(rf"\b{re.escape(word)}\b", PAGE)] == []
