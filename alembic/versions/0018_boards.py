"""boards (to be written)."""

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
runs_with = "0018"


def upgrade() -> None: ...


def downgrade() -> None: ...
