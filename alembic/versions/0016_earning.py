"""earning (to be written)."""

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
runs_with = "0016"


def upgrade() -> None: ...


def downgrade() -> None: ...
