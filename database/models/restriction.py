"""What should be true of a member or a channel now, whoever wanted it and by whatever way."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import Field, SQLModel, col, or_, select

from database.models.base import OneOf, in_words, instant, key, utc_now
from database.rows import Rows
from database.statements import param, statement


class RestrictionKind(StrEnum):
    BAN = "ban"
    TIMEOUT = "timeout"
    ROLES = "roles"
    LOCK = "lock"
    SLOWMODE = "slowmode"


class Restriction(SQLModel, table=True):
    """`subject_id`: a person's id, or a channel's for lock and slowmode.

    Every change counts `version` up; `applied_version` is the last one that Discord was seen to have. `payload`
    keeps what the end needs: roles given and taken, overwrites as they were. `decided_by_id`: the interaction, or the
    entry of the audit log, that decided it last: what is older, as Discord counts ids, and heard later changes nothing.
    """

    __tablename__ = "restrictions"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "case_number"], ["cases.guild_id", "cases.number"]),
        CheckConstraint(in_words("kind", RestrictionKind), "kind"),
        CheckConstraint("applied_version BETWEEN 0 AND version", "applied_version"),
        CheckConstraint("wanted OR until IS NULL", "until"),
        Index("ix_restrictions_guild_id_case_number", "guild_id", "case_number"),
    )

    guild_id: int = Field(sa_column=key())
    subject_id: int = Field(sa_column=key())
    kind: RestrictionKind = Field(sa_column=Column(OneOf(RestrictionKind), primary_key=True))
    wanted: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    version: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    applied_version: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    case_number: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    decided_by_id: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    changed_at: datetime = Field(default_factory=utc_now, sa_column=instant())


RESTRICTIONS = Rows(Restriction)

_new = insert(Restriction).values(
    guild_id=param("guild_id"),
    subject_id=param("subject_id"),
    kind=param("kind"),
    wanted=False,
    version=0,
    applied_version=0,
    payload={},
    decided_by_id=0,
    changed_at=param("now"),
)

LOCK_RESTRICTION = statement(
    _new.on_conflict_do_update(
        index_elements=["guild_id", "subject_id", "kind"], set_={"kind": _new.excluded.kind}
    ).returning(*Restriction.__table__.columns),  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
    into=Restriction,
)
"""Made if there was none, and locked: who comes second waits there for who came first."""

STANDING = statement(
    select(Restriction)
    .where(
        col(Restriction.guild_id) == param("guild_id"),
        col(Restriction.subject_id) == param("subject_id"),
        col(Restriction.wanted),
        or_(col(Restriction.until).is_(None), col(Restriction.until) > param("now")),
    )
    .order_by(col(Restriction.kind)),
    into=Restriction,
)
"""What stands against one person or holds for one channel at this moment."""

BECAUSE_OF = statement(
    select(Restriction)
    .where(
        col(Restriction.guild_id) == param("guild_id"),
        col(Restriction.case_number) == param("case_number"),
        col(Restriction.wanted),
    )
    .order_by(col(Restriction.kind))
    .with_for_update(),
    into=Restriction,
)
"""What still stands because of a case, locked."""
