"""Numbers behind the `?` of an address."""

from aiohttp import web

from sandbox.fitting import Unfit
from sandbox.forms import as_integer
from sandbox.interactions.options import MOST_SAFE_INTEGER


def limit(request: web.Request, usual: int = 100) -> int:
    return max(1, number(request, "limit", usual))


def number(request: web.Request, key: str, usual: int) -> int:
    given = request.query.get(key)
    if given is None:
        return usual
    found = as_integer(given)
    if found is None or abs(found) > MOST_SAFE_INTEGER:
        raise Unfit(f"{key!r} must be a whole number.")
    return found
