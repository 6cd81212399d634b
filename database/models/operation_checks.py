"""How operations are compared with their transfers, by the rules of the accounts' checks in proof_steps.py."""

from typing import NamedTuple

from sqlalchemy import BigInteger, column
from sqlalchemy import text as sql

from database.models.proof_steps import damages
from database.statements import statement


class Piece(NamedTuple):
    until: int | None
    rows: int


END_OF_OPERATIONS = statement(
    sql(
        "SELECT max(operation_id) AS until, count(*) AS rows FROM (SELECT operation_id FROM point_operations "
        "WHERE guild_id = CAST(:guild_id AS bigint) AND operation_id > CAST(:after AS bigint) "
        "ORDER BY operation_id LIMIT :limit) AS looked"
    ).columns(column("until", BigInteger), column("rows", BigInteger)),
    into=Piece,
)

CHECK_OPERATIONS = damages(
    """
    WITH looked AS (
        SELECT * FROM point_operations WHERE guild_id = CAST(:guild_id AS bigint)
            AND operation_id > CAST(:after AS bigint) AND operation_id <= CAST(:until AS bigint)
    ), moved AS (
        SELECT t.* FROM looked JOIN point_transfers t USING (guild_id, operation_id)
    ), answered AS (
        SELECT s.operation_id, s.kind, s.refusal, s.answer, count(m.transfer_id) AS rows,
            coalesce(sum(m.amount), 0) AS total
        FROM looked s LEFT JOIN moved m USING (guild_id, operation_id)
        GROUP BY s.operation_id, s.kind, s.refusal, s.answer
    ), findings AS (
        SELECT 'ends' AS claim, e.transfer_id AS subject_id, e.amount FROM moved e
        LEFT JOIN point_transfers h ON h.guild_id = e.guild_id AND h.transfer_id = e.parent_id
        WHERE e.parent_id IS NOT NULL AND (
            h.transfer_id IS NULL OR h.phase <> 'hold' OR (h.debit_id, h.credit_id) <> (e.debit_id, e.credit_id)
            OR e.amount > h.amount OR e.phase = 'void' AND e.amount <> h.amount
        )
        UNION ALL
        SELECT 'ended twice', e.transfer_id, e.amount FROM moved e
        WHERE e.parent_id IS NOT NULL AND EXISTS (SELECT FROM point_transfers f WHERE f.guild_id = e.guild_id
            AND f.parent_id = e.parent_id AND f.transfer_id < e.transfer_id)
        UNION ALL
        SELECT 'moves back', b.transfer_id, b.amount FROM moved b
        LEFT JOIN point_transfers t ON t.guild_id = b.guild_id AND t.transfer_id = b.reverses_id
        WHERE b.reverses_id IS NOT NULL AND (
            t.transfer_id IS NULL OR t.phase NOT IN ('post', 'capture') OR b.amount > t.amount
            OR (t.credit_id, t.debit_id) <> (b.debit_id, b.credit_id)
        )
        UNION ALL
        SELECT 'moved back twice', b.transfer_id, b.amount FROM moved b
        WHERE b.reverses_id IS NOT NULL AND EXISTS (SELECT FROM point_transfers c WHERE c.guild_id = b.guild_id
            AND c.reverses_id = b.reverses_id AND c.transfer_id < b.transfer_id)
        UNION ALL
        SELECT 'answer', operation_id, total FROM answered
        WHERE answer IS NULL OR rows > 0 AND (refusal IS NOT NULL OR kind IN ('freeze', 'unfreeze'))
            OR rows = 0 AND refusal IS NULL AND kind NOT IN ('freeze', 'unfreeze')
            OR refusal IS NULL AND kind IN ('give', 'take', 'hold', 'award', 'set')
                AND total <> abs(coalesce(answer ->> 'total', answer ->> 'amount')::bigint)
            OR refusal IS NULL AND kind IN ('reverse', 'import') AND total <> (answer ->> 'total')::bigint
            OR refusal IS NULL AND kind = 'capture' AND total <> (answer ->> 'captured')::bigint
    )
    SELECT claim, subject_id, amount::bigint FROM findings ORDER BY claim, subject_id LIMIT 20
    """
)
