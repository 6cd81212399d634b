"""Files that prove a case, kept here because Discord's links to them expire."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    any_,
    cast,
    func,
    literal_column,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel, col, select, update

from database.models.base import OneOf, in_words, instant, key, snowflake, text, utc_now
from database.models.guild_config import GuildConfig
from database.rows import Rows
from database.statements import param, statement

LARGEST_EVIDENCE = 8 * 1024 * 1024
"""Bytes: what Reeve can post again in any server, boosted or not."""
MOST_EVIDENCE = 25
"""Files of one case."""
MOST_EVIDENCE_BYTES = 2**30
"""Of one server. It counts what is kept: content that was let go by the server's `evidence_days` is free again."""


class EvidenceKind(StrEnum):
    """`message`: the JSON document of a message; its attachments are files beside it."""

    FILE = "file"
    MESSAGE = "message"


class Proof(NamedTuple):
    """A file that a moderator added, as it was at that moment."""

    filename: str
    content: bytes
    kind: EvidenceKind = EvidenceKind.FILE


class CaseEvidence(SQLModel, table=True):
    """Rows are only added. The system alone may let a content go, once; name, size and hash stay (triggers hold it).

    `interaction_id` is what added it later; None for what the case was opened with.
    """

    __tablename__ = "case_evidence"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "number"], ["cases.guild_id", "cases.number"]),
        CheckConstraint("position > 0", "position"),
        CheckConstraint("length(filename) BETWEEN 1 AND 260", "filename"),
        CheckConstraint(f"length(content) BETWEEN 1 AND {LARGEST_EVIDENCE}", "content"),
        CheckConstraint("length(sha256) = 32", "sha256"),
        CheckConstraint(in_words("kind", EvidenceKind), "kind"),
        CheckConstraint(
            "(content IS NULL) = (gone_at IS NOT NULL) AND (content IS NULL) = (former_size IS NOT NULL)",
            "gone_at",
        ),
        Index("ix_case_evidence_added_at", "added_at", postgresql_where=sql("content IS NOT NULL")),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    position: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    filename: str = Field(sa_column=text())
    content: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    added_by_id: int = Field(sa_column=snowflake())
    added_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    kind: EvidenceKind = Field(
        default=EvidenceKind.FILE,
        sa_column=Column(OneOf(EvidenceKind), nullable=False, server_default="file"),
    )
    interaction_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    former_size: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    gone_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))

    @property
    def is_sound(self) -> bool:
        """Whether the content is what was added. What was let go cannot be told wrong."""
        return self.content is None or sha256(self.content).digest() == self.sha256


class EvidenceFacts(NamedTuple):
    """A file without its content, which is no more where `gone_at` says when it was let go."""

    filename: str
    size: int
    sha256: bytes
    kind: EvidenceKind = EvidenceKind.FILE
    added_by_id: int = 0
    added_at: datetime | None = None
    gone_at: datetime | None = None


EVIDENCE = Rows(CaseEvidence)

SIZE = func.coalesce(col(CaseEvidence.former_size), func.length(col(CaseEvidence.content)))
"""Of bytes PostgreSQL knows the length without reading them."""

KEPT_BYTES = statement(
    select(cast(func.coalesce(func.sum(func.length(col(CaseEvidence.content))), 0), BigInteger)).where(
        col(CaseEvidence.guild_id) == param("guild_id")
    ),
    into=int,
)


class Place(NamedTuple):
    position: int
    interaction_id: int | None


POSITIONS = statement(
    select(col(CaseEvidence.position), col(CaseEvidence.interaction_id)).where(
        col(CaseEvidence.guild_id) == param("guild_id"), col(CaseEvidence.number) == param("number")
    ),
    into=Place,
)

CONTENTS = statement(
    select(CaseEvidence)
    .where(
        col(CaseEvidence.guild_id) == param("guild_id"),
        col(CaseEvidence.number) == param("number"),
        col(CaseEvidence.position) == any_(cast(param("positions"), ARRAY(Integer))),
    )
    .order_by(col(CaseEvidence.position)),
    into=CaseEvidence,
)

_old = (
    select(col(CaseEvidence.guild_id), col(CaseEvidence.number), col(CaseEvidence.position))
    .join(GuildConfig, col(GuildConfig.guild_id) == col(CaseEvidence.guild_id))
    .where(
        col(CaseEvidence.content).is_not(None),
        col(GuildConfig.evidence_days) > 0,
        col(CaseEvidence.added_at)
        < cast(param("now"), DateTime(timezone=True))
        - col(GuildConfig.evidence_days) * literal_column("interval '1 day'"),
    )
    .order_by(col(CaseEvidence.added_at))
    .limit(param("limit"))
    .with_for_update(of=CaseEvidence, skip_locked=True)
    .cte("old")
)

LET_GO = statement(
    update(CaseEvidence)
    .where(
        col(CaseEvidence.guild_id) == _old.c.guild_id,
        col(CaseEvidence.number) == _old.c.number,
        col(CaseEvidence.position) == _old.c.position,
    )
    .values(content=None, former_size=func.length(col(CaseEvidence.content)), gone_at=param("now"))
    .returning(col(CaseEvidence.guild_id)),
    into=int,
)
