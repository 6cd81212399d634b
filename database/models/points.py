"""The ledger: accounts, operations, transfers. A balance is a cache of the transfers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
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
TREASURY = 2
BURN = 3
SHOP = 4
IMPORT = 5
SEASON = 6
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


ISSUERS = (MINT, IMPORT)
"""What comes from them counts as earned, what goes back to them does not any more."""


class Source(StrEnum):
    """Who numbers the requests, so that a number can come again only as a repeat."""

    INTERACTION = "interaction"
    MESSAGE = "message"
    DRAFT = "draft"
    """What a person was asked: two clicks on one question are two interactions, and one of these."""
    BATCH = "batch"
    """Earnings together: the id of the first of them."""
    CASE = "case"
    HOLD = "hold"
    """What ends a hold by itself: the id of its transfer."""
    JOB = "job"
    IMPORT = "import"
    SEASON = "season"


class OperationKind(StrEnum):
    GIVE = "give"
    AWARD = "award"
    TALK = "talk"
    TAKE = "take"
    SET = "set"
    VOICE = "voice"
    DAILY = "daily"
    THANKS = "thanks"
    HOLD = "hold"
    CAPTURE = "capture"
    VOID = "void"
    BUY = "buy"
    REFUND = "refund"
    FINE = "fine"
    REVERSE = "reverse"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    IMPORT = "import"
    SEASON = "season"


BY_STAFF = frozenset(
    {
        OperationKind.AWARD,
        OperationKind.TAKE,
        OperationKind.SET,
        OperationKind.FINE,
        OperationKind.REVERSE,
        OperationKind.FREEZE,
        OperationKind.UNFREEZE,
        OperationKind.IMPORT,
        OperationKind.SEASON,
        OperationKind.REFUND,
        OperationKind.CAPTURE,
        OperationKind.VOID,
    }
)
"""What a frozen account does not stop: the server's own acts, and the end of what was begun before."""


class Phase(StrEnum):
    POST = "post"
    HOLD = "hold"
    CAPTURE = "capture"
    VOID = "void"


def _points() -> Any:
    return Column(BigInteger, nullable=False, server_default="0")


class PointAccount(SQLModel, table=True):
    """`balance` is a cache, with a floor and a ceiling that count what is held.

    Only a member's and the treasury's are kept: all others are derived, so that no row is hot.
    """

    __tablename__ = "point_accounts"
    __table_args__ = (
        CheckConstraint(in_words("kind", AccountKind), "kind"),
        CheckConstraint("(kind = 'member') = (account_id >= 1000)", "account_id"),
        CheckConstraint(
            "kind NOT IN ('member', 'treasury') "
            f"OR (balance - held_out >= -debt AND balance + held_in <= {LARGEST_BALANCE})",
            "balance",
        ),
        CheckConstraint("held_out >= 0 AND held_in >= 0 AND debt >= 0", "held"),
        CheckConstraint(
            "sent_today >= 0 AND received_today >= 0 AND earned_today >= 0 AND thanks_today >= 0 "
            "AND daily_streak >= 0",
            "counted",
        ),
        {"postgresql_with": {"fillfactor": "80"}},  # balance updates stay HOT: nothing indexes it
    )

    guild_id: int = Field(sa_column=key())
    account_id: int = Field(sa_column=key())
    kind: AccountKind = Field(sa_column=words(AccountKind))
    balance: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    last_talked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    opened_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    held_out: int = Field(default=0, sa_column=_points())
    """Promised to somebody, and not to be spent meanwhile."""
    held_in: int = Field(default=0, sa_column=_points())
    """Promised by somebody: the ceiling has room for it."""
    debt: int = Field(default=0, sa_column=_points())
    """How far below zero a reversal by the staff has taken it."""
    earned: int = Field(default=0, sa_column=_points())
    """What the server issued to the member, less what it took back: levels count it. Gifts and purchases do not."""
    frozen_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    counted_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    """The day, by the server's clock, that the counts below are of."""
    sent_today: int = Field(default=0, sa_column=_points())
    received_today: int = Field(default=0, sa_column=_points())
    earned_today: int = Field(default=0, sa_column=_points())
    thanks_today: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    daily_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    daily_streak: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))


