"""How far transfers are counted onto boards, and what waits to be: the statements beside the tables in board.py."""

from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    and_,
    case,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from database.models.board import BoardCount, BoardCursor, BoardRow, CursorState, MembershipChange
from database.models.ledger_steps import of_many
from database.models.points import PointTransfer
from database.statements import param, statement

OF_GUILD = col(PointTransfer.guild_id) == param("guild_id")
_xid = literal_column("(pg_current_xact_id()::text)::bigint", BigInteger)
_horizon = literal_column("(pg_snapshot_xmin(pg_current_snapshot())::text)::bigint", BigInteger)
_cluster = literal_column("(SELECT system_identifier FROM pg_control_system())", BigInteger)
_latest = select(func.coalesce(func.max(col(PointTransfer.transfer_id)), 0)).where(OF_GUILD).scalar_subquery()


_no_scans = func.set_config("enable_seqscan", "off", literal_column("true"))


class Standpoint(NamedTuple):
    """The locked cursor, and what can be seen from there."""

    state: CursorState
    cluster: int
    time_zone: str
    posted_in: int
    transfer_id: int
    base_id: int
    barrier: int
    horizon: int
    """The oldest transaction that is open: all before it have ended, and what they wrote can be seen."""
    latest_id: int
    """The highest number of a transfer that can be seen."""
    here: int
    """The cluster that answers."""
    scans: str
    """Whether PostgreSQL may read whole tables in this transaction: off. What it knows of their size is from before
    they were filled, and then it would read a growing table once for each row of a batch.
    """


_locked = select(
    *(getattr(BoardCursor, name) for name in Standpoint._fields[:7]), _horizon, _latest, _cluster, _no_scans
).where(col(BoardCursor.guild_id) == param("guild_id"))

LOCK_CURSOR_IF_FREE = statement(
    _locked.with_for_update(of=BoardCursor, skip_locked=True, key_share=True), into=Standpoint
)
"""No row while somebody else counts, or where there is none yet."""

LOCK_CURSOR = statement(
    select(col(BoardCursor.guild_id))
    .where(col(BoardCursor.guild_id) == param("guild_id"))
    .with_for_update(key_share=True),
    into=int,
)
"""Waits for whoever counts."""

OPEN_CURSOR = statement(
    insert(BoardCursor)
    .values(
        guild_id=param("guild_id"),
        state=CursorState.CLEARING,
        cluster=0,
        time_zone=param("time_zone"),
        posted_in=0,
        transfer_id=0,
        base_id=0,
        barrier=0,
    )
    .on_conflict_do_nothing()
    .returning(col(BoardCursor.guild_id)),
    into=int,
)
"""No row where there is one already."""

IN_ORDER = tuple_(col(PointTransfer.posted_in), col(PointTransfer.transfer_id))
_beyond = (
    select(PointTransfer)
    .where(
        col(PointTransfer.guild_id) == col(BoardCursor.guild_id),
        tuple_(col(BoardCursor.posted_in), col(BoardCursor.transfer_id)) < IN_ORDER,
        col(PointTransfer.transfer_id) > col(BoardCursor.base_id),
    )
    .exists()
)
_own_cursor = update(BoardCursor).where(col(BoardCursor.guild_id) == param("of_guild_id"))

BEGIN_ANEW = statement(
    _own_cursor.values(
        state=CursorState.CLEARING,
        cluster=param("cluster"),
        time_zone=param("time_zone"),
        posted_in=param("posted_in"),
        transfer_id=0,
        base_id=param("base_id"),
        barrier=_xid,
    )
)
MOVE_CURSOR = statement(
    _own_cursor.values(
        state=param("state"), posted_in=param("posted_in"), transfer_id=param("transfer_id")
    ).returning(_beyond),
    into=bool,
)
"""Whether there is more to be seen beyond."""
IS_NEW = and_(
    OF_GUILD,
    tuple_(cast(param("posted_in"), BigInteger), cast(param("transfer_id"), BigInteger)) < IN_ORDER,
    col(PointTransfer.transfer_id) > param("base_id"),
)


class Place(NamedTuple):
    """A transfer's place in the order in which it is counted."""

    posted_in: int
    transfer_id: int


END_OF_NEW = statement(
    select(col(PointTransfer.posted_in), col(PointTransfer.transfer_id))
    .where(IS_NEW, col(PointTransfer.posted_in) < param("horizon"))
    .order_by(col(PointTransfer.posted_in), col(PointTransfer.transfer_id))
    .offset(param("skipped"))
    .limit(1),
    into=Place,
)
"""The last transfer of a full batch; no row where there are fewer."""

IS_OLD = and_(OF_GUILD, col(PointTransfer.transfer_id) > param("transfer_id"))
"""What was there before numbers of transactions could be trusted, beyond what is counted."""

END_OF_OLD = statement(
    select(col(PointTransfer.transfer_id))
    .where(IS_OLD, col(PointTransfer.transfer_id) <= param("base_id"))
    .order_by(col(PointTransfer.transfer_id))
    .offset(param("skipped"))
    .limit(1),
    into=int,
)

_oldest_changes = (
    select(col(MembershipChange.change_id))
    .where(col(MembershipChange.guild_id) == param("guild_id"))
    .order_by(col(MembershipChange.change_id))
    .limit(param("limit"))
)
TAKE_MEMBERSHIP_CHANGES = statement(
    delete(MembershipChange)
    .where(
        col(MembershipChange.guild_id) == param("guild_id"),
        col(MembershipChange.change_id).in_(_oldest_changes),
    )
    .returning(col(MembershipChange.user_id)),
    into=int,
)


def _forget(model: Any, names: list[str]) -> Any:
    """Some rows of boards with these keys: `from_keys` to `to_keys`, pairwise, the ends included."""
    spans = (
        func.unnest(of_many("from_keys", BigInteger), of_many("to_keys", BigInteger))
        .table_valued("from_key", "to_key", name="span")
        .render_derived()
    )
    columns = [getattr(model, name) for name in names]
    some = (
        select(*columns)
        .select_from(spans)
        .join(
            model,
            and_(
                col(model.guild_id) == param("guild_id"),
                col(model.board).between(spans.c.from_key, spans.c.to_key),
            ),
        )
        .limit(param("limit"))
    )
    gone = (
        delete(model)
        .where(col(model.guild_id) == param("guild_id"), tuple_(*columns).in_(some))
        .returning(col(model.board))
        .cte("gone")
    )
    return select(func.count()).select_from(gone)


FORGET_ROWS = statement(_forget(BoardRow, ["board", "user_id"]), into=int)
FORGET_COUNTS = statement(_forget(BoardCount, ["board", "level", "node"]), into=int)

_asked = func.unnest(of_many("guild_ids", BigInteger)).table_valued("guild_id", name="asked").render_derived()
_wanted = _asked.c.guild_id
_any = select(PointTransfer).where(col(PointTransfer.guild_id) == _wanted).exists()
_moved_in_or_out = select(MembershipChange).where(col(MembershipChange.guild_id) == _wanted).exists()

BEHIND = statement(
    select(_wanted)
    .select_from(_asked)
    .outerjoin(BoardCursor, col(BoardCursor.guild_id) == _wanted)
    .where(
        case(
            (col(BoardCursor.guild_id).is_(None), _any),
            else_=or_(
                col(BoardCursor.state) != CursorState.FOLLOWING,
                col(BoardCursor.cluster) != _cluster,
                _moved_in_or_out,
                _beyond,
            ),
        )
    ),
    into=int,
)
"""Of these guilds: where something waits to be counted."""
