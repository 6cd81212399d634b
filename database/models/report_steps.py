"""Single statements about reports: joining one, limits, what the staff's queue shows."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy import delete as delete_rows
from sqlmodel import col, or_

from database.eager import one, several
from database.listing import Listing
from database.models.case_evidence import EvidenceKind
from database.models.guild_config import GuildConfig
from database.models.outbox import Delivery
from database.models.report import (
    Report,
    ReportCounter,
    ReportFile,
    ReportReply,
    ReportState,
    ReportStep,
    ReportVoice,
)
from database.models.staff_posts import count_on, lock_numbers, set_post, show_again
from database.statements import param, statement

LOCK_NUMBERS = lock_numbers(ReportCounter)
COUNT_ON = count_on(ReportCounter)

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

SET_POST = set_post(Report)
SHOW_AGAIN = show_again(Report, col(Report.state) != ReportState.CLOSED, Delivery.REPORT_POST)


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
