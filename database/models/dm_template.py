"""A server's own words for the direct messages that its members get."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Column
from sqlalchemy import delete as delete_rows
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col

from database.models.base import OneOf, in_words, key, text
from database.rows import Rows
from database.statements import param, statement

LONGEST_TEMPLATE = 1_500
"""Characters. With a reason of 1,000 in it, it fits into the 4,096 of an embed's description."""
TEMPLATE_SETTING = "template:"
"""How the history of settings names a template: `template:ban`."""


class TemplateKind(StrEnum):
    """What a member is told of."""

    WARN = "warn"
    TIMEOUT = "timeout"
    UNTIMEOUT = "untimeout"
    KICK = "kick"
    BAN = "ban"
    UNBAN = "unban"
    SOFTBAN = "softban"
    VOID = "void"
    APPEAL = "appeal"


class DmTemplate(SQLModel, table=True):
    """A server without a row for a kind uses Reeve's own words."""

    __tablename__ = "dm_templates"
    __table_args__ = (
        CheckConstraint(in_words("kind", TemplateKind), "kind"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {LONGEST_TEMPLATE}", "text"),
    )

    guild_id: int = Field(sa_column=key())
    kind: TemplateKind = Field(sa_column=Column(OneOf(TemplateKind), primary_key=True))
    text: str = Field(sa_column=text())


TEMPLATES = Rows(DmTemplate)

_put = insert(DmTemplate).values(guild_id=param("guild_id"), kind=param("kind"), text=param("text"))

PUT_TEMPLATE = statement(
    _put.on_conflict_do_update(index_elements=["guild_id", "kind"], set_={"text": _put.excluded.text})
)

DROP_TEMPLATE = statement(
    delete_rows(DmTemplate).where(
        col(DmTemplate.guild_id) == param("of_guild_id"), col(DmTemplate.kind) == param("of_kind")
    )
)
