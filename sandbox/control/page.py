"""What a browser gets: uploaded files, the page when it is there, and one WebSocket a person."""

import asyncio
from pathlib import Path

from aiohttp import WSMsgType, web

from sandbox.addresses import CDN
from sandbox.control.avatars import default_avatar
from sandbox.core import Core
from sandbox.errors import UnknownName
from sandbox.events import Event
from sandbox.files import content_type
from sandbox.messages.links import is_valid
from sandbox.names import Names
from sandbox.people.people import People
from sandbox.rows import Json

STATIC = Path(__file__).parents[1] / "static"
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
WITHOUT_A_PAGE = """This is Reeve's sandbox: a Discord on your own machine.

Act as a person from a shell:
    python -m sandbox as max slash "warn" member=ann reason="spam" --url {url}
    python -m sandbox as ann see general --url {url}
or over HTTP:
    curl -s {url}/sandbox/world
    curl -s {url}/sandbox/people/ann/message -d '{{"channel_id": "general", "content": "hello"}}'
"""


class Page:
    def __init__(self, core: Core, people: People) -> None:
        self._core = core
        self._people = people

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/", self._start)
        app.router.add_get("/static/{name:[\\w./-]+}", self._static)
        for folder in ("attachments", "ephemeral-attachments"):
            app.router.add_get(f"/{folder}/{{owner:\\d+}}/{{attachment:\\d+}}/{{name}}", self._file)
        app.router.add_get(f"{CDN}/embed/avatars/{{number:\\d{{1,9}}}}.png", self._avatar)
        app.router.add_get("/sandbox/people/{user}/stream", self._stream)

    async def _start(self, _request: web.Request) -> web.StreamResponse:
        start = STATIC / "index.html"
        if start.exists():
            return web.FileResponse(start, headers={"Content-Security-Policy": POLICY})
        return web.Response(text=WITHOUT_A_PAGE.format(url=self._core.url))

    async def _static(self, request: web.Request) -> web.StreamResponse:
        wanted = (STATIC / request.match_info["name"]).resolve()
        if not wanted.is_relative_to(STATIC) or not wanted.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(
            wanted, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
        )

    async def _avatar(self, request: web.Request) -> web.Response:
        return web.Response(body=default_avatar(int(request.match_info["number"])), content_type="image/png")

    async def _file(self, request: web.Request) -> web.Response:
        """A link that is forged, or older than a day, is as good as none."""
        content = self._core.files.contents.get(request.path)
        if content is None or not is_valid(self._core, request.path, request.query):
            return web.Response(status=404, text="This content is no longer available.")
        kind = content_type(request.path, content) or "application/octet-stream"
        safe = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return web.Response(body=content, headers={"Content-Type": kind, **safe})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket that says what changed for this person."""
        user = request.match_info["user"]
        try:
            Names(self._core.world).user(user)
        except UnknownName as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        return await self._tell(request, user)

    async def _tell(self, request: web.Request, user: str) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(timeout=0.1)
        await socket.prepare(request)
        outbox: asyncio.Queue[Json] = asyncio.Queue()

        def hear(event: Event) -> None:
            changed = self._people.notices(user, event)
            if changed:
                outbox.put_nowait({"changed": changed})

        silence = self._core.events.listen(hear)
        writing = asyncio.create_task(_write(socket, outbox))
        try:
            async for frame in socket:
                if frame.type == WSMsgType.ERROR:
                    break
        finally:
            silence()
            writing.cancel()
        return socket


async def _write(socket: web.WebSocketResponse, outbox: asyncio.Queue[Json]) -> None:
    while not socket.closed:
        await socket.send_json(await outbox.get())
