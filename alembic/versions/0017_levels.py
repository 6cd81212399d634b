"""levels (to be written)."""

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
runs_with = "0017"


def upgrade() -> None: ...


def downgrade() -> None: ...
