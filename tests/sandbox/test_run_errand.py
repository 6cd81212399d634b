"""`python -m sandbox run my_bot.py`: somebody's script, as it is, plays on a sandbox."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
MY_BOT = """
import os
import sys
import discord
from discord.utils import utcnow
from neighbour import WORD

class Bot(discord.Client):
    async def on_ready(self):
        print("ready", *sys.argv[1:], WORD, flush=True)

    async def on_message(self, message):
        print("on", utcnow().date(), flush=True)

Bot(intents=discord.Intents.all(), guild_ready_timeout=0.1).run(os.environ["BOT_TOKEN"], log_handler=None)
print("closed", flush=True)
"""
OTHER_LIBRARY = """
import os
print(os.environ["DISCORD_API_URL"], os.environ["DISCORD_GATEWAY_URL"], os.environ["DISCORD_TOKEN"])
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "my_bot.py").write_text(MY_BOT)
    (tmp_path / "neighbour.py").write_text('WORD = "neighbour"')
    (tmp_path / "other.py").write_text(OTHER_LIBRARY)
    (tmp_path / "broken.py").write_text("import sys\nsys.exit(7)\n")
    (tmp_path / "raising.py").write_text("raise LookupError('the script is wrong')\n")
    return tmp_path


def hear_ctrl_c():
    """A shell lets what it starts in the background ignore that, and the tests may be started so."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@asynccontextmanager
async def played(folder, *words):
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "run", *words),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        preexec_fn=hear_ctrl_c,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            yield child
    finally:
        if child.returncode is None:
            child.terminate()
        await child.communicate()


async def outcome(folder, *words):
    async with played(folder, *words) as child:
        out, err = await child.communicate()
    return child.returncode, out.decode(), err.decode()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


async def said_by(child):
    return (await child.stdout.readline()).decode().split()


@pytest.mark.parametrize("how", [("my_bot.py",), ("-m", "my_bot")])
async def test_a_script_plays_on_the_running_sandbox_and_follows_its_time(sandbox, folder, http, how):
    words = ("--url", sandbox.url, "--token-variable", "BOT_TOKEN", *how, "--port", "x")
    async with played(folder, *words) as child:
        assert await said_by(child) == ["ready", "--port", "x", "neighbour"]
        async with http.post(f"{sandbox.url}/sandbox/clock", json={"seconds": 400 * 86_400}) as answer:
            today = (await answer.json())["now"][:10]
        sandbox.people.message("ann", "hello", channel_id="general")
        assert await said_by(child) == ["on", today]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_sandbox_of_its_own_begins_and_ends_with_it(folder, number, http):
    port = free_port()
    async with played(folder, "--port", port, "--token-variable", "BOT_TOKEN", "my_bot.py") as child:
        assert await said_by(child) == ["ready", "neighbour"]
        async with http.get(f"http://127.0.0.1:{port}/") as page:
            assert "<title>" in await page.text()
        child.send_signal(number)
        out, err = await child.communicate()
    assert f"http://127.0.0.1:{port}/\n" in err.decode()
    if number == signal.SIGINT:
        assert (child.returncode, out) == (0, b"closed\n"), "discord.py ends well on Ctrl+C"
    else:
        assert child.returncode == 128 + number
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", int(port)))


async def test_a_bot_of_another_library_is_told_where_to_go(sandbox, folder):
    code, out, _ = await outcome(folder, "--url", sandbox.url, "other.py")
    assert (code, out.split()) == (0, [sandbox.api_url, sandbox.gateway_url, sandbox.token])


async def test_the_code_of_the_script_is_passed_on(sandbox, folder):
    code, _, err = await outcome(folder, "--url", sandbox.url, "broken.py")
    assert (code, "Traceback" in err) == (7, False)
    code, _, err = await outcome(folder, "--url", sandbox.url, "raising.py")
    assert (code, "the script is wrong" in err) == (1, True)


async def test_what_makes_no_sense_is_said_in_a_sentence(sandbox, folder):
    code, _, err = await outcome(folder, "--url", sandbox.url, "nowhere.py")
    assert (code, err) == (64, "✗ There is no file 'nowhere.py'.\n")
    code, _, err = await outcome(folder, "--url", f"http://127.0.0.1:{free_port()}", "my_bot.py")
    assert (code, "No sandbox answers" in err) == (1, True)
