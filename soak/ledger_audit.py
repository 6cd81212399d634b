"""Whether a guild's ledger adds up, asked of the tables themselves: in SQL of its own, so that it shares no mistake."""

from typing import Any

KEPT = "(account_id >= 1000 OR account_id = 2)"
"""Accounts with a balance of their own: the members' and the treasury's. All others are derived."""

MISTAKES = f"""
    WITH moved AS (
        SELECT * FROM point_transfers WHERE guild_id = $1 AND phase IN ('post', 'capture')
    ), changes AS (
        SELECT transfer_id, credit_id AS account_id, amount AS change, credit_balance AS balance, phase
        FROM point_transfers WHERE guild_id = $1
        UNION ALL SELECT transfer_id, debit_id, -amount, debit_balance, phase
        FROM point_transfers WHERE guild_id = $1
    ), running AS (
        SELECT transfer_id, account_id, balance,
            coalesce(sum(change) FILTER (WHERE phase IN ('post', 'capture'))
                OVER (PARTITION BY account_id ORDER BY transfer_id), 0) AS added_up
        FROM changes
    ), sums AS (
        SELECT account_id, sum(change) AS balance FROM changes WHERE phase IN ('post', 'capture') GROUP BY account_id
    ), open AS (
        SELECT h.debit_id, h.credit_id, h.amount FROM point_transfers h
        WHERE h.guild_id = $1 AND h.phase = 'hold'
            AND NOT EXISTS (SELECT FROM point_transfers e WHERE e.guild_id = $1 AND e.parent_id = h.transfer_id)
    ), accounts AS (
        SELECT a.*, coalesce(sums.balance, 0) AS added_up,
            (SELECT coalesce(sum(amount), 0) FROM open WHERE debit_id = a.account_id) AS promised,
            (SELECT coalesce(sum(amount), 0) FROM open WHERE credit_id = a.account_id) AS expected,
            (SELECT coalesce(sum(amount), 0) FROM moved WHERE credit_id = a.account_id AND debit_id IN (1, 5))
            - (SELECT coalesce(sum(amount), 0) FROM moved WHERE debit_id = a.account_id AND credit_id IN (1, 5))
            AS issued
        FROM point_accounts a LEFT JOIN sums USING (account_id) WHERE guild_id = $1
    ), operations AS (
        SELECT o.operation_id, o.kind, o.refusal, o.answer, count(t.transfer_id) AS rows, sum(t.amount) AS total
        FROM point_operations o LEFT JOIN point_transfers t USING (guild_id, operation_id)
        WHERE guild_id = $1 GROUP BY guild_id, operation_id, o.kind, o.refusal, o.answer
    )
    SELECT 'the sum is not zero', sum(balance) FROM sums HAVING sum(balance) <> 0
    UNION ALL
    SELECT 'balance of ' || account_id, balance - added_up FROM accounts WHERE {KEPT} AND balance <> added_up
    UNION ALL
    SELECT 'a balance of the derived account ' || account_id, balance FROM accounts
    WHERE NOT {KEPT} AND (balance, held_out, held_in, debt, earned) <> (0, 0, 0, 0, 0)
    UNION ALL
    SELECT 'held of ' || account_id, held_out - promised FROM accounts WHERE {KEPT} AND held_out <> promised
    UNION ALL
    SELECT 'expected by ' || account_id, held_in - expected FROM accounts WHERE {KEPT} AND held_in <> expected
    UNION ALL
    SELECT 'debt of ' || account_id, debt FROM accounts WHERE debt <> greatest(0, held_out - balance) AND {KEPT}
    UNION ALL
    SELECT 'earned by ' || account_id, earned - issued FROM accounts WHERE account_id >= 1000 AND earned <> issued
    UNION ALL
    SELECT 'the balance that transfer ' || transfer_id || ' says of ' || account_id, balance - added_up FROM running
    WHERE {KEPT} AND balance IS DISTINCT FROM added_up
    UNION ALL
    SELECT 'resolved often: hold ' || parent_id, count(*) FROM point_transfers
    WHERE guild_id = $1 AND parent_id IS NOT NULL GROUP BY parent_id HAVING count(*) > 1
    UNION ALL
    SELECT 'reversed often: transfer ' || reverses_id, count(*) FROM point_transfers
    WHERE guild_id = $1 AND reverses_id IS NOT NULL GROUP BY reverses_id HAVING count(*) > 1
    UNION ALL
    SELECT 'what transfer ' || e.transfer_id || ' ends is another hold', e.amount FROM point_transfers e
    JOIN point_transfers h ON h.guild_id = e.guild_id AND h.transfer_id = e.parent_id
    WHERE e.guild_id = $1 AND (
        h.phase <> 'hold' OR (h.debit_id, h.credit_id) <> (e.debit_id, e.credit_id) OR e.amount > h.amount
        OR e.phase = 'void' AND e.amount <> h.amount
    )
    UNION ALL
    SELECT 'what transfer ' || b.transfer_id || ' moves back is another', b.amount FROM point_transfers b
    JOIN point_transfers t ON t.guild_id = b.guild_id AND t.transfer_id = b.reverses_id
    WHERE b.guild_id = $1 AND (
        t.phase NOT IN ('post', 'capture') OR (t.credit_id, t.debit_id) <> (b.debit_id, b.credit_id)
        OR b.amount > t.amount
    )
    UNION ALL
    SELECT 'rows of operation ' || operation_id, rows FROM operations
    WHERE rows > 0 AND (refusal IS NOT NULL OR kind IN ('freeze', 'unfreeze'))
        OR rows = 0 AND refusal IS NULL AND kind NOT IN ('freeze', 'unfreeze')
        OR refusal IS NULL AND kind IN ('take', 'set', 'hold', 'capture', 'void')
            AND rows <> coalesce((answer ->> 'members')::bigint, 1)
        OR refusal IS NULL AND kind = 'award' AND rows <> coalesce((answer ->> 'members')::bigint, 1)
        OR refusal IS NULL AND kind = 'give' AND rows <> 1 + least(coalesce((answer ->> 'tax')::bigint, 0), 1)
    UNION ALL
    SELECT 'the amount that operation ' || operation_id || ' answered', total FROM operations
    WHERE refusal IS NULL AND (
        kind IN ('give', 'take', 'hold') AND total <> coalesce(answer ->> 'total', answer ->> 'amount')::bigint
        OR kind = 'set' AND total <> abs(coalesce(answer ->> 'total', answer ->> 'amount')::bigint)
        OR kind = 'award' AND total <> abs(coalesce(answer ->> 'total', answer ->> 'amount')::bigint)
        OR kind = 'reverse' AND total <> (answer ->> 'total')::bigint
        OR kind = 'capture' AND total <> (answer ->> 'captured')::bigint
    )
    UNION ALL
    SELECT 'unanswered', operation_id FROM point_operations WHERE guild_id = $1 AND answer IS NULL
"""


async def mistakes_of(auditor: Any, guild_id: int) -> list[str]:
    """What does not add up, in words with the amount; empty when the ledger is right."""
    return [f"{claim}: {amount}" for claim, amount in await auditor.fetch(MISTAKES, guild_id)]
