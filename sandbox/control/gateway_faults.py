"""Faults of the gateway that a test asks for: lost sockets, sessions that end, interactions that come twice."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sandbox.events import Event
from sandbox.fitting import Unfit, quoted
from sandbox.gateway.gateway import Gateway
from sandbox.recorder import Exchange
from sandbox.rest.faults import Times

DROP, RECONNECT, INVALID, DUPLICATE = "drop", "reconnect", "invalid", "duplicate"
KINDS = (DROP, RECONNECT, INVALID, DUPLICATE)
BACK = ("READY", "RESUMED")


@dataclass
class GatewayFault:
    gateway: str
    times: int
    resumable: bool
    hits: int = 0

    def as_json(self) -> dict[str, Any]:
        plain = vars(self).copy()
        if self.gateway != INVALID:
            del plain["resumable"]
        return plain


class GatewayFaults:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.all: list[GatewayFault] = []
        gateway.core.events.listen(self._heard)
        gateway.core.recorder.listen(self._recorded)

    def add(self, gateway: str, *, times: Times = 1, resumable: bool | None = None) -> None:
        """The next interactions come twice; any other fault is now, and again each time that a bot is back.

        Raises Unfit.
        """
        if gateway not in KINDS:
            raise Unfit(f"The field 'gateway' must be one of {', '.join(KINDS)}, not {quoted(gateway)}.")
        if resumable is not None and gateway != INVALID:
            raise Unfit(f"The field 'resumable' goes with the gateway fault {INVALID} only.")
        fault = GatewayFault(gateway, times, bool(resumable))
        self.all.append(fault)
        if gateway == DUPLICATE:
            self._gateway.duplicate(sum(each.times - each.hits for each in self._left(DUPLICATE)))
        else:
            self._act(fault)

    def clear(self) -> None:
        self.all.clear()
        self._gateway.duplicate(0)

    def _act(self, fault: GatewayFault) -> None:
        fault.hits += 1
        if fault.gateway == DROP:
            self._gateway.drop()
        elif fault.gateway == RECONNECT:
            self._gateway.ask_to_reconnect()
        else:
            self._gateway.invalidate(resumable=fault.resumable)

    def _left(self, *kinds: str) -> list[GatewayFault]:
        return [each for each in self.all if each.hits < each.times and each.gateway in kinds]

    def _heard(self, event: Event) -> None:
        if self.all and event.name == "INTERACTION_CREATE":
            for fault in self._left(DUPLICATE)[:1]:
                fault.hits += 1

    def _recorded(self, exchange: Exchange) -> None:
        if self.all and exchange.kind == "gateway" and exchange.route in BACK:
            for fault in self._left(DROP, RECONNECT, INVALID)[:1]:
                asyncio.get_running_loop().call_soon(self._act, fault)
