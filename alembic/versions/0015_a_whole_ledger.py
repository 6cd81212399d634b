"""A whole ledger: holds, debts, what was earned, frozen accounts, counted days; and the rules of earning and giving."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
runs_with = "0015"  # code before it moves points without counting what was earned

OF_ACCOUNTS = {
    "held_out": "bigint NOT NULL DEFAULT 0",
    "held_in": "bigint NOT NULL DEFAULT 0",
    "debt": "bigint NOT NULL DEFAULT 0",
    "earned": "bigint NOT NULL DEFAULT 0",
    "frozen_at": "timestamptz",
    "counted_on": "date",
    "sent_today": "bigint NOT NULL DEFAULT 0",
    "received_today": "bigint NOT NULL DEFAULT 0",
    "earned_today": "bigint NOT NULL DEFAULT 0",
    "thanks_today": "integer NOT NULL DEFAULT 0",
    "daily_on": "date",
    "daily_streak": "integer NOT NULL DEFAULT 0",
}
OF_OPERATIONS = {"case_number": "bigint"}
OF_TRANSFERS = {"expires_at": "timestamptz", "posted_in": "bigint NOT NULL DEFAULT 0"}
SETTINGS = {
    "message_least_length": ("integer NOT NULL DEFAULT 0", "BETWEEN 0 AND 2000"),
    "message_repeats_earn": ("boolean NOT NULL DEFAULT false", None),
    "voice_points": ("integer NOT NULL DEFAULT 0", "BETWEEN 0 AND 1000"),
    "daily_points": ("integer NOT NULL DEFAULT 10", "BETWEEN 0 AND 100000"),
    "daily_streak_points": ("integer NOT NULL DEFAULT 1", "BETWEEN 0 AND 10000"),
    "daily_streak_days": ("integer NOT NULL DEFAULT 7", "BETWEEN 1 AND 365"),
    "thanks_points": ("integer NOT NULL DEFAULT 5", "BETWEEN 0 AND 1000"),
    "thanks_per_day": ("integer NOT NULL DEFAULT 3", "BETWEEN 0 AND 100"),
    "earned_per_day": ("integer NOT NULL DEFAULT 0", "BETWEEN 0 AND 1000000"),
    "transfer_most": ("integer NOT NULL DEFAULT 0", "BETWEEN 0 AND 1000000000"),
    "sent_per_day": ("integer NOT NULL DEFAULT 0", "BETWEEN 0 AND 1000000000"),
    "received_per_day": ("integer NOT NULL DEFAULT 0", "BETWEEN 0 AND 1000000000"),
    "transfer_account_days": ("integer NOT NULL DEFAULT 0", "BETWEEN 0 AND 365"),
    "transfer_tax_percent": ("integer NOT NULL DEFAULT 0", "BETWEEN 0 AND 50"),
    "tax_to_treasury": ("boolean NOT NULL DEFAULT false", None),
    "restricted_may_transfer": ("boolean NOT NULL DEFAULT true", None),
    "level_base": ("integer NOT NULL DEFAULT 100", "BETWEEN 1 AND 1000000"),
    "level_linear": ("integer NOT NULL DEFAULT 50", "BETWEEN 0 AND 100000"),
    "level_square": ("integer NOT NULL DEFAULT 5", "BETWEEN 0 AND 10000"),
    "level_roles_stack": ("boolean NOT NULL DEFAULT true", None),
    "level_channel_id": ("bigint", None),
}
OLD_KINDS = ("give", "award", "talk")
KINDS = (
    *OLD_KINDS,
    "take",
    "set",
    "voice",
    "daily",
    "thanks",
    "hold",
    "capture",
    "void",
    "buy",
    "refund",
    "fine",
    "reverse",
    "freeze",
    "unfreeze",
    "import",
    "season",
)
OLD_SOURCES = ("interaction", "message")
SOURCES = (*OLD_SOURCES, "draft", "batch", "case", "hold", "job", "import", "season")
OLD_BALANCE = "kind <> 'member' OR balance BETWEEN 0 AND 1000000000000"
BALANCE = (
    "kind NOT IN ('member', 'treasury') "
    "OR (balance - held_out >= -debt AND balance + held_in <= 1000000000000)"
)
HOLDS = "ix_point_transfers_expires_at_transfer_id"
IN_ORDER = "ix_point_transfers_guild_id_posted_in_transfer_id"
OF_CASES = "ix_point_operations_guild_id_case_number"


def upgrade() -> None:
    """Most steps are a transaction of their own and may run again; the long ones move a batch at a time."""
    with op.get_context().autocommit_block():
        for table, columns in (
            ("point_accounts", OF_ACCOUNTS),
            ("point_operations", OF_OPERATIONS),
            ("point_transfers", OF_TRANSFERS),
            ("guild_configs", {name: kind for name, (kind, _) in SETTINGS.items()}),
        ):
            added = ", ".join(f"ADD COLUMN IF NOT EXISTS {name} {kind}" for name, kind in columns.items())
            op.execute(f"ALTER TABLE {table} {added}")
        # Rows from before are of transactions that ended long ago: 0 is before all of them.
        op.execute(
            "ALTER TABLE point_transfers ALTER COLUMN posted_in SET DEFAULT (pg_current_xact_id()::text)::bigint"
        )
        check("point_accounts", "balance", BALANCE)
        check("point_accounts", "held", "held_out >= 0 AND held_in >= 0 AND debt >= 0")
        check(
            "point_accounts",
            "counted",
            "sent_today >= 0 AND received_today >= 0 AND earned_today >= 0 AND thanks_today >= 0 "
            "AND daily_streak >= 0",
        )
        check("point_operations", "kind", f"kind IN ({quoted(KINDS)})")
        check("point_operations", "source", f"source IN ({quoted(SOURCES)})")
        check("point_transfers", "expires_at", "expires_at IS NULL OR phase = 'hold'")
        for name, (_, rule) in SETTINGS.items():
            if rule:
                check("guild_configs", name, f"{name} {rule}")
        op.execute(
            "ALTER TABLE point_operations DROP CONSTRAINT IF EXISTS fk_point_operations_guild_id_case_number"
        )
        op.execute(
            "ALTER TABLE point_operations ADD CONSTRAINT fk_point_operations_guild_id_case_number "
            "FOREIGN KEY (guild_id, case_number) REFERENCES cases (guild_id, number) NOT VALID"
        )
        op.execute(
            "ALTER TABLE point_operations VALIDATE CONSTRAINT fk_point_operations_guild_id_case_number"
        )
    op.in_batches(
        "point_accounts",
        "UPDATE point_accounts SET earned = "
        "(SELECT coalesce(sum(t.amount), 0) FROM point_transfers t WHERE t.guild_id = point_accounts.guild_id "
        "AND t.credit_id = point_accounts.account_id AND t.debit_id IN (1, 5) AND t.phase IN ('post', 'capture')) "
        "- (SELECT coalesce(sum(t.amount), 0) FROM point_transfers t WHERE t.guild_id = point_accounts.guild_id "
        "AND t.debit_id = point_accounts.account_id AND t.credit_id IN (1, 5) AND t.phase IN ('post', 'capture')) "
        "WHERE {rows} AND account_id >= 1000",
    )
    op.build_index(
        HOLDS,
        "point_transfers",
        ["expires_at", "transfer_id"],
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.build_index(IN_ORDER, "point_transfers", ["guild_id", "posted_in", "transfer_id"])
    op.build_index(
        OF_CASES,
        "point_operations",
        ["guild_id", "case_number"],
        postgresql_where=sa.text("case_number IS NOT NULL"),
    )
    op.create_table(
        "point_ledgers",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(frozen_at IS NULL) = (frozen_why IS NULL)", name=op.f("ck_point_ledgers_frozen")
        ),
        sa.CheckConstraint("length(frozen_why) BETWEEN 1 AND 500", name=op.f("ck_point_ledgers_frozen_why")),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_point_ledgers")),
    )
    wall("point_ledgers")


def check(table: str, name: str, condition: str) -> None:
    """It may run again, and reads the rows while others write."""
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_{name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition}) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}")


def quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def wall(table: str) -> None:
    """Only the guild's own rows, or all to the system; and nobody empties a table of many guilds at once."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_guild ON {table} USING ("
        "guild_id = NULLIF(current_setting('reeve.guild_id', true), '')::bigint "
        "OR current_setting('reeve.system', true) = 'on')"
    )
    op.execute(
        f"CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
        "EXECUTE FUNCTION refuse('is not emptied')"
    )
    op.execute(f"REVOKE TRUNCATE ON {table} FROM CURRENT_USER")


