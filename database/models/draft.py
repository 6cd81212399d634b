"""A draft: an act that waits for a word, of the moderator who asked for it or of a second one."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, LargeBinary, delete
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel, col

from database.models.base import in_words, instant, key, snowflake, text, utc_now, words
from database.models.case import Case
from database.models.case_evidence import LARGEST_EVIDENCE, EvidenceKind
from database.rows import Rows
from database.statements import param, statement


class DraftState(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"


class Draft(SQLModel, table=True):
    """`interaction_id` is the command's and becomes the case's key, so two clicks are one case.

    `request` is what was asked for, `passed` in it the questions that were answered already.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        CheckConstraint(in_words("state", DraftState), "state"),
        CheckConstraint("length(question) BETWEEN 1 AND 32", "question"),
        CheckConstraint("(post_channel_id IS NULL) = (post_message_id IS NULL)", "post"),
        Index("ix_drafts_expires_at", "expires_at"),
    )

    guild_id: int = Field(sa_column=key())
    interaction_id: int = Field(sa_column=key())
    question: str = Field(sa_column=text())
    state: DraftState = Field(default=DraftState.WAITING, sa_column=words(DraftState))
    asked_by_id: int = Field(sa_column=snowflake())
    answered_by_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    request: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())
    post_channel_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    """Where a second moderator is asked."""
    post_message_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))


class DraftFile(SQLModel, table=True):
    """A file that becomes proof of the case, taken when the act was asked for. It goes with its draft."""

    __tablename__ = "draft_files"
    __table_args__ = (
        ForeignKeyConstraint(
            ["guild_id", "interaction_id"], ["drafts.guild_id", "drafts.interaction_id"], ondelete="CASCADE"
        ),
        CheckConstraint("position > 0", "position"),
        CheckConstraint(in_words("kind", EvidenceKind), "kind"),
        CheckConstraint("length(filename) BETWEEN 1 AND 260", "filename"),
        CheckConstraint(f"length(content) BETWEEN 1 AND {LARGEST_EVIDENCE}", "content"),
    )

    guild_id: int = Field(sa_column=key())
    interaction_id: int = Field(sa_column=key())
    position: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    kind: EvidenceKind = Field(sa_column=words(EvidenceKind))
    filename: str = Field(sa_column=text())
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ShownDraft(NamedTuple):
    """A draft, and the case that it led to."""

    draft: Draft
    case: Case | None


DRAFTS = Rows(Draft)
DRAFT_FILES = Rows(DraftFile)

DROP_FILES = statement(
    delete(DraftFile).where(
        col(DraftFile.guild_id) == param("guild_id"),
        col(DraftFile.interaction_id) == param("interaction_id"),
    )
)
