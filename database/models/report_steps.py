"""Single statements about reports: joining one, limits, what the staff's queue shows."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy import delete as delete_rows
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col, or_, update

from database.eager import one, several
from database.listing import Listing
from database.models.case_evidence import EvidenceKind
from database.models.guild_config import GuildConfig
from database.models.outbox import Delivery, OutboxRow
from database.models.report import (
    Report,
    ReportCounter,
    ReportFile,
    ReportReply,
    ReportState,
    ReportStep,
    ReportVoice,
)
from database.statements import param, statement

_counter = insert(ReportCounter).values(guild_id=param("guild_id"), last_number=0)
LOCK_NUMBERS = statement(
    _counter.on_conflict_do_update(
        index_elements=["guild_id"], set_={"last_number": col(ReportCounter.last_number)}
    ).returning(col(ReportCounter.last_number)),
    into=int,
)
"""The last number; until commit nobody else reports in the guild."""

COUNT_ON = statement(
    update(ReportCounter)
    .where(col(ReportCounter.guild_id) == param("of_guild_id"))
    .values(last_number=col(ReportCounter.last_number) + 1)
    .returning(col(ReportCounter.last_number)),
    into=int,
)

_same_message = (col(Report.message_id) == cast(param("message_id"), BigInteger)) & cast(
    param("message_id"), BigInteger
).is_not(None)
_same_member = (
    cast(param("message_id"), BigInteger).is_(None)
    & col(Report.message_id).is_(None)
    & (col(Report.target_id) == param("target_id"))
    & (col(Report.created_at) > param("since"))
)
JOINABLE = statement(
    select(*Report.__table__.columns)  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
    .where(
        col(Report.guild_id) == param("guild_id"),
        col(Report.state) != ReportState.CLOSED,
        or_(_same_message, _same_member),
    )
    .order_by(col(Report.number).desc())
    .limit(1),
    into=Report,
)


class Lately(NamedTuple):
    """What one person has reported within the time of the limit, and when the first of it was."""

    reports: int
    first_at: datetime | None


LATELY = statement(
    select(func.count(), func.min(col(ReportVoice.said_at))).where(
        col(ReportVoice.guild_id) == param("guild_id"),
        col(ReportVoice.reporter_id) == param("reporter_id"),
        col(ReportVoice.said_at) > param("since"),
    ),
    into=Lately,
)


class SnapshotFile(NamedTuple):
    """A file of a report; the content only of what is a message's document."""

    interaction_id: int
    kind: EvidenceKind
    filename: str
    size: int
    sha256: bytes
    document: bytes | None


class WholeReport(NamedTuple):
    """A report with all that belongs to it, the oldest first."""

    report: Report
    voices: list[ReportVoice]
    steps: list[ReportStep]
    files: list[SnapshotFile]
    replies: list[ReportReply]


def _of_report(model: type[ReportVoice | ReportStep | ReportReply]) -> ColumnElement[bool]:
    return and_(col(model.guild_id) == col(Report.guild_id), col(model.number) == col(Report.number))


_its_voices = (
    select(*ReportVoice.__table__.columns)  # type: ignore[attr-defined]  # likewise
    .where(_of_report(ReportVoice))
    .order_by(col(ReportVoice.said_at), col(ReportVoice.reporter_id))
)
_its_steps = (
    select(*ReportStep.__table__.columns)  # type: ignore[attr-defined]  # likewise
    .where(_of_report(ReportStep))
    .order_by(col(ReportStep.step))
)
_its_replies = (
    select(*ReportReply.__table__.columns)  # type: ignore[attr-defined]  # likewise
    .where(_of_report(ReportReply))
    .order_by(col(ReportReply.reply_id))
)
_its_files = (
    select(
        col(ReportFile.interaction_id),
        col(ReportFile.kind),
        col(ReportFile.filename),
        func.length(col(ReportFile.content)).label("size"),
        col(ReportFile.sha256),
        case((col(ReportFile.kind) == EvidenceKind.MESSAGE, col(ReportFile.content))).label("document"),
    )
    .join(
        ReportVoice,
        (col(ReportVoice.guild_id) == col(ReportFile.guild_id))
        & (col(ReportVoice.interaction_id) == col(ReportFile.interaction_id)),
    )
    .where(_of_report(ReportVoice))
    .order_by(col(ReportFile.interaction_id), col(ReportFile.position))
)

WHOLE_REPORT = statement(
    select(
        one(Report),
        several(_its_voices, into=ReportVoice),
        several(_its_steps, into=ReportStep),
        several(_its_files, into=SnapshotFile),
        several(_its_replies, into=ReportReply),
    ).where(col(Report.guild_id) == param("guild_id"), col(Report.number) == param("number")),
    into=WholeReport,
)

