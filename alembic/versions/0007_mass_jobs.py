"""Acts on many people, as stored jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
runs_with = "0005"
"""New tables alone: older code begins no such jobs and carries out none."""

TABLES = ("mass_jobs", "mass_targets")


def upgrade() -> None:
    op.create_table(
        "mass_jobs",
        key("guild_id"),
        key("number"),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("delete_seconds", sa.Integer(), nullable=False),
        sa.Column("due_at", instant(), nullable=False),
        sa.Column("leased_until", instant(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("stopped_by_id", sa.BigInteger(), nullable=True),
        sa.Column("undone_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("finished_at", instant(), nullable=True),
        sa.CheckConstraint("delete_seconds BETWEEN 0 AND 604800", name=op.f("ck_mass_jobs_delete_seconds")),
        sa.CheckConstraint("length(last_error) <= 500", name=op.f("ck_mass_jobs_last_error")),
        sa.CheckConstraint(
            "undone_by_id IS NULL OR finished_at IS NOT NULL", name=op.f("ck_mass_jobs_undone_by_id")
        ),
        of_case("mass_jobs", "number"),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_mass_jobs")),
    )
    op.create_index(
        "ix_mass_jobs_due_at", "mass_jobs", ["due_at"], postgresql_where=sa.text("finished_at IS NULL")
    )
    op.create_table(
        "mass_targets",
        key("guild_id"),
        key("number"),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("child_number", sa.BigInteger(), nullable=True),
        sa.Column("left_out", sa.Text(), nullable=True),
        sa.CheckConstraint("position > 0", name=op.f("ck_mass_targets_position")),
        sa.CheckConstraint("length(user_name) BETWEEN 1 AND 100", name=op.f("ck_mass_targets_user_name")),
        sa.CheckConstraint("length(left_out) BETWEEN 1 AND 500", name=op.f("ck_mass_targets_left_out")),
        sa.CheckConstraint(
            "child_number IS NULL OR left_out IS NULL", name=op.f("ck_mass_targets_child_number")
        ),
        of_case("mass_targets", "child_number"),
        sa.ForeignKeyConstraint(
            ["guild_id", "number"],
            ["mass_jobs.guild_id", "mass_jobs.number"],
            name=op.f("fk_mass_targets_guild_id_number"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", "position", name=op.f("pk_mass_targets")),
        sa.UniqueConstraint(
            "guild_id", "number", "user_id", name=op.f("uq_mass_targets_guild_id_number_user_id")
        ),
    )
    op.create_index("ix_mass_targets_guild_id_child_number", "mass_targets", ["guild_id", "child_number"])
    for table in TABLES:
        wall(table)


def key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def of_case(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column], ["cases.guild_id", "cases.number"], name=op.f(f"fk_{table}_guild_id_{column}")
    )


def refuse(table: str, name: str, act: str, words: str, *, each: str = "ROW") -> None:
    op.execute(
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {act} ON {table} FOR EACH {each} "
        f"EXECUTE FUNCTION refuse('{words}')"
    )


def wall(table: str) -> None:
    """Only the guild's own rows, or all to the system; and nobody deletes what a job did."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_guild ON {table} USING ("
        "guild_id = NULLIF(current_setting('reeve.guild_id', true), '')::bigint "
        "OR current_setting('reeve.system', true) = 'on')"
    )
    refuse(table, "never_deleted", "DELETE", "no row is deleted")
    refuse(table, "never_emptied", "TRUNCATE", "is not emptied", each="STATEMENT")
    op.execute(f"REVOKE DELETE, TRUNCATE ON {table} FROM CURRENT_USER")


def downgrade() -> None:
    """The cases of the jobs stay: the one of the batch and each person's own."""
    for table in reversed(TABLES):
        op.drop_table(table)
