"""The statements that count transfers onto boards, beside the tables in board.py.

A change of one member's points is a step out of one leaf of the counting tree and into another: the steps of a batch
are added up for each node before anything is written.
"""

from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from database.models.board import ALL_TIME, BITS, LEVELS, BoardCount, BoardRow
from database.models.board_cursor import IN_ORDER, IS_NEW, IS_OLD
from database.models.ledger_steps import of_many
from database.models.points import FIRST_MEMBER, ISSUERS, Phase, PointAccount, PointTransfer
from database.models.user import User
from database.statements import param, statement

_has_moved = or_(col(PointTransfer.phase) == Phase.POST, col(PointTransfer.phase) == Phase.CAPTURE)


def _sides(which: ColumnElement[bool]) -> CTE:
    """Both ends of each transfer that are members, and what it issued to them or took back."""
    read = (
        select(
            col(PointTransfer.debit_id),
            col(PointTransfer.credit_id),
            col(PointTransfer.amount),
            col(PointTransfer.posted_at),
        )
        .where(which, _has_moved)
        .cte("read")
    )
    sides = [
        select(
            own.label("user_id"),
            read.c.posted_at,
            case((or_(*(other == issuer for issuer in ISSUERS)), amount), else_=0).label("issued"),
        ).where(own >= FIRST_MEMBER)
        for own, other, amount in (
            (read.c.credit_id, read.c.debit_id, read.c.amount),
            (read.c.debit_id, read.c.credit_id, -read.c.amount),
        )
    ]
    return union_all(*sides).cte("sides")


_period = (
    func.unnest(
        of_many("boards", BigInteger),
        of_many("begins_at", DateTime(timezone=True)),
        of_many("ends_at", DateTime(timezone=True)),
    )
    .table_valued("board", "begins_at", "ends_at", name="period")
    .render_derived()
)


def _count(which: ColumnElement[bool]) -> Any:
    """Balances as they are now, and what was issued within each period, of those whom these transfers touch."""
    sides = _sides(which)
    met = select(sides.c.user_id).distinct().subquery("met")
    balances: Any = select(
        literal(ALL_TIME.key, BigInteger).label("board"),
        col(PointAccount.account_id).label("user_id"),
        col(PointAccount.balance).label("points"),
        literal(0, BigInteger).label("more"),
    ).where(col(PointAccount.guild_id) == param("guild_id"), col(PointAccount.account_id) == met.c.user_id)
    issued = cast(func.sum(sides.c.issued), BigInteger)
    earned = (
        select(_period.c.board, sides.c.user_id, cast(None, BigInteger), issued)
        .where(sides.c.posted_at >= _period.c.begins_at, sides.c.posted_at < _period.c.ends_at)
        .group_by(_period.c.board, sides.c.user_id)
        .having(issued != 0)
    )
    touched = union_all(balances, earned).cte("touched")
    was = _row_of(touched.c.board, touched.c.user_id)
    points = func.coalesce(touched.c.points, func.coalesce(was.c.points, 0) + touched.c.more)
    after = select(
        touched.c.board,
        touched.c.user_id,
        points.label("points"),
        was.c.points.label("before"),
        was.c.is_hidden.label("was_hidden"),
        _has_left(touched.c.user_id).label("is_hidden"),
    ).select_from(touched.outerjoin(was, literal(True)))
    changed = after.where(was.c.points.is_distinct_from(points)).cte("changed")
    return _written(changed)


def _row_of(board: ColumnElement[int], user_id: ColumnElement[int]) -> FromClause:
    """Looked up one by one: whoever plans the statement cannot know that a batch is small."""
    return (
        select(col(BoardRow.points), col(BoardRow.is_hidden))
        .where(
            col(BoardRow.guild_id) == param("guild_id"),
            col(BoardRow.board) == board,
            col(BoardRow.user_id) == user_id,
        )
        .limit(1)
        .lateral("was")
    )


def _has_left(user_id: ColumnElement[int]) -> ColumnElement[bool]:
    left = select(col(User.left_at).is_not(None)).where(
        col(User.guild_id) == param("guild_id"), col(User.user_id) == user_id
    )
    return func.coalesce(left.scalar_subquery(), literal(False))


