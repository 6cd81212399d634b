"""Who should be banned, with the words of the case that wants it."""

from typing import NamedTuple

from sqlalchemy import Text, and_, cast, func, or_, select
from sqlmodel import col

from database.models.case import Case
from database.models.restriction import Restriction, RestrictionKind
from database.statements import param, statement


class WantedBan(NamedTuple):
    user_id: int
    name: str
    reason: str


BANNED = statement(
    select(col(Restriction.subject_id), col(Case.target_name), col(Case.reason))
    .join(
        Case,
        and_(
            col(Case.guild_id) == col(Restriction.guild_id), col(Case.number) == col(Restriction.case_number)
        ),
    )
    .where(
        col(Restriction.guild_id) == param("guild_id"),
        col(Restriction.kind) == RestrictionKind.BAN,
        col(Restriction.wanted),
        or_(
            func.starts_with(cast(col(Restriction.subject_id), Text), param("typed")),
            func.strpos(func.lower(col(Case.target_name)), func.lower(cast(param("typed"), Text))) > 0,
        ),
    )
    .order_by(col(Restriction.case_number).desc())
    .limit(param("limit")),
    into=WantedBan,
)
"""The latest first; `typed` is the beginning of an id or a piece of a name."""
