"""What is done by hand: how far each server's audit log was read, and what decided a restriction last."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
runs_with = "0013"  # code before it knows no audit_alert in the outbox, and would take none of its rows

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
)
"""What the outbox carried before."""


def upgrade() -> None:
    op.create_table(
        "audit_cursors",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_audit_cursors")),
    )
    wall("audit_cursors")
    op.execute("ALTER TABLE restrictions ADD COLUMN decided_by_id bigint NOT NULL DEFAULT 0")
    op.execute(
        "UPDATE restrictions SET decided_by_id = cases.interaction_id FROM cases "
        "WHERE cases.guild_id = restrictions.guild_id AND cases.number = restrictions.case_number"
    )
    carry((*KINDS, "audit_alert"))


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
    """A word about a missing permission that waits to be posted is forgotten."""
    op.execute("DELETE FROM outbox WHERE kind = 'audit_alert'")
    carry(KINDS)
    op.drop_column("restrictions", "decided_by_id")
    op.drop_table("audit_cursors")
