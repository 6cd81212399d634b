"""A server's whole ledger, taken out as it was at one moment."""

from collections.abc import AsyncIterator

from database.actions import action
from database.controllers._base import BaseController
from database.ledger_export import Exported
from database.models.ledger_lines import ACCOUNT_LINES, OPERATION_LINES


class LedgerExportController(BaseController):
    topic = "ledger_exports"

    @action(repeatable=False)
    async def stream(self, *, guild_id: int) -> AsyncIterator[Exported]:
        """The accounts, then each operation with its transfers. Memory does not grow with their number."""
        async with self._snapshot(guild_id=guild_id) as tx:
            async for account in tx.stream(ACCOUNT_LINES, guild_id=guild_id):
                yield Exported("accounts", account._asdict())
            latest = 0
            async for line in tx.stream(OPERATION_LINES, guild_id=guild_id):
                if line.operation_id != latest:
                    latest = line.operation_id
                    yield Exported("operations", line.operation())
                if line.transfer_id is not None:
                    yield Exported("transfers", line.transfer())
