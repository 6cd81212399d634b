"""The pages on the sandbox do what they say, and leave nothing out."""

import ast
import asyncio
import inspect
import json
import re
import shlex
import sys
from pathlib import Path

from sandbox.control.control import Control
from sandbox.people.storm import Storm
from sandbox.seeds.growth import Growth
from sandbox.seeds.seed import world_of
from sandbox.shell import cli, clock_errand, errands, fault_errand
from sandbox.shell.errands import VERBS

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PROJECT = Path(__file__).parents[2]
PLAY = (PROJECT / "docs" / "sandbox.md").read_text()
SCRIPTING = (PROJECT / "docs" / "sandbox-scripting.md").read_text()
NAMED_OTHERWISE = {
    "delete-message": "delete_message",
    "roles": "change_roles",
    "channel": "manage_channel",
    "role": "manage_role",
    "channel-permissions": "set_channel_permissions",
    "command-permissions": "set_command_permissions",
    "preferences": "set_preferences",
    "voice-moderate": "voice_moderate",
}
SAID_ONCE = {"person", "guild_id", "channel_id", "wait_seconds"}


def block(language):
    return re.search(rf"```{language}\n(.*?)```", SCRIPTING, re.DOTALL)[1]


async def test_the_example_of_a_bot_runs():
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", block("python")),
        cwd=PROJECT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(child.communicate(), 20)
    assert child.returncode == 0, err.decode()
    assert len(block("python").splitlines()) <= 30


def test_the_example_of_a_seed_is_a_world():
    world = world_of(json.loads(block("json")))
    fen = next(iter(world.guilds.values()))
    assert [role.name for role in fen.roles.values()][-3:] == ["helper", "Helper", "owner"]
    assert {world.user(user_id).username for user_id in fen.members} == {"eve", "bob", "Helper"}


def words_typed(errand):
    """Each line of the page that begins so, as a shell would split it; what stands behind # is for the reader."""
    typed = re.findall(rf"^    python -m sandbox {errand}\b(.*)$", PLAY, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in typed]


def test_every_word_of_the_shell_is_told_and_every_line_makes_sense():
    assert {words[1] for words in words_typed("as")} >= VERBS.keys() - {"unreact", "pin", "unpin", "leave"}
    for words in words_typed("as"):
        errands.arguments().parse_intermixed_args(words)
    for words in words_typed("fault"):
        fault_errand.arguments().parse_intermixed_args(words)
    for words in words_typed("clock"):
        clock_errand.arguments().parse_args(words)
    assert [word for word in VERBS if not re.search(rf"\b{word}\b", PLAY)] == []


def test_every_flag_is_told():
    flags = re.findall(r"--[a-z-]{3,}", cli._arguments().format_help())
    assert [flag for flag in set(flags) - {"--help"} if f"python -m sandbox {flag}" not in PLAY] == []


def rows(path):
    """The lines of the tables that are about this address."""
    return "\n".join(re.findall(rf"^\| [^|]*{re.escape(path)}`.*$", SCRIPTING, re.MULTILINE))


def fields_of(act):
    return set(inspect.signature(act).parameters) - SAID_ONCE


def test_every_route_of_the_control_interface_is_told(sandbox):
    routes = {(each.method, each.resource.canonical) for each in sandbox._application().router.routes()}
    told = {
        f"{method} {path.replace('/sandbox/people/{user}', '...')}"
        for method, path in routes
        if path.startswith("/sandbox/") and method not in ("HEAD", "*")
    }
    verbs = {f"POST .../{verb}" for verb in Control(sandbox.core, sandbox.people)._verbs()}
    assert verbs <= told
    assert sorted(each for each in told - verbs if f"| `{each}`" not in SCRIPTING) == []
    assert sorted(each for each in verbs if f"`{each.removeprefix('POST ')}`" not in SCRIPTING) == []


def test_every_field_of_a_body_is_told(sandbox):
    acts = {
        f".../{verb}": getattr(sandbox.people, NAMED_OTHERWISE.get(verb, verb))
        for verb in Control(sandbox.core, sandbox.people)._verbs()
    }
    acts["/sandbox/faults"] = sandbox.faults.add
    acts["/sandbox/rate-limits"] = sandbox._trouble.set_limits
    acts["/sandbox/storm"] = Storm(sandbox.core, sandbox.people).run
    acts["/sandbox/guilds"] = Growth(sandbox.core).new_guild
    missing = {
        f"{path}: {field}"
        for path, act in acts.items()
        for field in fields_of(act)
        if not re.search(rf"\b{field}\b", rows(path))
    }
    assert sorted(missing) == []


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
