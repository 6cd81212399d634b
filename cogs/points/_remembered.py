"""What this process remembers of the latest messages: what each member last said, and what it earned them."""

from collections import OrderedDict
from hashlib import blake2b
from typing import Generic, NamedTuple, TypeVar

from database.models.earning import Decision

MOST_REMEMBERED = 20_000
"""Members, at about 400 bytes each: the latest to say something."""

T = TypeVar("T")


class Latest(Generic[T]):
    """One value for each member of each server, and only the latest members."""

    def __init__(self) -> None:
        self._values: OrderedDict[tuple[int, int], T] = OrderedDict()

    def get(self, guild_id: int, user_id: int) -> T | None:
        return self._values.get((guild_id, user_id))

    def put(self, guild_id: int, user_id: int, value: T) -> None:
        self._values.pop((guild_id, user_id), None)
        self._values[guild_id, user_id] = value
        if len(self._values) > MOST_REMEMBERED:
            self._values.popitem(last=False)


class Said(NamedTuple):
    """A message, and what it earned."""

    message_id: int
    channel_id: int
    decision: Decision


class LastTexts:
    """Whether somebody says the same again: as a digest, so that no text is kept."""

    def __init__(self) -> None:
        self._latest: Latest[tuple[int, bytes]] = Latest()

    def is_repeat(self, guild_id: int, user_id: int, message_id: int, text: str) -> bool:
        """Without regard to case and white space. A message that is delivered again does not repeat itself."""
        same = " ".join(text.casefold().split())
        if not same:
            return False
        digest = blake2b(same.encode("utf-8", "replace"), digest_size=16).digest()
        last = self._latest.get(guild_id, user_id)
        self._latest.put(guild_id, user_id, (message_id, digest))
        return last is not None and last[0] != message_id and last[1] == digest
