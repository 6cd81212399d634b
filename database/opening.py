"""How a case is opened, in the transaction of whatever opens it: a step for all controllers."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from database.acting import carry_out
from database.errors import ActedOnJustNow, ReasonNotAllowed
from database.models.base import utc_now
from database.models.case import (
    CASES,
    LONGEST_REASON,
    Case,
    CaseKind,
    CaseOrigin,
    CaseState,
    DirectMessage,
)
from database.models.case_evidence import EVIDENCE, CaseEvidence, Proof
from database.models.case_link import LINKS, CaseLink
from database.models.case_opening import GIVE_NUMBER_BACK, OPEN_CASE, OPEN_WARNING, OTHERS_LATEST
from database.models.case_plan import NO_PLAN, Plan
from database.models.outbox import Delivery
from database.models.report import FromReport
from database.reporting import end_with_case
from database.texts import storable
from database.transaction import Transaction


class Opening(NamedTuple):
    """All that is known of a case before it has a number. With acts in its plan it begins as pending.

    `asked_by_id`: whose rank is checked again before the acts are sent; None for Reeve's own and for what is done.
    `unless_acted_since`: refuse if another moderator has acted on the target since then, by a later case than
    `known_case`, the last one that the moderator was shown. `report`: the one that ends with this case, which gets its
    snapshots as evidence. `points` None: what a warning weighs where nobody says it, by its server's ladder.
    """

    guild_id: int
    kind: CaseKind
    target_id: int
    target_name: str
    moderator_id: int
    moderator_name: str
    reason: str
    interaction_id: int
    part: int = 0
    origin: CaseOrigin = CaseOrigin.COMMAND
    points: int | None = 0
    channel_id: int | None = None
    proof: Sequence[Proof] = ()
    tell_target: bool = False
    is_logged: bool = True
    expires_at: datetime | None = None
    plan: Plan = NO_PLAN
    asked_by_id: int | None = None
    causes: Sequence[int] = ()
    unless_acted_since: datetime | None = None
    known_case: int = 0
    report: FromReport | None = None
    at: datetime | None = None


class Opened(NamedTuple):
    case: Case
    is_new: bool
    """False: the same interaction opened it before."""
    has_ladder: bool = False
    """It is a new warning in a server with a ladder: `escalate` says what follows."""


async def open_case(tx: Transaction, opening: Opening) -> Opened:
    """Write the case with the guild's next number and all that follows from it; or find it, if it is written.

    The target is told once the acts of the plan are on their way, so that nobody hears of what did not happen.
    Raises ReasonNotAllowed, ActedOnJustNow; of the report what `reports.close` raises.
    """
    now = utc_now()
    is_planned = bool(opening.plan.acts)
    tell_at_once = opening.tell_target and not is_planned
    deliveries = [
        *([Delivery.CASE_LOG] if opening.is_logged else []),
        *([Delivery.CASE_DIRECT_MESSAGE] if tell_at_once else []),
    ]
    case, has_ladder = await _written(
        tx,
        guild_id=opening.guild_id,
        kind=opening.kind,
        state=CaseState.PENDING if is_planned else CaseState.ACTIVE,
        target_id=opening.target_id,
        target_name=opening.target_name,
        moderator_id=opening.moderator_id,
        moderator_name=opening.moderator_name,
        reason=required_reason(opening.reason),
        points=opening.points,
        channel_id=opening.channel_id,
        interaction_id=opening.interaction_id,
        part=opening.part,
        origin=opening.origin,
        expires_at=opening.expires_at,
        direct_message=DirectMessage.PENDING if opening.tell_target else DirectMessage.NONE,
        revision=0,
        created_at=opening.at or now,
        asked_at=now,
        deliveries=deliveries,
    )
    if case is None:
        await tx.exec(GIVE_NUMBER_BACK, of_guild_id=opening.guild_id)
        return Opened(await _opened_before(tx, opening), is_new=False)
    proofs = [*opening.proof, *(await end_with_case(tx, case, opening.report) if opening.report else ())]
    if opening.unless_acted_since is not None:
        await _require_nobody_else(tx, case, opening.unless_acted_since, opening.known_case)
    if proofs:
        await EVIDENCE.insert(tx, [_evidence(case, at, proof) for at, proof in enumerate(proofs, 1)])
    if opening.causes:
        links = [
            CaseLink(guild_id=case.guild_id, number=case.number, cause_number=each) for each in opening.causes
        ]
        await LINKS.insert(tx, links)
    if opening.plan.wants or is_planned:
        await carry_out(tx, case, opening.plan, now, asked_by_id=opening.asked_by_id)
    return Opened(case, is_new=True, has_ladder=has_ladder)


async def _written(tx: Transaction, **values: Any) -> tuple[Case | None, bool]:
    if values["kind"] is CaseKind.WARN:
        return (await tx.exec(OPEN_WARNING, **values)).first() or (None, False)
    return (await tx.exec(OPEN_CASE, **{**values, "points": values["points"] or 0})).first(), False


async def _opened_before(tx: Transaction, opening: Opening) -> Case:
    key = {"guild_id": opening.guild_id, "interaction_id": opening.interaction_id, "part": opening.part}
    return await CASES.one(tx, **key)


async def _require_nobody_else(tx: Transaction, case: Case, since: datetime, known_case: int) -> None:
    """Asked after the number was counted: whoever was faster is committed, and nobody else is at it."""
    latest = await tx.exec(
        OTHERS_LATEST,
        guild_id=case.guild_id,
        target_id=case.target_id,
        after_number=known_case,
        before_number=case.number,
        moderator_id=case.moderator_id,
        since=since,
    )
    if (other := latest.first()) is not None:
        raise ActedOnJustNow(
            number=other.number,
            kind=other.kind,
            moderator_id=other.moderator_id,
            reason=other.reason,
            at=other.created_at,
        )


def required_reason(reason: str) -> str:
    """The reason without white space around it; ReasonNotAllowed if nothing or too much is left."""
    reason = storable(reason).strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise ReasonNotAllowed(LONGEST_REASON)
    return reason


def _evidence(case: Case, position: int, proof: Proof) -> CaseEvidence:
    return CaseEvidence(
        guild_id=case.guild_id,
        number=case.number,
        position=position,
        filename=proof.filename[-260:],
        content=proof.content,
        sha256=sha256(proof.content).digest(),
        added_by_id=case.moderator_id,
        added_at=case.created_at,
        kind=proof.kind,
    )
