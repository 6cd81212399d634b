"""Which transfers are moved back already, beside the tables in points.py."""

from sqlalchemy import BigInteger, any_, cast, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from database.models.points import PointTransfer
from database.statements import param, statement

REVERSED_ALREADY = statement(
    select(col(PointTransfer.reverses_id))
    .where(
        col(PointTransfer.guild_id) == param("guild_id"),
        col(PointTransfer.reverses_id) == any_(cast(param("transfer_ids"), ARRAY(BigInteger))),
    )
    .order_by(col(PointTransfer.reverses_id)),
    into=int,
)
