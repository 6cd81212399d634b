"""Acts on many people, as stored jobs."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
runs_with = "0003"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
