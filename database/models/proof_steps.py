"""How a ledger is looked through: statements beside the tables in proof.py.

They are written in SQL by hand and share no expression with what moves points: a check that reuses the code it checks
would repeat its mistakes. Every rule about an account is asked in one statement, which sees one moment, so an account
and its transfers are always of the same one and no long transaction is needed.
"""

from typing import NamedTuple

from sqlalchemy import BigInteger, Text, column
from sqlalchemy import text as sql

from database.models.proof import PointCheck
from database.rows import Rows
from database.statements import Statement, statement

CHECKS = Rows(PointCheck)


class Damage(NamedTuple):
    """What does not add up: where, in words, and by how much."""

    claim: str
    subject_id: int
    amount: int


def damages(text: str) -> Statement[Damage]:
    columns = (column("claim", Text), column("subject_id", BigInteger), column("amount", BigInteger))
    return statement(sql(text).columns(*columns), into=Damage)


def _bigint(text: str) -> Statement[int]:
    return statement(sql(text).columns(column("found", BigInteger)), into=int)


class Standpoint(NamedTuple):
    """From where is looked: the oldest transaction that is open, and which PostgreSQL answers."""

    horizon: int
    cluster: int


STANDPOINT = statement(
    sql(
        "SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint AS horizon, "
        "(SELECT system_identifier FROM pg_control_system()) AS cluster"
    ).columns(column("horizon", BigInteger), column("cluster", BigInteger)),
    into=Standpoint,
)

LOCK_CHECK = statement(
    sql(
        "SELECT guild_id, cluster, posted_in, walked_to, turned_to, checked_at FROM point_checks "
        "WHERE guild_id = CAST(:guild_id AS bigint) FOR NO KEY UPDATE"
    ).columns(*(each for each in PointCheck.__table__.columns)),  # type: ignore[attr-defined]  # SQLModel adds it
    into=PointCheck,
)

OPEN_CHECK = statement(
    sql(
        "INSERT INTO point_checks (guild_id, cluster, posted_in, walked_to, turned_to, checked_at) "
        "VALUES (CAST(:guild_id AS bigint), 0, 0, NULL, 0, :now) ON CONFLICT DO NOTHING"
    )
)

MOVE_CHECK = statement(
    sql(
        "UPDATE point_checks SET cluster = :cluster, posted_in = :posted_in, "
        "walked_to = CAST(:walked_to AS bigint), turned_to = :turned_to, checked_at = :now "
        "WHERE guild_id = CAST(:guild_id AS bigint)"
    )
)

HAS_OWN = "(account_id >= 1000 OR account_id = 2)"
"""Accounts with a balance of their own: the members' and the treasury's. The others' are derived."""

NEXT_ACCOUNTS = _bigint(
    f"SELECT account_id AS found FROM point_accounts WHERE guild_id = CAST(:guild_id AS bigint) "
    f"AND account_id > CAST(:after AS bigint) AND {HAS_OWN} ORDER BY account_id LIMIT :limit"
)


class Touched(NamedTuple):
    """A transfer that is new, by its place."""

    posted_in: int
    debit_id: int
    credit_id: int


NEW_TRANSFERS = statement(
    sql(
        "SELECT posted_in, debit_id, credit_id FROM point_transfers WHERE guild_id = CAST(:guild_id AS bigint) "
        "AND posted_in >= CAST(:posted_in AS bigint) ORDER BY posted_in LIMIT :limit"
    ).columns(
        column("posted_in", BigInteger), column("debit_id", BigInteger), column("credit_id", BigInteger)
    ),
    into=Touched,
)
ONE_TRANSACTION = statement(
    sql(
        "SELECT posted_in, debit_id, credit_id FROM point_transfers WHERE guild_id = CAST(:guild_id AS bigint) "
        "AND posted_in = CAST(:posted_in AS bigint)"
    ).columns(
        column("posted_in", BigInteger), column("debit_id", BigInteger), column("credit_id", BigInteger)
    ),
    into=Touched,
)
"""All of it: a batch may be longer than what is read at once."""