def downgrade() -> None:
    """Operations that the older schema has no word for become awards under a key of their own, or refused ones where
    they moved nothing.

    Who is in debt is lifted to zero by a transfer from the mint, which the older rules demand; what is held is let
    go; counters of days, streaks and frozen accounts are forgotten.
    """
    op.drop_table("point_ledgers")
    op.execute("ALTER TABLE point_operations DISABLE TRIGGER USER")
    op.execute(
        "UPDATE point_operations SET source = 'interaction', external_id = -operation_id "
        "WHERE source NOT IN ('interaction', 'message')"
    )
    op.execute(
        "UPDATE point_operations SET refusal = 'request_changed', answer = '{}' WHERE kind IN ('freeze', 'unfreeze')"
    )
    op.execute("UPDATE point_operations SET kind = 'award' WHERE kind NOT IN ('give', 'award', 'talk')")
    op.execute("ALTER TABLE point_operations ENABLE TRIGGER USER")
    op.drop_constraint("ck_point_accounts_balance", "point_accounts")
    op.execute(
        "INSERT INTO point_accounts (guild_id, account_id, kind, balance, opened_at) "
        "SELECT DISTINCT guild_id, 1, 'mint', 0, now() FROM point_accounts WHERE balance < 0 AND account_id >= 1000 "
        "ON CONFLICT DO NOTHING"
    )
    # Keys that were never used: as operations are numbered, a second downgrade begins beyond.
    op.execute(
        """
        WITH owes AS MATERIALIZED (
            SELECT guild_id, account_id, -balance AS amount,
                -(row_number() OVER () + (SELECT max(operation_id) FROM point_operations)) AS new_key
            FROM point_accounts WHERE balance < 0 AND account_id >= 1000
        ), lifted AS (
            UPDATE point_accounts a SET balance = 0 FROM owes
            WHERE a.guild_id = owes.guild_id AND a.account_id = owes.account_id
        ), asked AS (
            INSERT INTO point_operations
                (guild_id, source, external_id, request_hash, kind, actor_id, note, answer, asked_at)
            SELECT guild_id, 'message', new_key, sha256('0014'), 'award', 0, 'An older Reeve knows no debts.',
                jsonb_build_object('amount', amount, 'giver_balance', NULL, 'receiver_balance', 0), now()
            FROM owes RETURNING guild_id, operation_id, external_id AS new_key
        )
        INSERT INTO point_transfers
            (guild_id, operation_id, phase, debit_id, credit_id, amount, credit_balance, posted_at)
        SELECT guild_id, operation_id, 'post', 1, account_id, amount, 0, now()
        FROM owes JOIN asked USING (guild_id, new_key)
        """
    )
    op.execute(
        """
        WITH held AS MATERIALIZED (
            SELECT h.*,
                -(row_number() OVER () + (SELECT max(operation_id) FROM point_operations)) AS new_key
            FROM point_transfers h
            LEFT JOIN point_transfers e ON e.guild_id = h.guild_id AND e.parent_id = h.transfer_id
            WHERE h.phase = 'hold' AND e.transfer_id IS NULL
        ), asked AS (
            INSERT INTO point_operations
                (guild_id, source, external_id, request_hash, kind, actor_id, note, answer, asked_at)
            SELECT guild_id, 'message', new_key, sha256('0014'), 'award', 0, 'An older Reeve holds nothing.',
                jsonb_build_object('captured', 0), now()
            FROM held RETURNING guild_id, operation_id, external_id AS new_key
        )
        INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, debit_balance,
            credit_balance, parent_id, posted_at)
        SELECT held.guild_id, asked.operation_id, 'void', held.debit_id, held.credit_id, held.amount,
            CASE WHEN held.debit_balance IS NOT NULL THEN d.balance END,
            CASE WHEN held.credit_balance IS NOT NULL THEN c.balance END, held.transfer_id, now()
        FROM held JOIN asked USING (guild_id, new_key)
        JOIN point_accounts d ON d.guild_id = held.guild_id AND d.account_id = held.debit_id
        JOIN point_accounts c ON c.guild_id = held.guild_id AND c.account_id = held.credit_id
        """
    )
    for table, columns in (
        ("guild_configs", SETTINGS),
        ("point_transfers", OF_TRANSFERS),
        ("point_operations", OF_OPERATIONS),
        ("point_accounts", OF_ACCOUNTS),
    ):
        op.execute(f"ALTER TABLE {table} {', '.join(f'DROP COLUMN {name}' for name in columns)}")
    check("point_accounts", "balance", OLD_BALANCE)
    check("point_operations", "kind", f"kind IN ({quoted(OLD_KINDS)})")
    check("point_operations", "source", f"source IN ({quoted(OLD_SOURCES)})")
