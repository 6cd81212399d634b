"""A bot's side of the gateway by hand: a WebSocket and nothing between."""

from contextlib import asynccontextmanager

import aiohttp

from sandbox.events import Intent


def application_of(sandbox):
    return next(iter(sandbox.world.applications.values()))


@asynccontextmanager
async def raw(sandbox, http, query=""):
    async with http.ws_connect(sandbox.gateway_url + query) as socket:
        yield socket


@asynccontextmanager
async def in_session(sandbox, http, query="", **changed):
    """A socket that has read until READY, and READY itself."""
    async with raw(sandbox, http, query) as socket:
        await identify(socket, sandbox, **changed)
        yield socket, (await until_event(socket, "READY"))["d"]


async def identify(socket, sandbox, **changed):
    asked = {
        "token": application_of(sandbox).token,
        "intents": int(Intent.GUILDS),
        "properties": {},
    } | changed
    await socket.send_json({"op": 2, "d": asked})


async def resume(socket, sandbox, session_id, seq, **changed):
    asked = {"token": application_of(sandbox).token, "session_id": session_id, "seq": seq} | changed
    await socket.send_json({"op": 6, "d": asked})


async def until_event(socket, name):
    while True:
        told = await socket.receive_json(timeout=30)
        if told["t"] == name:
            return told


async def until_op(socket, op):
    while True:
        told = await socket.receive_json(timeout=30)
        if told["op"] == op:
            return told


async def closed_with(socket):
    while True:
        frame = await socket.receive(timeout=30)
        if frame.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
            return socket.close_code


def told(sandbox, name, method="SEND"):
    """The payloads of all such events that went over the wire."""
    found = [one for one in sandbox.recorder.since() if one.kind == "gateway" and one.route == name]
    return [one.response if method == "SEND" else one.request for one in found if one.method == method]
