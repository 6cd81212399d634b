"""Every test's exchanges pass through the checks of tests/conformance: a sandbox of whatever process says so."""

import sys
from asyncio import create_subprocess_exec, wait_for
from pathlib import Path

import pytest
from conformance_facts import facts
from conformance_wire import seen

from sandbox.guilds import payloads

EXAMPLE = """
import asyncio, aiohttp
from sandbox.server import Sandbox

async def main():
    sandbox = Sandbox()
    await sandbox.start()
    async with aiohttp.ClientSession() as http, http.get(sandbox.api_url + "/gateway"):
        await sandbox.close()

asyncio.run(main())
"""


async def in_another_process(*words, **environment):
    child = await create_subprocess_exec(
        sys.executable, *words, cwd=Path(__file__).parents[2], env=environment
    )
    assert await wait_for(child.wait(), 60) == 0


async def test_the_checks_run_also_without_what_pytest_remembers_of_the_last_run():
    """That option is the cache provider's own: without it the end of a whole run failed."""
    one = "tests/sandbox/test_login.py::test_it_is_up_in_milliseconds"
    await in_another_process("-m", "pytest", "-q", "-p", "no:cacheprovider", one)


async def test_a_sandbox_writes_down_what_passes_over_its_wire_where_the_environment_says(tmp_path):
    log = tmp_path / "wire.jsonl"
    await in_another_process("-c", EXAMPLE, REEVE_SANDBOX_WIRE_LOG=str(log))
    one = seen(log.read_bytes())
    assert (one.method, one.path, one.status, set(one.response)) == ("GET", "/gateway", 200, {"url"})


async def test_several_sandboxes_share_a_log(tmp_path):
    log = tmp_path / "wire.jsonl"
    for _ in range(2):
        await in_another_process("-c", EXAMPLE, REEVE_SANDBOX_WIRE_LOG=str(log))
    assert len({seen(line).process for line in log.read_bytes().splitlines()}) == 2


async def test_what_a_test_does_is_seen_by_the_checks(watch, bot):
    before = watch.checks.seen
    await bot.channel().send("x")
    assert watch.problems() == []
    assert watch.checks.seen > before


async def test_what_is_not_discords_is_found_in_what_a_test_does(watch, sandbox, bot, monkeypatch):
    monkeypatch.setattr(payloads, "user", lambda one: {"id": one.id, "username": one.username})
    await bot.channel().send("x")
    assert any(
        "MESSAGE_CREATE event: author: 'discriminator' of a user is missing" in each
        for each in watch.problems()
    )


BESIDES = {"id": "1", "user_id": "1", "target_id": None}


@pytest.mark.parametrize(
    ("kind", "given", "problem"),
    [
        ("audit_entry", {"action_type": 72, **BESIDES}, "'count' of a options_of_counted_places is missing"),
        ("audit_entry", {"action_type": 1, "options": {"count": "1"}, **BESIDES}, "is not documented"),
        ("audit_entry", {"action_type": 14, "options": {"id": "1", "type": "0"}, **BESIDES}, "'role_name'"),
        ("automod_action", {"type": 2}, "'channel_id' of a alerting_metadata is missing"),
        ("automod_action", {"type": 4, "metadata": {"duration_seconds": 5}}, "is not documented"),
        ("audit_entry", {"action_type": 1, **BESIDES}, None),
        ("automod_action", {"type": 1}, None),
    ],
)
def test_what_a_table_holds_can_hang_on_the_field_beside_it(kind, given, problem):
    found = facts().problems(kind, given)
    assert any(problem in each for each in found) if problem else found == []
