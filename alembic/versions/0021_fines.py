"""fines (to be written)."""

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
runs_with = "0021"


def upgrade() -> None: ...


def downgrade() -> None: ...
