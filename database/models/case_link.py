"""What led to a case: the warnings behind an escalation, the batch behind one of its bans."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from database.models.base import key
from database.rows import Rows


class CaseLink(SQLModel, table=True):
    """`number` came of `cause_number`. Rows are only added."""

    __tablename__ = "case_links"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "number"], ["cases.guild_id", "cases.number"]),
        ForeignKeyConstraint(["guild_id", "cause_number"], ["cases.guild_id", "cases.number"]),
        CheckConstraint("cause_number <> number", "cause_number"),
        Index("ix_case_links_guild_id_cause_number", "guild_id", "cause_number"),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    cause_number: int = Field(sa_column=key())


LINKS = Rows(CaseLink)