FILES_OF = statement(
    select(*ReportFile.__table__.columns)  # type: ignore[attr-defined]  # likewise
    .join(
        ReportVoice,
        (col(ReportVoice.guild_id) == col(ReportFile.guild_id))
        & (col(ReportVoice.interaction_id) == col(ReportFile.interaction_id)),
    )
    .where(col(ReportVoice.guild_id) == param("guild_id"), col(ReportVoice.number) == param("number"))
    .order_by(col(ReportFile.interaction_id), col(ReportFile.position)),
    into=ReportFile,
)

KEPT_BYTES = statement(
    select(cast(func.coalesce(func.sum(func.length(col(ReportFile.content))), 0), BigInteger)).where(
        col(ReportFile.guild_id) == param("guild_id"), col(ReportFile.taken_at) > param("since")
    ),
    into=int,
)

FORGET_UNREPORTED = statement(
    delete_rows(ReportFile).where(
        col(ReportFile.taken_at) < param("before"),
        ~exists().where(
            col(ReportVoice.guild_id) == col(ReportFile.guild_id),
            col(ReportVoice.interaction_id) == col(ReportFile.interaction_id),
        ),
    )
)

FORGET_OLD = statement(
    delete_rows(ReportFile).where(
        exists().where(
            col(ReportVoice.guild_id) == col(ReportFile.guild_id),
            col(ReportVoice.interaction_id) == col(ReportFile.interaction_id),
            col(Report.guild_id) == col(ReportVoice.guild_id),
            col(Report.number) == col(ReportVoice.number),
            col(GuildConfig.guild_id) == col(ReportFile.guild_id),
            col(GuildConfig.evidence_days) > 0,
            col(Report.closed_at)
            < cast(param("now"), DateTime(timezone=True))
            - col(GuildConfig.evidence_days) * literal_column("interval '1 day'"),
        )
    )
)
"""Of closed reports, once their server keeps evidence no longer (`evidence_days`); what a case got is the case's."""

SET_POST = statement(
    update(Report)
    .where(col(Report.guild_id) == param("of_guild_id"), col(Report.number) == param("of_number"))
    .values(
        post_channel_id=param("post_channel_id"),
        post_message_id=param("post_message_id"),
        post_digest=param("post_digest"),
    )
)

_lost = (
    update(Report)
    .where(
        col(Report.guild_id) == param("of_guild_id"),
        col(Report.state) != ReportState.CLOSED,
        or_(
            col(Report.post_message_id) == any_(cast(param("message_ids"), ARRAY(BigInteger))),
            cast(param("is_all"), Boolean),
        ),
    )
    .values(post_digest=None)
    .returning(col(Report.guild_id), col(Report.number))
    .cte("lost")
)
_ask_again = insert(OutboxRow).from_select(
    ["guild_id", "kind", "subject_id", "generation", "attempts", "due_at", "created_at"],
    select(
        _lost.c.guild_id,
        literal(Delivery.REPORT_POST.value),
        _lost.c.number,
        literal(1),
        literal(0),
        param("now", OutboxRow.__table__.c.due_at.type),  # type: ignore[attr-defined]  # likewise
        param("now", OutboxRow.__table__.c.due_at.type),  # type: ignore[attr-defined]  # likewise
    ),
)
SHOW_AGAIN = statement(
    _ask_again.on_conflict_do_update(
        index_elements=["guild_id", "kind", "subject_id"],
        set_={
            "generation": col(OutboxRow.generation) + 1,
            "attempts": 0,
            "due_at": _ask_again.excluded.due_at,
            "last_error": None,
            "created_at": _ask_again.excluded.created_at,
        },
    ).returning(col(OutboxRow.subject_id)),
    into=int,
)
"""Posts of reports that wait, the named ones or all: looked at again, also where they say the same as before."""


class ReportFilter(NamedTuple):
    """All that is given must hold. `waiting`: open or taken."""

    state: ReportState | None = None
    target_id: int | None = None
    waiting: bool = False


REPORT_LIST = Listing(
    select(*Report.__table__.columns).where(col(Report.guild_id) == param("guild_id")),  # type: ignore[attr-defined]  # likewise
    into=Report,
    order=[col(Report.number)],
    fits={
        "state": col(Report.state) == param("state"),
        "target_id": col(Report.target_id) == param("target_id"),
        "waiting": col(Report.state) != ReportState.CLOSED,
    },
)
