"""Ids or names, as a person writes them: `max`, `Green`, `mod-log`, `1045...`, `<@1045...>`."""

import re
from collections.abc import Iterable
from typing import TypeVar

from sandbox.errors import UnknownName
from sandbox.nearest import there_is
from sandbox.rows import Channel, Guild, Role, User
from sandbox.world import World

MENTION = re.compile(r"<(?:@[!&]?|#)(\d+)>")
MOST_DIGITS = 20  # a snowflake has 64 bits
One = TypeVar("One", Guild, Role, Channel)


class Names:
    def __init__(self, world: World) -> None:
        self._world = world

    def user(self, given: object) -> User:
        found = self._world.users.get(as_id(given)) or self._world.user_named(str(given).lstrip("@"))
        if found is None:
            names = (user.username for user in self._world.users.values())
            raise UnknownName(f"There is no person {given!r}{there_is(given, names)}")
        return found

    def guild(self, given: object) -> Guild:
        guilds = self._world.guilds
        return _find("guild", given, guilds, ((guild.name, guild) for guild in guilds.values()))

    def role(self, guild: Guild | None, given: object) -> Role:
        if guild is None:
            raise UnknownName("There are no roles in direct messages.")
        roles = {**guild.roles}
        if str(given).lstrip("@") == "everyone":
            return roles[guild.id]
        return _find(f"role in {guild.name}", given, roles, ((role.name, role) for role in roles.values()))

    def channel(self, given: object, *guilds: Guild | None) -> Channel:
        """A name is looked for in the guilds in their order; an id is found anywhere."""
        number = as_id(given)
        if number in self._world.channels:
            return self._world.channels[number]
        names: list[str] = []
        for guild in filter(None, guilds):
            for channel in (*self._world.guild_channels(guild), *self._world.threads_of(guild)):
                if channel.name == str(given).lstrip("#"):
                    return channel
                names.append(channel.name or "")
        raise UnknownName(f"There is no channel {given!r}{there_is(given, names)}")


def as_id(given: object) -> int:
    """0 for what is not an id."""
    if type(given) is int:
        return given
    text = str(given)
    mention = MENTION.fullmatch(text)
    bare = mention[1] if mention else text
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) <= MOST_DIGITS else 0


def _find(what: str, given: object, by_id: dict[int, One], by_name: Iterable[tuple[str, One]]) -> One:
    number = as_id(given)
    if number in by_id:
        return by_id[number]
    wanted = str(given).lstrip("@").casefold()
    names: list[str] = []
    for name, one in by_name:
        if name.casefold() == wanted:
            return one
        names.append(name)
    raise UnknownName(f"There is no {what} {given!r}{there_is(given, names)}")
