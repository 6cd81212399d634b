"""Cases with all that belongs to them, taken out as a stream; and who took them."""

from collections.abc import AsyncIterator
from typing import Any

from database.actions import action
from database.controllers._base import BaseController
from database.models.case_export import EXPORTS, CaseExport, ExportFormat
from database.models.case_reads import WHOLE_CASES, CaseFilter, WholeCase


class CaseExportController(BaseController):
    topic = "case_exports"

    @action(repeatable=False)
    async def stream(self, *, guild_id: int, matching: CaseFilter) -> AsyncIterator[WholeCase]:
        """The newest first, as they were at one moment. Memory does not grow with the number of cases."""
        async with self._report(guild_id=guild_id) as tx:
            async for whole in WHOLE_CASES.stream(tx, guild_id, matching):
                yield whole

    @action(repeatable=True)
    async def note(
        self,
        *,
        guild_id: int,
        matching: CaseFilter,
        format: ExportFormat,  # noqa: A002  # as the option of the command is called
        cases: int,
        exported_by_id: int,
        interaction_id: int,
    ) -> None:
        """Write into the audit trail who takes which cases, before they get them."""
        async with self._transaction(guild_id=guild_id) as tx:
            if await EXPORTS.get(tx, guild_id=guild_id, interaction_id=interaction_id) is None:
                row = CaseExport(
                    guild_id=guild_id,
                    interaction_id=interaction_id,
                    format=format,
                    asked=_given(matching),
                    cases=cases,
                    exported_by_id=exported_by_id,
                )
                await EXPORTS.insert(tx, [row])


def _given(matching: CaseFilter) -> dict[str, Any]:
    return {name: str(value) for name, value in matching._asdict().items() if value not in (None, False, "")}
