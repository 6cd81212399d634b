"""What servers have chosen."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import update
from sqlmodel import col

from database.actions import action
from database.controllers._base import BaseController
from database.errors import SettingNotAllowed, SettingUnknown
from database.models.base import utc_now
from database.models.guild_config import (
    ADD_CHANGE,
    ENSURE_CONFIG,
    FIND_CONFIG,
    LOCK_CONFIG,
    LONGEST_COOLDOWN_SECONDS,
    MOST_POINTS_PER_MESSAGE,
    MOST_ROLES,
    GuildConfig,
    Language,
)

SETTINGS = frozenset(GuildConfig.model_fields) - {"guild_id", "version", "updated_at"}


class GuildConfigController(BaseController):
    topic = "guild_configs"

    @action(repeatable=True)
    async def get(self, *, guild_id: int) -> GuildConfig:
        """A server that changed nothing has the defaults."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(FIND_CONFIG, guild_id=guild_id)).first() or GuildConfig(guild_id=guild_id)

    @action(repeatable=False)
    async def change(self, *, guild_id: int, setting: str, value: Any, changed_by_id: int) -> GuildConfig:
        """Set one setting and record who did it, from what, to what. A change to the same value is none.

        Raises SettingNotAllowed for an unknown setting or a value out of its range.
        """
        _require_allowed(setting, value)
        now = utc_now()
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(ENSURE_CONFIG, **_defaults(guild_id))
            config = (await tx.exec(LOCK_CONFIG, guild_id=guild_id)).one()
            before = getattr(config, setting)
            if before == value:
                return config
            changed = {setting: value, "version": config.version + 1, "updated_at": now}
            await tx.query(
                update(GuildConfig).where(col(GuildConfig.guild_id) == guild_id).values(changed), type(None)
            )
            await tx.exec(
                ADD_CHANGE,
                guild_id=guild_id,
                version=config.version + 1,
                setting=setting,
                before=before,
                after=value,
                changed_by_id=changed_by_id,
                changed_at=now,
            )
            return (await tx.exec(FIND_CONFIG, guild_id=guild_id)).one()


def _defaults(guild_id: int) -> dict[str, Any]:
    return {name: getattr(GuildConfig(guild_id=guild_id), name) for name in GuildConfig.model_fields}


def _require_allowed(setting: str, value: Any) -> None:
    """Say in words what the table's CHECKs hold."""
    if setting not in SETTINGS:
        raise SettingUnknown(setting)
    if setting == "points_per_message" and not 0 <= value <= MOST_POINTS_PER_MESSAGE:
        raise SettingNotAllowed("Points per message", f"choose from 0 to {MOST_POINTS_PER_MESSAGE:,}")
    if setting == "message_cooldown_seconds" and not 0 <= value <= LONGEST_COOLDOWN_SECONDS:
        raise SettingNotAllowed("The message cool-down", "choose from 0 seconds to 1 day")
    if setting.endswith("_role_ids") and len(value) > MOST_ROLES:
        raise SettingNotAllowed("The list of roles", f"name at most {MOST_ROLES} roles")
    if setting == "language" and value not in set(Language):
        raise SettingNotAllowed("The language", f"choose one of {', '.join(Language)}")
    if setting == "time_zone" and value not in _time_zones():
        raise SettingNotAllowed("The time zone", "name one as Europe/Berlin is named, or UTC")


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
