"""The reference: a server of aiohttp that sends and answers as often as the sandbox, and keeps no rule at all.

It sends frames of the size of Discord's events over its WebSocket; each answer is an HTTP request, of which it reads
the body and says 204.
"""

import argparse
import asyncio
import json
import sys
import time
from typing import Any

import orjson
from aiohttp import web

A_THOUSAND = "x" * 1000


class Bare:
    def __init__(self) -> None:
        self._socket: web.WebSocketResponse | None = None
        self._waiting: dict[int, asyncio.Future[None]] = {}

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/gateway", self._gateway)
        app.router.add_post("/api/v10/interactions/{number}/{token}/callback", self._answer)
        app.router.add_post("/sandbox/storm", self._storm)
        return app

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        self._socket = web.WebSocketResponse()
        await self._socket.prepare(request)
        async for _ in self._socket:
            pass
        return self._socket

    async def _answer(self, request: web.Request) -> web.Response:
        orjson.loads(await request.read())
        self._waiting.pop(int(request.match_info["number"])).set_result(None)
        return web.Response(status=204)

    async def _storm(self, request: web.Request) -> web.Response:
        asked = await request.json()
        begin = time.perf_counter()
        if asked["kind"] == "messages":
            for number in range(asked["count"]):
                await self._send("MESSAGE_CREATE", number)
        else:
            left = iter(range(asked["count"]))
            await asyncio.gather(*(self._use(left) for _ in range(asked["people"])))
        seconds = time.perf_counter() - begin
        told = {
            "done": asked["count"],
            "failed": 0,
            "per_second": asked["count"] / seconds,
            "p50_ms": 0,
            "p99_ms": 0,
        }
        return web.json_response(told)

    async def _use(self, left: Any) -> None:
        for number in left:
            self._waiting[number] = answered = asyncio.get_running_loop().create_future()
            await self._send("INTERACTION_CREATE", number)
            await answered

    async def _send(self, event: str, number: int) -> None:
        assert self._socket
        details = {"id": str(number), "token": "t", "content": A_THOUSAND}
        await self._socket.send_str(json.dumps({"t": event, "s": number, "op": 0, "d": details}))


async def serve(port: int) -> None:
    runner = web.AppRunner(Bare().application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("--port", type=int, required=True)
    asyncio.run(serve(words.parse_args().port))
