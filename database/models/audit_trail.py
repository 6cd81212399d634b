"""The audit trail as it is read: who changed what, from, to, when and why.

It is a view (revisions 0003, 0006, 0010) over the tables whose rows are only added, so nothing is written twice. As
the view asks with the rights of who reads it, row-level security shows one server's entries only.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, DateTime, Text, column, select, table
from sqlalchemy.dialects.postgresql import JSONB

from database.listing import Listing
from database.models.base import OneOf
from database.statements import param


class Subject(StrEnum):
    CONFIG = "config"
    CASE = "case"
    POINTS = "points"
    EXPORT = "export"
    REPORT = "report"
    APPEAL = "appeal"


class AuditEntry(NamedTuple):
    """One change. `subject_id`: the version of the settings, the number of the case, report or appeal, the points'
    operation, or the interaction that asked for an export.

    `field` is a setting, a column of a case ("opened" where it began, "note" and "evidence" for what was added), the
    format of an export, "balance", what was done with a report ("reported" by each reporter), or of an appeal "made"
    and "state". `step` tells entries of one subject apart. `target_id` is whom it concerns; settings concern nobody.
    """

    at: datetime
    actor_id: int
    subject: Subject
    subject_id: int
    step: int
    target_id: int | None
    field: str
    before: Any
    after: Any
    why: str | None

    @property
    def place(self) -> tuple[datetime, Subject, int, int]:
        """Where it stands in the trail: what `page` takes as `before` and `after`."""
        return self.at, self.subject, self.subject_id, self.step


class AuditFilter(NamedTuple):
    """All that is given must hold."""

    subject: Subject | None = None
    actor_id: int | None = None


_at = column("at", DateTime(timezone=True))
_actor_id = column("actor_id", BigInteger)
_subject = column("subject", OneOf(Subject))
_subject_id = column("subject_id", BigInteger)
_step = column("step", BigInteger)
_guild_id = column("guild_id", BigInteger)
_entry = (
    _at,
    _actor_id,
    _subject,
    _subject_id,
    _step,
    column("target_id", BigInteger),
    column("field", Text),
    column("before", JSONB),
    column("after", JSONB),
    column("why", Text),
)

AUDIT_TRAIL = Listing(
    select(*_entry).select_from(table("audit_trail")).where(_guild_id == param("guild_id")),
    into=AuditEntry,
    order=[_at, _subject, _subject_id, _step],
    fits={"subject": _subject == param("subject"), "actor_id": _actor_id == param("actor_id")},
)
