"""The statements on batches of the staff, beside the tables in point_batch.py."""

from typing import NamedTuple

from sqlalchemy import BigInteger, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from database.models.ledger_steps import of_many
from database.models.point_batch import PointBatch, PointBatchRow
from database.models.points import FIRST_MEMBER, LARGEST_BALANCE, PointAccount
from database.statements import param, statement

OPEN_BATCH = statement(
    insert(PointBatch)
    .values(**{name: param(name) for name in PointBatch.model_fields})
    .on_conflict_do_nothing()
    .returning(col(PointBatch.batch_id)),
    into=int,
)
"""No row if it is open already: a second click."""

_row = (
    func.unnest(of_many("subject_ids", BigInteger), of_many("amounts", BigInteger))
    .table_valued("subject_id", "amount", with_ordinality="place", name="given")
    .render_derived()
)
ADD_ROWS = statement(
    insert(PointBatchRow).from_select(
        ["guild_id", "batch_id", "subject_id", "amount"],
        select(
            cast(param("guild_id"), BigInteger),
            cast(param("batch_id"), BigInteger),
            _row.c.subject_id,
            _row.c.amount,
        ).order_by(_row.c.place),
        include_defaults=False,
    )
)

_of_batch = (
    col(PointBatchRow.guild_id) == param("guild_id"),
    col(PointBatchRow.batch_id) == param("batch_id"),
)

NEXT_ROWS = statement(
    select(PointBatchRow)
    .where(*_of_batch, col(PointBatchRow.row_id) > param("done_to"))
    .order_by(col(PointBatchRow.row_id))
    .limit(param("limit")),
    into=PointBatchRow,
)

_reached = select(func.max(col(PointBatchRow.subject_id))).where(*_of_batch).correlate(None).scalar_subquery()
LIST_HOLDERS = statement(
    insert(PointBatchRow).from_select(
        ["guild_id", "batch_id", "subject_id", "amount"],
        select(
            col(PointAccount.guild_id),
            cast(param("batch_id"), BigInteger),
            col(PointAccount.account_id),
            col(PointAccount.balance) - col(PointAccount.held_out),
        )
        .where(
            col(PointAccount.guild_id) == param("guild_id"),
            col(PointAccount.account_id) > func.coalesce(_reached, literal(FIRST_MEMBER - 1, BigInteger)),
            col(PointAccount.balance) > col(PointAccount.held_out),
        )
        .order_by(col(PointAccount.account_id))
        .limit(param("limit")),
        include_defaults=False,
    )
)
"""The next members who have points, beyond those who are in the batch."""

LEFT_OUT = statement(
    select(PointBatchRow)
    .where(*_of_batch, col(PointBatchRow.refusal).is_not(None))
    .order_by(col(PointBatchRow.row_id))
    .limit(param("limit")),
    into=PointBatchRow,
)

OPERATIONS_OF = statement(
    select(col(PointBatchRow.operation_id))
    .where(*_of_batch, col(PointBatchRow.operation_id).is_not(None))
    .distinct()
    .order_by(col(PointBatchRow.operation_id).desc()),
    into=int,
)
"""The last first, as they are moved back."""

BATCH_OF = statement(
    select(PointBatch)
    .join(
        PointBatchRow,
        (col(PointBatchRow.guild_id) == col(PointBatch.guild_id))
        & (col(PointBatchRow.batch_id) == col(PointBatch.batch_id)),
    )
    .where(
        col(PointBatchRow.guild_id) == param("guild_id"),
        col(PointBatchRow.operation_id) == param("operation_id"),
    )
    .limit(1),
    into=PointBatch,
)
"""The batch that an operation is a piece of."""


class Unfinished(NamedTuple):
    guild_id: int
    batch_id: int


UNFINISHED = statement(
    select(col(PointBatch.guild_id), col(PointBatch.batch_id)).where(col(PointBatch.finished_at).is_(None)),
    into=Unfinished,
)


class Difference(NamedTuple):
    """What an import would do to a member. `has` None: they have no account yet."""

    user_id: int
    amount: int
    has: int | None
    room: int
    """How many points more the account can hold."""


_given = (
    func.unnest(of_many("subject_ids", BigInteger), of_many("amounts", BigInteger))
    .table_valued("subject_id", "amount", name="given")
    .render_derived()
)
DIFFERENCES = statement(
    select(
        _given.c.subject_id,
        _given.c.amount,
        col(PointAccount.balance),
        literal(LARGEST_BALANCE, BigInteger)
        - func.coalesce(col(PointAccount.balance) + col(PointAccount.held_in), 0),
    )
    .select_from(_given)
    .outerjoin(
        PointAccount,
        (col(PointAccount.guild_id) == param("guild_id"))
        & (col(PointAccount.account_id) == _given.c.subject_id),
    )
    .order_by(_given.c.subject_id),
    into=Difference,
)
