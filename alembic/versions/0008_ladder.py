"""The ladder of escalation, and reasons to choose from."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
runs_with = "0005"
"""Each new column has a default, so older code writes rows without it; it climbs no ladder."""

TABLES = ("ladder_steps", "reason_presets", "ladder_climbs")
COLUMNS = {
    "ladder_days": "integer NOT NULL DEFAULT 30",
    "ladder_halving_days": "integer NOT NULL DEFAULT 0",
    "ladder_steps": "integer NOT NULL DEFAULT 0",
    "reason_presets": "integer NOT NULL DEFAULT 0",
}
CHECKS = {
    "ladder_days": "ladder_days BETWEEN 1 AND 3650",
    "ladder_halving_days": "ladder_halving_days BETWEEN 0 AND 3650",
    "ladder_steps": "ladder_steps BETWEEN 0 AND 20",
    "reason_presets": "reason_presets BETWEEN 0 AND 50",
}


def upgrade() -> None:
    """One ALTER TABLE: one lock, one look at the rows, and no server has more than one row there."""
    added = [f"ADD COLUMN {name} {kind}" for name, kind in COLUMNS.items()]
    held = [f"ADD CONSTRAINT ck_guild_configs_{name} CHECK ({rule})" for name, rule in CHECKS.items()]
    op.execute(f"ALTER TABLE guild_configs {', '.join(added + held)}")
    op.create_table(
        "ladder_steps",
        key("guild_id", sa.BigInteger()),
        key("threshold", sa.Integer()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("threshold BETWEEN 1 AND 1000", name=op.f("ck_ladder_steps_threshold")),
        sa.CheckConstraint(
            "kind IN ('timeout', 'kick', 'softban', 'ban')", name=op.f("ck_ladder_steps_kind")
        ),
        sa.CheckConstraint("seconds > 0", name=op.f("ck_ladder_steps_seconds")),
        sa.CheckConstraint(
            "CASE kind WHEN 'timeout' THEN seconds IS NOT NULL WHEN 'ban' THEN true ELSE seconds IS NULL END",
            name=op.f("ck_ladder_steps_duration"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "threshold", name=op.f("pk_ladder_steps")),
    )
    op.create_table(
        "reason_presets",
        key("guild_id", sa.BigInteger()),
        key("name", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 50", name=op.f("ck_reason_presets_name")),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 1000", name=op.f("ck_reason_presets_text")),
        sa.CheckConstraint("weight BETWEEN 0 AND 100", name=op.f("ck_reason_presets_weight")),
        sa.PrimaryKeyConstraint("guild_id", "name", name=op.f("pk_reason_presets")),
    )
    op.create_table(
        "ladder_climbs",
        key("guild_id", sa.BigInteger()),
        key("number", sa.BigInteger()),
        sa.Column("warning_number", sa.BigInteger(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("halving_days", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("threshold > 0", name=op.f("ck_ladder_climbs_threshold")),
        sa.CheckConstraint("halving_days >= 0", name=op.f("ck_ladder_climbs_halving_days")),
        of_case("number"),
        of_case("warning_number"),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_ladder_climbs")),
        sa.UniqueConstraint(
            "guild_id", "warning_number", name=op.f("uq_ladder_climbs_guild_id_warning_number")
        ),
    )
    for table in TABLES:
        wall(table)
    refuse("ladder_climbs", "only_added", "UPDATE OR DELETE", "rows are only added")
    op.execute("REVOKE UPDATE, DELETE ON ladder_climbs FROM CURRENT_USER")


def key(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def of_case(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column],
        ["cases.guild_id", "cases.number"],
        name=op.f(f"fk_ladder_climbs_guild_id_{column}"),
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
    """The cases that the ladder opened stay, and the changes in the history; what led to which step is in its links."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute(f"ALTER TABLE guild_configs {', '.join(f'DROP COLUMN {name}' for name in COLUMNS)}")
