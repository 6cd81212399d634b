"""REST: one pipeline for every route: who calls, what is asked, do it, answer, record."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from aiohttp.web_request import FileField

from sandbox.core import Core
from sandbox.errors import Refused, bad_json, invalid_form, not_found, unauthorized
from sandbox.files import Upload
from sandbox.fitting import Unfit
from sandbox.forms import Form
from sandbox.gateway import Gateway
from sandbox.intake import parsed, sendable
from sandbox.interactions import Interactions
from sandbox.rows import Application, Json

log = logging.getLogger(__name__)

PREFIX = "/api/v10"
HEADERS = {"Via": "1.1 sandbox", "Server": "sandbox"}  # without Via discord.py takes a 429 for Cloudflare's
MOST_REASON = 512


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any = None


@dataclass
class Call:
    core: Core
    gateway: Gateway
    interactions: Interactions
    ids: dict[str, int]
    parts: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    body: Any = None
    files: dict[str, Upload] | None = None
    caller: Application | None = None
    after: Callable[[], None] | None = None  # once the answer is on its way

    @property
    def application(self) -> Application:
        if self.caller is None:
            raise unauthorized()
        return self.caller

    @property
    def actor_id(self) -> int:
        return self.application.bot_user_id

    @property
    def uploads(self) -> dict[str, Upload]:
        return self.files or {}

    @property
    def json(self) -> Json:
        """A missing body is an empty one."""
        return Form({} if self.body is None else self.body).body

    @property
    def reason(self) -> str | None:
        reason = unquote(self.headers.get("X-Audit-Log-Reason", ""))
        if len(reason) > MOST_REASON:
            problem = {
                "code": "BASE_TYPE_MAX_LENGTH",
                "message": f"Must be {MOST_REASON} or fewer in length.",
            }
            raise invalid_form({"reason": {"_errors": [problem]}})
        return reason or None

    def limit(self, most: int, usual: int) -> int:
        form = Form(self.query)
        limit = form.integer("limit", least=1, most=most)
        form.finish()
        return usual if limit is None else limit

    def number(self, key: str) -> int | None:
        form = Form(self.query)
        number = form.integer(key)
        form.finish()
        return number


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    handler: Handler
    public: bool  # needs no bot token: the interaction's own token is the key


class Routes:
    """A page of the route table: `@routes.get("/channels/{channel_id}")`."""

    def __init__(self) -> None:
        self.table: list[Route] = []

    def on(self, method: str, path: str, *, public: bool = False) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self.table.append(Route(method, path, handler, public))
            return handler

        return keep


class Rest:
    def __init__(self, core: Core, gateway: Gateway, interactions: Interactions, pages: list[Routes]) -> None:
        self._core = core
        self._gateway = gateway
        self._interactions = interactions
        self._pages = pages

    def add_to(self, app: web.Application) -> None:
        for route in (route for page in self._pages for route in page.table):
            path = PREFIX + route.path.replace("_id}", "_id:\\d+}")
            app.router.add_route(route.method, path, self._serving(route))
        app.router.add_route("*", PREFIX + "/{unknown:.*}", self._unknown)
        app.router.add_route("*", "/api/{unknown:.*}", self._unknown)

    def _serving(self, route: Route) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.StreamResponse:
            call = self._call(request)
            request_text = None
            try:
                call.caller = self._caller(route, request)
                request_text = await self._read(request, call)
                reply = as_reply(route.handler(call))
            except Refused as refused:
                reply = Reply(refused.status, refused.body())
            except web.HTTPRequestEntityTooLarge:
                reply = Reply(413, {"message": "Request entity too large", "code": 40005})
            except Exception:
                log.exception("The sandbox failed at %s %s", request.method, request.path)
                reply = Reply(500, {"message": "500: Internal Server Error", "code": 0})
            return await self._send(request, reply, call, route=route.path, request_text=request_text)

        return serve

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        log.error("The sandbox has no route %s %s", request.method, request.path)
        call = self._call(request)
        return await self._send(request, Reply(404, not_found().body()), call, unknown=True)

    async def _send(
        self,
        request: web.Request,
        reply: Reply,
        call: Call,
        *,
        route: str | None = None,
        request_text: str | None = None,
        unknown: bool = False,
    ) -> web.StreamResponse:
        text = None if reply.body is None else json.dumps(reply.body, separators=(",", ":"))
        self._core.recorder.rest(
            method=request.method,
            path=request.path.removeprefix(PREFIX),
            route=route,
            status=reply.status,
            query=call.query,
            reason=unquote(call.headers.get("X-Audit-Log-Reason", "")) or None,
            files=tuple(upload.filename for upload in call.uploads.values()),
            unknown=unknown,
            request_text=request_text,
            response_text=text,
        )
        response = web.Response(status=reply.status, headers=HEADERS)
        if text is not None:
            response.body = text.encode()
            response.headers["Content-Type"] = (
                "application/json"  # exactly: discord.py compares the whole string
            )
        if request.method != "GET":
            self._core.touch()
        await response.prepare(request)
        await response.write_eof()
        if call.after and reply.status < 300:
            call.after()
        return response

    def _call(self, request: web.Request) -> Call:
        parts = dict(request.match_info)
        ids = {key: int(value) for key, value in parts.items() if key.endswith("_id")}
        query = dict(request.query)
        headers = {key: request.headers[key] for key in ("X-Audit-Log-Reason",) if key in request.headers}
        return Call(self._core, self._gateway, self._interactions, ids, parts, query, headers)

    def _caller(self, route: Route, request: web.Request) -> Application | None:
        token = request.headers.get("Authorization", "").removeprefix("Bot ")
        for application in self._core.world.applications.values():
            if application.token == token:
                return application
        if not route.public:
            raise unauthorized()
        return None

    async def _read(self, request: web.Request, call: Call) -> str | None:
        for given in (*call.headers.values(), *call.query.values()):
            _refuse_unsendable(given)
        raw: bytes | str = ""
        if request.content_type == "multipart/form-data":
            form = await _multipart(request)
            files = [(key, part) for key, part in form.items() if isinstance(part, FileField)]
            call.files = {_place(key): _upload(part) for key, part in files if key != "payload_json"}
            raw = _raw(form.get("payload_json", "{}"))
        else:
            raw = await request.read()
        if not raw:
            return None
        try:
            call.body = parsed(raw)
        except Unfit as wrong:
            raise bad_json() from wrong
        return raw if isinstance(raw, str) else raw.decode()


async def _multipart(request: web.Request) -> Mapping[str, object]:
    try:
        return await request.post()
    except (ValueError, AssertionError) as wrong:  # aiohttp asserts that every part has a name
        raise bad_json() from wrong


def _refuse_unsendable(given: str) -> None:
    if not sendable(given):
        raise bad_json()


def _place(key: str) -> str:
    return key.removeprefix("files[").removesuffix("]")


def _upload(part: FileField) -> Upload:
    _refuse_unsendable(part.filename)
    return Upload(part.filename, part.file.read(), part.content_type)


def _raw(part: object) -> bytes | str:
    """A part with a content type of its own comes as bytes or as a file (hikari sends it so)."""
    if isinstance(part, FileField):
        return part.file.read()
    return bytes(part) if isinstance(part, bytes | bytearray) else str(part)


def as_reply(returned: Any) -> Reply:
    if isinstance(returned, Reply):
        return returned
    return Reply(204) if returned is None else Reply(200, returned)
