"""The sandbox in the environment of another project: it is whole, it starts there, and pytest has its fixture."""

import ast
import asyncio
import os
import re
import shutil
import socket
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SANDBOX = PROJECT / "sandbox"
DECLARED = tomllib.loads((SANDBOX / "pyproject.toml").read_text())
ONLY_FOR_WHO_HAS_THEM = {"pytest", "pytest_asyncio"}
COMES_WITH_AIOHTTP = {"yarl", "multidict"}
THEIR_TESTS = """
import discord
import pytest

@pytest.mark.asyncio
async def test_a_bot_plays(discord_sandbox):
    bot = discord.Client(intents=discord.Intents.all(), guild_ready_timeout=0.1)
    with discord_sandbox.redirect(discord):
        async with discord_sandbox.running(bot):
            assert {guild.name for guild in bot.guilds} == {"Green", "Hill"}
    assert not discord_sandbox.admission.rates.on

@pytest.mark.asyncio
@pytest.mark.discord_sandbox(stands_still=True, seed="seed.json", rate_limits=True)
async def test_time_stands_still(discord_sandbox):
    assert discord_sandbox.clock.now() == discord_sandbox.clock.now()
    assert discord_sandbox.token == "made.up"
    assert discord_sandbox.admission.rates.on

@pytest.mark.asyncio
async def test_time_goes_on(discord_sandbox):
    assert discord_sandbox.clock.now() < discord_sandbox.clock.now()
    assert discord_sandbox.token != "made.up"
"""


async def said(*words, **where):
    child = await asyncio.create_subprocess_exec(
        *map(str, words), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, **where
    )
    out, _ = await asyncio.wait_for(child.communicate(), 100)
    return child.returncode, out.decode()


@pytest.fixture(scope="module")
async def installed(tmp_path_factory):
    """A folder of packages with the sandbox in it, by pip and without any network."""
    place = tmp_path_factory.mktemp("elsewhere")
    copy = shutil.copytree(
        SANDBOX, place / "copy", ignore=shutil.ignore_patterns("__pycache__", ".build", "*.egg-info")
    )
    pip = (
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--quiet",
    )
    code, out = await said(*pip, "--target", place / "packages", copy, cwd=place)
    assert code == 0, out
    return place / "packages"


@pytest.fixture
def there(installed, tmp_path):
    """Where and as whom a child process runs that has it installed."""
    return {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(installed)}}


def test_its_list_of_packages_is_what_there_is():
    there = {
        ".".join(path.parent.relative_to(PROJECT).parts)
        for path in SANDBOX.rglob("*.py")
        if ".build" not in path.parts
    }
    assert sorted(there) == DECLARED["tool"]["setuptools"]["packages"]


def test_it_needs_what_it_imports():
    imported = set()
    for path in SANDBOX.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
    imported -= {*sys.stdlib_module_names, "sandbox", *ONLY_FOR_WHO_HAS_THEM, *COMES_WITH_AIOHTTP}
    named = {re.match(r"[\w.-]+", each)[0] for each in DECLARED["project"]["dependencies"]}
    assert imported | {"zstandard"} == named, "zstandard is imported when a bot asks for it"


def test_it_needs_no_other_versions_than_reeve_does():
    ours = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert set(DECLARED["project"]["dependencies"]) <= set(ours["dependencies"])
    assert DECLARED["project"]["requires-python"] == ours["requires-python"]


async def test_every_file_is_there(installed):
    def files(folder):
        wanted = (path for kind in ("*.py", "static/*") for path in folder.rglob(kind))
        return {path.relative_to(folder) for path in wanted if ".build" not in path.parts}

    assert files(installed / "sandbox") == files(SANDBOX)


async def test_its_command_serves_the_page_from_another_folder(installed, there, http):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = (sys.executable, installed / "bin" / "discord-sandbox", "--port", str(port))
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, **there)
    assert b"The sandbox runs" in await asyncio.wait_for(child.stdout.readline(), 20)
    async with http.get(f"http://127.0.0.1:{port}/static/app.js") as script:
        assert script.status == 200
    child.terminate()
    await child.communicate()
    assert child.returncode == 0


@pytest.mark.parametrize("mode", ["auto", "strict"])
async def test_somebodys_tests_get_a_sandbox_each(there, mode):
    (there["cwd"] / "test_theirs.py").write_text(THEIR_TESTS)
    (there["cwd"] / "seed.json").write_text(
        '{"applications": [{"name": "Helper", "owner": "max", "token": "made.up"}]}'
    )
    options = ("--strict-markers", "-p", "no:cacheprovider", "-o", f"asyncio_mode={mode}")
    code, out = await said(sys.executable, "-m", "pytest", *options, **there)
    assert (code, "3 passed" in out) == (0, True), out


async def test_without_installing_a_conftest_names_the_plugin(there):
    (there["cwd"] / "conftest.py").write_text('pytest_plugins = ["sandbox.testing.pytest_plugin"]\n')
    there["env"]["PYTHONPATH"] = str(PROJECT)
    code, out = await said(sys.executable, "-m", "pytest", "--fixtures", "-p", "no:cacheprovider", **there)
    assert (code, "discord_sandbox" in out) == (0, True), out