class PointLedger(SQLModel, table=True):
    """A server's ledger as a whole. No row: nothing is the matter with it."""

    __tablename__ = "point_ledgers"
    __table_args__ = (
        CheckConstraint("(frozen_at IS NULL) = (frozen_why IS NULL)", "frozen"),
        CheckConstraint("length(frozen_why) BETWEEN 1 AND 500", "frozen_why"),
    )

    guild_id: int = Field(sa_column=key())
    frozen_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """Since when no point moves, because a balance was not what its transfers say."""
    frozen_why: str | None = Field(default=None, sa_column=text(nullable=True))


class PointOperation(SQLModel, table=True):
    """One request and its answer, refusals included; (source, external_id) makes a repeat harmless.

    Once answered it never changes (a trigger holds it).
    """

    __tablename__ = "point_operations"
    __table_args__ = (
        UniqueConstraint("guild_id", "source", "external_id"),
        ForeignKeyConstraint(["guild_id", "case_number"], ["cases.guild_id", "cases.number"]),
        CheckConstraint(in_words("source", Source), "source"),
        CheckConstraint(in_words("kind", OperationKind), "kind"),
        CheckConstraint("length(request_hash) = 32", "request_hash"),
        CheckConstraint("length(refusal) BETWEEN 1 AND 64", "refusal"),
        CheckConstraint(f"length(note) BETWEEN 1 AND {LONGEST_NOTE}", "note"),
        Index(
            "ix_point_operations_of_staff",
            "guild_id",
            "asked_at",
            postgresql_where=sql_text(
                "kind IN ('award', 'take', 'set', 'fine', 'refund', 'reverse', "
                "'freeze', 'unfreeze', 'import', 'season')"
            ),
        ),
        Index(
            "ix_point_operations_guild_id_case_number",
            "guild_id",
            "case_number",
            postgresql_where=sql_text("case_number IS NOT NULL"),
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
    case_number: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """Of the case that it is a part of."""


class PointTransfer(SQLModel, table=True):
    """One debit and one credit, so the sum of all balances is zero by construction. Rows are only added."""

    __tablename__ = "point_transfers"
    __table_args__ = (
        # That the operation and both accounts are there, a trigger asks for all rows of a statement at once (0022).
        ForeignKeyConstraint(
            ["guild_id", "parent_id"], ["point_transfers.guild_id", "point_transfers.transfer_id"]
        ),
        ForeignKeyConstraint(
            ["guild_id", "reverses_id"], ["point_transfers.guild_id", "point_transfers.transfer_id"]
        ),
        Index(
            "ux_point_transfers_parent_id",
            "guild_id",
            "parent_id",
            unique=True,
            postgresql_where=sql_text("parent_id IS NOT NULL"),
        ),
        Index(
            "ux_point_transfers_reverses_id",
            "guild_id",
            "reverses_id",
            unique=True,
            postgresql_where=sql_text("reverses_id IS NOT NULL"),
        ),
        CheckConstraint(in_words("phase", Phase), "phase"),
        CheckConstraint("(phase IN ('capture', 'void')) = (parent_id IS NOT NULL)", "parent_id"),
        CheckConstraint(f"amount BETWEEN 1 AND {LARGEST_BALANCE}", "amount"),
        CheckConstraint("debit_id <> credit_id", "accounts"),
        CheckConstraint("expires_at IS NULL OR phase = 'hold'", "expires_at"),
        Index("ix_point_transfers_guild_id_debit_id_transfer_id", "guild_id", "debit_id", "transfer_id"),
        Index("ix_point_transfers_guild_id_credit_id_transfer_id", "guild_id", "credit_id", "transfer_id"),
        Index("ix_point_transfers_guild_id_operation_id", "guild_id", "operation_id"),
        Index(
            "ix_point_transfers_expires_at_transfer_id",
            "expires_at",
            "transfer_id",
            postgresql_where=sql_text("expires_at IS NOT NULL"),
        ),
        Index("ix_point_transfers_guild_id_posted_in_transfer_id", "guild_id", "posted_in", "transfer_id"),
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
    expires_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    posted_in: int = Field(
        default=0,
        sa_column=Column(
            BigInteger, nullable=False, server_default=sql_text("(pg_current_xact_id()::text)::bigint")
        ),
    )
    """The transaction. A reader that stops before the oldest one still open misses none that is committed later,
    which its number alone would not tell: numbers are given out before COMMIT."""
