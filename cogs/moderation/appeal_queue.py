"""The posts of appeals in the staff's queue."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cogs.moderation._staff_queue import StaffQueue

if TYPE_CHECKING:
    from bot.client import Reeve


class AppealQueue(StaffQueue):
    async def show_again(self, guild_id: int, message_ids: Sequence[int] | None) -> Sequence[int]:
        return await self.bot.database.appeals.show_again(guild_id=guild_id, message_ids=message_ids)


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(AppealQueue(bot))
