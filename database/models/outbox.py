"""Messages that Discord should show, as rows: written with the act, delivered after it.

A row says "the post of case 7 should be up to date", not "post this text": whatever is true when it is delivered
is what is shown, so several changes become one message and a repeat changes nothing.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    all_,
    any_,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy import delete as delete_rows
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Field, SQLModel, col, or_, update

from database.models.base import in_words, instant, key, numbered, text, utc_now, words
from database.statements import param, statement


class Delivery(StrEnum):
    """What is brought up to date; the subject is a case by its number unless it says otherwise."""

    CASE_LOG = "case_log"
    CASE_DIRECT_MESSAGE = "case_direct_message"
    ACT_ALERT = "act_alert"
    CASE_VOID_MESSAGE = "case_void_message"
    """The word to the target that the case is void."""
    CASE_END_MESSAGE = "case_end_message"
    """Likewise: that its end was moved."""
    REPORT_POST = "report_post"
    """The subject is a report, by its number."""
    REPORT_REPLY = "report_reply"
    """The subject is one word to one reporter, by its `reply_id`."""
    APPEAL_POST = "appeal_post"
    """The subject is an appeal, by its number."""
    APPEAL_ANSWER = "appeal_answer"
    """Likewise: the word to who appealed."""
    GUARD_POST = "guard_post"
    """The subject is a moderator who was paused, by their id: a word to the staff."""
    GUARD_OWNER = "guard_owner"
    """Likewise: a word to the server's owner."""
    SECOND_POST = "second_post"
    """The subject is an act that waits for a second moderator, by its draft's interaction."""
    DIGEST = "digest"
    """The subject is a week of a server, as 202647."""
    AUDIT_ALERT = "audit_alert"
    """The subject is the server itself (0): the staff is told that Reeve may not read the audit log."""
    LEVEL_UP = "level_up"
    """The subject is a member, by their id, who has reached a level."""
    LEVEL_ROLES = "level_roles"
    """Likewise: their roles follow their level. 0: those of all members of the server."""
    LEVEL_ALERT = "level_alert"
    """The subject is a role that a level gives, by its id: the staff is told that Reeve may not give it."""
    LEDGER_ALERT = "ledger_alert"
    """The subject is the server itself (0): its points do not add up, so none moves any more."""


class OutboxRow(SQLModel, table=True):
    """Claimed by a lease (if the claimer dies, the row is due again at its end).

    A delivery counts only if nothing was asked for since it was claimed: then `generation` is still the same.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("guild_id", "kind", "subject_id"),
        CheckConstraint(in_words("kind", Delivery), "kind"),
        CheckConstraint("length(last_error) <= 500", "last_error"),
        CheckConstraint("attempts >= 0", "attempts"),
        Index("ix_outbox_due_at", "due_at"),
    )

    guild_id: int = Field(sa_column=key())
    outbox_id: int = Field(default=None, sa_column=numbered())
    kind: Delivery = Field(sa_column=words(Delivery))
    subject_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Of what the kind says."""
    generation: int = Field(default=1, sa_column=Column(BigInteger, nullable=False))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    due_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    leased_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    last_error: str | None = Field(default=None, sa_column=text(nullable=True))
    created_at: datetime = Field(default_factory=utc_now, sa_column=instant())


_ask = insert(OutboxRow).values(
    guild_id=param("guild_id"),
    kind=param("kind"),
    subject_id=param("subject_id"),
    generation=1,
    attempts=0,
    due_at=param("due_at"),
    created_at=param("due_at"),
)

ASK = statement(
    _ask.on_conflict_do_update(
        index_elements=["guild_id", "kind", "subject_id"],
        set_={
            "generation": col(OutboxRow.generation) + 1,
            "attempts": 0,
            "due_at": _ask.excluded.due_at,
            "last_error": None,
            "created_at": _ask.excluded.created_at,
        },
    )
)

