"""Where the posts of cases are in the mod log."""

from sqlalchemy import BigInteger, any_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col, update

from database.models.case import Case
from database.models.outbox import Delivery, OutboxRow
from database.statements import param, statement

_lost = (
    update(Case)
    .where(
        col(Case.guild_id) == param("of_guild_id"),
        col(Case.log_message_id) == any_(cast(param("message_ids"), ARRAY(BigInteger))),
    )
    .values(log_digest=None)
    .returning(col(Case.guild_id), col(Case.number))
    .cte("lost")
)
_asked = insert(OutboxRow).from_select(
    ["guild_id", "kind", "subject_id", "generation", "attempts", "due_at", "created_at"],
    select(
        _lost.c.guild_id,
        literal(Delivery.CASE_LOG.value),
        _lost.c.number,
        literal(1),
        literal(0),
        param("due_at", Case.__table__.c.created_at.type),  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen
        func.now(),
    ),
)

LOST_POSTS = statement(
    _asked.on_conflict_do_update(
        index_elements=["guild_id", "kind", "subject_id"],
        set_={"generation": col(OutboxRow.generation) + 1, "created_at": _asked.excluded.created_at},
    ).returning(col(OutboxRow.subject_id)),
    into=int,
)
"""What a lost post showed is forgotten, its id is not: the edit that finds nothing tells the next post apart from it.

What is due already stays due as it is.
"""
