"""The guard on staff: how much a moderator did lately, and acts that wait for a second moderator."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
runs_with = "0011"  # code before it knows no guard in the outbox, and would take none of its rows

KINDS = (
    "case_log",
    "case_direct_message",
    "act_alert",
    "case_void_message",
    "report_post",
    "report_reply",
    "appeal_post",
    "appeal_answer",
)
"""What the outbox carried before."""
ADDED = ("guard_post", "guard_owner", "second_post")


def upgrade() -> None:
    op.create_table(
        "staff_guards",
        key("guild_id"),
        key("moderator_id"),
        sa.Column("window_started_at", instant(), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("paused_at", instant(), nullable=True),
        sa.CheckConstraint("acts >= 0", name=op.f("ck_staff_guards_acts")),
        sa.PrimaryKeyConstraint("guild_id", "moderator_id", name=op.f("pk_staff_guards")),
    )
    op.execute("ALTER TABLE staff_guards ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE staff_guards FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_guild ON staff_guards USING ("
        "guild_id = NULLIF(current_setting('reeve.guild_id', true), '')::bigint "
        "OR current_setting('reeve.system', true) = 'on')"
    )
    op.execute(
        "CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON staff_guards FOR EACH STATEMENT "
        "EXECUTE FUNCTION refuse('is not emptied')"
    )
    op.execute("REVOKE TRUNCATE ON staff_guards FROM CURRENT_USER")
    op.execute(
        "ALTER TABLE drafts ADD COLUMN post_channel_id bigint, ADD COLUMN post_message_id bigint, "
        "ADD CONSTRAINT ck_drafts_post CHECK ((post_channel_id IS NULL) = (post_message_id IS NULL))"
    )
    carry((*KINDS, *ADDED))


def carry(kinds: tuple[str, ...]) -> None:
    op.drop_constraint("ck_outbox_kind", "outbox")
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_outbox_kind"), "outbox", f"kind IN ({words})")


def key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def downgrade() -> None:
    """Who was paused is so no more, and what waits to be shown of it is forgotten."""
    op.execute("DELETE FROM outbox WHERE kind IN ('guard_post', 'guard_owner', 'second_post')")
    carry(KINDS)
    op.execute("ALTER TABLE drafts DROP COLUMN post_channel_id, DROP COLUMN post_message_id")
    op.drop_table("staff_guards")
