"""The shop's items, and what was bought: each purchase is one operation of the ledger."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from database.models.base import in_words, instant, key, numbered, snowflake, text, utc_now, words
from database.models.points import LARGEST_AMOUNT
from database.rows import Rows

LONGEST_ITEM_NAME = 60
LONGEST_DESCRIPTION = 300
MOST_ITEMS = 100
"""In one server's shop, without those that were removed."""
LARGEST_STOCK = 1_000_000_000
MOST_EACH = 1_000
HIGHEST_REQUIRED_LEVEL = 1_000
PURCHASE_LEASE = timedelta(seconds=30)
"""Longer than one attempt on Discord with its readings takes (bot/outcomes.py): it need not be renewed."""


class ItemKind(StrEnum):
    PLAIN = "plain"
    ROLE = "role"
    TIMED_ROLE = "timed role"


class PurchaseState(StrEnum):
    HELD = "held"
    """The points are promised, and the role is not known to be given."""
    DONE = "done"
    REFUSED = "refused"
    """The role could not be given: nothing was paid."""
    UNDONE = "undone"
    """Refunded by a manager."""
    EXPIRED = "expired"
    """The time of the role is over, and it is taken back."""


def _number(*, nullable: bool = True) -> Any:
    return Column(BigInteger, nullable=nullable)


class ShopItem(SQLModel, table=True):
    """`role_id` None: nothing on Discord comes of it. `seconds`: how long the role is kept; None: for good."""

    __tablename__ = "shop_items"
    __table_args__ = (
        UniqueConstraint("guild_id", "interaction_id"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_ITEM_NAME}", "name"),
        CheckConstraint(f"length(description) BETWEEN 1 AND {LONGEST_DESCRIPTION}", "description"),
        CheckConstraint(f"price BETWEEN 1 AND {LARGEST_AMOUNT}", "price"),
        CheckConstraint("seconds IS NULL OR (seconds > 0 AND role_id IS NOT NULL)", "seconds"),
        CheckConstraint(f"stock BETWEEN 0 AND {LARGEST_STOCK}", "stock"),
        CheckConstraint(f"most_each BETWEEN 1 AND {MOST_EACH}", "most_each"),
        CheckConstraint(f"required_level BETWEEN 1 AND {HIGHEST_REQUIRED_LEVEL}", "required_level"),
        Index(
            "ix_shop_items_name",
            "guild_id",
            sql_text("lower(name)"),
            unique=True,
            postgresql_where=sql_text("removed_at IS NULL"),
        ),
    )

    guild_id: int = Field(sa_column=key())
    item_id: int = Field(default=None, sa_column=numbered())
    name: str = Field(sa_column=text())
    description: str | None = Field(default=None, sa_column=text(nullable=True))
    price: int = Field(sa_column=_number(nullable=False))
    role_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    seconds: int | None = Field(default=None, sa_column=_number())
    stock: int | None = Field(default=None, sa_column=_number())
    """How many are left; None: endless."""
    most_each: int | None = Field(default=None, sa_column=_number())
    """How many one member may buy. What was refunded does not count."""
    required_role_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    required_level: int | None = Field(default=None, sa_column=_number())
    sells_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    interaction_id: int = Field(sa_column=snowflake())
    """What added it: once, however often it is delivered."""
    added_by_id: int = Field(sa_column=snowflake())
    added_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    removed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))

    @property
    def kind(self) -> ItemKind:
        if self.role_id is None:
            return ItemKind.PLAIN
        return ItemKind.ROLE if self.seconds is None else ItemKind.TIMED_ROLE


class Purchase(SQLModel, table=True):
    """What was bought, as it was sold: the item may change later.

    `due_at`: when something is to be done on Discord: the role given while it is held, taken otherwise; None: never.
    `fence` counts the claims: who holds an older number has lost it. `sent_at`: when a request first left for what is
    to be done now.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        UniqueConstraint("guild_id", "proposal_id"),
        ForeignKeyConstraint(["guild_id", "item_id"], ["shop_items.guild_id", "shop_items.item_id"]),
        ForeignKeyConstraint(
            ["guild_id", "operation_id"], ["point_operations.guild_id", "point_operations.operation_id"]
        ),
        ForeignKeyConstraint(
            ["guild_id", "paid_in_id"], ["point_operations.guild_id", "point_operations.operation_id"]
        ),
        CheckConstraint(in_words("state", PurchaseState), "state"),
        CheckConstraint("length(trouble) BETWEEN 1 AND 500", "trouble"),
        CheckConstraint("price > 0", "price"),
        CheckConstraint("(state = 'held') = (settled_at IS NULL)", "settled_at"),
        CheckConstraint("(state IN ('held', 'refused')) = (paid_in_id IS NULL)", "paid_in_id"),
        CheckConstraint(
            "CASE state WHEN 'held' THEN due_at IS NOT NULL WHEN 'done' THEN due_at IS NULL OR expires_at IS NOT NULL "
            "WHEN 'undone' THEN true ELSE due_at IS NULL END AND (due_at IS NULL OR role_id IS NOT NULL)",
            "due_at",
        ),
        CheckConstraint("attempts >= 0", "attempts"),
        Index("ix_purchases_due_at", "due_at", postgresql_where=sql_text("due_at IS NOT NULL")),
        Index("ix_purchases_guild_id_buyer_id_purchase_id", "guild_id", "buyer_id", "purchase_id"),
    )

    guild_id: int = Field(sa_column=key())
    purchase_id: int = Field(default=None, sa_column=numbered())
    item_id: int = Field(sa_column=_number(nullable=False))
    buyer_id: int = Field(sa_column=snowflake())
    proposal_id: int = Field(sa_column=snowflake())
    """The interaction that asked whether to buy: two clicks on its button are one purchase."""
    price: int = Field(sa_column=_number(nullable=False))
    role_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    seconds: int | None = Field(default=None, sa_column=_number())
    took_stock: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    operation_id: int = Field(sa_column=_number(nullable=False))
    """Of the ledger: it moved the price, or holds it."""
    paid_in_id: int | None = Field(default=None, sa_column=_number())
    """The operation that moved the price, which a refund moves back."""
    state: PurchaseState = Field(sa_column=words(PurchaseState))
    trouble: str | None = Field(default=None, sa_column=text(nullable=True))
    created_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    expires_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    settled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    leased_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    fence: int = Field(default=0, sa_column=_number(nullable=False))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    sent_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))

    @property
    def is_paid(self) -> bool:
        """Also after its time; not any more once it is refunded."""
        return self.state in (PurchaseState.DONE, PurchaseState.EXPIRED)


class Buyer(NamedTuple):
    """What is known of a member beside the ledger. `is_restricted`: whether a timeout stands against them."""

    user_id: int
    role_ids: frozenset[int] = frozenset()
    is_restricted: bool = False


ITEMS = Rows(ShopItem)
PURCHASES = Rows(Purchase)
