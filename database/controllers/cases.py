"""Cases: opened once, never erased, edited with a trace."""

from collections.abc import Sequence
from datetime import datetime

from database.actions import action
from database.controllers._base import ListController
from database.errors import CaseNotFound, ReasonUnchanged, StaffPaused
from database.escalating import open_with_ladder
from database.fining import impose
from database.guarding import give_back, let_act
from database.models.case import (
    CASES,
    SET_LOG_POST,
    Case,
    CaseKind,
    CaseOrigin,
    CaseRevision,
    CaseState,
    DirectMessage,
)
from database.models.case_evidence import Proof
from database.models.case_plan import NO_PLAN, Plan
from database.models.case_posts import LOST_POSTS
from database.models.case_reads import (
    CASE_LIST,
    RECORD,
    SUGGESTED,
    USED_REASONS,
    WHOLE_CASE,
    CaseFilter,
    RecordLine,
    WholeCase,
)
from database.models.ladder import Escalating
from database.models.outbox import Delivery
from database.models.report import FromReport
from database.opening import Opening, open_case, required_reason
from database.revising import ask, locked, made_before, require_other, revise
from database.texts import storable


class CaseController(ListController[Case, CaseFilter]):
    topic = "cases"
    listing = CASE_LIST

    @action(repeatable=True)
    async def open(
        self,
        *,
        guild_id: int,
        kind: CaseKind,
        target_id: int,
        target_name: str,
        moderator_id: int,
        moderator_name: str,
        reason: str,
        interaction_id: int,
        points: int | None = 0,
        channel_id: int | None = None,
        proof: Sequence[Proof] = (),
        tell_target: bool = False,
        expires_at: datetime | None = None,
        plan: Plan = NO_PLAN,
        asked_by_id: int | None = None,
        origin: CaseOrigin = CaseOrigin.COMMAND,
        causes: Sequence[int] = (),
        unless_acted_since: datetime | None = None,
        known_case: int = 0,
        report: FromReport | None = None,
        most_acts: int | None = None,
        escalating: Escalating | None = None,
        fine: int = 0,
        freezes_points: bool = False,
    ) -> Case:
        """Write the case with the guild's next number, its proof and all that follows from it.

        `points` None: what a warning weighs where nobody says it. `escalating`: how the ladder's steps are taken.
        The same interaction again gives the case that it opened. Raises ReasonNotAllowed, ActedOnJustNow,
        and of the report that it ends what `reports.close` raises. `most_acts`: of this moderator within the hour;
        beyond it StaffPaused. `fine`: points of the ledger, taken as far as they are there once the case's acts are
        done; `freezes_points`: for as long as it stands. With these also LedgerFrozen, AmountOutOfRange.
        """
        opening = Opening(
            guild_id=guild_id,
            kind=kind,
            target_id=target_id,
            target_name=target_name,
            moderator_id=moderator_id,
            moderator_name=moderator_name,
            reason=reason,
            interaction_id=interaction_id,
            origin=origin,
            points=points,
            channel_id=channel_id,
            proof=proof,
            tell_target=tell_target,
            expires_at=expires_at,
            plan=plan,
            asked_by_id=asked_by_id,
            causes=causes,
            unless_acted_since=unless_acted_since,
            known_case=known_case,
            report=report,
        )
        async with self._turn(guild_id), self._transaction(guild_id=guild_id) as tx:
            ladder = escalating if kind is CaseKind.WARN else None
            if ladder is not None or most_acts is None or await let_act(tx, opening, most_acts):
                if ladder is not None:
                    opened = await open_with_ladder(tx, opening, ladder)
                else:
                    opened = await open_case(tx, opening)
                    if most_acts is not None and not opened.is_new:
                        await give_back(tx, guild_id, moderator_id)
                if opened.is_new and (fine or freezes_points):
                    await impose(tx, opened.case, fine=fine, freezes_points=freezes_points)
                return opened.case
        raise StaffPaused(most_acts)

    @action(repeatable=True)
    async def get(self, *, guild_id: int, number: int) -> Case:
        async with self._read(guild_id=guild_id) as tx:
            case = await CASES.get(tx, guild_id=guild_id, number=number)
            if case is None:
                raise CaseNotFound(number)
            return case

    @action(repeatable=True)
    async def of_interaction(self, *, guild_id: int, interaction_id: int) -> Sequence[Case]:
        """The case that an interaction opened, and after it what followed from it by the ladder."""
        async with self._read(guild_id=guild_id) as tx:
            found = await CASES.find(tx, guild_id=guild_id, interaction_id=interaction_id)
            return sorted(found, key=lambda case: case.part)

    @action(repeatable=True)
    async def whole(self, *, guild_id: int, number: int) -> WholeCase:
        """The case with all that belongs to it, read in one statement; CaseNotFound if there is none."""
        async with self._read(guild_id=guild_id) as tx:
            whole = (await tx.exec(WHOLE_CASE, guild_id=guild_id, number=number)).first()
            if whole is None:
                raise CaseNotFound(number)
            return whole

    @action(repeatable=True)
    async def suggest(self, *, guild_id: int, typed: str, limit: int = 25) -> Sequence[Case]:
        """The newest cases whose number begins with what was typed, or whose reason or target's name holds it."""
        async with self._read(guild_id=guild_id) as tx:
            suggested = await tx.exec(SUGGESTED, guild_id=guild_id, typed=storable(typed), limit=limit)
            return suggested.all()

    @action(repeatable=True)
    async def reasons(self, *, guild_id: int, typed: str, longest: int, limit: int = 25) -> Sequence[str]:
        """Reasons that people gave for this guild's cases, with at most `longest` characters: the most used first."""
        async with self._read(guild_id=guild_id) as tx:
            used = await tx.exec(
                USED_REASONS,
                guild_id=guild_id,
                typed=storable(typed),
                longest=longest,
                limit=limit,
            )
            return used.all()

    @action(repeatable=True)
    async def record(self, *, guild_id: int, target_id: int) -> Sequence[RecordLine]:
        """What stands against a person, counted by kind; voided cases do not."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(RECORD, guild_id=guild_id, target_id=target_id)).all()

    @action(repeatable=True)
    async def edit_reason(
        self,
        *,
        guild_id: int,
        number: int,
        reason: str,
        editor_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> CaseRevision:
        """Change the reason, keep the old one, and have the log post follow.

        The same interaction again gives the revision that it made. Raises CaseNotFound, CaseAboutYourself,
        ReasonUnchanged.
        """
        reason = required_reason(reason)
        async with self._transaction(guild_id=guild_id) as tx:
            case = await locked(tx, guild_id=guild_id, number=number)
            if made := await made_before(tx, guild_id=guild_id, interaction_id=interaction_id):
                return made
            require_other(case, editor_id)
            if case.reason == reason:
                raise ReasonUnchanged(number)
            before, case.reason = case.reason, reason
            return await revise(
                tx, case, "reason", before=before, after=reason, editor_id=editor_id,
                interaction_id=interaction_id, why=why,
            )  # fmt: skip

    @action(repeatable=True)
    async def lost_posts(self, *, guild_id: int, post_ids: Sequence[int], due_at: datetime) -> int:
        """Somebody deleted these messages: the posts of cases among them are made again at `due_at`; how many."""
        async with self._transaction(guild_id=guild_id) as tx:
            lost = await tx.exec(LOST_POSTS, of_guild_id=guild_id, message_ids=list(post_ids), due_at=due_at)
            return len(lost.all())

    @action(repeatable=False)
    async def logged(
        self, *, guild_id: int, number: int, channel_id: int, message_id: int, digest: bytes
    ) -> None:
        """Remember where the post of the case is, channel and message together, and what it shows (SHA-256).

        Not repeated by itself: another process's post may have come in between. The outbox delivers again.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(
                SET_LOG_POST,
                of_guild_id=guild_id,
                of_number=number,
                log_channel_id=channel_id,
                log_message_id=message_id,
                log_digest=digest,
            )

    @action(repeatable=True)
    async def told(
        self,
        *,
        guild_id: int,
        number: int,
        outcome: DirectMessage,
        channel_id: int | None = None,
        message_id: int | None = None,
    ) -> None:
        """Remember whether the target's direct message arrived, and where; have the log post say so.

        What arrived stays so, whatever a second attempt met. If the act was refused meanwhile, the message is to be
        corrected.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            case = await locked(tx, guild_id=guild_id, number=number)
            if case.direct_message is DirectMessage.SENT and outcome is not DirectMessage.SENT:
                return
            case.direct_message = outcome
            if message_id is not None:
                case.dm_channel_id, case.dm_message_id = channel_id, message_id
            await CASES.update(tx, [case], "direct_message", "dm_channel_id", "dm_message_id")
            await ask(tx, case, Delivery.CASE_LOG)
            if outcome is DirectMessage.SENT and case.state is CaseState.REFUSED:
                await ask(tx, case, Delivery.CASE_DIRECT_MESSAGE)
