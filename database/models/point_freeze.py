"""Which cases keep a member's points frozen. An account that is frozen and has none here was frozen by the staff."""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, delete
from sqlmodel import Field, SQLModel, col

from database.models.base import key
from database.rows import Rows
from database.statements import param, statement


class PointFreeze(SQLModel, table=True):
    """It goes when its case is over, or when the staff decides about the account itself."""

    __tablename__ = "point_freezes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["guild_id", "account_id"], ["point_accounts.guild_id", "point_accounts.account_id"]
        ),
        ForeignKeyConstraint(["guild_id", "case_number"], ["cases.guild_id", "cases.number"]),
        Index("ix_point_freezes_guild_id_case_number", "guild_id", "case_number"),
    )

    guild_id: int = Field(sa_column=key())
    account_id: int = Field(sa_column=key())
    case_number: int = Field(sa_column=key())
    operation_id: int = Field(sa_column=Column(BigInteger, nullable=False))


FREEZES = Rows(PointFreeze)

_of_account = (
    col(PointFreeze.guild_id) == param("guild_id"),
    col(PointFreeze.account_id) == param("account_id"),
)
FORGET_FREEZE = statement(
    delete(PointFreeze).where(*_of_account, col(PointFreeze.case_number) == param("case_number"))
)
FORGET_FREEZES = statement(
    delete(PointFreeze).where(*_of_account, col(PointFreeze.operation_id) < param("before_id"))
)
"""Those that an operation of the staff has overtaken: a repeat of it, later on, touches none that came after."""
