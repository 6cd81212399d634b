"""Reports."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
runs_with = "0003"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
