"""Work on cases: notes, more evidence and how it is let go, what is said of a voided case, who took cases out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
runs_with = "0005"

NEW_TABLES = ("case_notes", "case_exports")
KEPT_OF_EVIDENCE = (
    "guild_id",
    "number",
    "position",
    "filename",
    "sha256",
    "added_by_id",
    "added_at",
    "kind",
    "interaction_id",
)
TRAIL = """
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
    UNION ALL
    SELECT o.guild_id, o.asked_at, o.actor_id, 'points', o.operation_id, t.transfer_id,
        CASE WHEN t.credit_id >= 1000 THEN t.credit_id ELSE t.debit_id END, 'balance',
        to_jsonb(CASE WHEN t.credit_id >= 1000 THEN t.credit_balance - t.amount ELSE t.debit_balance + t.amount END),
        to_jsonb(CASE WHEN t.credit_id >= 1000 THEN t.credit_balance ELSE t.debit_balance END),
        o.note
    FROM point_operations o
    JOIN point_transfers t ON t.guild_id = o.guild_id AND t.operation_id = o.operation_id
    WHERE o.kind NOT IN ('give', 'talk')
"""
"""As revision 0003 has it."""
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


def upgrade() -> None:
    """Each step may run again: a run that was killed is finished by the next."""
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE cases ADD COLUMN IF NOT EXISTS void_message text NOT NULL DEFAULT 'none'")
        check("cases", "void_message", "void_message IN ('none', 'pending', 'sent', 'failed')")
        refuse(
            "cases",
            "void_is_revised",
            "UPDATE",
            "it is voided and restored with a new revision",
            when="OLD.state <> NEW.state AND 'void' IN (OLD.state, NEW.state) "
            "AND NEW.revision <> OLD.revision + 1",
        )
        widen_evidence()
    op.build_index(
        "ix_cases_guild_id_log_message_id",
        "cases",
        ["guild_id", "log_message_id"],
        postgresql_where=sa.text("log_message_id IS NOT NULL"),
    )
    op.build_index(
        "ix_case_evidence_added_at",
        "case_evidence",
        ["added_at"],
        postgresql_where=sa.text("content IS NOT NULL"),
    )
    op.create_table(
        "case_notes",
        guild_id(),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_case_notes_position")),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 1000", name=op.f("ck_case_notes_text")),
        sa.CheckConstraint("length(author_name) BETWEEN 1 AND 100", name=op.f("ck_case_notes_author_name")),
        sa.ForeignKeyConstraint(
            ["guild_id", "number"],
            ["cases.guild_id", "cases.number"],
            name=op.f("fk_case_notes_guild_id_number"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", "position", name=op.f("pk_case_notes")),
        sa.UniqueConstraint("guild_id", "interaction_id", name=op.f("uq_case_notes_guild_id_interaction_id")),
    )
    op.create_table(
        "case_exports",
        guild_id(),
        sa.Column("interaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("exported_by_id", sa.BigInteger(), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("format IN ('csv', 'json', 'html')", name=op.f("ck_case_exports_format")),
        sa.CheckConstraint("cases >= 0", name=op.f("ck_case_exports_cases")),
        sa.PrimaryKeyConstraint("guild_id", "interaction_id", name=op.f("pk_case_exports")),
    )
    for table in NEW_TABLES:
        wall(table)
        refuse(table, "only_added", "UPDATE OR DELETE", "rows are only added")
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM CURRENT_USER")
    op.execute(TRAIL + OF_CASES)


def widen_evidence() -> None:
    """A content may go, once, by the system's own hand, and leaves its name, size and hash."""
    for column in (
        "kind text NOT NULL DEFAULT 'file'",
        "interaction_id bigint",
        "former_size integer",
        "gone_at timestamptz",
    ):
        op.execute(f"ALTER TABLE case_evidence ADD COLUMN IF NOT EXISTS {column}")
    check("case_evidence", "kind", "kind IN ('file', 'message')")
    op.execute("ALTER TABLE case_evidence ALTER COLUMN content DROP NOT NULL")
    check(
        "case_evidence",
        "gone_at",
        "(content IS NULL) = (gone_at IS NOT NULL) AND (content IS NULL) = (former_size IS NOT NULL)",
    )
    old, new = (", ".join(f"{row}.{column}" for column in KEPT_OF_EVIDENCE) for row in ("OLD", "NEW"))
    refuse(
        "case_evidence",
        "content_is_let_go",
        "UPDATE",
        "rows are only added",
        when=f"({old}) IS DISTINCT FROM ({new}) OR OLD.content IS NULL OR NEW.content IS NOT NULL "
        "OR NEW.former_size IS DISTINCT FROM length(OLD.content) "
        "OR current_setting('reeve.system', true) IS DISTINCT FROM 'on'",
    )
    refuse("case_evidence", "only_added", "DELETE", "rows are only added")
    op.execute("GRANT UPDATE (content, former_size, gone_at) ON case_evidence TO CURRENT_USER")


def check(table: str, name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_{name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition}) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}")


def guild_id() -> sa.Column[int]:
    return sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False)


def wall(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_guild ON {table} USING ("
        "guild_id = NULLIF(current_setting('reeve.guild_id', true), '')::bigint "
        "OR current_setting('reeve.system', true) = 'on')"
    )
    refuse(table, "never_emptied", "TRUNCATE", "is not emptied", each="STATEMENT")
    op.execute(f"REVOKE TRUNCATE ON {table} FROM CURRENT_USER")


def refuse(
    table: str, name: str, act: str, words: str, *, each: str = "ROW", when: str | None = None
) -> None:
    op.execute(
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {act} ON {table} FOR EACH {each} "
        f"{f'WHEN ({when}) ' if when else ''}EXECUTE FUNCTION refuse('{words}')"
    )


def downgrade() -> None:
    """Files whose content was let go are forgotten with their names: the older schema knows no file without one."""
    op.execute("DROP VIEW audit_trail")
    op.execute(TRAIL)
    for table in NEW_TABLES:
        op.drop_table(table)
    op.drop_index("ix_case_evidence_added_at", "case_evidence")
    op.drop_index("ix_cases_guild_id_log_message_id", "cases")
    op.execute("DROP TRIGGER content_is_let_go ON case_evidence")
    op.execute("DROP TRIGGER only_added ON case_evidence")
    op.execute("GRANT DELETE ON case_evidence TO CURRENT_USER")
    op.execute("SELECT set_config('reeve.system', 'on', true)")
    op.execute("DELETE FROM case_evidence WHERE content IS NULL")
    op.execute("REVOKE DELETE ON case_evidence FROM CURRENT_USER")
    op.execute("REVOKE UPDATE (content, former_size, gone_at) ON case_evidence FROM CURRENT_USER")
    refuse("case_evidence", "only_added", "UPDATE OR DELETE", "rows are only added")
    op.execute("ALTER TABLE case_evidence ALTER COLUMN content SET NOT NULL")
    for column in ("kind", "interaction_id", "former_size", "gone_at"):
        op.drop_column("case_evidence", column)
    op.execute("DROP TRIGGER void_is_revised ON cases")
    op.drop_column("cases", "void_message")
