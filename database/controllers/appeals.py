"""Appeals: made by the person whom a case is about, answered once, by somebody else than who punished."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from database.actions import action
from database.appeal_refusals import AppealAnswered, AppealNotFound, require_reviewer
from database.appealing import ask_for, grant, require_appealable, required, write_down
from database.controllers._base import BaseController
from database.models.appeal import APPEALS, Appeal, AppealState
from database.models.appeal_steps import (
    COUNT_APPEAL,
    LED_TO,
    LOCK_APPEALS,
    OWN_APPEALS,
    OWN_CASES,
    SET_APPEAL_POST,
    SHOW_APPEALS_AGAIN,
    OwnCase,
)
from database.models.base import utc_now
from database.models.case import CASES, Case, CaseCounter, DirectMessage
from database.models.outbox import Delivery
from database.revising import locked
from database.rows import Rows

COUNTERS = Rows(CaseCounter)


class Decided(NamedTuple):
    """`lifting`: the case that ends what stood, where something did."""

    appeal: Appeal
    lifting: Case | None


class AppealController(BaseController):
    topic = "appeals"

    @action(repeatable=True)
    async def may(
        self, *, guild_id: int, case_number: int, appellant_id: int, limit: int, cooldown_days: int
    ) -> Case:
        """The case, if this person may appeal against it now. Raises as `make` does."""
        async with self._read(guild_id=guild_id) as tx:
            return await require_appealable(
                tx, guild_id=guild_id, number=case_number, appellant_id=appellant_id, limit=limit,
                cooldown=timedelta(days=cooldown_days), now=utc_now(),
            )  # fmt: skip

    @action(repeatable=True)
    async def make(
        self,
        *,
        guild_id: int,
        case_number: int,
        appellant_id: int,
        appeal: str,
        interaction_id: int,
        limit: int,
        cooldown_days: int,
    ) -> Appeal:
        """Appeal against a case. The same interaction again gives the appeal that it made.

        `limit`: appeals of one case. `cooldown_days`: from an answer to the next appeal. Raises what
        `require_appealable` raises, and AppealTextNotAllowed.
        """
        text, now = required(appeal), utc_now()
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(LOCK_APPEALS, guild_id=guild_id)
            made = await APPEALS.get(tx, guild_id=guild_id, interaction_id=interaction_id)
            if made is not None:
                return made
            await require_appealable(
                tx, guild_id=guild_id, number=case_number, appellant_id=appellant_id, limit=limit,
                cooldown=timedelta(days=cooldown_days), now=now,
            )  # fmt: skip
            made = Appeal(
                guild_id=guild_id,
                number=(await tx.exec(COUNT_APPEAL, of_guild_id=guild_id)).one(),
                case_number=case_number,
                appellant_id=appellant_id,
                text=text,
                interaction_id=interaction_id,
                created_at=now,
            )
            await APPEALS.insert(tx, [made])
            await ask_for(tx, made, Delivery.APPEAL_POST)
            return made

    @action(repeatable=True)
    async def get(self, *, guild_id: int, number: int) -> Appeal:
        """Raises AppealNotFound."""
        async with self._read(guild_id=guild_id) as tx:
            appeal = await APPEALS.get(tx, guild_id=guild_id, number=number)
            if appeal is None:
                raise AppealNotFound(number)
            return appeal

    @action(repeatable=True)
    async def of_case(self, *, guild_id: int, case_number: int) -> Sequence[Appeal]:
        """All appeals against a case, the oldest first."""
        async with self._read(guild_id=guild_id) as tx:
            return await APPEALS.find(tx, guild_id=guild_id, case_number=case_number)

    @action(repeatable=True)
    async def led_to(self, *, guild_id: int, case_number: int) -> Sequence[int]:
        """The moderators of the cases that led to this one: they answer no appeal against it either."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(LED_TO, guild_id=guild_id, number=case_number)).all()

    @action(repeatable=True)
    async def own(self, *, appellant_id: int) -> Sequence[Appeal]:
        """One person's newest appeals in all servers, for that person alone: a direct message has no server."""
        async with self._transaction(system=True) as tx:
            return (await tx.exec(OWN_APPEALS, appellant_id=appellant_id)).all()

    @action(repeatable=True)
    async def own_cases(self, *, target_id: int, first_guild_id: int = 0) -> Sequence[OwnCase]:
        """What one person could appeal against, likewise; what stands in the named server comes first."""
        async with self._transaction(system=True) as tx:
            return (await tx.exec(OWN_CASES, target_id=target_id, first_guild_id=first_guild_id)).all()

    @action(repeatable=True)
    async def decide(
        self,
        *,
        guild_id: int,
        number: int,
        is_approved: bool,
        reviewer_id: int,
        reviewer_name: str,
        interaction_id: int,
        answer: str | None = None,
        is_voided: bool = False,
    ) -> Decided:
        """Answer an appeal: with an approval goes the lifting of what stands, in the same transaction.

        `is_voided`: an approved case counts no more, besides; where nothing is to be lifted that is so anyway. The
        same interaction again gives what it decided. Raises AppealNotFound, AppealAnswered, AppealAboutYourself,
        OwnPunishment, CaseUnderWay, AppealTextNotAllowed.
        """
        answer = required(answer) if answer and answer.strip() else None
        async with self._transaction(guild_id=guild_id) as tx:
            appeal = await APPEALS.lock(tx, guild_id=guild_id, number=number)
            if appeal is None:
                raise AppealNotFound(number)
            if appeal.decision_id == interaction_id:
                lifting = await CASES.get(tx, guild_id=guild_id, interaction_id=interaction_id, part=0)
                return Decided(appeal, lifting)
            if is_approved:  # before the case, as whoever opens cases that others led to
                await COUNTERS.lock(tx, guild_id=guild_id)
            case = await locked(tx, guild_id=guild_id, number=appeal.case_number)
            led_to_it = (await tx.exec(LED_TO, guild_id=guild_id, number=case.number)).all()
            require_reviewer(appeal, case, reviewer_id, led_to_it=led_to_it)
            if appeal.state is not AppealState.OPEN:
                raise AppealAnswered(appeal)
            appeal.state = AppealState.APPROVED if is_approved else AppealState.DENIED
            appeal.reviewer_id, appeal.decision_id, appeal.answer = reviewer_id, interaction_id, answer
            appeal.decided_at, appeal.told = utc_now(), DirectMessage.PENDING
            lifting = None
            if is_approved:
                lifting = await grant(tx, appeal, case, reviewer_name=reviewer_name, is_voided=is_voided)
            await APPEALS.update(
                tx, [appeal], "state", "reviewer_id", "decision_id", "answer", "decided_at", "told"
            )
            await write_down(tx, appeal, case, reviewer_name=reviewer_name)
            return Decided(appeal, lifting)

    @action(repeatable=True)
    async def told(self, *, guild_id: int, number: int, outcome: DirectMessage) -> None:
        """Remember whether the answer arrived, and have the post say so."""
        async with self._transaction(guild_id=guild_id) as tx:
            appeal = await APPEALS.lock(tx, guild_id=guild_id, number=number)
            if appeal is None:
                raise AppealNotFound(number)
            appeal.told = outcome
            await APPEALS.update(tx, [appeal], "told")
            await ask_for(tx, appeal, Delivery.APPEAL_POST)

    @action(repeatable=False)
    async def posted(
        self, *, guild_id: int, number: int, channel_id: int, message_id: int, digest: bytes
    ) -> None:
        """Remember where the post in the staff's queue is, and what it shows (SHA-256)."""
        post = {"post_channel_id": channel_id, "post_message_id": message_id, "post_digest": digest}
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(SET_APPEAL_POST, of_guild_id=guild_id, of_number=number, **post)

    @action(repeatable=True)
    async def show_again(self, *, guild_id: int, message_ids: Sequence[int] | None = None) -> Sequence[int]:
        """Look at the posts of appeals that wait again: those that were deleted, or all. Gives their numbers."""
        async with self._transaction(guild_id=guild_id) as tx:
            which = {"message_ids": list(message_ids or ()), "is_all": message_ids is None}
            return (await tx.exec(SHOW_APPEALS_AGAIN, of_guild_id=guild_id, **which, now=utc_now())).all()
