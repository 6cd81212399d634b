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
    op.drop_table("appeals")
    op.drop_table("appeal_counters")
    op.drop_index("ix_cases_target_id", "cases")
