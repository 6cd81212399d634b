"""The ladder of escalation."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
runs_with = "0003"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
