"""Compressed streams, compressed payloads, and encodings."""

import asyncio
import json
import subprocess
import sys
import tomllib
import zlib
from pathlib import Path

import aiohttp
import pytest
import zstandard
from gateway_client import identify, raw, resume

FROM_DISCORD_PY = """
import asyncio, sys
sys.modules["zstandard"] = None
import discord, yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = sys.argv[1], yarl.URL(sys.argv[2])

class Bot(discord.Client):
    async def on_ready(self):
        print(discord.utils._ActiveDecompressionContext.COMPRESSION_TYPE, len(self.guilds))
        await self.close()

Bot(intents=discord.Intents.all(), guild_ready_timeout=0.1).run(sys.argv[3], log_handler=None)
"""


async def test_zlib_is_one_stream(sandbox, http):
    async with raw(sandbox, http, "?v=10&encoding=json&compress=zlib-stream") as socket:
        stream = zlib.decompressobj()
        assert json.loads(stream.decompress(await socket.receive_bytes()))["op"] == 10
        await identify(socket, sandbox)
        frame = await socket.receive_bytes()
        assert frame.endswith(b"\x00\x00\xff\xff")
        assert json.loads(stream.decompress(frame))["t"] == "READY"


async def test_zstd_is_one_stream(sandbox, http):
    async with raw(sandbox, http, "?v=10&encoding=json&compress=zstd-stream") as socket:
        stream = zstandard.ZstdDecompressor().decompressobj()
        assert json.loads(stream.decompress(await socket.receive_bytes()))["op"] == 10
        await identify(socket, sandbox)
        assert json.loads(stream.decompress(await socket.receive_bytes()))["t"] == "READY"
        assert json.loads(stream.decompress(await socket.receive_bytes()))["t"] == "GUILD_CREATE"


async def test_discord_py_without_zstandard_reads_zlib(sandbox):
    token = next(iter(sandbox.world.applications.values())).token
    words = [sys.executable, "-c", FROM_DISCORD_PY, sandbox.api_url, sandbox.gateway_url, token]
    running = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE)
    out, _ = await asyncio.wait_for(running.communicate(), 20)
    assert out.split() == [b"zlib-stream", b"2"]


async def test_payloads_are_compressed_one_by_one_when_identify_asks_for_it(sandbox, http):
    async with raw(sandbox, http) as socket:
        assert (await socket.receive_json())["op"] == 10
        await identify(socket, sandbox, compress=True)
        frames = [await socket.receive() for _ in range(3)]
        await socket.send_json({"op": 1, "d": 3})
        assert (await socket.receive_json())["op"] == 11
    assert [each.type for each in frames[1:]] == [aiohttp.WSMsgType.BINARY] * 2
    payloads = [json.loads(zlib.decompress(each.data)) for each in frames[1:]]
    assert [each["t"] for each in payloads] == ["GUILD_CREATE"] * 2


async def test_a_compressed_transport_has_no_compressed_payloads(sandbox, http):
    async with raw(sandbox, http, "?compress=zlib-stream") as socket:
        stream = zlib.decompressobj()
        stream.decompress(await socket.receive_bytes())
        await identify(socket, sandbox, compress=True)
        frames = [stream.decompress(await socket.receive_bytes()) for _ in range(2)]
    assert [json.loads(each)["t"] for each in frames] == ["READY", "GUILD_CREATE"]


async def test_a_resumed_session_keeps_its_compression(sandbox, http):
    async with raw(sandbox, http) as socket:
        await identify(socket, sandbox, compress=True)
        session_id = (await until_ready(socket))["session_id"]
        await socket.close(code=4000)
    async with raw(sandbox, http) as socket:
        await socket.receive_json()
        await resume(socket, sandbox, session_id, 1)
        frame = await socket.receive()
    assert frame.type == aiohttp.WSMsgType.BINARY
    assert json.loads(zlib.decompress(frame.data))["t"] == "GUILD_CREATE"


async def until_ready(socket):
    while True:
        frame = await socket.receive(timeout=30)
        data = frame.data if isinstance(frame.data, str) else zlib.decompress(frame.data)
        if json.loads(data)["t"] == "READY":
            return json.loads(data)["d"]


@pytest.mark.parametrize("query", ["?encoding=etf", "?compress=brotli"])
async def test_what_it_does_not_speak_is_4002_with_a_reason(sandbox, http, query):
    async with raw(sandbox, http, query) as socket:
        frame = await socket.receive()
    assert (frame.data, frame.extra) == (4002, "This sandbox speaks json with zlib-stream or zstd-stream.")


WITHOUT = """
import asyncio, json, logging, sys
sys.modules["zstandard"] = None
import aiohttp
from sandbox.server import Sandbox

async def main():
    sandbox = Sandbox()
    await sandbox.start()
    async with aiohttp.ClientSession() as http:
        async with http.ws_connect(sandbox.gateway_url + "?v=10&compress=zstd-stream") as socket:
            frame = await socket.receive()
            print(socket.close_code, frame.extra)
        async with http.ws_connect(sandbox.gateway_url + "?v=10") as socket:
            print((await socket.receive_json())["op"])
    await sandbox.close()

logging.basicConfig()
asyncio.run(main())
"""


def test_a_sandbox_without_zstandard_says_what_it_lacks_and_goes_on():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], check=True, capture_output=True, text=True, timeout=60
    )
    lacking, hello = done.stdout.splitlines()
    assert lacking == "4002 The sandbox lacks zstandard: pip install zstandard where it runs."
    assert (hello, "pip install zstandard" in done.stderr, "Traceback" in done.stderr) == ("10", True, False)


def test_the_sandbox_runs_with_zstandard():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert any(each.startswith("zstandard") for each in project["project"]["dependencies"])
