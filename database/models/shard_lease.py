"""Which process serves which shard, held by a lease that the process renews while it lives."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, Interval, Text, cast, func
from sqlalchemy import delete as delete_rows
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Field, SQLModel, col, select

from database.models.base import instant, key
from database.statements import param, statement

LONGEST_HOLDER = 200


class ShardLease(SQLModel, table=True):
    """Two holders of one shard are allowed, for Discord allows two sessions, but they are told of each other."""

    __tablename__ = "shard_leases"
    __table_args__ = (
        CheckConstraint(f"length(holder) BETWEEN 1 AND {LONGEST_HOLDER}", "holder"),
        CheckConstraint("shard_id >= 0 AND shard_id < shard_count", "shard_id"),
        {"info": {"system": True}},
    )

    shard_count: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    shard_id: int = Field(sa_column=key())
    holder: str = Field(sa_column=Column(Text, primary_key=True))
    taken_at: datetime = Field(sa_column=instant())
    leased_until: datetime = Field(sa_column=instant())


_now = func.clock_timestamp() + cast(param("ahead"), Interval)
"""The server's clock: those of several machines differ. `ahead` is what a sandbox has moved it by."""
_own = insert(ShardLease).from_select(
    ["shard_count", "shard_id", "holder", "taken_at", "leased_until"],
    select_columns(
        cast(param("shard_count"), Integer),
        func.unnest(cast(param("shard_ids"), ARRAY(BigInteger))),
        cast(param("holder"), Text),
        _now,
        _now + cast(param("lease"), Interval),
    ),
)

RENEW = statement(
    _own.on_conflict_do_update(
        index_elements=["shard_count", "shard_id", "holder"],
        set_={"leased_until": _own.excluded.leased_until},
    )
)

RELEASE = statement(delete_rows(ShardLease).where(col(ShardLease.holder) == param("of_holder")))

FORGET_ENDED = statement(delete_rows(ShardLease).where(col(ShardLease.leased_until) <= _now))

LIVE_LEASES = statement(
    select(ShardLease)
    .where(col(ShardLease.leased_until) > _now)
    .order_by(col(ShardLease.shard_count), col(ShardLease.shard_id), col(ShardLease.holder)),
    into=ShardLease,
)
