"""The shop: items that are never deleted, and purchases, of which each is one operation of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
runs_with = "0015"
"""New tables alone."""

TABLES = ("shop_items", "purchases")
FACTS = (
    "guild_id",
    "purchase_id",
    "item_id",
    "buyer_id",
    "proposal_id",
    "price",
    "role_id",
    "seconds",
    "took_stock",
    "operation_id",
    "created_at",
)


def upgrade() -> None:
    op.create_table(
        "shop_items",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.Column("stock", sa.BigInteger(), nullable=True),
        sa.Column("most_each", sa.BigInteger(), nullable=True),
        sa.Column("required_role_id", sa.BigInteger(), nullable=True),
        sa.Column("required_level", sa.BigInteger(), nullable=True),
        sa.Column("sells_until", instant(), nullable=True),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("added_by_id", sa.BigInteger(), nullable=False),
        sa.Column("added_at", instant(), nullable=False),
        sa.Column("removed_at", instant(), nullable=True),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 60", name=op.f("ck_shop_items_name")),
        sa.CheckConstraint("length(description) BETWEEN 1 AND 300", name=op.f("ck_shop_items_description")),
        sa.CheckConstraint("price BETWEEN 1 AND 1000000000", name=op.f("ck_shop_items_price")),
        sa.CheckConstraint(
            "seconds IS NULL OR (seconds > 0 AND role_id IS NOT NULL)", name=op.f("ck_shop_items_seconds")
        ),
        sa.CheckConstraint("stock BETWEEN 0 AND 1000000000", name=op.f("ck_shop_items_stock")),
        sa.CheckConstraint("most_each BETWEEN 1 AND 1000", name=op.f("ck_shop_items_most_each")),
        sa.CheckConstraint("required_level BETWEEN 1 AND 1000", name=op.f("ck_shop_items_required_level")),
        sa.PrimaryKeyConstraint("guild_id", "item_id", name=op.f("pk_shop_items")),
        sa.UniqueConstraint("guild_id", "interaction_id", name=op.f("uq_shop_items_guild_id_interaction_id")),
    )
    op.create_index(
        "ix_shop_items_name",
        "shop_items",
        ["guild_id", sa.text("lower(name)")],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "purchases",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purchase_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.Column("took_stock", sa.Boolean(), nullable=False),
        sa.Column("operation_id", sa.BigInteger(), nullable=False),
        sa.Column("paid_in_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=True),
        sa.Column("settled_at", instant(), nullable=True),
        sa.Column("due_at", instant(), nullable=True),
        sa.Column("leased_until", instant(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('held', 'done', 'refused', 'undone', 'expired')", name=op.f("ck_purchases_state")
        ),
        sa.CheckConstraint("length(trouble) BETWEEN 1 AND 500", name=op.f("ck_purchases_trouble")),
        sa.CheckConstraint("price > 0", name=op.f("ck_purchases_price")),
        sa.CheckConstraint("(state = 'held') = (settled_at IS NULL)", name=op.f("ck_purchases_settled_at")),
        sa.CheckConstraint(
            "(state IN ('held', 'refused')) = (paid_in_id IS NULL)", name=op.f("ck_purchases_paid_in_id")
        ),
        sa.CheckConstraint(
            "CASE state WHEN 'held' THEN due_at IS NOT NULL WHEN 'done' THEN due_at IS NULL OR expires_at IS NOT NULL "
            "WHEN 'undone' THEN true ELSE due_at IS NULL END AND (due_at IS NULL OR role_id IS NOT NULL)",
            name=op.f("ck_purchases_due_at"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_purchases_attempts")),
        sa.ForeignKeyConstraint(
            ["guild_id", "item_id"],
            ["shop_items.guild_id", "shop_items.item_id"],
            name=op.f("fk_purchases_guild_id_item_id"),
        ),
        *(
            sa.ForeignKeyConstraint(
                ["guild_id", column],
                ["point_operations.guild_id", "point_operations.operation_id"],
                name=op.f(f"fk_purchases_guild_id_{column}"),
            )
            for column in ("operation_id", "paid_in_id")
        ),
        sa.PrimaryKeyConstraint("guild_id", "purchase_id", name=op.f("pk_purchases")),
        sa.UniqueConstraint("guild_id", "proposal_id", name=op.f("uq_purchases_guild_id_proposal_id")),
    )
    op.create_index(
        "ix_purchases_due_at", "purchases", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index(
        "ix_purchases_guild_id_buyer_id_purchase_id", "purchases", ["guild_id", "buyer_id", "purchase_id"]
    )
    for table in TABLES:
        wall(table)
        refuse(table, "never_deleted", "DELETE", "no row is deleted")
        op.execute(f"REVOKE DELETE ON {table} FROM CURRENT_USER")
    old, new = (", ".join(f"{row}.{column}" for column in FACTS) for row in ("OLD", "NEW"))
    refuse(
        "purchases",
        "facts_stay",
        "UPDATE",
        "what was bought stays",
        when=f"({old}) IS DISTINCT FROM ({new})",
    )


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def refuse(
    table: str, name: str, act: str, words: str, *, each: str = "ROW", when: str | None = None
) -> None:
    op.execute(
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {act} ON {table} FOR EACH {each} "
        f"{f'WHEN ({when}) ' if when else ''}EXECUTE FUNCTION refuse('{words}')"
    )


def wall(table: str) -> None:
    """Only the guild's own rows, or all to the system; and nobody empties a table of many guilds at once."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_guild ON {table} USING ("
        "guild_id = NULLIF(current_setting('reeve.guild_id', true), '')::bigint "
        "OR current_setting('reeve.system', true) = 'on')"
    )
    refuse(table, "never_emptied", "TRUNCATE", "is not emptied", each="STATEMENT")
    op.execute(f"REVOKE TRUNCATE ON {table} FROM CURRENT_USER")


def downgrade() -> None:
    """What was paid stays in the ledger, and roles stay with who has them. What purchases under way hold is over at
    once, so that it is let go as each hold is whose time is over.
    """
    op.execute("GRANT UPDATE (expires_at) ON point_transfers TO CURRENT_USER")
    op.execute("ALTER TABLE point_transfers DISABLE TRIGGER USER")
    op.execute(
        "UPDATE point_transfers SET expires_at = now() FROM purchases WHERE purchases.state = 'held' "
        "AND point_transfers.guild_id = purchases.guild_id AND point_transfers.phase = 'hold' "
        "AND point_transfers.operation_id = purchases.operation_id"
    )
    op.execute("ALTER TABLE point_transfers ENABLE TRIGGER USER")
    op.execute("REVOKE UPDATE (expires_at) ON point_transfers FROM CURRENT_USER")
    for table in reversed(TABLES):
        op.drop_table(table)
