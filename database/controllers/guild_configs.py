"""What servers have chosen."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import update
from sqlmodel import col

from database.actions import action
from database.config_cache import ConfigCache
from database.controllers._base import BaseController
from database.errors import SettingNotAllowed, SettingUnknown
from database.models.base import reason_given, utc_now
from database.models.guild_config import (
    BOUNDS,
    CHANGES,
    ENSURE_CONFIG,
    FIND_CONFIG,
    FIND_CONFIGS,
    LOCK_CONFIG,
    MOST_ROLES,
    ROLE_LISTS,
    SETTINGS_COLUMNS,
    TELL_PROCESSES,
    GuildConfig,
    GuildConfigChange,
    GuildSettings,
    Language,
)
from database.transaction import Transactions

SETTINGS = frozenset(GuildSettings._fields) - {"guild_id", "version", "updated_at"}
CHUNK = 1_000
"""Servers that one query of a warm-up reads."""


class GuildConfigController(BaseController):
    topic = "guild_configs"

    def __init__(self, transactions: Transactions, cache: ConfigCache) -> None:
        super().__init__(transactions)
        self._cache = cache

    async def get(self, *, guild_id: int) -> GuildSettings:
        """What this process remembers, or else `read`. A server that changed nothing has the defaults.

        A change by this process shows at once, one by another process as soon as it is heard of, and in any case
        after the cache's lifetime.
        """
        remembered = self._cache.get(guild_id)
        return remembered if remembered is not None else await self._cache.load(guild_id, self.read)

    @action(repeatable=True)
    async def read(self, *, guild_id: int) -> GuildSettings:
        """What stands in the database."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(FIND_CONFIG, guild_id=guild_id)).first() or GuildSettings(guild_id)

    @action(repeatable=True)
    async def warm_up(self, *, guild_ids: Sequence[int]) -> None:
        """Remember these servers, as many as there is room for, before they are asked for one by one."""
        wanted = guild_ids[: self._cache.most]
        async with self._transaction(system=True) as tx:
            for begin in range(0, len(wanted), CHUNK):
                chunk = wanted[begin : begin + CHUNK]
                with self._cache.looking(*chunk) as look:
                    found = (await tx.exec(FIND_CONFIGS, guild_ids=chunk)).all()
                    configs = {config.guild_id: config for config in found}
                    for guild_id in chunk:
                        self._cache.put(configs.get(guild_id) or GuildSettings(guild_id), look)

    @action(repeatable=True)
    async def change(
        self,
        *,
        guild_id: int,
        setting: str,
        value: Any,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> GuildSettings:
        """Set one setting and record who did it, from what, to what and why. A change to the same value is none.

        The same interaction again changes nothing more, but one that changed nothing leaves no trace to know it by.
        Raises SettingUnknown, and SettingNotAllowed for a value out of its range.
        """
        _require_allowed(setting, value)
        value = tuple(value) if isinstance(value, list) else value
        now = utc_now()
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                await tx.exec(ENSURE_CONFIG, **GuildSettings(guild_id, updated_at=now)._asdict())
                config = (await tx.exec(LOCK_CONFIG, guild_id=guild_id)).one()
                before, version = getattr(config, setting), config.version + 1
                made = await CHANGES.get(tx, guild_id=guild_id, interaction_id=interaction_id)
                if before != value and made is None:
                    changed = await tx.query(
                        update(GuildConfig)
                        .where(col(GuildConfig.guild_id) == guild_id)
                        .values({setting: value, "version": version, "updated_at": now})
                        .returning(*SETTINGS_COLUMNS),
                        GuildSettings,
                    )
                    config = changed.one()
                    change = GuildConfigChange(
                        guild_id=guild_id,
                        version=version,
                        setting=setting,
                        before=before,
                        after=value,
                        changed_by_id=changed_by_id,
                        changed_at=now,
                        interaction_id=interaction_id,
                        why=reason_given(why),
                    )
                    await CHANGES.insert(tx, [change])
                    await tx.exec(TELL_PROCESSES, notice=f"{guild_id}:{version}")
            self._cache.put(config, look)
        return config


def _require_allowed(setting: str, value: Any) -> None:
    """Say in words what the table's CHECKs hold."""
    if setting not in SETTINGS:
        raise SettingUnknown(setting)
    if (bounds := BOUNDS.get(setting)) is not None and not bounds.least <= value <= bounds.most:
        raise SettingNotAllowed(bounds.called, bounds.rule)
    if setting in ROLE_LISTS and len(value) > MOST_ROLES:
        raise SettingNotAllowed("The list of roles", f"name at most {MOST_ROLES} roles")
    if setting == "language" and value not in set(Language):
        raise SettingNotAllowed("The language", f"choose one of {', '.join(Language)}")
    if setting == "time_zone" and value not in _time_zones():
        raise SettingNotAllowed("The time zone", "name one as Europe/Berlin is named, or UTC")


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
