"""The settings of servers that this process remembers.

What is remembered is true for a short lifetime and is then asked for again: that alone keeps several processes
right. Notices of newer versions (database/listening.py) only make it sooner. An own OrderedDict: cachetools has the
bound and the lifetime, but takes about a microsecond a read, and knows nothing of versions.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from database.models.guild_config import GuildSettings

NOTICE = re.compile(r"(\d{1,20}):(\d{1,20})")

UNKNOWABLE = 2**63
"""A version that nothing loaded can reach: whatever it was, look again."""


class CacheStatus(NamedTuple):
    """`outdated`: entries dropped before their time, because somebody told of a newer version or may have."""

    size: int
    most: int
    hits: int
    misses: int
    evictions: int
    outdated: int

    @property
    def hit_ratio(self) -> float:
        return self.hits / (self.hits + self.misses or 1)


class Read(Protocol):
    """The settings of one server as they stand in the database."""

    def __call__(self, *, guild_id: int) -> Awaitable[GuildSettings]: ...


class Look:
    """One look into the database: when it began, and which newer versions became known while it lasted.

    What it brings back is as old as its beginning, and worth nothing where something newer is known.
    """

    __slots__ = ("_newest", "began")

    def __init__(self, began: float) -> None:
        self.began = began
        self._newest: dict[int, int] = {}

    def learn(self, guild_id: int, version: int) -> None:
        self._newest[guild_id] = max(version, self._newest.get(guild_id, 0))

    def is_outdated(self, config: GuildSettings) -> bool:
        return config.version < self._newest.get(config.guild_id, 0)


class ConfigCache:
    """At most `most` servers' settings, the least asked for leave first; each for `lifetime` seconds.

    An entry takes about 900 bytes (a test measures it). `now`: seconds that only grow; a test brings its own.
    """

    def __init__(self, most: int, lifetime: float, now: Callable[[], float] = time.monotonic) -> None:
        self.most, self.lifetime, self.now = most, lifetime, now
        self._entries: OrderedDict[int, tuple[GuildSettings, float]] = OrderedDict()
        self._looks: dict[int, list[Look]] = {}
        self._loads: dict[int, asyncio.Task[GuildSettings | None]] = {}
        self._hits = self._misses = self._evictions = self._outdated = 0

    def get(self, guild_id: int) -> GuildSettings | None:
        entry = self._entries.get(guild_id)
        if entry is None or entry[1] <= self.now():
            self._misses += 1
            return None
        self._hits += 1
        self._entries.move_to_end(guild_id)
        return entry[0]

    async def load(self, guild_id: int, read: Read) -> GuildSettings:
        """Read what is not remembered. Who asks at the same time waits for the same read; whatever it raises, all get.

        It goes on for the others when one of them is cancelled.
        """
        while True:
            loading = self._loads.get(guild_id)
            if loading is None:
                loading = self._loads[guild_id] = asyncio.create_task(self._load(guild_id, read))
                loading.add_done_callback(_heed)
            config = await asyncio.shield(loading)
            if config is not None:
                return config

    async def _load(self, guild_id: int, read: Read) -> GuildSettings | None:
        """None: something newer became known meanwhile."""
        try:
            with self.looking(guild_id) as look:
                config = await read(guild_id=guild_id)
                return config if self.put(config, look) else None
        finally:
            del self._loads[guild_id]

    @contextmanager
    def looking(self, *guild_ids: int) -> Iterator[Look]:
        """Around every read or change of these servers in the database, so that `put` knows what it missed.

        If it raises, nobody knows what is true now (a change may have been committed): nothing stays remembered.
        """
        look = Look(self.now())
        for guild_id in guild_ids:
            self._looks.setdefault(guild_id, []).append(look)
        try:
            yield look
        except BaseException:
            for guild_id in guild_ids:
                self.learn(guild_id, UNKNOWABLE)
            raise
        finally:
            for guild_id in guild_ids:
                looks = self._looks[guild_id]
                looks.remove(look)
                if not looks:
                    del self._looks[guild_id]

    def put(self, config: GuildSettings, look: Look) -> bool:
        """Remember what the look brought; False if something newer is known. Of a change only after its COMMIT."""
        guild_id, entries = config.guild_id, self._entries
        self.learn(guild_id, config.version)
        if look.is_outdated(config):
            return False
        entries[guild_id] = config, look.began + self.lifetime
        entries.move_to_end(guild_id)
        while len(entries) > self.most:
            entries.popitem(last=False)
            self._evictions += 1
        return True

    def learn(self, guild_id: int, version: int) -> None:
        """This version exists: forget an older one, and let no look that goes on bring one back."""
        for look in self._looks.get(guild_id, ()):
            look.learn(guild_id, version)
        entry = self._entries.get(guild_id)
        if entry is not None and entry[0].version < version:
            del self._entries[guild_id]
            self._outdated += 1

    def hear(self, notice: str) -> None:
        """`<guild id>:<version>`. Whoever may connect may say anything there."""
        if understood := NOTICE.fullmatch(notice):
            self.learn(int(understood[1]), int(understood[2]))

    def forget(self) -> None:
        """Notices may have been missed: whatever is remembered or on its way may be outdated."""
        for guild_id in {*self._entries, *self._looks}:
            self.learn(guild_id, UNKNOWABLE)

    def status(self) -> CacheStatus:
        return CacheStatus(
            len(self._entries), self.most, self._hits, self._misses, self._evictions, self._outdated
        )


def _heed(loading: "asyncio.Task[GuildSettings | None]") -> None:
    """All who waited for it may be gone: then nobody else looks at its error."""
    if not loading.cancelled():
        loading.exception()
