"""What a server's ledger is proved by: the sums of each account's transfers so far, and sums of days."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Text
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from database.models.base import instant, key


def _number() -> "Column[int]":
    return Column(BigInteger, nullable=False)


class PointCheck(SQLModel, table=True):
    """How far a server's transfers were looked through. It only says whose accounts may have changed: which of their
    transfers are summed up is in PointProof, exactly.
    """

    __tablename__ = "point_checks"

    guild_id: int = Field(sa_column=key())
    cluster: int = Field(sa_column=_number())
    """Of PostgreSQL: numbers of transactions are another's after a restore."""
    posted_in: int = Field(sa_column=_number())
    """All transactions before have ended, and their accounts are looked at."""
    walked_to: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """While all accounts are gone through, in the order of their ids: the last that was looked at."""
    turned_to: int = Field(sa_column=_number())
    """Some accounts have their turn each hour, whether they have moved or not: the last that had it; 0 at the start
    of a round.
    """
    checked_at: datetime = Field(sa_column=instant())


class PointProof(SQLModel, table=True):
    """What the transfers of an account come to, up to one of them.

    They are in the order of their numbers: who writes one has the account's lock until COMMIT.
    """

    __tablename__ = "point_proofs"
    __table_args__ = (
        Index("ix_point_proofs_holding", "guild_id", postgresql_where=sql_text("held_out > 0")),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    guild_id: int = Field(sa_column=key())
    account_id: int = Field(sa_column=key())
    transfer_id: int = Field(sa_column=_number())
    balance: int = Field(sa_column=_number())
    held_out: int = Field(sa_column=_number())
    held_in: int = Field(sa_column=_number())
    earned: int = Field(sa_column=_number())


class PointDay(SQLModel, table=True):
    """What moved in a day (UTC) by operations of a kind, from whom to whom. 0 stands for members."""

    __tablename__ = "point_days"
    __table_args__ = (
        CheckConstraint("length(kind) BETWEEN 1 AND 32", "kind"),
        CheckConstraint("debit_id BETWEEN 0 AND 999", "debit_id"),
        CheckConstraint("credit_id BETWEEN 0 AND 999", "credit_id"),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    guild_id: int = Field(sa_column=key())
    moved_on: date = Field(sa_column=Column(Date, primary_key=True))
    kind: str = Field(sa_column=Column(Text, primary_key=True))
    debit_id: int = Field(sa_column=key())
    credit_id: int = Field(sa_column=key())
    amount: int = Field(sa_column=_number())
    transfers: int = Field(sa_column=_number())
