"""How a setting is changed: under its server's lock, with a version and a line in the history. Steps for all."""

from typing import Any, NamedTuple

from sqlalchemy import update
from sqlmodel import col

from database.models.base import reason_given, utc_now
from database.models.guild_config import (
    CHANGES,
    ENSURE_CONFIG,
    LOCK_CONFIG,
    SETTINGS_COLUMNS,
    TELL_PROCESSES,
    GuildConfig,
    GuildConfigChange,
    GuildSettings,
)
from database.transaction import Transaction


class Change(NamedTuple):
    """What somebody wants to be different."""

    guild_id: int
    setting: str
    value: Any
    changed_by_id: int
    interaction_id: int
    why: str | None

    async def record(
        self, tx: Transaction, config: GuildSettings, before: Any, **columns: Any
    ) -> GuildSettings:
        """The settings with their next version, `columns` set; as they are if this was done before or is no change."""
        made = await CHANGES.get(tx, guild_id=self.guild_id, interaction_id=self.interaction_id)
        if before == self.value or made is not None:
            return config
        now, version = utc_now(), config.version + 1
        changed = await tx.query(
            update(GuildConfig)
            .where(col(GuildConfig.guild_id) == self.guild_id)
            .values({**columns, "version": version, "updated_at": now})
            .returning(*SETTINGS_COLUMNS),
            GuildSettings,
        )
        row = GuildConfigChange(
            guild_id=self.guild_id,
            version=version,
            setting=self.setting,
            before=before,
            after=self.value,
            changed_by_id=self.changed_by_id,
            changed_at=now,
            interaction_id=self.interaction_id,
            why=reason_given(self.why),
        )
        await CHANGES.insert(tx, [row])
        await tx.exec(TELL_PROCESSES, notice=f"{self.guild_id}:{version}")
        return changed.one()


async def locked_config(tx: Transaction, guild_id: int) -> GuildSettings:
    """The server's row, made if there is none; whoever else changes something waits for the end of this."""
    await tx.exec(ENSURE_CONFIG, **GuildSettings(guild_id, updated_at=utc_now())._asdict())
    return (await tx.exec(LOCK_CONFIG, guild_id=guild_id)).one()
