"""What the staff does to many accounts together: carried out piece by piece, moved back as one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from database.models.base import in_words, instant, key, numbered, text, words
from database.models.points import LONGEST_NOTE
from database.rows import Rows


class BatchKind(StrEnum):
    AWARD = "award"
    TAKE = "take"
    SET = "set"
    IMPORT = "import"
    SEASON = "season"
    """All that each member has is taken. They are written down as their turn comes, in the order of their ids, so that
    the first step is as fast for a million as for one.
    """
    REVERSE = "reverse"
    """Each row is an operation that is moved back."""


def _number() -> "Column[int]":
    return Column(BigInteger, nullable=False)


class PointBatch(SQLModel, table=True):
    """`batch_id` is the interaction that asked for it, so that two clicks on the question are one batch."""

    __tablename__ = "point_batches"
    __table_args__ = (
        CheckConstraint(in_words("kind", BatchKind), "kind"),
        CheckConstraint("policy IN ('refuse', 'take', 'debt')", "policy"),
        CheckConstraint(f"length(reason) BETWEEN 1 AND {LONGEST_NOTE}", "reason"),
        Index("ix_point_batches_unfinished", "guild_id", postgresql_where=sql_text("finished_at IS NULL")),
    )

    guild_id: int = Field(sa_column=key())
    batch_id: int = Field(sa_column=key())
    kind: BatchKind = Field(sa_column=words(BatchKind))
    policy: str | None = Field(default=None, sa_column=text(nullable=True))
    """Of a batch that moves back: what happens where points are spent (`reversing.Spent`)."""
    is_imported: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    """The points come from another bot: of the account for imports instead of the mint."""
    actor_id: int = Field(sa_column=_number())
    reason: str = Field(sa_column=text())
    rows: int = Field(sa_column=_number())
    """Of a season's end until it is done: how many had points when it was asked for."""
    done: int = Field(default=0, sa_column=_number())
    left_out: int = Field(default=0, sa_column=_number())
    """Of those that are done: where the ledger refused."""
    moved: int = Field(default=0, sa_column=_number())
    """Points, whichever way."""
    done_to: int = Field(default=0, sa_column=_number())
    """The last row that is done."""
    asked_at: datetime = Field(sa_column=instant())
    finished_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class PointBatchRow(SQLModel, table=True):
    """One member, or one operation that is moved back, and what came of it."""

    __tablename__ = "point_batch_rows"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "batch_id"], ["point_batches.guild_id", "point_batches.batch_id"]),
        UniqueConstraint("guild_id", "batch_id", "subject_id"),
        CheckConstraint("length(refusal) BETWEEN 1 AND 64", "refusal"),
        Index("ix_point_batch_rows_guild_id_batch_id_row_id", "guild_id", "batch_id", "row_id"),
        Index(
            "ix_point_batch_rows_guild_id_operation_id",
            "guild_id",
            "operation_id",
            postgresql_where=sql_text("operation_id IS NOT NULL"),
        ),
    )

    guild_id: int = Field(sa_column=key())
    row_id: int = Field(default=None, sa_column=numbered())
    batch_id: int = Field(sa_column=_number())
    subject_id: int = Field(sa_column=_number())
    amount: int = Field(sa_column=_number())
    operation_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    refusal: str | None = Field(default=None, sa_column=text(nullable=True))


BATCHES = Rows(PointBatch)
BATCH_ROWS = Rows(PointBatchRow)
