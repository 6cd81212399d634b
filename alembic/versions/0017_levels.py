"""Levels: roles that they give, which of them were announced, and how far a server's members are looked through."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
runs_with = "0017"  # code before it knows no level in the outbox, and would take none of its rows

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
    "case_end_message",
)
"""What the outbox carried before."""
NEW_KINDS = ("level_up", "level_roles", "level_alert")
TABLES = ("level_rewards", "point_levels", "level_syncs")


def upgrade() -> None:
    op.create_table(
        "level_rewards",
        key("guild_id"),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 1000", name=op.f("ck_level_rewards_level")),
        sa.PrimaryKeyConstraint("guild_id", "level", name=op.f("pk_level_rewards")),
        sa.UniqueConstraint("guild_id", "role_id", name=op.f("uq_level_rewards_guild_id_role_id")),
    )
    op.create_table(
        "point_levels",
        key("guild_id"),
        key("user_id"),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 1000", name=op.f("ck_point_levels_level")),
        sa.PrimaryKeyConstraint("guild_id", "user_id", "level", name=op.f("pk_point_levels")),
    )
    op.create_table(
        "level_syncs",
        key("guild_id"),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("beyond_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_level_syncs")),
    )
    for table in TABLES:
        wall(table)
    refuse("point_levels", "only_added", "UPDATE OR DELETE", "rows are only added")
    op.execute("REVOKE UPDATE, DELETE ON point_levels FROM CURRENT_USER")
    carry((*KINDS, *NEW_KINDS))


def carry(kinds: tuple[str, ...]) -> None:
    op.drop_constraint("ck_outbox_kind", "outbox")
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_outbox_kind"), "outbox", f"kind IN ({words})")


def key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


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
    """Levels are what points make them, and stay. Rewards and what was announced are forgotten."""
    op.execute("DELETE FROM outbox WHERE kind IN ('level_up', 'level_roles', 'level_alert')")
    carry(KINDS)
    for table in reversed(TABLES):
        op.drop_table(table)
