"""Settings of moderation, and each server's own words for direct messages."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
runs_with = "0003"
"""Each new column has a default, so older code writes rows without it. Its /config history has no name for a new
setting: a page that holds such a change is an incident there until the process is newer, and all else works."""

COLUMNS = {
    "hide_moderator": "boolean NOT NULL DEFAULT false",
    "report_channel_id": "bigint",
    "digest_channel_id": "bigint",
    "appeal_cooldown_days": "integer NOT NULL DEFAULT 7",
    "appeal_limit": "integer NOT NULL DEFAULT 3",
    "guard_targets": "integer NOT NULL DEFAULT 25",
    "guard_acts_per_hour": "integer NOT NULL DEFAULT 60",
    "timeout_role_id": "bigint",
    "timeout_takes_role_ids": "bigint[] NOT NULL DEFAULT '{}'",
    "evidence_days": "integer NOT NULL DEFAULT 0",
}
CHECKS = {
    "appeal_cooldown_days": "appeal_cooldown_days BETWEEN 0 AND 365",
    "appeal_limit": "appeal_limit BETWEEN 0 AND 20",
    "guard_targets": "guard_targets BETWEEN 0 AND 1000",
    "guard_acts_per_hour": "guard_acts_per_hour BETWEEN 0 AND 1000",
    "timeout_takes_role_ids": "cardinality(timeout_takes_role_ids) <= 25",
    "evidence_days": "evidence_days BETWEEN 0 AND 3650",
}


def upgrade() -> None:
    """One ALTER TABLE: one lock, one look at the rows, and no server has more than one row there."""
    added = [f"ADD COLUMN {name} {kind}" for name, kind in COLUMNS.items()]
    held = [f"ADD CONSTRAINT ck_guild_configs_{name} CHECK ({rule})" for name, rule in CHECKS.items()]
    op.execute(f"ALTER TABLE guild_configs {', '.join(added + held)}")
    op.create_table(
        "dm_templates",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('warn', 'timeout', 'untimeout', 'kick', 'ban', 'unban', 'softban', 'void', 'appeal')",
            name=op.f("ck_dm_templates_kind"),
        ),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 1500", name=op.f("ck_dm_templates_text")),
        sa.PrimaryKeyConstraint("guild_id", "kind", name=op.f("pk_dm_templates")),
    )
    op.execute("ALTER TABLE dm_templates ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE dm_templates FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_guild ON dm_templates USING ("
        "guild_id = NULLIF(current_setting('reeve.guild_id', true), '')::bigint "
        "OR current_setting('reeve.system', true) = 'on')"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON dm_templates "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse('is not emptied')"
    )
    op.execute("REVOKE TRUNCATE ON dm_templates FROM CURRENT_USER")


def downgrade() -> None:
    """The changes stay in the history, as all that was done."""
    op.drop_table("dm_templates")
    op.execute(f"ALTER TABLE guild_configs {', '.join(f'DROP COLUMN {name}' for name in COLUMNS)}")
