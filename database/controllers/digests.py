"""The weekly digest: planned once for each server and week, and what became of it."""

from collections.abc import Sequence
from datetime import datetime

from database.actions import action
from database.controllers._base import BaseController
from database.models.digest import (
    DIGEST_POSTED,
    DIGEST_SENT,
    DIGEST_SERVERS,
    DIGESTS,
    PLAN_DIGEST,
    SKIP_DIGEST,
    Digest,
    DigestServer,
)
from database.shards import WHOLE_BOT, Shards


class DigestController(BaseController):
    topic = "digests"

    @action(repeatable=True)
    async def servers(self, *, shards: Shards = WHOLE_BOT) -> Sequence[DigestServer]:
        """All on these shards that have a channel for it."""
        async with self._transaction(system=True) as tx:
            found = await tx.exec(DIGEST_SERVERS, shard_count=shards.count, shard_ids=list(shards.ids))
            return found.all()

    @action(repeatable=True)
    async def plan(self, *, guild_id: int, week: int, due_at: datetime) -> bool:
        """Have it posted, by the outbox; False if somebody has planned it before."""
        async with self._transaction(guild_id=guild_id) as tx:
            planned = await tx.exec(PLAN_DIGEST, guild_id=guild_id, week=week, due_at=due_at)
            return planned.first() is not None

    @action(repeatable=True)
    async def get(self, *, guild_id: int, week: int) -> Digest | None:
        async with self._read(guild_id=guild_id) as tx:
            return await DIGESTS.get(tx, guild_id=guild_id, week=week)

    @action(repeatable=False)
    async def sent(
        self, *, guild_id: int, week: int, channel_id: int, sent_at: datetime, seen_at: datetime | None
    ) -> bool:
        """Note that Discord is about to be asked, for the first time or again after `seen_at`.

        False if somebody else has noted so since, or it was posted or skipped: then do not ask.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            noted = await tx.exec(
                DIGEST_SENT,
                of_guild_id=guild_id,
                of_week=week,
                channel_id=channel_id,
                sent_at=sent_at,
                seen_at=seen_at,
            )
            return noted.first() is not None

    @action(repeatable=True)
    async def posted(self, *, guild_id: int, week: int, message_id: int) -> None:
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(DIGEST_POSTED, of_guild_id=guild_id, of_week=week, message_id=message_id)

    @action(repeatable=True)
    async def skip(self, *, guild_id: int, week: int) -> None:
        """It is too late for it, or nobody wants it any more."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(SKIP_DIGEST, of_guild_id=guild_id, of_week=week)
