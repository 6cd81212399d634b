"""What people do by hand in Discord: an entry of its audit log as Reeve takes it, and how far a log was read."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, Boolean, Column, any_, cast
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Field, SQLModel, col, func, or_, select, update

from database.models.act import Act, ActKind
from database.models.base import key, snowflake
from database.models.case import Case, CaseKind, CaseOrigin
from database.models.restriction import RestrictionKind
from database.rows import Rows
from database.statements import param, statement

SOMEBODY = "somebody"
"""The name of a moderator whom nothing tells. Their id is the server's own, which is nobody's."""


class Deed(NamedTuple):
    """One act by hand. `entry_id`: of the audit log; ids of Discord are in the order of its own clock.

    `until`: of a timeout. An empty `reason`: none was given.
    """

    entry_id: int
    kind: CaseKind
    target_id: int
    target_name: str
    moderator_id: int
    moderator_name: str
    at: datetime
    reason: str = ""
    until: datetime | None = None


class Decides(NamedTuple):
    """What such an entry says of a restriction, and the act by which Reeve itself would do the same."""

    restriction: RestrictionKind
    wanted: bool
    act: ActKind


DECIDES = {
    CaseKind.BAN: Decides(RestrictionKind.BAN, wanted=True, act=ActKind.BAN),
    CaseKind.UNBAN: Decides(RestrictionKind.BAN, wanted=False, act=ActKind.UNBAN),
    CaseKind.TIMEOUT: Decides(RestrictionKind.TIMEOUT, wanted=True, act=ActKind.TIMEOUT),
    CaseKind.UNTIMEOUT: Decides(RestrictionKind.TIMEOUT, wanted=False, act=ActKind.UNTIMEOUT),
}
"""A kick leaves nothing that should be true."""


class AuditCursor(SQLModel, table=True):
    """All entries up to `entry_id` were read. `is_told`: the staff knows that Reeve may not read the log."""

    __tablename__ = "audit_cursors"

    guild_id: int = Field(sa_column=key())
    entry_id: int = Field(sa_column=snowflake())
    is_told: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))


CURSORS = Rows(AuditCursor)

_begin = insert(AuditCursor).values(guild_id=param("guild_id"), entry_id=param("entry_id"), is_told=False)

BEGIN_CURSOR = statement(_begin.on_conflict_do_nothing())

ADVANCE_CURSOR = statement(
    update(AuditCursor)
    .where(col(AuditCursor.guild_id) == param("of_guild_id"))
    .values(entry_id=func.greatest(col(AuditCursor.entry_id), param("read_to")), is_told=False)
)
"""Never back: two processes may read the same log."""

MARK_TOLD = statement(
    update(AuditCursor)
    .where(col(AuditCursor.guild_id) == param("of_guild_id"), col(AuditCursor.is_told).is_(False))
    .values(is_told=True)
    .returning(col(AuditCursor.entry_id)),
    into=int,
)

KNOWN_ENTRIES = statement(
    select(col(Case.interaction_id)).where(
        col(Case.guild_id) == param("guild_id"),
        col(Case.interaction_id) == any_(cast(param("entry_ids"), ARRAY(BigInteger))),
    ),
    into=int,
)

SEEN_BEFORE = statement(
    select(Case)
    .where(
        col(Case.guild_id) == param("guild_id"),
        col(Case.target_id) == param("target_id"),
        col(Case.kind) == param("kind"),
        col(Case.origin) == CaseOrigin.BY_HAND,
        col(Case.moderator_id) == param("guild_id"),
        col(Case.created_at).between(param("since"), param("until")),
    )
    .order_by(col(Case.number).desc())
    .limit(1),
    into=Case,
)
"""The case of a deed that was seen when its entry could not be read."""

OWN_ACT = statement(
    select(col(Act.act_id))
    .where(
        col(Act.guild_id) == param("guild_id"),
        col(Act.target_id) == param("target_id"),
        col(Act.kind) == param("kind"),
        or_(col(Act.sent_at) >= param("since"), col(Act.settled_at) >= param("since")),
    )
    .limit(1),
    into=int,
)
"""Reeve did the same itself since then."""
