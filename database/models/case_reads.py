"""What is asked about cases: one with all that belongs to it, lists, suggestions, counts."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Text, cast, literal, or_, select
from sqlmodel import col, func

from database.eager import one, several
from database.listing import Listing
from database.models.case import Case, CaseKind, CaseOrigin, CaseRevision, CaseState, FineState
from database.models.case_evidence import SIZE, CaseEvidence, EvidenceFacts
from database.models.case_link import CaseLink
from database.models.case_note import CaseNote
from database.statements import param, statement


class WholeCase(NamedTuple):
    """A case with its edits, what is known of its files, and its notes, the oldest first.

    `causes`: the numbers of the cases that led to it; `effects`: of those that it led to.
    """

    case: Case
    revisions: list[CaseRevision]
    files: list[EvidenceFacts]
    notes: list[CaseNote]
    causes: list[int]
    effects: list[int]


_its_revisions = (
    select(*CaseRevision.__table__.columns)  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
    .where(col(CaseRevision.guild_id) == col(Case.guild_id), col(CaseRevision.number) == col(Case.number))
    .order_by(col(CaseRevision.revision))
)
_facts: list[Any] = [
    col(CaseEvidence.filename),
    SIZE,
    col(CaseEvidence.sha256),
    col(CaseEvidence.kind),
    col(CaseEvidence.added_by_id),
    col(CaseEvidence.added_at),
    col(CaseEvidence.gone_at),
]
_its_files = (
    select(*_facts)
    .where(col(CaseEvidence.guild_id) == col(Case.guild_id), col(CaseEvidence.number) == col(Case.number))
    .order_by(col(CaseEvidence.position))
)
_its_notes = (
    select(*CaseNote.__table__.columns)  # type: ignore[attr-defined]  # likewise
    .where(col(CaseNote.guild_id) == col(Case.guild_id), col(CaseNote.number) == col(Case.number))
    .order_by(col(CaseNote.position))
)
_its_causes = (
    select(col(CaseLink.cause_number))
    .where(col(CaseLink.guild_id) == col(Case.guild_id), col(CaseLink.number) == col(Case.number))
    .order_by(col(CaseLink.cause_number))
)
_its_effects = (
    select(col(CaseLink.number))
    .where(col(CaseLink.guild_id) == col(Case.guild_id), col(CaseLink.cause_number) == col(Case.number))
    .order_by(col(CaseLink.number))
)
_whole = select(
    one(Case),
    several(_its_revisions, into=CaseRevision),
    several(_its_files, into=EvidenceFacts),
    several(_its_notes, into=CaseNote),
    several(_its_causes, into=int),
    several(_its_effects, into=int),
).where(col(Case.guild_id) == param("guild_id"))

WHOLE_CASE = statement(_whole.where(col(Case.number) == param("number")), into=WholeCase)


def _holds(text: Any, name: str) -> ColumnElement[bool]:
    """Upper or lower case alike."""
    return func.strpos(func.lower(text), func.lower(cast(param(name), Text))) > 0


class CaseFilter(NamedTuple):
    """All that is given must hold. `text` is looked for in reasons and notes, upper or lower case alike."""

    target_id: int | None = None
    moderator_id: int | None = None
    kind: CaseKind | None = None
    state: CaseState | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    without_notes: bool = False
    with_evidence: bool = False


_noted = select(col(CaseNote.number)).where(
    col(CaseNote.guild_id) == param("guild_id"), _holds(col(CaseNote.text), "text")
)
_proven = (
    select(literal(1))
    .where(col(CaseEvidence.guild_id) == col(Case.guild_id), col(CaseEvidence.number) == col(Case.number))
    .correlate(Case)
)
_fits: dict[str, ColumnElement[bool]] = {
    "target_id": col(Case.target_id) == param("target_id"),
    "moderator_id": col(Case.moderator_id) == param("moderator_id"),
    "kind": col(Case.kind) == param("kind"),
    "state": col(Case.state) == param("state"),
    "text": or_(_holds(col(Case.reason), "text"), col(Case.number).in_(_noted)),
    "since": col(Case.created_at) >= param("since"),
    "until": col(Case.created_at) < param("until"),
    "without_notes": col(Case.kind) != CaseKind.NOTE,
    "with_evidence": _proven.exists(),
}
"""A text is looked for row by row, from the newest on: under forced row-level security PostgreSQL may not ask a GIN
index before the policy, as neither @@ nor @> is leakproof (docs/decisions/0022 has the plans and the times)."""

CASE_LIST = Listing(
    select(*Case.__table__.columns).where(col(Case.guild_id) == param("guild_id")),  # type: ignore[attr-defined]  # likewise
    into=Case,
    order=[col(Case.number)],
    fits=_fits,
)
WHOLE_CASES = Listing(_whole, into=WholeCase, order=[col(Case.number)], fits=_fits)

SUGGESTED = statement(
    select(*Case.__table__.columns)  # type: ignore[attr-defined]  # likewise
    .where(
        col(Case.guild_id) == param("guild_id"),
        or_(
            func.starts_with(cast(col(Case.number), Text), param("typed")),
            _holds(col(Case.reason), "typed"),
            _holds(col(Case.target_name), "typed"),
        ),
    )
    .order_by(col(Case.number).desc())
    .limit(param("limit")),
    into=Case,
)


class RecordLine(NamedTuple):
    """How often something of one kind stands against a person, and when it last did."""

    kind: CaseKind
    cases: int
    points: int
    last_at: datetime
    fined: int
    """Points of the ledger that were taken and not given back."""


RECORD = statement(
    select(
        col(Case.kind),
        func.count(),
        cast(func.coalesce(func.sum(col(Case.points)), 0), BigInteger),
        func.max(col(Case.created_at)),
        cast(
            func.coalesce(func.sum(col(Case.fined)).filter(col(Case.fine_state) == FineState.TAKEN), 0),
            BigInteger,
        ),
    )
    .where(
        col(Case.guild_id) == param("guild_id"),
        col(Case.target_id) == param("target_id"),
        col(Case.state) != CaseState.VOID,
        col(Case.state) != CaseState.REFUSED,
    )
    .group_by(col(Case.kind))
    .order_by(col(Case.kind)),
    into=RecordLine,
)

_WITHOUT_REASON = (CaseKind.NOTE, CaseKind.PURGE, CaseKind.SLOWMODE)
"""What stands there says what was seen, or what was done."""
USED_REASONS = statement(
    select(col(Case.reason))
    .where(
        col(Case.guild_id) == param("guild_id"),
        *(col(Case.kind) != kind for kind in _WITHOUT_REASON),
        *(col(Case.origin) != origin for origin in (CaseOrigin.LADDER, CaseOrigin.AUTOMOD)),
        func.length(col(Case.reason)) <= param("longest"),
        _holds(col(Case.reason), "typed"),
    )
    .group_by(col(Case.reason))
    .order_by(func.count().desc(), col(Case.reason))
    .limit(param("limit")),
    into=str,
)
