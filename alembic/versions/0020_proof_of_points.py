"""proof_of_points (to be written)."""

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
runs_with = "0020"


def upgrade() -> None: ...


def downgrade() -> None: ...
