"""What reports and appeals are alike in: numbers counted in each guild, and a post of each in the staff's queue."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, any_, cast, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import SQLModel, col, update

from database.models.outbox import Delivery, OutboxRow
from database.statements import Statement, param, statement

_due_at: Any = OutboxRow.__table__.c.due_at.type  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy


def lock_numbers(counter: Any) -> Statement[int]:
    """The last number; until commit nobody else takes one in the guild."""
    first = insert(counter).values(guild_id=param("guild_id"), last_number=0)
    return statement(
        first.on_conflict_do_update(
            index_elements=["guild_id"], set_={"last_number": col(counter.last_number)}
        ).returning(col(counter.last_number)),
        into=int,
    )


def count_on(counter: Any) -> Statement[int]:
    """The next number, once the counter is locked."""
    return statement(
        update(counter)
        .where(col(counter.guild_id) == param("of_guild_id"))
        .values(last_number=col(counter.last_number) + 1)
        .returning(col(counter.last_number)),
        into=int,
    )


def set_post(subject: Any) -> Statement[Any]:
    """Where the post is, and what it shows."""
    return statement(
        update(subject)
        .where(col(subject.guild_id) == param("of_guild_id"), col(subject.number) == param("of_number"))
        .values(
            post_channel_id=param("post_channel_id"),
            post_message_id=param("post_message_id"),
            post_digest=param("post_digest"),
        )
    )


def show_again(subject: type[SQLModel], waits: Any, delivery: Delivery) -> Statement[int]:
    """Posts of what waits, the named ones or all: looked at again, also where they say the same as before."""
    row: Any = subject
    lost = (
        update(subject)
        .where(
            col(row.guild_id) == param("of_guild_id"),
            waits,
            or_(
                col(row.post_message_id) == any_(cast(param("message_ids"), ARRAY(BigInteger))),
                cast(param("is_all"), Boolean),
            ),
        )
        .values(post_digest=None)
        .returning(col(row.guild_id), col(row.number))
        .cte("lost")
    )
    asked = insert(OutboxRow).from_select(
        ["guild_id", "kind", "subject_id", "generation", "attempts", "due_at", "created_at"],
        select(
            lost.c.guild_id,
            literal(delivery.value),
            lost.c.number,
            literal(1),
            literal(0),
            param("now", _due_at),
            param("now", _due_at),
        ),
    )
    return statement(
        asked.on_conflict_do_update(
            index_elements=["guild_id", "kind", "subject_id"],
            set_={
                "generation": col(OutboxRow.generation) + 1,
                "attempts": 0,
                "due_at": asked.excluded.due_at,
                "last_error": None,
                "created_at": asked.excluded.created_at,
            },
        ).returning(col(OutboxRow.subject_id)),
        into=int,
    )
