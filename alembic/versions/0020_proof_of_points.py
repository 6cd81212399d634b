"""What proves the points: sums of each account, sums of days, batches of the staff, the staff's acts in the trail."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
runs_with = "0019"
"""New tables, a wider view and an index: code before it keeps no proof."""

TABLES = ("point_checks", "point_proofs", "point_days", "point_batches", "point_batch_rows")
STAFF = "('award', 'take', 'set', 'fine', 'refund', 'reverse', 'freeze', 'unfreeze', 'import', 'season')"
BATCHES = "'award', 'take', 'set', 'import', 'season', 'reverse'"
BY_STAFF = "ix_point_operations_by_staff"
OLD_DELIVERIES = (
    "case_log",
    "case_direct_message",
    "act_alert",
    "case_void_message",
    "report_post",
    "report_reply",
    "appeal_post",
    "appeal_answer",
    "guard_post",
    "guard_owner",
    "second_post",
    "digest",
    "audit_alert",
    "case_end_message",
    "level_up",
    "level_roles",
    "level_alert",
)
OF_STAFF = "ix_point_operations_of_staff"

AUDIT_TRAIL = """
    CREATE OR REPLACE VIEW audit_trail WITH (security_invoker = true) AS
    SELECT guild_id, changed_at AS at, changed_by_id AS actor_id, 'config' AS subject, version AS subject_id,
        0::bigint AS step, NULL::bigint AS target_id, setting AS field, before, after, why
    FROM guild_config_changes
    UNION ALL
    SELECT guild_id, created_at, moderator_id, 'case', number, 0, target_id, 'opened', NULL, to_jsonb(kind),
        coalesce((SELECT r.before FROM case_revisions r
                  WHERE r.guild_id = c.guild_id AND r.number = c.number AND r.field = 'reason'
                  ORDER BY r.revision LIMIT 1), reason)
    FROM cases c
    UNION ALL
    SELECT r.guild_id, r.edited_at, r.editor_id, 'case', r.number, r.revision, c.target_id, r.field,
        to_jsonb(r.before), to_jsonb(r.after), r.why
    FROM case_revisions r JOIN cases c ON c.guild_id = r.guild_id AND c.number = r.number
"""
OF_CASES = """
    UNION ALL
    SELECT n.guild_id, n.written_at, n.author_id, 'case', n.number, 1000000000 + n.position, c.target_id, 'note',
        NULL, to_jsonb(n.text), NULL
    FROM case_notes n JOIN cases c ON c.guild_id = n.guild_id AND c.number = n.number
    UNION ALL
    SELECT e.guild_id, e.added_at, e.added_by_id, 'case', e.number, 2000000000 + e.position, c.target_id, 'evidence',
        NULL, jsonb_build_object('filename', e.filename, 'sha256', encode(e.sha256, 'hex')), NULL
    FROM case_evidence e JOIN cases c ON c.guild_id = e.guild_id AND c.number = e.number
    WHERE e.interaction_id IS NOT NULL
    UNION ALL
    SELECT guild_id, exported_at, exported_by_id, 'export', interaction_id, 0, NULL, format,
        NULL, jsonb_build_object('cases', cases, 'asked', asked), NULL
    FROM case_exports
