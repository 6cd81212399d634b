"""What a bot says when it identifies: who it is, what it wants to hear, and of how many guilds."""

from dataclasses import dataclass

from sandbox.bot_rows import Application
from sandbox.closes import Closes
from sandbox.events import KNOWN_INTENTS, PRIVILEGED, Intent
from sandbox.rows import Json
from sandbox.world import World

MOST_GUILDS = 2500  # on one shard (gateway, "Sharding")
THRESHOLDS = range(50, 251)
Shard = tuple[int, int]


@dataclass(frozen=True)
class Identify:
    application: Application
    intents: Intent
    shard: Shard | None
    large_threshold: int
    compress: bool

    @property
    def shard_id(self) -> int:
        return self.shard[0] if self.shard else 0


def read_identify(world: World, asked: Json) -> Identify:
    """Raises Closes."""
    application = caller(world, asked)
    intents = _intents(application, asked.get("intents"))
    shard = _shard(asked.get("shard"))
    number, count = shard or (0, 1)
    guilds = world.guilds_of(application.bot_user_id)
    if sum(belongs(guild.id, number, count) for guild in guilds) > MOST_GUILDS:
        raise Closes(4011)
    threshold, compress = asked.get("large_threshold", THRESHOLDS[0]), asked.get("compress", False)
    if not _is_integer(threshold) or threshold not in THRESHOLDS or not isinstance(compress, bool):
        raise Closes(4002)
    return Identify(application, intents, shard, threshold, compress)


def caller(world: World, asked: Json) -> Application:
    """Raises Closes."""
    application = world.application_with(str(asked.get("token")).removeprefix("Bot "))
    if application is None:
        raise Closes(4004)
    return application


def belongs(guild_id: int | None, shard_id: int, count: int) -> bool:
    """What has no guild goes to the first shard (gateway, "Sharding")."""
    return ((guild_id or 0) >> 22) % count == shard_id


def _intents(application: Application, asked: object) -> Intent:
    if not isinstance(asked, int) or isinstance(asked, bool) or asked & ~KNOWN_INTENTS:
        raise Closes(4013)
    if asked & PRIVILEGED & ~application.intents:
        raise Closes(4014)
    return Intent(asked)


def _shard(asked: object) -> Shard | None:
    if asked is None:
        return None
    if not isinstance(asked, list) or len(asked) != 2 or not all(map(_is_integer, asked)):
        raise Closes(4010)
    number, count = asked
    if not 0 <= number < count:
        raise Closes(4010)
    return number, count


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
