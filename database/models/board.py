"""Leaderboards: who stands where, kept beside the ledger and made of it. Their statements are in board_steps.py."""

from enum import Enum, IntEnum, StrEnum
from typing import NamedTuple

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Integer
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from database.models.base import in_words, key, numbered, snowflake, text, words

LEVELS = 7
"""Of the counting tree, from single values (0) to the branches of its root (6)."""
BITS = 6
"""A node has 64 children: 7 levels reach 2^42, and the root has a few more branches for what is beyond."""
_KIND_SIZE = 10**9


class BoardKind(IntEnum):
    """What is counted: balances, or what the server issued in a week, in a month, in a season."""

    ALL = 0
    WEEK = 1
    MONTH = 2
    SEASON = 3


class Board(NamedTuple):
    """`number`: a week of ISO 8601 as 202647, a month as 202611, the number of a season."""

    kind: BoardKind
    number: int = 0

    @property
    def key(self) -> int:
        """As the tables name it."""
        return self.kind * _KIND_SIZE + self.number

    @classmethod
    def of_key(cls, key: int) -> "Board":
        """ValueError for what names no board."""
        return cls(BoardKind(key // _KIND_SIZE), key % _KIND_SIZE)


ALL_TIME = Board(BoardKind.ALL)


class CursorState(StrEnum):
    """`clearing`: what was counted is thrown away; `recounting`: all transfers are read, by their number; `following`:
    new ones are read, in the order in which their transactions began.
    """

    CLEARING = "clearing"
    RECOUNTING = "recounting"
    FOLLOWING = "following"


class Progress(Enum):
    """Of counting: all is counted, more waits, or it waits for somebody else: who counts, or has not committed yet."""

    DONE = "done"
    MORE = "more"
    BUSY = "busy"


class BoardRow(SQLModel, table=True):
    """One member's points on one board. Who has left is hidden and stays."""

    __tablename__ = "point_boards"
    __table_args__ = (
        Index(
            "ix_point_boards_in_order",
            "guild_id",
            "board",
            "points",
            "user_id",
            postgresql_where=sql_text("NOT is_hidden AND points > 0"),
        ),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    guild_id: int = Field(sa_column=key())
    board: int = Field(sa_column=key())
    user_id: int = Field(sa_column=key())
    points: int = Field(sa_column=Column(BigInteger, nullable=False))
    """May be below zero where more was taken back than issued: then it is not shown."""
    is_hidden: bool = Field(sa_column=Column(Boolean, nullable=False))


class BoardCount(SQLModel, table=True):
    """How many people who are shown have points p with p >> (6 * level) = node: a place is a sum of few of these."""

    __tablename__ = "point_board_counts"
    __table_args__ = (
        CheckConstraint("people > 0", "people"),
        CheckConstraint(f"level BETWEEN 0 AND {LEVELS - 1}", "level"),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    guild_id: int = Field(sa_column=key())
    board: int = Field(sa_column=key())
    level: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    node: int = Field(sa_column=key())
    people: int = Field(sa_column=Column(BigInteger, nullable=False))


class BoardCursor(SQLModel, table=True):
    """How far a guild's transfers are counted. Its lock is the mutex of whoever counts."""

    __tablename__ = "point_board_cursors"
    __table_args__ = (
        CheckConstraint(in_words("state", CursorState), "state"),
        CheckConstraint("length(time_zone) BETWEEN 1 AND 64", "time_zone"),
    )

    guild_id: int = Field(sa_column=key())
    state: CursorState = Field(default=CursorState.CLEARING, sa_column=words(CursorState))
    cluster: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    """PostgreSQL's own name for its cluster: numbers of transactions mean nothing in another one."""
    time_zone: str = Field(sa_column=text())
    """Where weeks and months begin for what was counted."""
    posted_in: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    transfer_id: int = Field(default=0, sa_column=snowflake())
    """Counted up to here: transfers after `base_id` by (posted_in, transfer_id), those before by transfer_id alone."""
    base_id: int = Field(default=0, sa_column=snowflake())
    barrier: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    """The first transaction that cannot have drawn a number below `base_id`: all before it must have ended first."""


class MembershipChange(SQLModel, table=True):
    """Somebody left or came back, which boards do not know yet. A trigger on `users` writes it."""

    __tablename__ = "membership_changes"

    guild_id: int = Field(sa_column=key())
    change_id: int = Field(default=None, sa_column=numbered())
    user_id: int = Field(sa_column=snowflake())
