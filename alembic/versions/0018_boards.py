"""Leaderboards that follow the ledger, a counting tree for places on them, seasons, and who left or came back."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
runs_with = "0015"
"""New tables alone: what older code moves is read from the ledger later."""

TABLES = (
    "point_seasons",
    "point_boards",
    "point_board_counts",
    "point_board_cursors",
    "membership_changes",
)
BY_TIME = "ix_point_transfers_guild_id_posted_at"
"""Leaderboards of a week were read by it."""
STATES = "'clearing', 'recounting', 'following'"


def upgrade() -> None:
    op.create_table(
        "point_seasons",
        key("guild_id"),
        key("number"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", instant(), nullable=False),
        sa.Column("started_by_id", sa.BigInteger(), nullable=False),
        sa.Column("started_in", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", instant(), nullable=True),
        sa.Column("ended_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_in", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("number BETWEEN 1 AND 9999", name=op.f("ck_point_seasons_number")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 60", name=op.f("ck_point_seasons_name")),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_point_seasons_ended_at")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by_id IS NULL) AND (ended_at IS NULL) = (ended_in IS NULL)",
            name=op.f("ck_point_seasons_ended"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_point_seasons")),
        sa.UniqueConstraint("guild_id", "started_in", name=op.f("uq_point_seasons_guild_id_started_in")),
    )
    op.create_index(
        "ix_point_seasons_running",
        "point_seasons",
        ["guild_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "point_boards",
        key("guild_id"),
        key("board"),
        key("user_id"),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "board", "user_id", name=op.f("pk_point_boards")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index(
        "ix_point_boards_in_order",
        "point_boards",
        ["guild_id", "board", "points", "user_id"],
        postgresql_where=sa.text("NOT is_hidden AND points > 0"),
    )
    op.create_table(
        "point_board_counts",
        key("guild_id"),
        key("board"),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        key("node"),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("people > 0", name=op.f("ck_point_board_counts_people")),
        sa.CheckConstraint("level BETWEEN 0 AND 6", name=op.f("ck_point_board_counts_level")),
        sa.PrimaryKeyConstraint("guild_id", "board", "level", "node", name=op.f("pk_point_board_counts")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_table(
        "point_board_cursors",
        key("guild_id"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cluster", sa.BigInteger(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("posted_in", sa.BigInteger(), nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.Column("base_id", sa.BigInteger(), nullable=False),
        sa.Column("barrier", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_point_board_cursors_state")),
        sa.CheckConstraint(
            "length(time_zone) BETWEEN 1 AND 64", name=op.f("ck_point_board_cursors_time_zone")
        ),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_point_board_cursors")),
    )
    op.create_table(
        "membership_changes",
        key("guild_id"),
        sa.Column("change_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "change_id", name=op.f("pk_membership_changes")),
    )
    op.drop_index(BY_TIME, "point_transfers")
    for table in TABLES:
        wall(table)
    refuse("point_seasons", "never_deleted", "DELETE", "no row is deleted")
    op.execute("REVOKE DELETE ON point_seasons FROM CURRENT_USER")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION note_membership() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO membership_changes (guild_id, user_id) VALUES (NEW.guild_id, NEW.user_id);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE OR REPLACE TRIGGER noted_for_boards AFTER UPDATE OF left_at ON users FOR EACH ROW "
        "WHEN ((OLD.left_at IS NULL) <> (NEW.left_at IS NULL)) EXECUTE FUNCTION note_membership()"
    )


def key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


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
    """Boards can be built again from the transfers; names and ends of seasons are forgotten."""
    op.execute("DROP TRIGGER IF EXISTS noted_for_boards ON users")
    op.execute("DROP FUNCTION IF EXISTS note_membership()")
    for table in TABLES:
        op.drop_table(table)
    op.build_index(BY_TIME, "point_transfers", ["guild_id", "posted_at"])
