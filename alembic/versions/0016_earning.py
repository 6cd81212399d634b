"""Earning: keys of what has earned, rules of channels and roles, boosts, time zones and dailies, thanks."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
runs_with = "0016"  # code before it asks for no rules, and knows nothing of these keys


def upgrade() -> None:
    op.create_table(
        "point_earnings",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source IN ('message', 'voice')", name=op.f("ck_point_earnings_source")),
        sa.CheckConstraint("points > 0", name=op.f("ck_point_earnings_points")),
        sa.PrimaryKeyConstraint(
            "guild_id", "source", "external_id", "user_id", name=op.f("pk_point_earnings")
        ),
    )
    op.create_index("ix_point_earnings_earned_at", "point_earnings", ["earned_at"])
    op.create_table(
        "point_rules",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("subject IN ('channel', 'role')", name=op.f("ck_point_rules_subject")),
        sa.CheckConstraint("percent BETWEEN 0 AND 1000", name=op.f("ck_point_rules_percent")),
        sa.PrimaryKeyConstraint("guild_id", "subject", "subject_id", name=op.f("pk_point_rules")),
    )
    op.create_table(
        "point_boosts",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("boost_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("subject IN ('server', 'channel', 'role')", name=op.f("ck_point_boosts_subject")),
        sa.CheckConstraint(
            "(subject = 'server') = (subject_id IS NULL)", name=op.f("ck_point_boosts_subject_id")
        ),
        sa.CheckConstraint("percent BETWEEN 101 AND 1000", name=op.f("ck_point_boosts_percent")),
        sa.PrimaryKeyConstraint("guild_id", "boost_id", name=op.f("pk_point_boosts")),
    )
    op.create_index("ix_point_boosts_guild_id_ends_at", "point_boosts", ["guild_id", "ends_at"])
    op.create_table(
        "point_members",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("daily_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("daily_zone", sa.Text(), nullable=True),
        sa.CheckConstraint("length(time_zone) BETWEEN 1 AND 64", name=op.f("ck_point_members_time_zone")),
        sa.CheckConstraint("length(daily_zone) BETWEEN 1 AND 64", name=op.f("ck_point_members_daily_zone")),
        sa.CheckConstraint("(daily_at IS NULL) = (daily_zone IS NULL)", name=op.f("ck_point_members_daily")),
        sa.PrimaryKeyConstraint("guild_id", "user_id", name=op.f("pk_point_members")),
    )
    op.create_table(
        "point_thanks",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("giver_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("thanked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "giver_id", "receiver_id", name=op.f("pk_point_thanks")),
    )
    for table in TABLES:
        wall(table)


TABLES = ("point_earnings", "point_rules", "point_boosts", "point_members", "point_thanks")


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
    """What was earned stays. Rules, boosts, time zones and who thanked whom are forgotten, and keys of the last days:
    a message that Discord delivers again across this step may earn again.
    """
    for table in reversed(TABLES):
        op.drop_table(table)
