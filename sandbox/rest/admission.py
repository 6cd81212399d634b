"""Whether a request is let in: limits and bans, and what the answer's headers say of them."""

from aiohttp import web

from sandbox.core import Core
from sandbox.rest import limit_rules
from sandbox.rest.invalid_requests import InvalidRequests
from sandbox.rest.ratelimits import Limit, RateLimits, Whose
from sandbox.rest.rest import Call, Reply, Route

CLOUDFLARE = {"Server": "cloudflare"}


class Admission:
    def __init__(self, core: Core, *, limited: bool) -> None:
        self._core = core
        self.rates = RateLimits(core.clock, on=limited)
        self.invalid = InvalidRequests(core.clock)

    def begin_anew(self) -> None:
        """Nothing was asked yet, and nobody is banned."""
        self.rates.begin_anew()
        self.invalid.begin_anew()

    def ban(self, address: str | None) -> Reply | None:
        """Cloudflare's own answer: no JSON, and no Via."""
        seconds = self.invalid.banned_for(address) if self.rates.on else 0
        return Reply(429, "error code: 1015", CLOUDFLARE | {"Retry-After": str(seconds)}) if seconds else None

    def count(self, address: str | None, reply: Reply) -> None:
        if self.rates.on:
            self.invalid.count(address, reply.status, reply.headers)

    def entry(self, request: web.Request, call: Call, route: Route) -> "Entry":
        return Entry(self._core, self.rates, call, route, request.remote)


class Entry:
    """One request on its way past the limits."""

    def __init__(self, core: Core, rates: RateLimits, call: Call, route: Route, address: str | None) -> None:
        self._core = core
        self._rates = rates
        self._call = call
        self._route = route
        self._address = address
        self._counted: tuple[Limit, Whose] | None = None

    def spend(self) -> None:
        """Of what is everybody's and of the route's own bucket. Raises RateLimited."""
        call, path = self._call, self._route.path
        asker = call.caller.id if call.caller else self._address
        if not limit_rules.answers_interaction(self._core, path, call.ids):
            self._rates.spend_global(asker)
        if path and path != limit_rules.CALLBACK:
            limit = limit_rules.bucket_of(call.method, path)
            limit = limit_rules.aged(limit, call.method, call.ids, self._core.now())
            self._counted = limit, limit_rules.whose(asker, path, call.parts)
            self._rates.spend(*self._counted)

    def spend_on_what_is_asked(self) -> None:
        """Raises RateLimited."""
        call = self._call
        found = limit_rules.narrower(self._core, call.method, self._route.path, call.ids, call.body)
        for limit, whose, cost in found:
            self._rates.spend(limit, whose, cost)

    @property
    def headers(self) -> dict[str, str]:
        return self._rates.headers(*self._counted) if self._counted else {}
