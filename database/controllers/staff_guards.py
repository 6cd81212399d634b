"""The guard on staff: who is paused, and until when."""

from collections.abc import Sequence

from database.actions import action
from database.config_cache import ConfigCache
from database.configuring import Change, locked_config
from database.controllers._base import BaseController
from database.models.base import utc_now
from database.models.staff_guard import GUARD_SETTING, PAUSED, STAFF_GUARDS, StaffGuard
from database.transaction import Transactions


class StaffGuardController(BaseController):
    topic = "staff_guards"

    def __init__(self, transactions: Transactions, cache: ConfigCache) -> None:
        super().__init__(transactions)
        self._cache = cache

    @action(repeatable=True)
    async def get(self, *, guild_id: int, moderator_id: int) -> StaffGuard | None:
        """What was counted of a moderator; None if they have done nothing dangerous."""
        async with self._read(guild_id=guild_id) as tx:
            return await STAFF_GUARDS.get(tx, guild_id=guild_id, moderator_id=moderator_id)

    @action(repeatable=True)
    async def paused(self, *, guild_id: int) -> Sequence[StaffGuard]:
        """Who may do nothing dangerous through Reeve, the first paused first."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(PAUSED, guild_id=guild_id)).all()

    @action(repeatable=True)
    async def resume(
        self,
        *,
        guild_id: int,
        moderator_id: int,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> bool:
        """End a moderator's pause and count from nothing again; False if they are not paused.

        The history of settings keeps who did it.
        """
        change = Change(guild_id, f"{GUARD_SETTING}{moderator_id}", None, changed_by_id, interaction_id, why)
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                row = await STAFF_GUARDS.lock(tx, guild_id=guild_id, moderator_id=moderator_id)
                if row is None or row.paused_at is None:
                    return False
                config = await change.record(tx, config, f"paused since {row.paused_at:%Y-%m-%d %H:%M} UTC")
                row.paused_at, row.acts, row.window_started_at = None, 0, utc_now()
                await STAFF_GUARDS.update(tx, [row], "paused_at", "acts", "window_started_at")
            self._cache.put(config, look)
        return True
