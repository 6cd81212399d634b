"""The single-statement steps on acts: who takes which, and what is listed."""

from typing import Any

from sqlalchemy import BigInteger, all_, any_, cast, literal_column
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, or_, select, update

from database.models.act import Act, ActState, Purpose
from database.models.case import Case
from database.statements import param, statement

_columns: Any = Act.__table__.columns  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
_is_free = or_(col(Act.leased_until).is_(None), col(Act.leased_until) <= param("now"))
_shard_id = col(Act.guild_id).bitwise_rshift(literal_column("22")) % param("shard_count")
_on_shards = _shard_id == any_(cast(param("shard_ids"), ARRAY(BigInteger)))

_due = (
    select(col(Act.guild_id), col(Act.act_id))
    .where(
        col(Act.settled_at).is_(None),
        col(Act.due_at) <= param("now"),
        _is_free,
        col(Act.guild_id) != all_(cast(param("busy_guild_ids"), ARRAY(BigInteger))),
        _on_shards,
    )
    .order_by(col(Act.due_at), col(Act.act_id))
    .limit(param("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)

CLAIM_ACTS = statement(
    update(Act)
    .where(col(Act.guild_id) == _due.c.guild_id, col(Act.act_id) == _due.c.act_id)
    .values(leased_until=param("lease"), fence=col(Act.fence) + 1)
    .returning(*_columns),
    into=Act,
)

KEEP_ACT = statement(
    update(Act)
    .where(
        col(Act.guild_id) == param("of_guild_id"),
        col(Act.act_id) == param("of_act_id"),
        col(Act.fence) == param("of_fence"),
        col(Act.settled_at).is_(None),
        col(Act.leased_until).is_not(None),
    )
    .values(leased_until=param("lease"))
)
"""Not what was put off: that is free."""

_asked_for = exists().where(
    col(Case.guild_id) == col(Act.guild_id),
    col(Case.number) == col(Act.case_number),
    col(Case.interaction_id) == param("interaction_id"),
)

TAKE_ACTS = statement(
    update(Act)
    .where(
        col(Act.guild_id) == param("of_guild_id"),
        col(Act.settled_at).is_(None),
        col(Act.leased_until).is_(None),
        col(Act.purpose) == Purpose.BEGIN,
        col(Act.attempts) == 0,
        _asked_for,
    )
    .values(leased_until=param("lease"), fence=col(Act.fence) + 1)
    .returning(*_columns),
    into=Act,
)
"""By the command that planned them. Nothing for a second delivery: the first is at it."""

_other = aliased(Act)
IN_FLIGHT = statement(
    select(_other)
    .where(
        col(_other.guild_id) == param("guild_id"),
        col(_other.target_id) == param("target_id"),
        col(_other.restriction) == param("restriction"),
        col(_other.act_id) != param("act_id"),
        or_(col(_other.state) == ActState.SENT, col(_other.state) == ActState.UNKNOWN),
        col(_other.leased_until) > param("now"),
    )
    .limit(1),
    into=Act,
)
"""Another act on the same restriction whose request may be on its way: two at once would end in either's order."""

OF_CASE = statement(
    select(Act)
    .where(col(Act.guild_id) == param("guild_id"), col(Act.case_number) == param("case_number"))
    .order_by(col(Act.act_id)),
    into=Act,
)

OF_VERSION = statement(
    select(Act)
    .where(
        col(Act.guild_id) == param("guild_id"),
        col(Act.target_id) == param("target_id"),
        col(Act.restriction) == param("restriction"),
        col(Act.version) == param("version"),
    )
    .order_by(col(Act.act_id)),
    into=Act,
)

RETRY_NOW = statement(
    update(Act)
    .where(
        col(Act.guild_id) == param("of_guild_id"),
        col(Act.act_id) == param("of_act_id"),
        col(Act.settled_at).is_(None),
        col(Act.attempts) > 0,
    )
    .values(due_at=param("now"))
    .returning(*_columns),
    into=Act,
)
"""Only what was tried before: an act that waits for its time is not early because somebody is impatient."""

HURRY_ACTS = statement(
    update(Act)
    .where(
        col(Act.settled_at).is_(None),
        col(Act.attempts) > 0,
        col(Act.due_at) > param("now"),
        _on_shards,
    )
    .values(due_at=param("now"))
)
"""After a start or a lost session: what stood in the way may be gone."""

HURRY_GUILD = statement(
    update(Act)
    .where(
        col(Act.guild_id) == param("of_guild_id"),
        col(Act.settled_at).is_(None),
        col(Act.attempts) > 0,
        col(Act.due_at) > param("now"),
    )
    .values(due_at=param("now"))
)

CAME_BACK = statement(
    update(Act)
    .where(
        col(Act.guild_id) == param("of_guild_id"),
        col(Act.target_id) == param("of_user_id"),
        col(Act.settled_at).is_(None),
        col(Act.attempts) > 0,
    )
    .values(due_at=param("now"))
)
"""What waited for a member who was away."""
