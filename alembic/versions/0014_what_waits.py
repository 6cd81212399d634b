"""What waits: the alert about acts that Discord refuses, and a server's list of what is due."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
runs_with = "0014"  # code before it knows no case_end_message in the outbox, and would take none of its rows

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
    "digest",
    "audit_alert",
)
"""What the outbox carried before."""


def upgrade() -> None:
    op.build_index(
        "ix_acts_guild_id_due_at",
        "acts",
        ["guild_id", "due_at", "act_id"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "act_alerts",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "case_number"],
            ["cases.guild_id", "cases.number"],
            name=op.f("fk_act_alerts_guild_id_case_number"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "case_number", name=op.f("pk_act_alerts")),
    )
    wall("act_alerts")
    carry((*KINDS, "case_end_message"))


def carry(kinds: tuple[str, ...]) -> None:
    op.drop_constraint("ck_outbox_kind", "outbox")
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_outbox_kind"), "outbox", f"kind IN ({words})")


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
    """Alerts stay in Discord as they are: nobody brings them up to date. Whom an end was moved for is not told."""
    op.execute("DELETE FROM outbox WHERE kind = 'case_end_message'")
    carry(KINDS)
    op.drop_table("act_alerts")
    op.drop_index("ix_acts_guild_id_due_at", "acts")
