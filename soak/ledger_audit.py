"""Whether a guild's ledger adds up, asked of the tables themselves."""

from typing import Any

MISTAKES = """
    WITH rows AS (
        SELECT credit_id AS account_id, amount AS change FROM point_transfers WHERE guild_id = $1
        UNION ALL SELECT debit_id, -amount FROM point_transfers WHERE guild_id = $1
    ), sums AS (SELECT account_id, sum(change) AS balance FROM rows GROUP BY account_id)
    SELECT 'the sum is not zero', sum(balance) FROM sums HAVING sum(balance) <> 0
    UNION ALL
    SELECT 'balance of ' || account_id, a.balance - coalesce(sums.balance, 0) FROM point_accounts a
    LEFT JOIN sums USING (account_id)
    WHERE guild_id = $1 AND kind = 'member' AND a.balance <> coalesce(sums.balance, 0)
    UNION ALL
    SELECT 'in circulation', (SELECT sum(balance) FROM point_accounts WHERE guild_id = $1 AND kind = 'member')
        + (SELECT balance FROM sums WHERE account_id = 1)
    WHERE (SELECT sum(balance) FROM point_accounts WHERE guild_id = $1 AND kind = 'member')
        <> -coalesce((SELECT balance FROM sums WHERE account_id = 1), 0)
    UNION ALL
    SELECT 'rows of operation ' || operation_id, count(transfer_id) FROM point_operations o
    LEFT JOIN point_transfers t USING (guild_id, operation_id) WHERE guild_id = $1
    GROUP BY operation_id, o.refusal, o.answer, o.guild_id
    HAVING count(transfer_id)
        <> CASE WHEN o.refusal IS NULL THEN coalesce((o.answer ->> 'members')::bigint, 1) ELSE 0 END
    UNION ALL
    SELECT 'unanswered', operation_id FROM point_operations WHERE guild_id = $1 AND answer IS NULL
"""


async def mistakes_of(auditor: Any, guild_id: int) -> list[str]:
    """What does not add up, in words with the amount; empty when the ledger is right."""
    return [f"{claim}: {amount}" for claim, amount in await auditor.fetch(MISTAKES, guild_id)]
