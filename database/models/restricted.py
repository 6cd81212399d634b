"""A server's settings, and whether a timeout stands against two people by our own rows, in one statement."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, literal, or_, select
from sqlmodel import col

from database.models.guild_config import SETTINGS_COLUMNS, GuildConfig
from database.models.restriction import Restriction, RestrictionKind
from database.statements import param, statement


class SettingsAndAnswers(tuple[Any, ...]):
    """The settings, then the answers."""

    def __new__(cls, *values: Any) -> "SettingsAndAnswers":
        return super().__new__(cls, values)


def _is_restricted(name: str) -> ColumnElement[bool]:
    return (
        select(Restriction)
        .where(
            col(Restriction.guild_id) == param("guild_id"),
            col(Restriction.subject_id) == cast(param(name), BigInteger),
            col(Restriction.kind) == RestrictionKind.TIMEOUT,
            col(Restriction.wanted),
            or_(col(Restriction.until).is_(None), col(Restriction.until) > param("now")),
        )
        .exists()
    )


_always = select(literal(1)).subquery("always")
RULES_BETWEEN = statement(
    select(*SETTINGS_COLUMNS, _is_restricted("giver_id"), _is_restricted("receiver_id")).select_from(
        _always.outerjoin(GuildConfig, col(GuildConfig.guild_id) == param("guild_id"))
    ),
    into=SettingsAndAnswers,
)
"""One row, also for a server that has set nothing."""
