"""People as servers know them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from database.actions import action
from database.controllers._base import BaseController
from database.models.user import LEFT, MEET, NAMES, SEEN, USERS, User

LONGEST_NAME = 100
SIGHTING_INTERVAL = timedelta(hours=1)
"""A sighting that tells nothing new is written at most this often."""


class UserController(BaseController):
    topic = "users"

    @action(repeatable=True)
    async def seen(
        self, *, guild_id: int, user_id: int, name: str, display_name: str, seen_at: datetime
    ) -> None:
        """Keep the latest names, and that they are here. What is heard late, after something newer, changes nothing."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(
                SEEN,
                guild_id=guild_id,
                user_id=user_id,
                name=name[:LONGEST_NAME],
                display_name=display_name[:LONGEST_NAME],
                seen_at=seen_at,
                stale_before=seen_at - SIGHTING_INTERVAL,
            )

    @action(repeatable=True)
    async def left(
        self, *, guild_id: int, user_id: int, name: str, display_name: str, left_at: datetime
    ) -> bool:
        """Mark that they left; False if they were seen after that. Who never said a word may have points, too."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(
                MEET,
                guild_id=guild_id,
                user_id=user_id,
                name=name[:LONGEST_NAME],
                display_name=display_name[:LONGEST_NAME],
                seen_at=left_at,
            )
            marked = await tx.exec(
                LEFT, of_guild_id=guild_id, of_user_id=user_id, gone_at=left_at, left_at=left_at
            )
            return marked.first() is not None

    @action(repeatable=True)
    async def names(self, *, guild_id: int, user_ids: Sequence[int]) -> dict[int, str]:
        """What those are called in this server who were ever seen there."""
        async with self._read(guild_id=guild_id) as tx:
            named = (await tx.exec(NAMES, guild_id=guild_id, user_ids=user_ids)).all()
            return {each.user_id: each.display_name for each in named}

    @action(repeatable=True)
    async def get(self, *, guild_id: int, user_id: int) -> User | None:
        async with self._read(guild_id=guild_id) as tx:
            return await USERS.get(tx, guild_id=guild_id, user_id=user_id)
