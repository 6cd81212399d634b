"""Figures of moderation: cases by their time, the weekly digest, and what hits of Discord's AutoMod become."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
runs_with = "0012"  # code before it knows no digest in the outbox, and would take none of its rows

KINDS = (
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
)
"""What the outbox carried before."""
TABLES = ("automod_rules", "digests")


def upgrade() -> None:
    op.build_index("ix_cases_guild_id_created_at", "cases", ["guild_id", "created_at"])
    asks_once("cases")
    op.create_table(
        "automod_rules",
        key("guild_id"),
        key("rule_id"),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode IN ('warn', 'note')", name=op.f("ck_automod_rules_mode")),
        sa.CheckConstraint("points BETWEEN 0 AND 100", name=op.f("ck_automod_rules_points")),
        sa.CheckConstraint("mode = 'warn' OR points = 0", name=op.f("ck_automod_rules_weight")),
        sa.PrimaryKeyConstraint("guild_id", "rule_id", name=op.f("pk_automod_rules")),
    )
    op.create_table(
        "digests",
        key("guild_id"),
        key("week"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", instant(), nullable=False),
        sa.Column("sent_at", instant(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("week BETWEEN 202600 AND 999953", name=op.f("ck_digests_week")),
        sa.CheckConstraint(
            "state IN ('planned', 'sent', 'posted', 'skipped')", name=op.f("ck_digests_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('sent', 'posted') OR sent_at IS NOT NULL AND channel_id IS NOT NULL",
            name=op.f("ck_digests_sent_at"),
        ),
        sa.CheckConstraint("state <> 'posted' OR message_id IS NOT NULL", name=op.f("ck_digests_message_id")),
        sa.PrimaryKeyConstraint("guild_id", "week", name=op.f("pk_digests")),
    )
    for table in TABLES:
        wall(table)
    refuse("digests", "never_deleted", "DELETE", "no row is deleted")
    op.execute("REVOKE DELETE ON digests FROM CURRENT_USER")
    carry((*KINDS, "digest"))


def carry(kinds: tuple[str, ...]) -> None:
    op.drop_constraint("ck_outbox_kind", "outbox")
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_outbox_kind"), "outbox", f"kind IN ({words})")


def key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def asks_once(table: str) -> None:
    """The same policy, where it is read by the 100,000 rows: what it compares with is found out once a statement."""
    op.execute(
        f"ALTER POLICY one_guild ON {table} USING ("
        "guild_id = (SELECT NULLIF(current_setting('reeve.guild_id', true), '')::bigint) "
        "OR (SELECT current_setting('reeve.system', true) = 'on'))"
    )


def asks_at_each_row(table: str) -> None:
    op.execute(
        f"ALTER POLICY one_guild ON {table} USING ("
        "guild_id = NULLIF(current_setting('reeve.guild_id', true), '')::bigint "
        "OR current_setting('reeve.system', true) = 'on')"
    )


def refuse(table: str, name: str, act: str, words: str, *, each: str = "ROW") -> None:
    op.execute(
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {act} ON {table} FOR EACH {each} "
        f"EXECUTE FUNCTION refuse('{words}')"
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
    """A digest that waits to be posted is forgotten with its row."""
    op.execute("DELETE FROM outbox WHERE kind = 'digest'")
    carry(KINDS)
    for table in reversed(TABLES):
        op.drop_table(table)
    asks_at_each_row("cases")
    op.drop_index("ix_cases_guild_id_created_at", "cases")