ASK_MANY = statement(
    insert(OutboxRow).from_select(
        ["guild_id", "kind", "subject_id", "generation", "attempts", "due_at", "created_at"],
        select(
            cast(param("guild_id"), BigInteger),
            cast(param("kind"), Text),
            func.unnest(cast(param("subject_ids"), ARRAY(BigInteger))),
            literal_column("1"),
            literal_column("0"),
            cast(param("due_at"), DateTime(timezone=True)),
            cast(param("due_at"), DateTime(timezone=True)),
        ),
    )
)
"""Of one kind for several subjects, for none of which it was asked before."""

_shard_id = col(OutboxRow.guild_id).bitwise_rshift(literal_column("22")) % param("shard_count")
_on_shards = _shard_id == any_(cast(param("shard_ids"), ARRAY(BigInteger)))
"""Discord sends a guild's events to the shard of that number, so only its process knows the guild."""

_due = (
    select(col(OutboxRow.guild_id), col(OutboxRow.outbox_id))
    .where(
        col(OutboxRow.due_at) <= param("now"),
        or_(col(OutboxRow.leased_until).is_(None), col(OutboxRow.leased_until) <= param("now")),
        col(OutboxRow.guild_id) != all_(cast(param("busy_guild_ids"), ARRAY(BigInteger))),
        _on_shards,
    )
    .order_by(col(OutboxRow.due_at), col(OutboxRow.outbox_id))
    .limit(param("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)

CLAIM = statement(
    update(OutboxRow)
    .where(col(OutboxRow.guild_id) == _due.c.guild_id, col(OutboxRow.outbox_id) == _due.c.outbox_id)
    .values(leased_until=param("lease"), attempts=col(OutboxRow.attempts) + 1)
    .returning(*OutboxRow.__table__.columns),  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
    into=OutboxRow,
)

CLAIM_ONE = statement(
    update(OutboxRow)
    .where(
        col(OutboxRow.guild_id) == param("of_guild_id"),
        col(OutboxRow.kind) == param("of_kind"),
        col(OutboxRow.subject_id) == param("of_subject_id"),
        or_(col(OutboxRow.leased_until).is_(None), col(OutboxRow.leased_until) <= param("now")),
    )
    .values(leased_until=param("lease"), attempts=col(OutboxRow.attempts) + 1)
    .returning(*OutboxRow.__table__.columns),  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
    into=OutboxRow,
)

_claimed = (
    col(OutboxRow.guild_id) == param("of_guild_id"),
    col(OutboxRow.outbox_id) == param("of_outbox_id"),
    col(OutboxRow.leased_until) == param("of_lease"),
)

DELIVERED = statement(
    delete_rows(OutboxRow)
    .where(*_claimed, col(OutboxRow.generation) == param("of_generation"))
    .returning(col(OutboxRow.outbox_id)),
    into=int,
)

RELEASE = statement(update(OutboxRow).where(*_claimed).values(leased_until=None))

TRY_LATER = statement(
    update(OutboxRow)
    .where(
        *_claimed,
        col(OutboxRow.generation) == param("of_generation"),
        col(OutboxRow.due_at) == param("of_due_at"),
    )
    .values(due_at=param("next_at"), last_error=param("error"), leased_until=None)
    .returning(col(OutboxRow.outbox_id)),
    into=int,
)
"""Not where it was asked for or hurried meanwhile: an old failure must not delay that."""

HURRY = statement(
    update(OutboxRow).where(col(OutboxRow.guild_id) == param("of_guild_id")).values(due_at=param("now"))
)

HURRY_ALL = statement(
    update(OutboxRow).where(col(OutboxRow.due_at) > param("now"), _on_shards).values(due_at=param("now"))
)

PENDING = statement(
    select(OutboxRow)
    .where(col(OutboxRow.guild_id) == param("guild_id"))
    .order_by(col(OutboxRow.due_at), col(OutboxRow.outbox_id))
    .limit(100),
    into=OutboxRow,
)
