"""What the processes of one bot share: session starts, shards, the REST budget."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
runs_with = "0001"

SYSTEM_TABLES = ("identify_slots", "rest_budget", "shard_leases")


def upgrade() -> None:
    op.create_table(
        "identify_slots",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.CheckConstraint("slot >= 0", name=op.f("ck_identify_slots_slot")),
        sa.CheckConstraint("starts >= 0", name=op.f("ck_identify_slots_starts")),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_identify_slots")),
    )
    op.create_table(
        "rest_budget",
        sa.Column("singleton", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("singleton = 1", name=op.f("ck_rest_budget_singleton")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_rest_budget")),
    )
    op.create_table(
        "shard_leases",
        sa.Column("shard_count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shard_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(holder) BETWEEN 1 AND 200", name=op.f("ck_shard_leases_holder")),
        sa.CheckConstraint("shard_id >= 0 AND shard_id < shard_count", name=op.f("ck_shard_leases_shard_id")),
        sa.PrimaryKeyConstraint("shard_count", "shard_id", "holder", name=op.f("pk_shard_leases")),
    )
    for table in SYSTEM_TABLES:
        show_only_to_the_system(table)


def show_only_to_the_system(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY system_only ON {table} USING (current_setting('reeve.system', true) = 'on')")


def downgrade() -> None:
    for table in SYSTEM_TABLES:
        op.drop_table(table)
