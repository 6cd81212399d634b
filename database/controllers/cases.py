"""Cases: opened once, never erased, edited with a trace."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Text, cast, or_
from sqlmodel import col, select

from database.actions import action
from database.controllers._base import BaseController
from database.errors import CaseAboutYourself, CaseNotFound, ReasonNotAllowed, ReasonUnchanged
from database.models.base import storable, utc_now
from database.models.case import (
    ADD_CASE,
    ADD_REVISION,
    CASE_OF_INTERACTION,
    CHANGE_REASON,
    FIND_CASE,
    LOCK_CASE,
    LOCK_COUNTER,
    LONGEST_REASON,
    RECORD,
    REVISION_OF_INTERACTION,
    REVISIONS,
    SET_DIRECT_MESSAGE,
    SET_LOG_POST,
    TAKE_NUMBER,
    USED_REASONS,
    Case,
    CaseFilter,
    CaseKind,
    CaseRevision,
    DirectMessage,
    RecordLine,
)
from database.models.case_evidence import (
    ADD_EVIDENCE,
    EVIDENCE,
    EVIDENCE_FACTS,
    CaseEvidence,
    EvidenceFacts,
    Proof,
)
from database.models.outbox import ASK, Delivery
from database.transaction import Transaction


class CaseController(BaseController):
    topic = "cases"

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
        points: int = 0,
        channel_id: int | None = None,
        proof: Proof | None = None,
        tell_target: bool = False,
    ) -> Case:
        """Write the case with the guild's next number, its proof and the messages that follow from it.

        The same interaction again gives the case that it opened.
        """
        case = Case(
            guild_id=guild_id,
            number=0,
            kind=kind,
            target_id=target_id,
            target_name=target_name,
            moderator_id=moderator_id,
            moderator_name=moderator_name,
            reason=_required_reason(reason),
            points=points,
            channel_id=channel_id,
            interaction_id=interaction_id,
            direct_message=DirectMessage.PENDING if tell_target else DirectMessage.NONE,
        )
        async with self._transaction(guild_id=guild_id) as tx:
            # The counter's row is the guild's mutex: a second delivery waits here, then finds the case.
            last_number = (await tx.exec(LOCK_COUNTER, guild_id=guild_id)).one()
            opened = await tx.exec(CASE_OF_INTERACTION, guild_id=guild_id, interaction_id=interaction_id)
            if (repeated := opened.first()) is not None:
                return repeated
            case.number = last_number + 1
            await tx.exec(TAKE_NUMBER, of_guild_id=guild_id, number=case.number)
            await tx.exec(ADD_CASE, **_columns(case))
            if proof is not None:
                await tx.exec(ADD_EVIDENCE, **_evidence(case, proof))
            await _ask(tx, case, Delivery.CASE_LOG)
            if tell_target:
                await _ask(tx, case, Delivery.CASE_DIRECT_MESSAGE)
            return case

    @action(repeatable=True)
    async def get(self, *, guild_id: int, number: int) -> Case:
        async with self._read(guild_id=guild_id) as tx:
            case = (await tx.exec(FIND_CASE, guild_id=guild_id, number=number)).first()
            if case is None:
                raise CaseNotFound(number)
            return case

    @action(repeatable=True)
    async def page(
        self,
        *,
        guild_id: int,
        matching: CaseFilter,
        before: int | None = None,
        after: int | None = None,
        limit: int = 10,
    ) -> Sequence[Case]:
        """Newest first: those with numbers under `before`, or the nearest ones over `after`.

        Stable while cases are opened, because a number never moves.
        """
        number = col(Case.number)
        query = select(Case).where(col(Case.guild_id) == guild_id, *_conditions(matching)).limit(limit)
        if after is not None:
            query = query.where(number > after).order_by(number)
        elif before is not None:
            query = query.where(number < before).order_by(number.desc())
        else:
            query = query.order_by(number.desc())
        async with self._read(guild_id=guild_id) as tx:
            cases = (await tx.query(query, Case)).all()
            return sorted(cases, key=lambda case: -case.number)

    @action(repeatable=True)
    async def suggest(self, *, guild_id: int, typed: str, limit: int = 25) -> Sequence[Case]:
        """The newest cases whose number begins with what was typed, or whose reason or target's name holds it."""
        query = select(Case).where(col(Case.guild_id) == guild_id)
        if typed := storable(typed):
            query = query.where(
                or_(
                    cast(col(Case.number), Text).startswith(typed, autoescape=True),
                    col(Case.reason).icontains(typed, autoescape=True),
                    col(Case.target_name).icontains(typed, autoescape=True),
                )
            )
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.query(query.order_by(col(Case.number).desc()).limit(limit), Case)).all()

    @action(repeatable=True)
    async def reasons(self, *, guild_id: int, typed: str, longest: int, limit: int = 25) -> Sequence[str]:
        """Reasons of this guild's cases, notes left out, with at most `longest` characters: the most used first."""
        async with self._read(guild_id=guild_id) as tx:
            used = await tx.exec(
                USED_REASONS,
                guild_id=guild_id,
                typed=storable(typed),
                longest=longest,
                note=CaseKind.NOTE,
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
        self, *, guild_id: int, number: int, reason: str, editor_id: int, interaction_id: int
    ) -> CaseRevision:
        """Change the reason, keep the old one, and have the log post follow.

        The same interaction again gives the revision that it made. Raises CaseNotFound, CaseAboutYourself,
        ReasonUnchanged.
        """
        reason = _required_reason(reason)
        async with self._transaction(guild_id=guild_id) as tx:
            case = (await tx.exec(LOCK_CASE, guild_id=guild_id, number=number)).first()
            if case is None:
                raise CaseNotFound(number)
            made = await tx.exec(REVISION_OF_INTERACTION, guild_id=guild_id, interaction_id=interaction_id)
            if (repeated := made.first()) is not None:
                return repeated
            if case.target_id == editor_id:
                raise CaseAboutYourself(number)
            if case.reason == reason:
                raise ReasonUnchanged(number)
            revision = CaseRevision(
                guild_id=guild_id,
                number=number,
                revision=case.revision + 1,
                field="reason",
                before=case.reason,
                after=reason,
                editor_id=editor_id,
                interaction_id=interaction_id,
            )
            await tx.exec(CHANGE_REASON, of_guild_id=guild_id, of_number=number, reason=reason)
            await tx.exec(ADD_REVISION, **_columns(revision))
            await _ask(tx, case, Delivery.CASE_LOG)
            return revision

    @action(repeatable=True)
    async def revisions(self, *, guild_id: int, number: int) -> Sequence[CaseRevision]:
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(REVISIONS, guild_id=guild_id, number=number)).all()

    @action(repeatable=True)
    async def evidence_facts(self, *, guild_id: int, number: int) -> Sequence[EvidenceFacts]:
        """Names, sizes and hashes of a case's files, without reading the files."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(EVIDENCE_FACTS, guild_id=guild_id, number=number)).all()

    @action(repeatable=True)
    async def evidence(self, *, guild_id: int, number: int) -> Sequence[CaseEvidence]:
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(EVIDENCE, guild_id=guild_id, number=number)).all()

    @action(repeatable=True)
    async def logged(
        self, *, guild_id: int, number: int, channel_id: int, message_id: int, digest: bytes
    ) -> None:
        """Remember where the post of the case is, channel and message together, and what it shows (SHA-256)."""
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
    async def told(self, *, guild_id: int, number: int, outcome: DirectMessage) -> None:
        """Remember whether the target's direct message arrived, and have the log post say so."""
        async with self._transaction(guild_id=guild_id) as tx:
            case = (await tx.exec(LOCK_CASE, guild_id=guild_id, number=number)).one()
            await tx.exec(SET_DIRECT_MESSAGE, of_guild_id=guild_id, of_number=number, direct_message=outcome)
            await _ask(tx, case, Delivery.CASE_LOG)