"""
OF_REPORTS_AND_APPEALS = """
    UNION ALL
    SELECT v.guild_id, v.said_at, v.reporter_id, 'report', v.number, v.reporter_id, r.target_id, 'reported',
        NULL, NULL, v.reason
    FROM report_voices v JOIN reports r ON r.guild_id = v.guild_id AND r.number = v.number
    UNION ALL
    SELECT s.guild_id, s.made_at, s.moderator_id, 'report', s.number, s.step, r.target_id, s.kind,
        NULL,
        CASE s.kind
            WHEN 'answered' THEN (SELECT to_jsonb(p.text) FROM report_replies p
                                  WHERE p.guild_id = s.guild_id AND p.number = s.number
                                      AND p.interaction_id = s.interaction_id LIMIT 1)
            WHEN 'closed' THEN jsonb_build_object('case_number', r.case_number)
        END,
        CASE s.kind WHEN 'closed' THEN r.outcome END
    FROM report_steps s JOIN reports r ON r.guild_id = s.guild_id AND r.number = s.number
    UNION ALL
    SELECT guild_id, created_at, appellant_id, 'appeal', number, 0, appellant_id, 'made',
        NULL, jsonb_build_object('case_number', case_number), text
    FROM appeals
    UNION ALL
    SELECT guild_id, decided_at, reviewer_id, 'appeal', number, 1, appellant_id, 'state',
        to_jsonb('open'::text), to_jsonb(state), answer
    FROM appeals WHERE decided_at IS NOT NULL
"""
BALANCES = """
    UNION ALL
    SELECT o.guild_id, o.asked_at, o.actor_id, 'points', o.operation_id, t.transfer_id,
        CASE WHEN t.credit_id >= 1000 THEN t.credit_id ELSE t.debit_id END, 'balance',
        to_jsonb(CASE WHEN t.credit_id >= 1000 THEN t.credit_balance - t.amount ELSE t.debit_balance + t.amount END),
        to_jsonb(CASE WHEN t.credit_id >= 1000 THEN t.credit_balance ELSE t.debit_balance END),
        o.note
    FROM point_operations o
    JOIN point_transfers t ON t.guild_id = o.guild_id AND t.operation_id = o.operation_id
"""
OLD_TRAIL = f"{AUDIT_TRAIL}{BALANCES} WHERE o.kind NOT IN ('give', 'talk'){OF_CASES}{OF_REPORTS_AND_APPEALS}"
FREEZES = """
    UNION ALL
    SELECT guild_id, asked_at, actor_id, 'points', operation_id, 0, (answer ->> 'account_id')::bigint, 'frozen',
        to_jsonb(kind = 'unfreeze'), to_jsonb(kind = 'freeze'), note
    FROM point_operations WHERE kind IN ('freeze', 'unfreeze') AND refusal IS NULL
