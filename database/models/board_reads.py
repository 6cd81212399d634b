"""What is read of leaderboards: pages by key, the key of a page by its number, and places.

Equal points share a place. A place is one more than the number of people with more points, and that is a sum over the
branches above a leaf of the counting tree: at most 63 rows on each of its 7 levels, however many people there are.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    case,
    cast,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlmodel import col

from database.models.board import BITS, LEVELS, BoardCount, BoardCursor, BoardRow, CursorState
from database.models.points import PointAccount
from database.models.user import User
from database.statements import Statement, param, statement

PAGE_SIZE = 10
LARGEST = 2**63 - 1


class Standing(NamedTuple):
    """One person on a leaderboard. Equal points share a place; `name` is None for who was never seen."""

    place: int
    user_id: int
    points: int
    name: str | None


class BoardPage(NamedTuple):
    """At most PAGE_SIZE people in their order; `people`: how many are on the board."""

    standings: Sequence[Standing]
    people: int
    has_before: bool
    has_after: bool
    is_recounting: bool
    """Whether all is being counted anew: then much may be missing still."""


class Key(NamedTuple):
    """Where somebody stands: the most points first, and of equals the largest user id: one order for both, so that a
    page is one range of an index.
    """

    points: int
    user_id: int


TOP = Key(LARGEST, LARGEST)


class Slice(NamedTuple):
    """A row as it is read, with what places are made of."""

    user_id: int
    points: int
    is_before: bool
    name: str | None
    above: int
    """People with more points than the first row has."""
    level: int
    """People with just as many as that one."""
    people: int


class Place(NamedTuple):
    """`place` of one member among the `people` who have points, counted from 1."""

    place: int
    people: int


def _number(value: int) -> ColumnElement[int]:
    """A constant that whoever plans the statement must see: of a limit, or of the condition of an index."""
    return literal_column(str(value), Integer if abs(value) < 2**31 else BigInteger)


_shown = (
    col(BoardRow.guild_id) == param("guild_id"),
    col(BoardRow.board) == param("board"),
    ~col(BoardRow.is_hidden),
    col(BoardRow.points) > _number(0),
)
_user_id = cast(param("user_id"), BigInteger)
_counts = (col(BoardCount.guild_id) == param("guild_id"), col(BoardCount.board) == param("board"))


def _part(limit: int, *, is_before: bool) -> Select[Any]:
    """So many rows on one side of the key: one walk along the index, however many are equal."""
    place = tuple_(col(BoardRow.points), col(BoardRow.user_id))
    wanted = tuple_(cast(param("points"), BigInteger), _user_id)
    order = [
        each.asc() if is_before else each.desc() for each in (col(BoardRow.points), col(BoardRow.user_id))
    ]
    flag: Any = literal_column("true" if is_before else "false").label("is_before")
    return (
        select(col(BoardRow.points), col(BoardRow.user_id), flag)
        .where(*_shown, place > wanted if is_before else place <= wanted)
        .order_by(*order)
        .limit(_number(limit))
    )


def _above(points: Any) -> Any:
    """How many have more: in each level of the tree the nodes beside the own one, up to where its parent ends."""
    levels = (
        func.generate_series(_number(0), _number(LEVELS - 1))
        .table_valued("level", name="levels")
        .render_derived()
    )
    level = levels.c.level
    first_not = case(
        (level == _number(LEVELS - 1), _number(LARGEST)),
        else_=(points.bitwise_rshift((level + _number(1)) * _number(BITS)) + _number(1)).bitwise_lshift(
            _number(BITS)
        ),
    )
    of_level = (
        select(func.sum(col(BoardCount.people)).label("people"))
        .where(
            *_counts,
            col(BoardCount.level) == level,
            col(BoardCount.node) > points.bitwise_rshift(level * _number(BITS)),
            col(BoardCount.node) < first_not,
        )
        .correlate(levels)
        .lateral("of_level")
    )
    above = select(func.sum(of_level.c.people)).select_from(levels.join(of_level, literal_column("true")))
    return cast(func.coalesce(above.scalar_subquery(), 0), BigInteger)


def _people() -> Any:
    counted = select(func.sum(col(BoardCount.people))).where(
        *_counts, col(BoardCount.level) == _number(LEVELS - 1)
    )
    return cast(func.coalesce(counted.scalar_subquery(), 0), BigInteger)


def _page(before: int, after: int) -> Statement[Slice]:
    parts = [_part(limit, is_before=is_before) for limit, is_before in ((before, True), (after, False))]
    both = union_all(*(select(part.subquery()) for part in parts)).cte("slice")
    most = select(func.max(both.c.points)).scalar_subquery()
    level = (
        select(col(BoardCount.people))
        .where(*_counts, col(BoardCount.level) == _number(0), col(BoardCount.node) == most)
        .scalar_subquery()
    )
    name = (
        select(col(User.display_name))
        .where(col(User.guild_id) == param("guild_id"), col(User.user_id) == both.c.user_id)
        .scalar_subquery()
    )
    query = select(
        both.c.user_id,
        both.c.points,
        both.c.is_before,
        name,
        _above(most),
        cast(func.coalesce(level, 0), BigInteger),
        _people(),
    ).order_by(both.c.points.desc(), both.c.user_id.desc())
    return statement(query, into=Slice)


NEXT = _page(1, PAGE_SIZE + 1)
"""From a key on, it included, and one row before to tell whether there is any."""
BACK = _page(PAGE_SIZE + 1, 1)
BEFORE_ME = 4
AROUND = _page(BEFORE_ME + 1, PAGE_SIZE - BEFORE_ME + 1)

OWN_ROW = statement(
    select(col(BoardRow.points), col(BoardRow.user_id)).where(*_shown, col(BoardRow.user_id) == _user_id),
    into=Key,
)


def _key_at() -> Any:
    """Down the tree, at each level into the node within which that many people are passed; then along the equals."""
    down = select(
        _number(LEVELS).label("level"),
        cast(_number(0), BigInteger).label("node"),
        cast(param("passed"), BigInteger).label("passed"),
    ).cte("down", recursive=True)
    branch = (
        select(
            col(BoardCount.node).label("node"),
            col(BoardCount.people).label("people"),
            func.sum(col(BoardCount.people)).over(order_by=col(BoardCount.node).desc()).label("so_far"),
        )
        .where(
            *_counts,
            col(BoardCount.level) == down.c.level - _number(1),
            col(BoardCount.node) >= down.c.node.bitwise_lshift(_number(BITS)),
            col(BoardCount.node)
            < case(
                (down.c.level == _number(LEVELS), _number(LARGEST)),
                else_=(down.c.node + _number(1)).bitwise_lshift(_number(BITS)),
            ),
        )
        .correlate(down)
        .lateral("branch")
    )
    chosen = (
        select(branch.c.node, cast(branch.c.so_far - branch.c.people, BigInteger).label("skipped"))
        .where(branch.c.so_far > down.c.passed)
        .order_by(branch.c.node.desc())
        .limit(_number(1))
        .correlate(down)
        .lateral("chosen")
    )
    below = select(down.c.level - _number(1), chosen.c.node, down.c.passed - chosen.c.skipped).where(
        down.c.level > _number(0)
    )
    down = down.union_all(below)
    leaf = select(down.c.node, down.c.passed).where(down.c.level == _number(0)).cte("leaf")
    key = tuple_(col(BoardRow.points), col(BoardRow.user_id))
    first_of_equals = tuple_(select(leaf.c.node).scalar_subquery(), cast(_number(LARGEST), BigInteger))
    return (
        select(col(BoardRow.points), col(BoardRow.user_id))
        .where(*_shown, key <= first_of_equals)
        .order_by(col(BoardRow.points).desc(), col(BoardRow.user_id).desc())
        .offset(select(leaf.c.passed).scalar_subquery())
        .limit(_number(1))
    )


KEY_AT = statement(_key_at(), into=Key)
"""Who stands after so many others; no row beyond the end."""


class OwnPlace(NamedTuple):
    """What a place by the balance of this moment is made of: the tree may be a moment older."""

    balance: int
    counted: int | None
    above: int
    people: int


_counted = select(col(BoardRow.points)).where(*_shown, col(BoardRow.user_id) == _user_id).scalar_subquery()
_account = (
    select(col(PointAccount.balance).label("balance"))
    .where(col(PointAccount.guild_id) == param("guild_id"), col(PointAccount.account_id) == _user_id)
    .cte("account")
)
OWN_PLACE = statement(
    select(
        _account.c.balance,
        _counted,
        _above(select(_account.c.balance).scalar_subquery()),
        _people(),
    ).where(_account.c.balance > _number(0)),
    into=OwnPlace,
)
"""On the board of all points (give its key as `board`); no row without points."""

IS_RECOUNTING = statement(
    select(col(BoardCursor.guild_id)).where(
        col(BoardCursor.guild_id) == param("guild_id"), col(BoardCursor.state) != CursorState.FOLLOWING
    ),
    into=int,
)