_LINES = """
    lines AS (
        SELECT p.account_id, t.transfer_id, t.phase, t.credit_balance AS stated,
            CASE WHEN t.phase IN ('post', 'capture') THEN t.amount ELSE 0 END AS change,
            0::bigint AS held_out,
            CASE WHEN t.phase = 'hold' THEN t.amount ELSE -coalesce(t.was_held, 0) END AS held_in,
            CASE WHEN t.phase IN ('post', 'capture') AND t.debit_id IN (1, 5) AND p.account_id >= 1000
                THEN t.amount ELSE 0 END AS earned,
            true AS counts, t.kind, t.posted_at, t.amount, t.debit_id, t.credit_id
        FROM asked p CROSS JOIN LATERAL (SELECT {0} FROM point_transfers t WHERE t.guild_id = CAST(:guild_id AS bigint)
            AND t.credit_id = p.account_id AND t.transfer_id > p.transfer_id OFFSET 0) t
        UNION ALL
        SELECT p.account_id, t.transfer_id, t.phase, t.debit_balance,
            CASE WHEN t.phase IN ('post', 'capture') THEN -t.amount ELSE 0 END,
            CASE WHEN t.phase = 'hold' THEN t.amount ELSE -coalesce(t.was_held, 0) END,
            0,
            CASE WHEN t.phase IN ('post', 'capture') AND t.credit_id IN (1, 5) AND p.account_id >= 1000
                THEN -t.amount ELSE 0 END,
            NOT (t.credit_id >= 1000 OR t.credit_id = 2), t.kind, t.posted_at, t.amount, t.debit_id, t.credit_id
        FROM asked p CROSS JOIN LATERAL (SELECT {0} FROM point_transfers t WHERE t.guild_id = CAST(:guild_id AS bigint)
            AND t.debit_id = p.account_id AND t.transfer_id > p.transfer_id OFFSET 0) t
    )
""".format(
    "t.*, (SELECT h.amount FROM point_transfers h WHERE h.guild_id = t.guild_id AND h.transfer_id = t.parent_id) "
    "AS was_held, (SELECT o.kind FROM point_operations o WHERE o.guild_id = t.guild_id "
    "AND o.operation_id = t.operation_id) AS kind"
)
"""What each new transfer does to these accounts. It counts for its day once: at the side that has a balance, the
receiver's if both have. Rows are looked up one by one (OFFSET 0 holds PostgreSQL to that): it cannot know how few are
new, and would read the whole server.
"""

_FINDINGS = """
    running AS (
        SELECT l.account_id, l.transfer_id, l.stated, a.balance
            + sum(l.change) OVER (PARTITION BY l.account_id ORDER BY l.transfer_id) AS added_up
        FROM lines l JOIN asked a USING (account_id)
    ), sums AS (
        SELECT a.account_id, greatest(a.transfer_id, coalesce(max(l.transfer_id), 0)) AS transfer_id,
            a.balance + coalesce(sum(l.change), 0) AS balance,
            a.held_out + coalesce(sum(l.held_out), 0) AS held_out,
            a.held_in + coalesce(sum(l.held_in), 0) AS held_in,
            a.earned + coalesce(sum(l.earned), 0) AS earned
        FROM asked a LEFT JOIN lines l USING (account_id)
        GROUP BY a.account_id, a.transfer_id, a.balance, a.held_out, a.held_in, a.earned
    ), compared AS (
        SELECT s.*, c.balance AS has, c.held_out AS has_out, c.held_in AS has_in, c.earned AS has_earned, c.debt
        FROM sums s CROSS JOIN LATERAL (SELECT * FROM point_accounts c
            WHERE c.guild_id = CAST(:guild_id AS bigint) AND c.account_id = s.account_id OFFSET 0) c
    ), findings AS (
        SELECT 'balance' AS claim, account_id AS subject_id, has - balance AS amount FROM compared
        WHERE has <> balance
        UNION ALL SELECT 'held', account_id, has_out - held_out FROM compared WHERE has_out <> held_out
        UNION ALL SELECT 'expected', account_id, has_in - held_in FROM compared WHERE has_in <> held_in
        UNION ALL SELECT 'earned', account_id, has_earned - earned FROM compared
        WHERE has_earned <> earned AND account_id >= 1000
        UNION ALL SELECT 'debt', account_id, debt FROM compared WHERE debt <> greatest(0, has_out - has)
        UNION ALL SELECT 'stated', transfer_id, coalesce(stated, 0) - added_up FROM running
        WHERE stated IS DISTINCT FROM added_up
    )
"""

