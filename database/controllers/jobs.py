"""What waits to be done: a server's list of it, the staff's alerts, and how much it is in all."""

from datetime import datetime

from database.actions import action
from database.controllers._base import ListController
from database.models.job import (
    ALERT_OVER,
    ALERTED,
    ALERTS,
    JOB_LIST,
    OVERDUE_AFTER,
    WAITING,
    ActAlert,
    Job,
    JobFilter,
    Waiting,
)


class JobController(ListController[Job, JobFilter]):
    topic = "jobs"
    listing = JOB_LIST

    @action(repeatable=True)
    async def waiting(self, *, now: datetime) -> Waiting:
        """Acts that are not settled, of all servers."""
        async with self._transaction(system=True) as tx:
            return (await tx.exec(WAITING, now=now, overdue_since=now - OVERDUE_AFTER)).one()

    @action(repeatable=True)
    async def alert(self, *, guild_id: int, case_number: int) -> ActAlert | None:
        """Where the staff was told that something of this case cannot be done; None if nowhere."""
        async with self._read(guild_id=guild_id) as tx:
            return await ALERTS.get(tx, guild_id=guild_id, case_number=case_number)

    @action(repeatable=False)
    async def alerted(self, *, guild_id: int, case_number: int, channel_id: int, message_id: int) -> None:
        """Not repeated by itself: another process's message may have come in between. The outbox delivers again."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(
                ALERTED,
                of_guild_id=guild_id,
                of_case_number=case_number,
                channel_id=channel_id,
                message_id=message_id,
            )

    @action(repeatable=True)
    async def alert_over(self, *, guild_id: int, case_number: int) -> None:
        """The message says that it is over: what fails next is told in a new one."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(ALERT_OVER, guild_id=guild_id, case_number=case_number)
