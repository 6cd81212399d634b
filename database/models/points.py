"""The ledger: accounts, operations, transfers. A balance is a cache of the transfers."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from database.models.base import in_words, instant, key, numbered, snowflake, text, utc_now, words

LARGEST_AMOUNT = 1_000_000_000
"""Points in one operation. Well inside the whole numbers that Discord's options carry (2^53)."""
LARGEST_BALANCE = 1_000_000_000_000
LONGEST_NOTE = 200

MINT = 1
FIRST_MEMBER = 1_000
"""Account ids below are the guild's own; a member's account id is the user id, and no snowflake is so small."""


class AccountKind(StrEnum):
    MEMBER = "member"
    MINT = "mint"
    TREASURY = "treasury"
    BURN = "burn"
    SHOP = "shop"
    IMPORT = "import"
    SEASON = "season"


class Source(StrEnum):
    """Who numbers the requests, so that a number can come again only as a repeat."""

    INTERACTION = "interaction"
    MESSAGE = "message"


class OperationKind(StrEnum):
    GIVE = "give"
    AWARD = "award"
    TALK = "talk"


class Phase(StrEnum):
    POST = "post"
    HOLD = "hold"
    CAPTURE = "capture"
    VOID = "void"


class PointAccount(SQLModel, table=True):
    """`balance` of a member is a cache, with a floor and a ceiling. The mint's is derived, so no row is hot."""

    __tablename__ = "point_accounts"
    __table_args__ = (
        CheckConstraint(in_words("kind", AccountKind), "kind"),
        CheckConstraint("(kind = 'member') = (account_id >= 1000)", "account_id"),
        CheckConstraint(f"kind <> 'member' OR balance BETWEEN 0 AND {LARGEST_BALANCE}", "balance"),
        {"postgresql_with": {"fillfactor": "80"}},  # balance updates stay HOT: nothing indexes it
    )

    guild_id: int = Field(sa_column=key())
    account_id: int = Field(sa_column=key())
    kind: AccountKind = Field(sa_column=words(AccountKind))
    balance: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    last_talked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    opened_at: datetime = Field(default_factory=utc_now, sa_column=instant())


class PointOperation(SQLModel, table=True):
    """One request and its answer, refusals included; (source, external_id) makes a repeat harmless.

    Once answered it never changes (a trigger holds it).
    """

    __tablename__ = "point_operations"
    __table_args__ = (
        UniqueConstraint("guild_id", "source", "external_id"),
        CheckConstraint(in_words("source", Source), "source"),
        CheckConstraint(in_words("kind", OperationKind), "kind"),
        CheckConstraint("length(request_hash) = 32", "request_hash"),
        CheckConstraint("length(refusal) BETWEEN 1 AND 64", "refusal"),
        CheckConstraint(f"length(note) BETWEEN 1 AND {LONGEST_NOTE}", "note"),
        Index(
            "ix_point_operations_by_staff",
            "guild_id",
            "asked_at",
            postgresql_where=sql_text("kind NOT IN ('give', 'talk')"),
        ),
    )

    guild_id: int = Field(sa_column=key())
    operation_id: int = Field(default=None, sa_column=numbered())
    source: Source = Field(sa_column=words(Source))
    external_id: int = Field(sa_column=snowflake())
    request_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    kind: OperationKind = Field(sa_column=words(OperationKind))
    actor_id: int = Field(sa_column=snowflake())
    note: str | None = Field(default=None, sa_column=text(nullable=True))
    refusal: str | None = Field(default=None, sa_column=text(nullable=True))
    answer: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    asked_at: datetime = Field(default_factory=utc_now, sa_column=instant())


class PointTransfer(SQLModel, table=True):
    """One debit and one credit, so the sum of all balances is zero by construction. Rows are only added."""

    __tablename__ = "point_transfers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["guild_id", "operation_id"], ["point_operations.guild_id", "point_operations.operation_id"]
        ),
        ForeignKeyConstraint(
            ["guild_id", "debit_id"], ["point_accounts.guild_id", "point_accounts.account_id"]
        ),
        ForeignKeyConstraint(
            ["guild_id", "credit_id"], ["point_accounts.guild_id", "point_accounts.account_id"]
        ),
        ForeignKeyConstraint(
            ["guild_id", "parent_id"], ["point_transfers.guild_id", "point_transfers.transfer_id"]
        ),
        ForeignKeyConstraint(
            ["guild_id", "reverses_id"], ["point_transfers.guild_id", "point_transfers.transfer_id"]
        ),
        UniqueConstraint("guild_id", "parent_id"),
        UniqueConstraint("guild_id", "reverses_id"),
        CheckConstraint(in_words("phase", Phase), "phase"),
        CheckConstraint("(phase IN ('capture', 'void')) = (parent_id IS NOT NULL)", "parent_id"),
        CheckConstraint(f"amount BETWEEN 1 AND {LARGEST_BALANCE}", "amount"),
        CheckConstraint("debit_id <> credit_id", "accounts"),
        Index("ix_point_transfers_guild_id_debit_id_transfer_id", "guild_id", "debit_id", "transfer_id"),
        Index("ix_point_transfers_guild_id_credit_id_transfer_id", "guild_id", "credit_id", "transfer_id"),
        Index("ix_point_transfers_guild_id_operation_id", "guild_id", "operation_id"),
        Index("ix_point_transfers_guild_id_posted_at", "guild_id", "posted_at"),
    )

    guild_id: int = Field(sa_column=key())
    transfer_id: int = Field(default=None, sa_column=numbered())
    operation_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    phase: Phase = Field(default=Phase.POST, sa_column=words(Phase))
    debit_id: int = Field(sa_column=snowflake())
    credit_id: int = Field(sa_column=snowflake())
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    debit_balance: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    credit_balance: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    parent_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    reverses_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    posted_at: datetime = Field(default_factory=utc_now, sa_column=instant())
