"""What the control interface can be asked: a line for each route, read off the router; and what an address lacks."""

import inspect
import re
from collections.abc import Iterator

from aiohttp import web

from sandbox.nearest import there_is
from sandbox.rest.rest import Reply
from sandbox.rows import Json


async def tell(request: web.Request) -> Json:
    """This list."""
    lines = {f"{method} {path}": does for method, path, does in _routes(request.app)}
    return {"routes": [{"route": route, "does": does} for route, does in lines.items()]}


async def missing(request: web.Request) -> Reply:
    takes = sorted({method for method, path, _ in _routes(request.app) if _is(path, request.path)})
    if takes:
        listed = ", ".join(takes)
        return Reply(405, {"error": f"{request.path} takes {listed}."}, {"Allow": listed})
    asked = f"{request.method} {request.path}"
    near = there_is(asked, (f"{method} {path}" for method, path, _ in _routes(request.app)))
    return Reply(404, {"error": f"The control interface has no {asked}{near}"})


def _routes(app: web.Application) -> Iterator[tuple[str, str, str]]:
    """Method, path, and the first line of what its handler says of itself."""
    for route in app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if path.startswith("/sandbox") and route.method not in ("*", "HEAD"):
            yield route.method, path, (inspect.getdoc(route.handler) or "").partition("\n")[0]


def _is(pattern: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), path) is not None
