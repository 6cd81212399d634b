"""Reports of members, with what was said when they were made; the outbox carries more than cases."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
runs_with = "0009"  # code before it asks the outbox by the column that this revision renames

TABLES = ("report_counters", "reports", "report_voices", "report_steps", "report_files", "report_replies")
"""Each after what it points at."""
ONLY_ADDED = ("report_voices", "report_steps")
OLD_KINDS = "'case_log', 'case_direct_message'"
OLD_KEY, NEW_KEY = "uq_outbox_guild_id_kind_case_number", "uq_outbox_guild_id_kind_subject_id"
FACTS = ("guild_id", "number", "target_id", "channel_id", "message_id", "created_at")


def upgrade() -> None:
    op.create_table(
        "report_counters",
        key("guild_id"),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_report_counters")),
    )
    op.create_table(
        "reports",
        key("guild_id"),
        key("number"),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("target_name", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("case_number", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("post_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("post_message_id", sa.BigInteger(), nullable=True),
        sa.Column("post_digest", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("acted_at", instant(), nullable=True),
        sa.Column("closed_at", instant(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_reports_number")),
        sa.CheckConstraint("length(target_name) BETWEEN 1 AND 100", name=op.f("ck_reports_target_name")),
        sa.CheckConstraint("state IN ('open', 'taken', 'closed')", name=op.f("ck_reports_state")),
        sa.CheckConstraint("length(outcome) BETWEEN 1 AND 1000", name=op.f("ck_reports_outcome")),
        sa.CheckConstraint("length(post_digest) = 32", name=op.f("ck_reports_post_digest")),
        sa.CheckConstraint("(channel_id IS NULL) = (message_id IS NULL)", name=op.f("ck_reports_message_id")),
        sa.CheckConstraint(
            "(post_channel_id IS NULL) = (post_message_id IS NULL)", name=op.f("ck_reports_post")
        ),
        sa.CheckConstraint(
            "state <> 'taken' OR assignee_id IS NOT NULL", name=op.f("ck_reports_assignee_id")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL AND closed_by_id IS NOT NULL)",
            name=op.f("ck_reports_closed_at"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "case_number"],
            ["cases.guild_id", "cases.number"],
            name=op.f("fk_reports_guild_id_case_number"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_reports")),
    )
    op.create_index(
        "ix_reports_of_a_message",
        "reports",
        ["guild_id", "message_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'closed' AND message_id IS NOT NULL"),
    )
    op.create_index("ix_reports_guild_id_target_id_number", "reports", ["guild_id", "target_id", "number"])
    op.create_index("ix_reports_guild_id_created_at", "reports", ["guild_id", "created_at"])
    op.create_index(
        "ix_reports_waiting", "reports", ["guild_id", "number"], postgresql_where=sa.text("state <> 'closed'")
    )
    op.create_table(
        "report_voices",
        key("guild_id"),
        key("number"),
        key("reporter_id"),
        sa.Column("reporter_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("said_at", instant(), nullable=False),
        sa.CheckConstraint(
            "length(reporter_name) BETWEEN 1 AND 100", name=op.f("ck_report_voices_reporter_name")
        ),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 1000", name=op.f("ck_report_voices_reason")),
        of_report("report_voices"),
        sa.PrimaryKeyConstraint("guild_id", "number", "reporter_id", name=op.f("pk_report_voices")),
        sa.UniqueConstraint(
            "guild_id", "interaction_id", name=op.f("uq_report_voices_guild_id_interaction_id")
        ),
    )
    op.create_index(
        "ix_report_voices_guild_id_reporter_id_said_at",
        "report_voices",
        ["guild_id", "reporter_id", "said_at"],
    )
    op.create_table(
        "report_steps",
        key("guild_id"),
        key("number"),
        key("step"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.BigInteger(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('taken', 'released', 'answered', 'closed')", name=op.f("ck_report_steps_kind")
        ),
        of_report("report_steps"),
        sa.PrimaryKeyConstraint("guild_id", "number", "step", name=op.f("pk_report_steps")),
        sa.UniqueConstraint(
            "guild_id", "interaction_id", name=op.f("uq_report_steps_guild_id_interaction_id")
        ),
    )
    op.create_table(
        "report_files",
        key("guild_id"),
        key("interaction_id"),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", instant(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_report_files_position")),
        sa.CheckConstraint("kind IN ('file', 'message')", name=op.f("ck_report_files_kind")),
        sa.CheckConstraint("length(filename) BETWEEN 1 AND 260", name=op.f("ck_report_files_filename")),
        sa.CheckConstraint("length(content) BETWEEN 1 AND 8388608", name=op.f("ck_report_files_content")),
        sa.CheckConstraint("length(sha256) = 32", name=op.f("ck_report_files_sha256")),
        sa.PrimaryKeyConstraint("guild_id", "interaction_id", "position", name=op.f("pk_report_files")),
    )
    op.create_index("ix_report_files_taken_at", "report_files", ["taken_at"])
    op.create_table(
        "report_replies",
        key("guild_id"),
        sa.Column("reply_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", instant(), nullable=False),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 1000", name=op.f("ck_report_replies_text")),
        sa.CheckConstraint(
            "state IN ('none', 'pending', 'sent', 'failed')", name=op.f("ck_report_replies_state")
        ),
        of_report("report_replies"),
        sa.PrimaryKeyConstraint("guild_id", "reply_id", name=op.f("pk_report_replies")),
        sa.UniqueConstraint(
            "guild_id",
            "interaction_id",
            "reporter_id",
            name=op.f("uq_report_replies_guild_id_interaction_id_reporter_id"),
        ),
    )
    op.create_index("ix_report_replies_guild_id_number", "report_replies", ["guild_id", "number"])
    for table in TABLES:
        wall(table)
    for table in ONLY_ADDED:
        refuse(table, "only_added", "UPDATE OR DELETE", "rows are only added")
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM CURRENT_USER")
    refuse("report_files", "never_rewritten", "UPDATE", "a file stays as it was taken")
    op.execute("REVOKE UPDATE ON report_files FROM CURRENT_USER")
    for table in ("reports", "report_replies"):
        refuse(table, "never_deleted", "DELETE", "no row is deleted")
        op.execute(f"REVOKE DELETE ON {table} FROM CURRENT_USER")
    refuse("reports", "facts_stay", "UPDATE", "what was reported stays", when=changed(FACTS))
    refuse("reports", "stays_closed", "UPDATE", "a closed report is not opened again",
           when="OLD.state = 'closed' AND NEW.state <> 'closed'")  # fmt: skip
    open_the_outbox()


def open_the_outbox() -> None:
    """The kind says what the subject is; so there is no foreign key to cases any more."""
    op.drop_constraint("fk_outbox_guild_id_case_number", "outbox")
    op.drop_constraint("ck_outbox_kind", "outbox")
    op.alter_column("outbox", "case_number", new_column_name="subject_id")
    op.execute(f"ALTER TABLE outbox RENAME CONSTRAINT {OLD_KEY} TO {NEW_KEY}")
    op.create_check_constraint(
        op.f("ck_outbox_kind"),
        "outbox",
        f"kind IN ({OLD_KINDS}, 'act_alert', 'case_void_message', 'report_post', 'report_reply')",
    )


def key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def of_report(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", "number"],
        ["reports.guild_id", "reports.number"],
        name=op.f(f"fk_{table}_guild_id_number"),
    )


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
    """What waits to be shown of reports is forgotten with them."""
    op.execute("DELETE FROM outbox WHERE kind NOT IN ('case_log', 'case_direct_message')")
    op.drop_constraint("ck_outbox_kind", "outbox")
    op.execute(f"ALTER TABLE outbox RENAME CONSTRAINT {NEW_KEY} TO {OLD_KEY}")
    op.alter_column("outbox", "subject_id", new_column_name="case_number")
    op.create_check_constraint(op.f("ck_outbox_kind"), "outbox", f"kind IN ({OLD_KINDS})")
    op.create_foreign_key(
        op.f("fk_outbox_guild_id_case_number"),
        "outbox",
        "cases",
        ["guild_id", "case_number"],
        ["guild_id", "number"],
    )
    for table in reversed(TABLES):
        op.drop_table(table)
