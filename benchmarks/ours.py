"""Reeve's own side: its service, as the cogs use it."""

from typing import Any

from database.models import ALL_TIME, CaseFilter, CaseKind
from database.service import DatabaseService
from database.settings import PoolSettings


class Ours:
    def __init__(self, database: DatabaseService, session: dict[str, str]) -> None:
        self.database = database
        self.session = session
        """What each connection says at its start: the references say the same."""

    @classmethod
    async def open(cls, dsn: str, *, connections: int) -> "Ours":
        # A benchmark may keep more waiting than people would: it waits as the references do.
        settings = PoolSettings.model_construct(
            pool_most=connections, pool_least=connections, pool_timeout_seconds=60, lock_timeout_seconds=0
        )
        database = DatabaseService(dsn, settings)
        await database.open()
        return cls(database, settings.session())

    async def close(self) -> None:
        await self.database.close()

    async def configuration(self, guild_id: int) -> Any:
        return await self.database.guild_configs.read(guild_id=guild_id)

    async def case_page(self, guild_id: int, before: int) -> Any:
        return await self.database.cases.page(guild_id=guild_id, matching=CaseFilter(), before=(before,))

    async def top(self, guild_id: int) -> Any:
        return await self.database.boards.page(guild_id=guild_id, board=ALL_TIME)

    async def rank(self, guild_id: int, user_id: int) -> Any:
        return await self.database.boards.place(guild_id=guild_id, user_id=user_id)

    async def open_case(self, guild_id: int, target_id: int, moderator_id: int, interaction_id: int) -> Any:
        return await self.database.cases.open(
            guild_id=guild_id,
            kind=CaseKind.WARN,
            target_id=target_id,
            target_name="ann",
            moderator_id=moderator_id,
            moderator_name="max",
            reason="spam, as before",
            channel_id=1,
            interaction_id=interaction_id,
            tell_target=True,
        )

    async def transfer(
        self, guild_id: int, giver_id: int, receiver_id: int, amount: int, interaction_id: int
    ) -> Any:
        return await self.database.points.transfer(
            guild_id=guild_id,
            giver_id=giver_id,
            receiver_id=receiver_id,
            receiver_is_bot=False,
            amount=amount,
            note=None,
            interaction_id=interaction_id,
        )

    async def award_many(self, guild_id: int, amounts: dict[int, int], interaction_id: int) -> Any:
        return await self.database.points.award_many(
            guild_id=guild_id, amounts=amounts, reason="event", actor_id=1, interaction_id=interaction_id
        )
