"""The guard on staff."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
runs_with = "0003"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
