"""Which transfers are moved back already, and which may be, beside the tables in points.py."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, DateTime, Text, any_, cast, column, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from database.models.base import OneOf
from database.models.points import OperationKind, PointTransfer
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


class Recent(NamedTuple):
    """An operation that can be moved back, or all of a batch: how many points, of how many members, one of them."""

    operation_id: int
    kind: OperationKind
    note: str | None
    asked_at: datetime
    actor_id: int
    total: int
    members: int
    member_id: int


RECENT = statement(
    sql(
        """
        WITH found AS (
            (SELECT * FROM point_operations WHERE guild_id = CAST(:guild_id AS bigint) AND refusal IS NULL
                AND case_number IS NULL AND kind IN ('award', 'take', 'set', 'import', 'season')
             ORDER BY asked_at DESC LIMIT 500)
            UNION ALL
            (SELECT * FROM (SELECT * FROM point_operations WHERE guild_id = CAST(:guild_id AS bigint)
                ORDER BY operation_id DESC LIMIT 5000) o
             WHERE refusal IS NULL AND kind IN ('give', 'thanks') ORDER BY operation_id DESC LIMIT 200)
        ), once AS (
            SELECT DISTINCT ON (coalesce(r.batch_id, -f.operation_id)) f.*, r.batch_id
            FROM found f LEFT JOIN point_batch_rows r ON r.guild_id = f.guild_id AND r.row_id = f.external_id
                AND f.source IN ('batch', 'import', 'season')
            ORDER BY coalesce(r.batch_id, -f.operation_id), f.operation_id DESC
        )
        SELECT o.operation_id, o.kind, o.note, o.asked_at, o.actor_id, coalesce(b.moved, t.total) AS total,
            coalesce(b.done - b.left_out, t.members) AS members, coalesce(t.member_id, 0) AS member_id
        FROM once o
        LEFT JOIN point_batches b ON b.guild_id = o.guild_id AND b.batch_id = o.batch_id
        CROSS JOIN LATERAL (
            SELECT sum(amount)::bigint AS total,
                coalesce(nullif(count(DISTINCT credit_id) FILTER (WHERE credit_id >= 1000), 0),
                    count(DISTINCT debit_id)) AS members,
                coalesce(max(credit_id) FILTER (WHERE credit_id >= 1000), max(debit_id)) AS member_id
            FROM point_transfers t
            WHERE t.guild_id = o.guild_id AND t.operation_id = o.operation_id
                AND (o.batch_id IS NULL OR b.done - b.left_out = 1)
        ) t
        ORDER BY o.operation_id DESC LIMIT :limit
        """
    ).columns(
        column("operation_id", BigInteger),
        column("kind", OneOf(OperationKind)),
        column("note", Text),
        column("asked_at", DateTime(timezone=True)),
        column("actor_id", BigInteger),
        column("total", BigInteger),
        column("members", BigInteger),
        column("member_id", BigInteger),
    ),
    into=Recent,
)
"""The newest by the staff, a batch once, and of the server's last operations those between members. What members earn
by themselves is left out: there is too much of it, and nobody looks for it.
"""
