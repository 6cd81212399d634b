"""The one way of every REST request: who calls, how often, what is asked, do it, answer, record."""

import contextlib
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import unquote

from aiohttp import web

from sandbox.addresses import API
from sandbox.bot_rows import Application
from sandbox.core import Core
from sandbox.errors import (
    Refused,
    blocked_by_cloudflare,
    entity_too_large,
    method_not_allowed,
    not_found,
    unauthorized,
)
from sandbox.forms import Form
from sandbox.gateway.gateway import Gateway
from sandbox.intake import writable
from sandbox.interactions.interactions import Interactions
from sandbox.outgoing import json_text
from sandbox.rest import bodies, limit_rules
from sandbox.rest.admission import Admission, Entry
from sandbox.rest.faults import TIMEOUT, Fault, Faults, reset
from sandbox.rest.ratelimits import RateLimited
from sandbox.rest.rest import Call, Reply, Route, Routes, as_reply
from sandbox.rest.sent import Sent

log = logging.getLogger(__name__)

DISCORD = {"Via": "1.1 sandbox", "Server": "sandbox"}  # without Via discord.py takes a 429 for Cloudflare's
BANNED = "banned by Cloudflare"
TOLD = ("X-Audit-Log-Reason", "X-Discord-Locale", "Accept-Language")  # the headers that a route may ask for