FOLLOW = damages(
    f"""
    WITH asked AS (
        SELECT a.account_id, coalesce(p.transfer_id, 0) AS transfer_id, coalesce(p.balance, 0) AS balance,
            coalesce(p.held_out, 0) AS held_out, coalesce(p.held_in, 0) AS held_in, coalesce(p.earned, 0) AS earned
        FROM unnest(CAST(:account_ids AS bigint[])) AS a (account_id)
        LEFT JOIN LATERAL (SELECT * FROM point_proofs p WHERE p.guild_id = CAST(:guild_id AS bigint)
            AND p.account_id = a.account_id OFFSET 0) p ON true
        WHERE a.account_id >= 1000 OR a.account_id = 2
    ), {_LINES}, {_FINDINGS}, kept AS (
        INSERT INTO point_proofs (guild_id, account_id, transfer_id, balance, held_out, held_in, earned)
        SELECT CAST(:guild_id AS bigint), account_id, transfer_id, balance, held_out, held_in, earned
        FROM sums WHERE transfer_id > 0
        ON CONFLICT (guild_id, account_id) DO UPDATE SET transfer_id = excluded.transfer_id,
            balance = excluded.balance, held_out = excluded.held_out, held_in = excluded.held_in,
            earned = excluded.earned
        WHERE point_proofs.transfer_id < excluded.transfer_id
    ), counted AS (
        INSERT INTO point_days AS d (guild_id, moved_on, kind, debit_id, credit_id, amount, transfers)
        SELECT CAST(:guild_id AS bigint), (posted_at AT TIME ZONE 'UTC')::date, kind,
            CASE WHEN debit_id < 1000 THEN debit_id ELSE 0 END,
            CASE WHEN credit_id < 1000 THEN credit_id ELSE 0 END, sum(amount), count(*)
        FROM lines WHERE counts AND phase IN ('post', 'capture')
        GROUP BY 2, 3, 4, 5 ORDER BY 2, 3, 4, 5
        ON CONFLICT (guild_id, moved_on, kind, debit_id, credit_id) DO UPDATE
            SET amount = d.amount + excluded.amount, transfers = d.transfers + excluded.transfers
    )
    SELECT claim, subject_id, amount::bigint FROM findings ORDER BY claim, subject_id LIMIT 20
    """
)
"""Sum up what is new of these accounts and say what their rows do not say. Who runs it has the lock of the check."""

CHECK_ACCOUNTS = damages(
    f"""
    WITH asked AS (
        SELECT account_id, 0::bigint AS transfer_id, 0::bigint AS balance, 0::bigint AS held_out,
            0::bigint AS held_in, 0::bigint AS earned
        FROM unnest(CAST(:account_ids AS bigint[])) AS a (account_id)
    ), {_LINES}, {_FINDINGS}
    SELECT claim, subject_id, amount::bigint FROM findings ORDER BY claim, subject_id LIMIT 20
    """
)
"""Of all transfers of these accounts, since the first."""

CHECK_OWN = damages(
    f"""
    SELECT 'derived' AS claim, account_id AS subject_id, balance AS amount FROM point_accounts
    WHERE guild_id = CAST(:guild_id AS bigint) AND account_id < 1000 AND NOT {HAS_OWN}
        AND (balance, held_out, held_in, debt, earned) <> (0, 0, 0, 0, 0)
    ORDER BY account_id
    """
)

FREEZE_LEDGER = _bigint(
    """
    INSERT INTO point_ledgers AS l (guild_id, frozen_at, frozen_why)
    VALUES (CAST(:guild_id AS bigint), :now, CAST(:why AS text))
    ON CONFLICT (guild_id) DO UPDATE SET frozen_at = excluded.frozen_at, frozen_why = excluded.frozen_why
    WHERE l.frozen_at IS NULL
    RETURNING guild_id AS found
    """
)
"""No row if it is frozen already: the first reason stays."""

THAW_LEDGER = statement(
    sql(
        "UPDATE point_ledgers SET frozen_at = NULL, frozen_why = NULL WHERE guild_id = CAST(:guild_id AS bigint)"
    )
)
FORGET_PROOFS = statement(sql("DELETE FROM point_proofs WHERE guild_id = CAST(:guild_id AS bigint)"))
FORGET_DAYS = statement(sql("DELETE FROM point_days WHERE guild_id = CAST(:guild_id AS bigint)"))
FORGET_CHECK = statement(sql("DELETE FROM point_checks WHERE guild_id = CAST(:guild_id AS bigint)"))
