"""All checks of one stream of exchanges, and what they cost: what looks the same is looked at once."""

from collections.abc import Iterator
from time import process_time

from conformance_exceptions import ALLOWED, Exceptions
from conformance_facts import event_problems, facts
from conformance_order import Order
from conformance_rest import Description
from conformance_wire import Seen

# Where the API description is laxer than the documentation's table of the same object.
DOCUMENTED = {
    ("POST", "/channels/{channel_id}/messages"): "message",
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): "message",
    ("GET", "/channels/{channel_id}/messages"): "[message]",
    ("GET", "/channels/{channel_id}/messages/{message_id}"): "message",
    ("GET", "/channels/{channel_id}"): "channel",
    ("PATCH", "/channels/{channel_id}"): "channel",
    ("GET", "/guilds/{guild_id}"): "guild",
    ("PATCH", "/guilds/{guild_id}"): "guild",
    ("GET", "/guilds/{guild_id}/channels"): "[guild_channel]",
    ("POST", "/guilds/{guild_id}/channels"): "guild_channel",
    ("GET", "/guilds/{guild_id}/roles"): "[role]",
    ("POST", "/guilds/{guild_id}/roles"): "role",
    ("PATCH", "/guilds/{guild_id}/roles/{role_id}"): "role",
    ("GET", "/guilds/{guild_id}/members"): "[whole_member]",
    ("GET", "/guilds/{guild_id}/members/{user_id}"): "whole_member",
    ("PATCH", "/guilds/{guild_id}/members/{user_id}"): "whole_member",
    ("GET", "/guilds/{guild_id}/bans"): "[ban]",
    ("GET", "/guilds/{guild_id}/bans/{user_id}"): "ban",
    ("GET", "/guilds/{guild_id}/webhooks"): "[webhook]",
    ("POST", "/channels/{channel_id}/webhooks"): "webhook",
    ("GET", "/guilds/{guild_id}/auto-moderation/rules"): "[automod_rule]",
    ("POST", "/guilds/{guild_id}/auto-moderation/rules"): "automod_rule",
    ("GET", "/users/@me"): "user",
    ("GET", "/users/{user_id}"): "user",
    ("GET", "/invites/{code}"): "invite",
}


class Checks:
    """For one run of the suite: which exchanges were seen, and which exceptions served."""

    def __init__(self, description: Description | None) -> None:
        self._description = description
        self.exceptions = Exceptions(ALLOWED)
        self._fine: set[int] = set()
        self.orders: dict[int, Order] = {}  # of each process
        self.seen = 0
        self.seconds = 0.0

    def problems(self, exchange: Seen) -> list[str]:
        begun = process_time()
        found = [] if exchange.fault else list(self._all_problems(exchange))
        self.seen, self.seconds = self.seen + 1, self.seconds + process_time() - begun
        return found

    def _all_problems(self, exchange: Seen) -> Iterator[str]:
        order = self.orders.setdefault(exchange.process, Order())
        own = list(self._own_problems(exchange))
        yield from own
        try:
            yield from order.problems(exchange)
        except (
            KeyError,
            TypeError,
            AttributeError,
        ):  # the rules of order read what was just found to be wrong
            if not own:
                raise

    def finish(self) -> Iterator[str]:
        for order in self.orders.values():
            yield from order.finish()

    def _own_problems(self, exchange: Seen) -> Iterator[str]:
        if exchange.looks in self._fine:
            return
        found = list(self._rest(exchange) if exchange.kind == "rest" else self._gateway(exchange))
        if not found:
            self._fine.add(exchange.looks)
        yield from found

    def _rest(self, exchange: Seen) -> Iterator[str]:
        if self._description is not None:
            yield from self._description.problems(exchange, self.exceptions.allow)
        kind = DOCUMENTED.get((exchange.method, exchange.route))
        if kind and exchange.status in (200, 201):
            yield from self._held(
                f"{exchange.method} {exchange.route} object", facts().problems(kind, exchange.response)
            )

    def _gateway(self, exchange: Seen) -> Iterator[str]:
        if exchange.method == "SEND":
            yield from self._held(exchange.where, event_problems(exchange.route, exchange.response))

    def _held(self, where: str, problems: Iterator[str] | list[str]) -> Iterator[str]:
        yield from (f"{where}: {what}" for what in problems if not self.exceptions.allow(where, what))