def _written(changed: CTE) -> Select[Any]:
    """The rows, and the tree: how many more or fewer people are below each node. Nobody else writes them meanwhile."""
    guild = cast(param("guild_id"), BigInteger)
    row = insert(BoardRow).from_select(
        ["guild_id", "board", "user_id", "points", "is_hidden"],
        select(guild, changed.c.board, changed.c.user_id, changed.c.points, changed.c.is_hidden),
    )
    kept = (
        row.on_conflict_do_update(
            index_elements=["guild_id", "board", "user_id"],
            set_={"points": row.excluded.points, "is_hidden": row.excluded.is_hidden},
        )
        .returning(col(BoardRow.user_id))
        .cte("kept")
    )
    steps = union_all(
        select(
            changed.c.board, changed.c.before.label("points"), literal(-1, BigInteger).label("people")
        ).where(changed.c.before > 0, ~changed.c.was_hidden),
        select(changed.c.board, changed.c.points, literal(1, BigInteger)).where(
            changed.c.points > 0, ~changed.c.is_hidden
        ),
    ).subquery("steps")
    level = func.generate_series(0, LEVELS - 1).column_valued("level")
    node = steps.c.points.bitwise_rshift(level * BITS)
    more = cast(func.sum(steps.c.people), BigInteger)
    nodes = (
        select(steps.c.board, level.label("level"), node.label("node"), more.label("more"))
        .select_from(steps)
        .group_by(steps.c.board, level, node)
        .having(more != 0)
        .cte("nodes")
    )
    known = (
        select(col(BoardCount.people))
        .where(
            col(BoardCount.guild_id) == param("guild_id"),
            col(BoardCount.board) == nodes.c.board,
            col(BoardCount.level) == nodes.c.level,
            col(BoardCount.node) == nodes.c.node,
        )
        .limit(1)
        .lateral("known")
    )
    sums = (
        select(
            nodes.c.board,
            nodes.c.level,
            nodes.c.node,
            (func.coalesce(known.c.people, 0) + nodes.c.more).label("people"),
        )
        .select_from(nodes.outerjoin(known, literal(True)))
        .cte("sums")
    )
    emptied = (
        delete(BoardCount)
        .where(
            col(BoardCount.guild_id) == param("guild_id"),
            col(BoardCount.board) == sums.c.board,
            col(BoardCount.level) == sums.c.level,
            col(BoardCount.node) == sums.c.node,
            sums.c.people == 0,
        )
        .returning(col(BoardCount.node))
        .cte("emptied")
    )
    count = insert(BoardCount).from_select(
        ["guild_id", "board", "level", "node", "people"],
        select(guild, sums.c.board, sums.c.level, sums.c.node, sums.c.people).where(sums.c.people != 0),
    )
    counts = (
        count.on_conflict_do_update(
            index_elements=["guild_id", "board", "level", "node"], set_={"people": count.excluded.people}
        )
        .returning(col(BoardCount.node))
        .cte("counts")
    )
    return select(func.count()).select_from(changed).add_cte(kept, emptied, counts)


_through = tuple_(cast(param("to_posted_in"), BigInteger), cast(param("to_transfer_id"), BigInteger))
COUNT_NEW = statement(_count(and_(IS_NEW, _through >= IN_ORDER)), into=int)
COUNT_OLD = statement(
    _count(and_(IS_OLD, col(PointTransfer.transfer_id) <= param("to_transfer_id"))), into=int
)
"""Transfers in this range, counted: how many rows of boards changed."""

_who = func.unnest(of_many("user_ids", BigInteger)).column_valued("user_id")
_where = func.unnest(of_many("boards", BigInteger)).column_valued("board")


def _hidden_or_shown() -> Any:
    pairs = select(_who.label("user_id"), _where.label("board")).distinct().subquery("pairs")
    was = _row_of(pairs.c.board, pairs.c.user_id)
    is_hidden = _has_left(pairs.c.user_id)
    changed = (
        select(
            pairs.c.board,
            pairs.c.user_id,
            was.c.points.label("points"),
            was.c.points.label("before"),
            was.c.is_hidden.label("was_hidden"),
            is_hidden.label("is_hidden"),
        )
        .select_from(pairs.join(was, literal(True)))
        .where(was.c.is_hidden != is_hidden)
        .cte("changed")
    )
    return _written(changed)


HIDE_OR_SHOW = statement(_hidden_or_shown(), into=int)
"""As these people have left or are here now."""
