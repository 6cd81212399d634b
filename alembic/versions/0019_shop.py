"""shop (to be written)."""

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
runs_with = "0019"


def upgrade() -> None: ...


def downgrade() -> None: ...
