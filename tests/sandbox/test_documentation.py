"""docs/sandbox.md does what it says."""

import ast
import asyncio
import json
import re
import sys
from pathlib import Path

from sandbox.control.control import Control
from sandbox.seeds.seed import world_of
from sandbox.shell.errands import VERBS

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
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


def assumptions():
    """Each line of docs/assumed.md: what, the tests that hold it, what to try."""
    lines = (PROJECT / "docs" / "assumed.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in rows if row[0] != "assumed" and set(row[0]) != {"-"}]


def functions_in(path):
    return {each.name for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, FUNCTIONS)}


def test_every_assumption_is_held_by_a_test_that_exists_and_can_be_tried():
    assert len(assumptions()) > 90
    for what, held, to_try in assumptions():
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", held)
        assert named, what
        assert to_try, what
        for file, test in named:
            assert test in functions_in(PROJECT / file), f"{what}: {file} has no {test}"


def test_no_assumption_stands_twice():
    said = [what for what, *_ in assumptions()]
    assert sorted(set(said)) == sorted(said)