class Rest:
    def __init__(
        self,
        core: Core,
        gateway: Gateway,
        interactions: Interactions,
        pages: Iterable[Routes],
        *,
        admission: Admission,
        faults: Faults,
    ) -> None:
        self._core = core
        self._gateway = gateway
        self._interactions = interactions
        self._routes = [route for page in pages for route in page.table]
        self._paths = [re.compile(_pattern(route.path)) for route in self._routes]
        self._admission = admission
        self._faults = faults

    def add_to(self, app: web.Application) -> None:
        for route in self._routes:
            path = API + route.path.replace("_id}", "_id:\\d+}")
            app.router.add_route(route.method, path, self._serving(route))
        unknown = self._serving(Route("*", "", self._unknown, public=True))
        app.router.add_route("*", "/api/{unknown:.*}", unknown)

    def _serving(self, route: Route) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.StreamResponse:
            """Raises ConnectionError when who asks is gone: aiohttp then knows that there is nobody to answer."""
            call = self._call(request)
            ban = self._admission.ban(request.remote)
            fault = None if ban else self._faults.hit(call.method, call.path)
            if ban:
                return await self._send(request, call, route, ban, BANNED)
            if fault:
                return await self._serve_faulty(request, call, route, fault)
            reply = await self._answer(request, call, route)
            try:
                return await self._send(request, call, route, reply)
            finally:
                _do_after(call, reply)

        return serve

    async def _serve_faulty(
        self, request: web.Request, call: Call, route: Route, fault: Fault
    ) -> web.StreamResponse:
        own = await self._answer(request, call, route) if fault.is_done else None
        if own:
            _do_after(call, own)  # it is done: people see it, however late the bot reads of it
        await self._faults.delay(fault)
        if isinstance(fault.status, int):
            put_in = self._faults.answer(fault, limit_rules.bucket_of(call.method, route.path))
            return await self._send(request, call, route, Reply(*put_in), fault.name)
        if own and fault.status is None:
            return await self._send(request, call, route, own)
        return await self._lose(request, call, route, fault)

    async def _lose(self, request: web.Request, call: Call, route: Route, fault: Fault) -> web.StreamResponse:
        self._record(call, route, None, None, fault.name)
        if fault.status == TIMEOUT:
            await self._faults.hang(request)
        reset(request)
        return web.Response()

    async def _answer(self, request: web.Request, call: Call, route: Route) -> Reply:
        entry = self._admission.entry(request, call, route)
        try:
            reply = await self._done(request, call, route, entry)
        except RateLimited as limited:
            reply = Reply(429, limited.body(), limited.headers)
        except Refused as refused:
            reply = _refusal(refused)
        except web.HTTPRequestEntityTooLarge:
            reply = _refusal(entity_too_large())
        except ConnectionError:
            raise
        except Exception:  # a bug of ours is a 500 for the bot, as Discord's own are, and a word in the log
            log.exception("The sandbox failed at %s %s", request.method, request.path)
            reply = Reply(500, {"message": "500: Internal Server Error", "code": 0})
        if request.method != "GET":
            self._core.touch()
        return Reply(reply.status, reply.body, {**entry.headers, **reply.headers})

    async def _done(self, request: web.Request, call: Call, route: Route, entry: Entry) -> Reply:
        """Raises Refused, RateLimited, HTTPRequestEntityTooLarge, ConnectionError."""
        if not request.headers.get("User-Agent"):
            raise blocked_by_cloudflare()
        call.caller = self._caller(route, request)
        call.ids = _ids(call.parts)
        entry.spend()
        for given in (*call.headers.values(), *call.query.values()):
            bodies.refuse_unsendable(given)
        call.body, call.files, call.text = await bodies.read(request)
        entry.spend_on_what_is_asked()
        reply = as_reply(route.handler(call))
        return replace(reply, body=_written(reply.body))

    def _unknown(self, call: Call) -> None:
        known = any(path.fullmatch(call.path) for path in self._paths)
        if not known:
            self._refuse_wrong_ids(call)
        log.error("The sandbox has no route %s %s", call.method, call.path)
        raise method_not_allowed() if known else not_found()

    def _refuse_wrong_ids(self, call: Call) -> None:
        """Where a route would be known if something else stood for its ids."""
        for route in self._routes:
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path), call.path)
            if found and route.method == call.method:
                _ids(found.groupdict())

    async def _send(
        self, request: web.Request, call: Call, route: Route, reply: Reply, fault: str | None = None
    ) -> web.StreamResponse:
        kind, text = reply.body if isinstance(reply.body, Written) else _written(reply.body)
        self._record(call, route, reply.status, text, fault)
        if fault != BANNED:
            self._admission.count(request.remote, reply)
        usual = {} if fault == BANNED else DISCORD
        told = {} if text is None else {"Content-Type": kind}
        sent = Sent(reply.status, {**usual, **reply.headers, **told}, (text or "").encode())
        with contextlib.suppress(ConnectionError):  # who asked is gone: nobody minds
            await sent.go(request)
        return sent

    def _record(
        self, call: Call, route: Route, status: int | None, text: str | None, fault: str | None
    ) -> None:
        self._core.recorder.rest(
            method=call.method,
            path=writable(call.path),
            route=route.path or None,
            status=status,
            query={writable(key): writable(value) for key, value in call.query.items()},
            reason=writable(unquote(call.headers.get("X-Audit-Log-Reason", ""))) or None,
            files=tuple(upload.filename for upload in call.uploads.values()),
            unknown=not route.path,
            fault=fault,
            application_id=str(call.caller.id) if call.caller else None,
            request_text=call.text,
            response_text=text,
        )

    def _call(self, request: web.Request) -> Call:
        parts = dict(request.match_info)
        return Call(
            self._core,
            self._gateway,
            self._interactions,
            request.method,
            request.path.removeprefix(API),
            parts=parts,
            query=dict(request.query) if request.query_string else {},
            headers={key: request.headers[key] for key in TOLD if key in request.headers},
        )

    def _caller(self, route: Route, request: web.Request) -> Application | None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        for application in self._core.world.applications.values():
            if (kind, token) == ("Bot", application.token):
                return application
        if not route.public:
            raise unauthorized()
        return None


def _pattern(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "[^/]+", re.sub(r"\{[^}]+_id\}", r"\\d+", path))


def _refusal(refused: Refused) -> Reply:
    return Reply(refused.status, refused.body())


def _do_after(call: Call, reply: Reply) -> None:
    if call.after and reply.status < 300:
        call.after()


class Written(NamedTuple):
    content_type: str
    text: str | None


def _written(body: Any) -> Written:
    """discord.py compares the whole of "application/json"."""
    if body is None or isinstance(body, str):
        return Written("text/plain; charset=UTF-8", body)
    return Written("application/json", json_text(body))


def _ids(parts: dict[str, str]) -> dict[str, int]:
    """Those in the path. Raises Refused."""
    form = Form(parts)
    found = {key: form.snowflake(key) or 0 for key in parts if key.endswith("_id")}
    form.finish()
    return found