"""
TRAIL = f"{AUDIT_TRAIL}{BALANCES} WHERE o.kind IN {STAFF}{FREEZES}{OF_CASES}{OF_REPORTS_AND_APPEALS}"
"""What members do themselves (talk, dailies, thanks, gifts, purchases) is in their history."""


def upgrade() -> None:
    op.build_index(
        OF_STAFF,
        "point_operations",
        ["guild_id", "asked_at"],
        postgresql_where=sa.text(f"kind IN {STAFF}"),
    )
    with op.get_context().autocommit_block():
        op.drop_index(BY_STAFF, "point_operations", postgresql_concurrently=True, if_exists=True)
    for side in ("debit_id", "credit_id"):
        # Nearly all debits may be the mint's: PostgreSQL would take any account for one with as many, and read it all.
        op.execute(f"ALTER TABLE point_transfers ALTER COLUMN {side} SET (n_distinct = -0.05)")
    op.execute(TRAIL)
    op.create_table(
        "point_checks",
        key("guild_id"),
        number("cluster"),
        number("posted_in"),
        sa.Column("walked_to", sa.BigInteger(), nullable=True),
        number("turned_to"),
        sa.Column("checked_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_point_checks")),
    )
    op.create_table(
        "point_proofs",
        key("guild_id"),
        key("account_id"),
        number("transfer_id"),
        number("balance"),
        number("held_out"),
        number("held_in"),
        number("earned"),
        sa.PrimaryKeyConstraint("guild_id", "account_id", name=op.f("pk_point_proofs")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index(
        "ix_point_proofs_holding", "point_proofs", ["guild_id"], postgresql_where=sa.text("held_out > 0")
    )
    op.create_table(
        "point_days",
        key("guild_id"),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        key("debit_id"),
        key("credit_id"),
        number("amount"),
        number("transfers"),
        sa.CheckConstraint("length(kind) BETWEEN 1 AND 32", name=op.f("ck_point_days_kind")),
        sa.CheckConstraint("debit_id BETWEEN 0 AND 999", name=op.f("ck_point_days_debit_id")),
        sa.CheckConstraint("credit_id BETWEEN 0 AND 999", name=op.f("ck_point_days_credit_id")),
        sa.PrimaryKeyConstraint(
            "guild_id", "moved_on", "kind", "debit_id", "credit_id", name=op.f("pk_point_days")
        ),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_table(
        "point_batches",
        key("guild_id"),
        key("batch_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        number("actor_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        number("rows"),
        number("done"),
        number("left_out"),
        number("moved"),
        number("done_to"),
        sa.Column("asked_at", instant(), nullable=False),
        sa.Column("finished_at", instant(), nullable=True),
        sa.CheckConstraint(f"kind IN ({BATCHES})", name=op.f("ck_point_batches_kind")),
        sa.CheckConstraint("policy IN ('refuse', 'take', 'debt')", name=op.f("ck_point_batches_policy")),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 200", name=op.f("ck_point_batches_reason")),
        sa.PrimaryKeyConstraint("guild_id", "batch_id", name=op.f("pk_point_batches")),
    )
    op.create_index(
        "ix_point_batches_unfinished",
        "point_batches",
        ["guild_id"],
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "point_batch_rows",
        key("guild_id"),
        sa.Column("row_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        number("batch_id"),
        number("subject_id"),
        number("amount"),
        sa.Column("operation_id", sa.BigInteger(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.CheckConstraint("length(refusal) BETWEEN 1 AND 64", name=op.f("ck_point_batch_rows_refusal")),
        sa.ForeignKeyConstraint(
            ["guild_id", "batch_id"],
            ["point_batches.guild_id", "point_batches.batch_id"],
            name=op.f("fk_point_batch_rows_guild_id_batch_id"),
        ),
        sa.UniqueConstraint(
            "guild_id",
            "batch_id",
            "subject_id",
            name=op.f("uq_point_batch_rows_guild_id_batch_id_subject_id"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "row_id", name=op.f("pk_point_batch_rows")),
    )
    op.create_index(
        "ix_point_batch_rows_guild_id_batch_id_row_id", "point_batch_rows", ["guild_id", "batch_id", "row_id"]
    )
    op.create_index(
        "ix_point_batch_rows_guild_id_operation_id",
        "point_batch_rows",
        ["guild_id", "operation_id"],
        postgresql_where=sa.text("operation_id IS NOT NULL"),
    )
    for table in TABLES:
        wall(table)
    deliveries(*OLD_DELIVERIES, "ledger_alert")


def deliveries(*kinds: str) -> None:
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE outbox DROP CONSTRAINT IF EXISTS ck_outbox_kind")
        op.execute(
            f"ALTER TABLE outbox ADD CONSTRAINT ck_outbox_kind CHECK (kind IN ({quoted(kinds)})) NOT VALID"
        )
        op.execute("ALTER TABLE outbox VALIDATE CONSTRAINT ck_outbox_kind")


def quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


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
    """Proofs and days are made again of the transfers; batches that are not done stay as far as they are."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP VIEW audit_trail")
    op.execute(OLD_TRAIL)
    for side in ("debit_id", "credit_id"):
        op.execute(f"ALTER TABLE point_transfers ALTER COLUMN {side} RESET (n_distinct)")
    op.build_index(
        BY_STAFF,
        "point_operations",
        ["guild_id", "asked_at"],
        postgresql_where=sa.text("kind NOT IN ('give', 'talk')"),
    )
    op.drop_index(OF_STAFF, "point_operations")
    op.execute("SELECT set_config('reeve.system', 'on', true)")
    op.execute("DELETE FROM outbox WHERE kind = 'ledger_alert'")
    deliveries(*OLD_DELIVERIES)
