"""Trouble to order, over HTTP: faults of REST and of the gateway, tighter limits."""

from typing import Annotated, Any

from aiohttp import web

from sandbox.control.control import Row
from sandbox.control.gateway_faults import GatewayFaults
from sandbox.fitting import Unfit, Within, fitting
from sandbox.intake import parsed
from sandbox.rest.admission import Admission
from sandbox.rest.faults import Faults
from sandbox.rows import Json

Count = Annotated[int, Within(1, 1_000_000)]


class Trouble:
    def __init__(self, faults: Faults, of_gateway: GatewayFaults, admission: Admission) -> None:
        self._faults = faults
        self._of_gateway = of_gateway
        self._admission = admission

    def table(self) -> list[Row]:
        return [
            ("GET", "/sandbox/faults", self._list),
            ("POST", "/sandbox/faults", self._add),
            ("DELETE", "/sandbox/faults", self._clear),
            ("GET", "/sandbox/rate-limits", self._limits),
            ("POST", "/sandbox/rate-limits", self._set_limits),
        ]

    async def _list(self, _request: web.Request) -> Json:
        """The faults that are set, and how often each was hit."""
        of_rest = [each.as_json() for each in self._faults.all]
        return {"faults": of_rest + [each.as_json() for each in self._of_gateway.all]}

    async def _add(self, request: web.Request) -> Json:
        """Break a route or the gateway."""
        body = await _body(request)
        if not isinstance(body, dict) or ("route" in body) == ("gateway" in body):
            raise Unfit("The body must be an object with 'route' and 'status', or with 'gateway'.")
        add: Any = self._faults.add if "route" in body else self._of_gateway.add
        add(**fitting(add, body))
        return await self._list(request)

    async def _clear(self, request: web.Request) -> Json:
        """No more faults."""
        self._faults.clear()
        self._of_gateway.clear()
        return await self._list(request)

    async def _limits(self, _request: web.Request) -> Json:
        """How often bots may ask."""
        rates, invalid = self._admission.rates, self._admission.invalid
        return {
            "on": rates.on,
            "global_per_second": rates.global_per_second,
            "invalid_requests": invalid.most,
        }

    async def _set_limits(self, request: web.Request) -> Json:
        """Tighten, loosen or lift the limits; all counts begin anew."""
        self.set_limits(**fitting(self.set_limits, await _body(request)))
        return await self._limits(request)

    def set_limits(
        self,
        *,
        on: bool | None = None,
        global_per_second: Count | None = None,
        invalid_requests: Count | None = None,
    ) -> None:
        """All counts begin anew, and bans are lifted."""
        rates, invalid = self._admission.rates, self._admission.invalid
        rates.on = rates.on if on is None else on
        rates.global_per_second = global_per_second or rates.global_per_second
        invalid.most = invalid_requests or invalid.most
        self._admission.begin_anew()


async def _body(request: web.Request) -> Any:
    return parsed(await request.read() or b"{}")
