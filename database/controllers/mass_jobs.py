"""Jobs that ban many people: begun, looked at, stopped, undone."""

from collections.abc import Sequence

from database.actions import action
from database.controllers._base import BaseController
from database.errors import CaseNotFound, StaffPaused
from database.guarding import exceeds, give_back, pause
from database.mass import progress_of, stand_again
from database.mass_errors import MassJobRuns, NoBanStands, TooManyTargets
from database.models.base import utc_now
from database.models.case import CASES, Case, CaseKind, CaseState
from database.models.mass import (
    MASS_JOBS,
    MASS_TARGETS,
    MOST_TARGETS,
    MassJob,
    MassResult,
    MassState,
    MassTarget,
    Target,
    Undone,
)
from database.models.mass_steps import RESULTS
from database.models.mass_undoing import BANNED_FOR_A_TIME, PLAN_UNBANS
from database.models.outbox import ASK, Delivery
from database.opening import Opening, open_case
from database.revising import locked, made_before, require_other, revise
from database.texts import storable
from database.transaction import Transaction


class MassJobController(BaseController):
    topic = "mass_jobs"

    @action(repeatable=True)
    async def begin(
        self,
        *,
        guild_id: int,
        targets: Sequence[Target],
        moderator_id: int,
        moderator_name: str,
        reason: str,
        interaction_id: int,
        channel_id: int | None = None,
        delete_seconds: int = 0,
        most_acts: int | None = None,
    ) -> Case:
        """Write the batch's case and whom it is about; the same interaction again gives that case.

        `most_acts`: as in `cases.open`; each person counts. Raises TooManyTargets, ReasonNotAllowed, StaffPaused.
        """
        unique = {target.user_id: target for target in targets}
        if not 1 <= len(unique) <= MOST_TARGETS:
            raise TooManyTargets(len(unique), MOST_TARGETS)
        opening = Opening(
            guild_id=guild_id,
            kind=CaseKind.MASSBAN,
            target_id=guild_id,
            target_name=f"{len(unique):,} {'person' if len(unique) == 1 else 'people'}",
            moderator_id=moderator_id,
            moderator_name=moderator_name,
            reason=reason,
            interaction_id=interaction_id,
            channel_id=channel_id,
        )
        async with self._transaction(guild_id=guild_id) as tx:
            acts = len(unique)
            is_over = most_acts is not None and await exceeds(
                tx, guild_id, moderator_id, most_acts, acts=acts
            )
            if (
                is_over
                and await CASES.get(tx, guild_id=guild_id, interaction_id=interaction_id, part=0) is None
            ):
                await pause(tx, guild_id, moderator_id)
            else:
                opened = await open_case(tx, opening)
                if opened.is_new:
                    await _write(tx, opened.case, list(unique.values()), delete_seconds)
                elif most_acts is not None:
                    await give_back(tx, guild_id, moderator_id, acts=acts)
                return opened.case
        raise StaffPaused(most_acts)

    @action(repeatable=True)
    async def state(self, *, guild_id: int, number: int) -> MassState:
        """How far it is. Raises CaseNotFound where no job has this number."""
        async with self._read(guild_id=guild_id) as tx:
            job = await MASS_JOBS.get(tx, guild_id=guild_id, number=number)
            if job is None:
                raise CaseNotFound(number)
            return MassState(job, await progress_of(tx, guild_id, number))

    @action(repeatable=True)
    async def results(self, *, guild_id: int, number: int) -> Sequence[MassResult]:
        """Each person with what became of them, in the order in which they were given."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(RESULTS, guild_id=guild_id, number=number)).all()

    @action(repeatable=True)
    async def banned_for_a_time(self, *, guild_id: int, user_ids: Sequence[int]) -> Sequence[int]:
        """Those of them who are banned until some moment: to ban them means for ever then."""
        async with self._read(guild_id=guild_id) as tx:
            found = await tx.exec(BANNED_FOR_A_TIME, guild_id=guild_id, subject_ids=list(user_ids))
            return found.all()

    @action(repeatable=True)
    async def show(self, *, guild_id: int, number: int) -> None:
        """Have the post of the job's case say how far it is. Raises CaseNotFound."""
        async with self._transaction(guild_id=guild_id) as tx:
            if await MASS_JOBS.get(tx, guild_id=guild_id, number=number) is None:
                raise CaseNotFound(number)
            await tx.exec(ASK, guild_id=guild_id, kind=Delivery.CASE_LOG, subject_id=number, due_at=utc_now())

    @action(repeatable=True)
    async def stop(self, *, guild_id: int, number: int, moderator_id: int) -> MassState:
        """Ban nobody else. Who did it first is kept; a finished job stays as it is."""
        async with self._transaction(guild_id=guild_id) as tx:
            row = await _locked(tx, guild_id, number)
            if row.finished_at is None and row.stopped_by_id is None:
                row.stopped_by_id, row.due_at = moderator_id, utc_now()
                await MASS_JOBS.update(tx, [row], "stopped_by_id", "due_at")
            return MassState(row, await progress_of(tx, guild_id, number))

    @action(repeatable=True)
    async def undo(
        self, *, guild_id: int, number: int, editor_id: int, editor_name: str, interaction_id: int
    ) -> Undone:
        """Plan the end of all bans that stand because of the job, and of its case; how many. The same again: none.

        Each is an act of its own, sent once. Whom somebody had banned before stays banned, as they were.
        Raises MassJobRuns, NoBanStands, CaseAboutYourself.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            row = await _locked(tx, guild_id, number)
            if row.finished_at is None:
                raise MassJobRuns(number)
            case = await locked(tx, guild_id=guild_id, number=number)
            if await made_before(tx, guild_id=guild_id, interaction_id=interaction_id):
                return Undone(0, 0)
            require_other(case, editor_id)
            now = utc_now()
            if row.undone_by_id is not None:
                raise NoBanStands(number)
            again = await stand_again(tx, guild_id, number, now)
            planned = (await tx.exec(PLAN_UNBANS, guild_id=guild_id, number=number, now=now)).all()
            if not planned and not again:
                raise NoBanStands(number)
            row.undone_by_id = editor_id
            await MASS_JOBS.update(tx, [row], "undone_by_id")
            if case.state is CaseState.ACTIVE:
                before, case.state = case.state, CaseState.ENDED
                case.trouble = f"{case.trouble or ''} Undone by {editor_name}.".strip()[:500]
                await revise(
                    tx, case, "state", before=before, after=case.state, editor_id=editor_id,
                    interaction_id=interaction_id, also=("trouble",),
                )  # fmt: skip
            return Undone(len(planned), again)


async def _write(tx: Transaction, case: Case, targets: Sequence[Target], delete_seconds: int) -> None:
    case.state = CaseState.PENDING
    await CASES.update(tx, [case], "state")
    job = MassJob(
        guild_id=case.guild_id,
        number=case.number,
        asked_by_id=case.moderator_id,
        delete_seconds=delete_seconds,
    )
    await MASS_JOBS.insert(tx, [job])
    rows = [
        MassTarget(
            guild_id=case.guild_id,
            number=case.number,
            position=position,
            user_id=target.user_id,
            user_name=storable(target.user_name)[:100] or str(target.user_id),
        )
        for position, target in enumerate(targets, 1)
    ]
    await MASS_TARGETS.insert(tx, rows)


async def _locked(tx: Transaction, guild_id: int, number: int) -> MassJob:
    row = await MASS_JOBS.lock(tx, guild_id=guild_id, number=number)
    if row is None:
        raise CaseNotFound(number)
    return row
