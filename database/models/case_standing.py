"""Cases that stood for something before another one did."""

from sqlalchemy import Text, any_, cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select

from database.models.case import Case, CaseState
from database.statements import param, statement

EARLIER = statement(
    select(Case)
    .where(
        col(Case.guild_id) == param("guild_id"),
        col(Case.target_id) == param("target_id"),
        col(Case.number) < param("number"),
        col(Case.kind) == any_(cast(param("kinds"), ARRAY(Text))),
        col(Case.state) == CaseState.ACTIVE,
    )
    .order_by(col(Case.number))
    .with_for_update(),
    into=Case,
)
"""Those of these kinds about one person or channel that are active, locked."""
