"""A server with a ladder and its warnings, for the tests of what they add up to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from database.models import Case, CaseFilter, CaseKind, CaseOrigin, Escalating, Reached
from database.models.case_link import LINKS
from database.service import DatabaseService

ANN, REEVE = 501, 901
DAY = timedelta(days=1)
A_DAY = 86_400


def _reason(reached: Reached) -> str:
    return f"{reached.points} of {reached.step.threshold} in {reached.days} days: {reached.warning.reason}"


ESCALATING = Escalating(REEVE, "Reeve", _reason)


class Server:
    """One guild, its ladder and its warnings."""

    def __init__(self, database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> None:
        self.database, self.guild_id, self.new_id = database, guild_id, new_id

    @property
    def change(self) -> dict[str, Any]:
        return {"guild_id": self.guild_id, "changed_by_id": 1, "interaction_id": self.new_id()}

    async def step(self, threshold: int, kind: CaseKind, seconds: int | None = None) -> None:
        await self.database.ladders.add_step(**self.change, threshold=threshold, kind=kind, seconds=seconds)

    async def set(self, setting: str, value: int) -> None:
        await self.database.guild_configs.change(**self.change, setting=setting, value=value)

    async def warn(self, points: int | None = None, *, key: int | None = None, **more: Any) -> Case:
        values = {"kind": CaseKind.WARN, "target_id": ANN, "escalating": ESCALATING, **more}
        return await self.database.cases.open(
            guild_id=self.guild_id, target_name="ann", moderator_id=22, moderator_name="max", reason="spam",
            points=points, interaction_id=key or self.new_id(), **values,
        )  # fmt: skip

    async def void(self, number: int) -> None:
        await self.database.case_edits.void(
            guild_id=self.guild_id, number=number, editor_id=1, interaction_id=self.new_id(), why="wrong"
        )

    async def cases(self, **matching: Any) -> list[Case]:
        page = await self.database.cases.page(
            guild_id=self.guild_id, matching=CaseFilter(**matching), limit=1_000
        )
        return sorted(page, key=lambda case: case.number)

    async def taken(self) -> list[Case]:
        return [case for case in await self.cases() if case.origin is CaseOrigin.LADDER]

    async def points(self) -> int | None:
        climb = await self.database.ladders.standing(guild_id=self.guild_id, target_id=ANN)
        return None if climb is None else climb.before

    async def causes(self, number: int) -> list[int]:
        async with self.database.read(guild_id=self.guild_id) as tx:
            links = await LINKS.find(tx, guild_id=self.guild_id, number=number)
        return [link.cause_number for link in links]
