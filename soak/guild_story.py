"""What chance hardly ever does in the right order: actions that are refused unless several others came before them."""

from collections.abc import Awaitable, Callable
from typing import Any

from database.clock import clock
from database.models import CaseKind, MassJob, Target
from database.service import DatabaseService
from soak.guild_calls import Call

ANN, MAX, MIA = 5_001, 5_002, 5_003
"""Who is punished, who punishes, and who answers the appeal, which neither of them may."""
RAIDERS = (6_001, 6_002)

Told = Callable[[Call], Awaitable[Any]]
"""Makes a call and gives its answer, as values that can be compared. Raises StoryEnded."""


class StoryEnded(Exception):
    """A step of it was refused."""


class Story:
    """Played before chance begins jobs: a claim takes the oldest of every guild."""

    def __init__(
        self, guild_id: int, database: DatabaseService, told: Told, new_key: Callable[[], int]
    ) -> None:
        self._guild_id, self._database, self._told, self._new_key = guild_id, database, told, new_key

    async def play(self) -> None:
        await self._an_edit_is_taken_back()
        await self._who_was_warned_hears_that_it_is_void()
        await self._an_appeal_is_approved()
        await self._many_are_banned_and_unbanned()

    async def _an_edit_is_taken_back(self) -> None:
        number = await self._warned()
        await self._say("cases.edit_reason", number=number, reason="else", editor_id=MAX, **self._key)
        await self._say("case_edits.revert", number=number, revision=1, seen=1, editor_id=MAX, **self._key)

    async def _who_was_warned_hears_that_it_is_void(self) -> None:
        number = await self._warned()
        await self._say("case_edits.void", number=number, editor_id=MIA, **self._key)
        await self._say("case_edits.tell_void", number=number)

    async def _an_appeal_is_approved(self) -> None:
        made = await self._say(
            "appeals.make", case_number=await self._warned(), appellant_id=ANN, appeal="it was not me",
            limit=3, cooldown_days=7, **self._key,
        )  # fmt: skip
        await self._say(
            "appeals.decide", number=made["number"], is_approved=True, reviewer_id=MIA, reviewer_name="mia",
            **self._key,
        )  # fmt: skip

    async def _many_are_banned_and_unbanned(self) -> None:
        begun = await self._say(
            "mass_jobs.begin", targets=[Target(each, "raider") for each in RAIDERS], moderator_id=MAX,
            moderator_name="max", reason="raid", **self._key,
        )  # fmt: skip
        job = await self._claimed(begun["number"])
        acts = await self._say("mass_work.plan", job=job, left_out={})
        act_ids = [act["act_id"] for act in acts]
        await self._say("mass_work.settle", act_ids=act_ids, refused={}, notes={})
        await self._say("mass_work.end_turn", job=job, next_at=clock.now())
        await self._say("mass_jobs.undo", number=job.number, editor_id=MAX, editor_name="max", **self._key)

    async def _warned(self) -> int:
        opened = await self._say(
            "cases.open", kind=CaseKind.WARN, target_id=ANN, target_name="ann", moderator_id=MAX,
            moderator_name="max", reason="spam", **self._key,
        )  # fmt: skip
        number: int = opened["number"]
        return number

    async def _claimed(self, number: int) -> MassJob:
        jobs = await self._database.mass_work.claim(now=clock.now())
        found = [job for job in jobs if (job.guild_id, job.number) == (self._guild_id, number)]
        if not found:
            raise StoryEnded
        return found[0]

    @property
    def _key(self) -> dict[str, int]:
        return {"interaction_id": self._new_key()}

    async def _say(self, action: str, **values: Any) -> Any:
        here = {} if "job" in values else {"guild_id": self._guild_id}
        return await self._told(Call(action, {**here, **values}))
