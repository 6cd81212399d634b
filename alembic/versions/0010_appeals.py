"""Appeals, and what is shown of them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
runs_with = "0010"  # code before it knows no appeals in the outbox, and would take none of its rows

KINDS = ("case_log", "case_direct_message", "act_alert", "case_void_message", "report_post", "report_reply")
"""What the outbox carried before."""
ADDED = ("appeal_post", "appeal_answer")
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
"""As revision 0006 has it."""
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
FACTS = ("guild_id", "number", "case_number", "appellant_id", "text", "interaction_id", "created_at")


def upgrade() -> None:
    op.build_index("ix_cases_target_id", "cases", ["target_id"])
    op.create_table(
        "appeal_counters",
        key("guild_id"),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_appeal_counters")),
    )
    op.create_table(
        "appeals",
        key("guild_id"),
        key("number"),
        sa.Column("case_number", sa.BigInteger(), nullable=False),
        sa.Column("appellant_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=True),
        sa.Column("post_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("post_message_id", sa.BigInteger(), nullable=True),
        sa.Column("post_digest", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("decided_at", instant(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_appeals_number")),
        sa.CheckConstraint("state IN ('open', 'approved', 'denied')", name=op.f("ck_appeals_state")),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 1000", name=op.f("ck_appeals_text")),
        sa.CheckConstraint("length(answer) BETWEEN 1 AND 1000", name=op.f("ck_appeals_answer")),
        sa.CheckConstraint("told IN ('none', 'pending', 'sent', 'failed')", name=op.f("ck_appeals_told")),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (reviewer_id IS NULL) "
            "AND (decided_at IS NULL) = (decision_id IS NULL)",
            name=op.f("ck_appeals_decided_at"),
        ),
        sa.CheckConstraint(
            "(post_channel_id IS NULL) = (post_message_id IS NULL)", name=op.f("ck_appeals_post")
        ),
        sa.CheckConstraint("length(post_digest) = 32", name=op.f("ck_appeals_post_digest")),
        sa.ForeignKeyConstraint(
            ["guild_id", "case_number"],
            ["cases.guild_id", "cases.number"],
            name=op.f("fk_appeals_guild_id_case_number"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_appeals")),
        sa.UniqueConstraint("guild_id", "interaction_id", name=op.f("uq_appeals_guild_id_interaction_id")),
    )
    op.create_index(
        "ix_appeals_of_a_case",
        "appeals",
        ["guild_id", "case_number"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_appeals_guild_id_case_number_number", "appeals", ["guild_id", "case_number", "number"]
    )
    op.create_index("ix_appeals_appellant_id", "appeals", ["appellant_id"])
    for table in ("appeal_counters", "appeals"):
        wall(table)
    refuse("appeals", "never_deleted", "DELETE", "no row is deleted")
    op.execute("REVOKE DELETE ON appeals FROM CURRENT_USER")
    refuse("appeals", "facts_stay", "UPDATE", "what was said stays", when=changed(FACTS))
    refuse("appeals", "answer_stays", "UPDATE", "an answered appeal stays answered",
           when="OLD.state <> 'open' AND " + changed(("state", "reviewer_id", "answer", "decided_at")))  # fmt: skip
    carry((*KINDS, *ADDED))
    op.execute(TRAIL + OF_REPORTS_AND_APPEALS)


def carry(kinds: tuple[str, ...]) -> None:
    op.drop_constraint("ck_outbox_kind", "outbox")
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_outbox_kind"), "outbox", f"kind IN ({words})")


def key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def changed(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


def refuse(
    table: str, name: str, act: str, words: str, *, each: str = "ROW", when: str | None = None
) -> None:
    op.execute(
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {act} ON {table} FOR EACH {each} "
        f"{f'WHEN ({when}) ' if when else ''}EXECUTE FUNCTION refuse('{words}')"
    )


def wall(table: str) -> None:
    """Only the guild's own rows, or all to the system; and nobody empties a table of many guilds at once."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_guild ON {table} USING ("
        "guild_id = NULLIF(current_setting('reeve.guild_id', true), '')::bigint "
        "OR current_setting('reeve.system', true) = 'on')"
    )
    refuse(table, "never_emptied", "TRUNCATE", "is not emptied", each="STATEMENT")
    op.execute(f"REVOKE TRUNCATE ON {table} FROM CURRENT_USER")


def downgrade() -> None:
    """What waits to be shown of appeals is forgotten with them."""
    op.execute("DELETE FROM outbox WHERE kind IN ('appeal_post', 'appeal_answer')")
    carry(KINDS)
    op.execute("DROP VIEW audit_trail")
    op.execute(TRAIL)
    op.drop_table("appeals")
    op.drop_table("appeal_counters")
    op.drop_index("ix_cases_target_id", "cases")
