"""Who stands where: the leaderboard, and one member's place on it."""

from typing import NamedTuple

from sqlalchemy import BigInteger, and_, cast, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from database.models.points import MINT, AccountKind, PointAccount, PointTransfer
from database.statements import param, statement


class Standing(NamedTuple):
    """A place on the leaderboard."""

    user_id: int
    points: int


TOP_BALANCES = statement(
    select(col(PointAccount.account_id), col(PointAccount.balance))
    .where(
        col(PointAccount.guild_id) == param("guild_id"),
        col(PointAccount.kind) == AccountKind.MEMBER,
        col(PointAccount.balance) > 0,
    )
    .order_by(col(PointAccount.balance).desc(), col(PointAccount.account_id))
    .offset(param("offset"))
    .limit(param("limit")),
    into=Standing,
)


class Place(NamedTuple):
    """`place` of one member among the `people` who have points, counted from 1."""

    place: int
    people: int


_other = aliased(PointAccount)
_is_above = or_(
    col(_other.balance) > col(PointAccount.balance),
    and_(
        col(_other.balance) == col(PointAccount.balance),
        col(_other.account_id) < col(PointAccount.account_id),
    ),
)

PLACE = statement(
    select(func.count().filter(_is_above) + 1, func.count())
    .select_from(PointAccount)
    .join(
        _other,
        and_(
            col(_other.guild_id) == col(PointAccount.guild_id),
            col(_other.kind) == AccountKind.MEMBER,
            col(_other.balance) > 0,
        ),
    )
    .where(
        col(PointAccount.guild_id) == param("guild_id"),
        col(PointAccount.account_id) == param("account_id"),
        col(PointAccount.balance) > 0,
    ),
    into=Place,
)
"""Counted, so that no index over balances is needed: with one, no change of a balance would be cheap."""

_earned = func.sum(col(PointTransfer.amount))

TOP_EARNED = statement(
    select(col(PointTransfer.credit_id), cast(_earned, BigInteger))
    .where(
        col(PointTransfer.guild_id) == param("guild_id"),
        col(PointTransfer.debit_id) == MINT,
        col(PointTransfer.posted_at) >= param("since"),
    )
    .group_by(col(PointTransfer.credit_id))
    .order_by(_earned.desc(), col(PointTransfer.credit_id))
    .offset(param("offset"))
    .limit(param("limit")),
    into=Standing,
)
"""Points that came to be since a moment: what members gave each other moves none of these places."""
