"""Acts on Discord, what should be true there, and cases that begin as planned."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
runs_with = "0005"  # code before it opens cases by the key that this revision replaces

KINDS = (
    "warn",
    "note",
    "timeout",
    "untimeout",
    "kick",
    "ban",
    "unban",
    "softban",
    "massban",
    "purge",
    "slowmode",
    "lock",
    "unlock",
)
STATES = ("pending", "active", "ended", "refused", "unknown", "void")
ORIGINS = ("command", "by_hand", "ladder", "automod", "appeal", "report", "mass")
RESTRICTIONS = ("ban", "timeout", "roles", "lock", "slowmode")
ACTS = (
    "ban",
    "unban",
    "timeout",
    "untimeout",
    "kick",
    "roles",
    "slowmode",
    "lock",
    "unlock",
    "purge",
)
OLD_KEY, NEW_KEY = "uq_cases_guild_id_interaction_id", "uq_cases_guild_id_interaction_id_part"
FACTS = ("guild_id", "number", "kind", "target_id", "moderator_id", "interaction_id", "created_at")
TABLES = ("restrictions", "acts", "case_links", "drafts", "draft_files")


def upgrade() -> None:
    with op.get_context().autocommit_block():
        widen_cases()
    op.build_index(NEW_KEY, "cases", ["guild_id", "interaction_id", "part"], unique=True)
    op.create_table(
        "restrictions",
        guild_id(),
        sa.Column("subject_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("until", instant(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("applied_version", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint(f"kind IN ({quoted(RESTRICTIONS)})", name=op.f("ck_restrictions_kind")),
        sa.CheckConstraint(
            "applied_version BETWEEN 0 AND version", name=op.f("ck_restrictions_applied_version")
        ),
        sa.CheckConstraint("wanted OR until IS NULL", name=op.f("ck_restrictions_until")),
        of_case("restrictions"),
        sa.PrimaryKeyConstraint("guild_id", "subject_id", "kind", name=op.f("pk_restrictions")),
    )
    op.create_index("ix_restrictions_guild_id_case_number", "restrictions", ["guild_id", "case_number"])
    op.create_table(
        "acts",
        guild_id(),
        sa.Column("act_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.BigInteger(), nullable=False),
        sa.Column("restriction", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("until", instant(), nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("after_act_id", sa.BigInteger(), nullable=True),
        sa.Column("due_at", instant(), nullable=False),
        sa.Column("leased_until", instant(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", instant(), nullable=True),
        sa.Column("settled_at", instant(), nullable=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.CheckConstraint(f"kind IN ({quoted(ACTS)})", name=op.f("ck_acts_kind")),
        sa.CheckConstraint(
            "state IN ('planned', 'sent', 'unknown', 'done', 'refused', 'superseded')",
            name=op.f("ck_acts_state"),
        ),
        sa.CheckConstraint("purpose IN ('begin', 'keep', 'end')", name=op.f("ck_acts_purpose")),
        sa.CheckConstraint(f"restriction IN ({quoted(RESTRICTIONS)})", name=op.f("ck_acts_restriction")),
        sa.CheckConstraint("(restriction IS NULL) = (version IS NULL)", name=op.f("ck_acts_version")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_acts_attempts")),
        sa.CheckConstraint("length(last_error) <= 500", name=op.f("ck_acts_last_error")),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (state IN ('planned', 'sent', 'unknown'))",
            name=op.f("ck_acts_settled_at"),
        ),
        of_case("acts"),
        sa.ForeignKeyConstraint(
            ["guild_id", "after_act_id"],
            ["acts.guild_id", "acts.act_id"],
            name=op.f("fk_acts_guild_id_after_act_id"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "act_id", name=op.f("pk_acts")),
    )
    op.create_index("ix_acts_due_at", "acts", ["due_at"], postgresql_where=sa.text("settled_at IS NULL"))
    op.create_index("ix_acts_guild_id_case_number", "acts", ["guild_id", "case_number"])
    op.create_index("ix_acts_guild_id_target_id", "acts", ["guild_id", "target_id"])
    op.create_table(
        "case_links",
        guild_id(),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cause_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("cause_number <> number", name=op.f("ck_case_links_cause_number")),
        of_case("case_links", "number"),
        of_case("case_links", "cause_number"),
        sa.PrimaryKeyConstraint("guild_id", "number", "cause_number", name=op.f("pk_case_links")),
    )
    op.create_index("ix_case_links_guild_id_cause_number", "case_links", ["guild_id", "cause_number"])
    op.create_table(
        "drafts",
        guild_id(),
        sa.Column("interaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("request", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'confirmed', 'dropped')", name=op.f("ck_drafts_state")),
        sa.CheckConstraint("length(question) BETWEEN 1 AND 32", name=op.f("ck_drafts_question")),
        sa.PrimaryKeyConstraint("guild_id", "interaction_id", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_expires_at", "drafts", ["expires_at"])
    op.create_table(
        "draft_files",
        guild_id(),
        sa.Column("interaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_draft_files_position")),
        sa.CheckConstraint("kind IN ('file', 'message')", name=op.f("ck_draft_files_kind")),
        sa.CheckConstraint("length(filename) BETWEEN 1 AND 260", name=op.f("ck_draft_files_filename")),
        sa.CheckConstraint("length(content) BETWEEN 1 AND 8388608", name=op.f("ck_draft_files_content")),
        sa.ForeignKeyConstraint(
            ["guild_id", "interaction_id"],
            ["drafts.guild_id", "drafts.interaction_id"],
            name=op.f("fk_draft_files_guild_id_interaction_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("guild_id", "interaction_id", "position", name=op.f("pk_draft_files")),
    )
    for table in TABLES:
        wall(table)
    refuse("case_links", "only_added", "UPDATE OR DELETE", "rows are only added")
    op.execute("REVOKE UPDATE, DELETE ON case_links FROM CURRENT_USER")
    refuse("acts", "never_deleted", "DELETE", "no row is deleted")
    op.execute("REVOKE DELETE ON acts FROM CURRENT_USER")
    refuse(
        "cases", "facts_stay", "UPDATE", "how it was opened stays", when=changed((*FACTS, "part", "origin"))
    )
    op.execute(f"ALTER TABLE cases DROP CONSTRAINT IF EXISTS {OLD_KEY}")
    op.execute(f"ALTER TABLE cases ADD CONSTRAINT {NEW_KEY} UNIQUE USING INDEX {NEW_KEY}")


def widen_cases() -> None:
    """Each step may run again, and none reads the table while others wait."""
    for column in (
        "part integer NOT NULL DEFAULT 0",
        "origin text NOT NULL DEFAULT 'command'",
        "expires_at timestamptz",
        "trouble text",
        "dm_channel_id bigint",
        "dm_message_id bigint",
    ):
        op.execute(f"ALTER TABLE cases ADD COLUMN IF NOT EXISTS {column}")
    check("kind", f"kind IN ({quoted(KINDS)})")
    check("state", f"state IN ({quoted(STATES)})")
    check("origin", f"origin IN ({quoted(ORIGINS)})")
    check("part", "part >= 0")
    check("trouble", "length(trouble) BETWEEN 1 AND 500")
    check("dm_message", "(dm_channel_id IS NULL) = (dm_message_id IS NULL)")
    for column in ("part", "origin"):
        op.execute(f"ALTER TABLE cases ALTER COLUMN {column} DROP DEFAULT")


def check(name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE cases DROP CONSTRAINT IF EXISTS ck_cases_{name}")
    op.execute(f"ALTER TABLE cases ADD CONSTRAINT ck_cases_{name} CHECK ({condition}) NOT VALID")
    op.execute(f"ALTER TABLE cases VALIDATE CONSTRAINT ck_cases_{name}")


def guild_id() -> sa.Column[int]:
    return sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False)


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def of_case(table: str, column: str = "case_number") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column], ["cases.guild_id", "cases.number"], name=op.f(f"fk_{table}_guild_id_{column}")
    )


def quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


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
    """A case of a kind that the older schema has no word for becomes a note whose reason says what it was."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("ALTER TABLE cases DISABLE TRIGGER USER")
    op.execute(
        "UPDATE cases SET reason = left('[' || kind || ', ' || state || '] ' || reason, 1000), kind = 'note' "
        "WHERE kind NOT IN ('warn', 'note')"
    )
    op.execute("UPDATE cases SET state = 'active' WHERE state NOT IN ('active', 'void')")
    op.execute("UPDATE cases SET interaction_id = -number WHERE part > 0")
    op.execute("ALTER TABLE cases ENABLE TRIGGER USER")
    op.execute(f"ALTER TABLE cases DROP CONSTRAINT {NEW_KEY}")
    op.execute(f"ALTER TABLE cases ADD CONSTRAINT {OLD_KEY} UNIQUE (guild_id, interaction_id)")
    refuse("cases", "facts_stay", "UPDATE", "how it was opened stays", when=changed(FACTS))
    for name in ("origin", "part", "trouble", "dm_message"):
        op.drop_constraint(f"ck_cases_{name}", "cases")
    check("kind", "kind IN ('warn', 'note')")
    check("state", "state IN ('active', 'void')")
    for column in ("part", "origin", "expires_at", "trouble", "dm_channel_id", "dm_message_id"):
        op.drop_column("cases", column)
