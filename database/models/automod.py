"""Which rules of Discord's AutoMod lead to cases here."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Integer
from sqlalchemy import delete as delete_rows
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col

from database.models.base import in_words, key, words
from database.models.case import MOST_CASE_POINTS
from database.rows import Rows
from database.statements import param, statement

AUTOMOD_SETTING = "automod:"
"""How the history of settings names a rule: `automod:1234`."""
MOST_AUTOMOD_RULES = 50
"""Of one server. Discord allows a server about ten."""


class AutomodMode(StrEnum):
    """What a hit becomes: a warning, of which the member is told, or a note, which only the staff sees."""

    WARN = "warn"
    NOTE = "note"


class AutomodRule(SQLModel, table=True):
    """A rule without a row leads to nothing."""

    __tablename__ = "automod_rules"
    __table_args__ = (
        CheckConstraint(in_words("mode", AutomodMode), "mode"),
        CheckConstraint(f"points BETWEEN 0 AND {MOST_CASE_POINTS}", "points"),
        CheckConstraint("mode = 'warn' OR points = 0", "weight"),
    )

    guild_id: int = Field(sa_column=key())
    rule_id: int = Field(sa_column=key())
    mode: AutomodMode = Field(sa_column=words(AutomodMode))
    points: int = Field(sa_column=Column(Integer, nullable=False))

    @property
    def said(self) -> dict[str, object]:
        """As the history of settings keeps it."""
        return {"mode": str(self.mode), "points": self.points}


AUTOMOD_RULES = Rows(AutomodRule)

_put = insert(AutomodRule).values(**{name: param(name) for name in ("guild_id", "rule_id", "mode", "points")})

PUT_AUTOMOD_RULE = statement(
    _put.on_conflict_do_update(
        index_elements=["guild_id", "rule_id"],
        set_={"mode": _put.excluded.mode, "points": _put.excluded.points},
    )
)

DROP_AUTOMOD_RULE = statement(
    delete_rows(AutomodRule).where(
        col(AutomodRule.guild_id) == param("of_guild_id"), col(AutomodRule.rule_id) == param("of_rule_id")
    )
)