async def _ask(tx: Transaction, case: Case, kind: Delivery) -> None:
    await tx.exec(ASK, guild_id=case.guild_id, kind=kind, case_number=case.number, due_at=utc_now())


def _required_reason(reason: str) -> str:
    """The reason without white space around it; ReasonNotAllowed if nothing or too much is left."""
    reason = storable(reason).strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise ReasonNotAllowed(LONGEST_REASON)
    return reason


def _columns(row: Case | CaseRevision) -> dict[str, Any]:
    return {name: getattr(row, name) for name in type(row).model_fields}


def _evidence(case: Case, proof: Proof) -> dict[str, Any]:
    return {
        "guild_id": case.guild_id,
        "number": case.number,
        "position": 1,
        "filename": proof.filename[-260:],
        "content": proof.content,
        "sha256": sha256(proof.content).digest(),
        "added_by_id": case.moderator_id,
        "added_at": case.created_at,
    }


def _conditions(matching: CaseFilter) -> list[Any]:
    wanted: list[Any] = []
    if matching.target_id is not None:
        wanted.append(col(Case.target_id) == matching.target_id)
    if matching.moderator_id is not None:
        wanted.append(col(Case.moderator_id) == matching.moderator_id)
    if matching.kind is not None:
        wanted.append(col(Case.kind) == matching.kind)
    if matching.state is not None:
        wanted.append(col(Case.state) == matching.state)
    if matching.text:
        wanted.append(col(Case.reason).icontains(storable(matching.text), autoescape=True))
    if matching.since is not None:
        wanted.append(col(Case.created_at) >= matching.since)
    if matching.until is not None:
        wanted.append(col(Case.created_at) < matching.until)
    if matching.without_notes:
        wanted.append(col(Case.kind) != CaseKind.NOTE)
    return wanted
