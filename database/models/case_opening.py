"""A case is opened in one statement: its number, its row, and the messages that follow from it."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, DateTime, Integer, Text, case, cast, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col, or_, update

from database.eager import one
from database.models.case import Case, CaseCounter, CaseKind, CaseState
from database.models.ladder import LadderStep
from database.models.outbox import OutboxRow
from database.statements import param, statement

_columns: Any = Case.__table__.columns  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
_AS_IT_BEGINS = (
    "void_message",
    "trouble",
    "dm_channel_id",
    "dm_message_id",
    "log_channel_id",
    "log_message_id",
    "log_digest",
    "fine",
    "fined",
    "fine_state",
    "fine_operation_id",
    "freezes_points",
)
_given = [column for column in _columns if column.name not in {"guild_id", "number", *_AS_IT_BEGINS}]

_counter = insert(CaseCounter).values(guild_id=param("guild_id"), last_number=1)
_counted = (
    _counter.on_conflict_do_update(
        index_elements=["guild_id"], set_={"last_number": col(CaseCounter.last_number) + 1}
    )
    .returning(col(CaseCounter.guild_id), col(CaseCounter.last_number))
    .cte("counted")
)

_asked_at = cast(param("asked_at"), DateTime(timezone=True))


def _opened(points: ColumnElement[Any]) -> tuple[Any, Any]:
    """The row that is written, and that the messages are asked for."""
    values = {column.name: cast(param(column.name), column.type) for column in _given}
    opened = (
        insert(Case)
        .from_select(
            ["guild_id", "number", *values],
            select(_counted.c.guild_id, _counted.c.last_number, *{**values, "points": points}.values()),
        )
        .on_conflict_do_nothing(index_elements=["guild_id", "interaction_id", "part"])
        .returning(*_columns)
        .cte("opened")
    )
    asked = (
        insert(OutboxRow)
        .from_select(
            ["guild_id", "kind", "subject_id", "generation", "attempts", "due_at", "created_at"],
            select(
                opened.c.guild_id,
                func.unnest(cast(param("deliveries"), ARRAY(Text))),
                opened.c.number,
                literal(1),
                literal(0),
                _asked_at,
                _asked_at,
            ),
        )
        .returning(col(OutboxRow.outbox_id))
        .cte("asked")
    )
    return opened, asked


_points = cast(param("points"), Integer)
_case, _messages = _opened(_points)
OPEN_CASE = statement(select(*_case.c).add_cte(_messages), into=Case)
"""No row if the interaction has opened one before: then the number that was counted is to be given back.

The counter's row is the guild's mutex until commit: whoever opens the next case of the guild waits there.
"""


class OpenedWarning(NamedTuple):
    """`has_ladder`: its server has one, so something may follow from it."""

    case: Case
    has_ladder: bool


_has_ladder = exists().where(col(LadderStep.guild_id) == param("guild_id"))
_warning, _messages = _opened(func.coalesce(_points, case((_has_ladder, 1), else_=0)))
OPEN_WARNING = statement(select(one(Case, _warning.c), _has_ladder).add_cte(_messages), into=OpenedWarning)
"""As OPEN_CASE. Without points it weighs 1 where the server has a ladder, and else nothing."""

GIVE_NUMBER_BACK = statement(
    update(CaseCounter)
    .where(col(CaseCounter.guild_id) == param("of_guild_id"))
    .values(last_number=col(CaseCounter.last_number) - 1)
)
"""In the transaction that took it: the counter is still locked, so nobody has taken a later one."""

OTHERS_LATEST = statement(
    select(*_columns)
    .where(
        col(Case.guild_id) == param("guild_id"),
        col(Case.target_id) == param("target_id"),
        col(Case.number) > param("after_number"),
        col(Case.number) < param("before_number"),
        col(Case.moderator_id) != param("moderator_id"),
        col(Case.created_at) >= param("since"),
        col(Case.kind) != CaseKind.NOTE,
        or_(col(Case.state) == CaseState.PENDING, col(Case.state) == CaseState.ACTIVE),
    )
    .order_by(col(Case.number).desc())
    .limit(1),
    into=Case,
)
"""What another moderator did to the same person a moment ago."""
