"""Acts on Discord, and what should be true there."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
runs_with = "0003"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
