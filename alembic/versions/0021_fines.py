"""Fines and freezes that are a part of a case."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
runs_with = "0021"  # code before it voids cases and gives no fine back

OF_CASES = {
    "fine": "bigint NOT NULL DEFAULT 0",
    "fined": "bigint NOT NULL DEFAULT 0",
    "fine_state": "text NOT NULL DEFAULT 'none'",
    "fine_operation_id": "bigint",
    "freezes_points": "boolean NOT NULL DEFAULT false",
}
CHECKS = {
    "fine_state": "fine_state IN ('none', 'held', 'taken', 'dropped', 'returned')",
    "fine": "fine BETWEEN 0 AND 1000000000 AND fined BETWEEN 0 AND fine",
    "fined": "(fine = 0) = (fine_state = 'none') AND (fined = 0) = (fine_operation_id IS NULL)",
}
HELD = "ix_cases_fine_held"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        added = ", ".join(f"ADD COLUMN IF NOT EXISTS {name} {kind}" for name, kind in OF_CASES.items())
        op.execute(f"ALTER TABLE cases {added}")
        for name, condition in CHECKS.items():
            op.execute(f"ALTER TABLE cases DROP CONSTRAINT IF EXISTS ck_cases_{name}")
            op.execute(f"ALTER TABLE cases ADD CONSTRAINT ck_cases_{name} CHECK ({condition}) NOT VALID")
            op.execute(f"ALTER TABLE cases VALIDATE CONSTRAINT ck_cases_{name}")
    op.build_index(HELD, "cases", ["guild_id", "number"], postgresql_where=sa.text("fine_state = 'held'"))
    op.create_table(
        "point_freezes",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "account_id"],
            ["point_accounts.guild_id", "point_accounts.account_id"],
            name=op.f("fk_point_freezes_guild_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "case_number"],
            ["cases.guild_id", "cases.number"],
            name=op.f("fk_point_freezes_guild_id_case_number"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "account_id", "case_number", name=op.f("pk_point_freezes")),
    )
    op.create_index(
        op.f("ix_point_freezes_guild_id_case_number"), "point_freezes", ["guild_id", "case_number"]
    )
    wall("point_freezes")


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
    """What is held for fines is let go: nobody would ever take it. What was taken stays so, and what a case has frozen
    stays frozen until the staff says otherwise.
    """
    op.execute(
        """
        WITH held AS MATERIALIZED (
            SELECT h.* FROM cases c
            JOIN point_transfers h ON h.guild_id = c.guild_id AND h.operation_id = c.fine_operation_id
            WHERE c.fine_state = 'held' AND h.phase = 'hold'
        ), asked AS (
            INSERT INTO point_operations
                (guild_id, source, external_id, request_hash, kind, actor_id, note, answer, asked_at)
            SELECT guild_id, 'hold', transfer_id, sha256('0020'), 'void', 0, 'An older Reeve knows no fines.',
                jsonb_build_object('captured', 0), now()
            FROM held RETURNING guild_id, operation_id, external_id
        ), ended AS (
            INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, debit_balance,
                credit_balance, parent_id, posted_at)
            SELECT held.guild_id, asked.operation_id, 'void', held.debit_id, held.credit_id, held.amount,
                CASE WHEN held.debit_balance IS NOT NULL THEN d.balance END,
                CASE WHEN held.credit_balance IS NOT NULL THEN c.balance END, held.transfer_id, now()
            FROM held JOIN asked ON asked.guild_id = held.guild_id AND asked.external_id = held.transfer_id
            JOIN point_accounts d ON d.guild_id = held.guild_id AND d.account_id = held.debit_id
            JOIN point_accounts c ON c.guild_id = held.guild_id AND c.account_id = held.credit_id
        ), sums AS (
            SELECT guild_id, account_id, sum(held_out) AS held_out, sum(held_in) AS held_in FROM (
                SELECT guild_id, debit_id AS account_id, amount AS held_out, 0 AS held_in FROM held
                UNION ALL SELECT guild_id, credit_id, 0, amount FROM held
            ) both_sides WHERE account_id >= 1000 OR account_id = 2 GROUP BY guild_id, account_id
        )
        UPDATE point_accounts a SET held_out = a.held_out - sums.held_out, held_in = a.held_in - sums.held_in,
            debt = least(a.debt, greatest(0, a.held_out - sums.held_out - a.balance))
        FROM sums WHERE a.guild_id = sums.guild_id AND a.account_id = sums.account_id
        """
    )
    op.drop_table("point_freezes")
    op.drop_index(HELD, "cases")
    op.execute(f"ALTER TABLE cases {', '.join(f'DROP COLUMN {name}' for name in OF_CASES)}")
