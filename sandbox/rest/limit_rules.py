"""Which limit is whose. Discord does not publish its numbers: these are typical ones (docs/assumed.md), except two.

The reference names 50 requests a second, interaction endpoints not counted ("Rate Limits"), and 200 new commands
a day in each guild ("Application Commands").
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sandbox.clock import moment_of
from sandbox.core import Core
from sandbox.interactions import commands
from sandbox.interactions.command_specs import CHAT
from sandbox.rest.ratelimits import GLOBAL_PER_SECOND, Limit, Whose
from sandbox.rest.route_patterns import patterns

DAY = 24 * 60 * 60
BUCKETS = [
    (Limit(" and ".join(routes), most, seconds), patterns(routes))
    for most, seconds, *routes in (
        (5, 5, "POST /channels/*/messages"),
        (5, 5, "PATCH /channels/*/messages/*"),
        (5, 1, "DELETE /channels/*/messages/*"),
        (1, 1, "POST /channels/*/messages/bulk-delete"),
        (1, 0.25, "PUT /channels/*/messages/*/reactions/**", "DELETE /channels/*/messages/*/reactions/**"),
        (5, 5, "POST /channels/*/typing"),
        (5, 15, "PATCH /channels/*"),
        (10, 10, "PATCH /guilds/*/members/*"),
        (10, 10, "PUT /guilds/*/members/*/roles/*", "DELETE /guilds/*/members/*/roles/*"),
        (10, 10, "POST /users/@me/channels"),
        (5, 20, "POST /applications/*/commands", "POST /applications/*/guilds/*/commands"),
        (5, 2, "POST /webhooks/*/*"),
        (5, 2, "PATCH /webhooks/*/*/messages/*", "DELETE /webhooks/*/*/messages/*"),
    )
]
CALLBACK = "/interactions/{interaction_id}/{token}/callback"  # has no bucket, and no header tells of one
TWO_WEEKS = timedelta(days=14)
OLD_MESSAGES = Limit("delete messages older than two weeks", 30, 120)
RENAMES = Limit("change a channel's name", 2, 600, "shared")
TOPICS = Limit("change a channel's topic", 2, 600, "shared")
NEW_COMMANDS = Limit(
    "create commands",
    200,
    DAY,
    code=30034,
    sentence="Max number of daily application command creates has been reached (200)",
)


@cache
def bucket_of(method: str, route: str) -> Limit:
    """A route that nobody told the limit of is never narrower than the global one."""
    for limit, its_routes in BUCKETS:
        if any(each.matches(method, route) for each in its_routes):
            return limit
    return Limit(f"{method} {route}", GLOBAL_PER_SECOND, 1)


def aged(limit: Limit, method: str, ids: dict[str, int], now: datetime) -> Limit:
    """Deleting old messages has a bucket of its own, as discord.py knows."""
    old = method == "DELETE" and set(ids) == {"channel_id", "message_id"}
    return OLD_MESSAGES if old and now - moment_of(ids["message_id"]) >= TWO_WEEKS else limit


def whose(caller: object, route: str, parts: dict[str, str]) -> Whose:
    """The caller and the top-level resources in the path; the token of a webhook or an interaction stands for both."""
    if route.startswith(("/webhooks/{", "/interactions/{")):
        found = list(parts.values())[:2]
        return tuple(found) if "{token}" in route or "{webhook_token}" in route else (caller, found[0])
    return (caller, parts.get("guild_id"), parts.get("channel_id"))


def answers_interaction(core: Core, route: str, ids: dict[str, int]) -> bool:
    """These do not count in the global limit."""
    return route.startswith("/interactions/") or (
        route.startswith("/webhooks/") and next(iter(ids.values()), None) in core.world.applications
    )


def narrower(
    core: Core, method: str, route: str, ids: dict[str, int], body: Any
) -> Iterator[tuple[Limit, Whose, int]]:
    """The limits behind the bucket's, which no header tells of: limit, whose, and what the request costs."""
    if (method, route) == ("PATCH", "/channels/{channel_id}") and isinstance(body, dict):
        for field, limit in (("name", RENAMES), ("topic", TOPICS)):
            if field in body:
                yield limit, (ids["channel_id"],), 1
    if method in ("POST", "PUT") and route.startswith("/applications/") and route.endswith("/commands"):
        place = ids["application_id"], ids.get("guild_id")
        yield NEW_COMMANDS, place, _new_commands(core, *place, body)


def _new_commands(core: Core, application_id: int, guild_id: int | None, body: Any) -> int:
    known = {(each.name, each.type) for each in commands.of(core, application_id, guild_id)}
    listed = [each for each in (body if isinstance(body, list) else [body]) if isinstance(each, dict)]
    asked = {(str(each.get("name")), str(each.get("type", CHAT))) for each in listed}
    return len(asked - {(name, str(kind)) for name, kind in known})
