"""The statements around what earns, beside the tables in earning.py."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Text,
    any_,
    cast,
    delete,
    func,
    literal,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col

from database.models.earning import PointBoost, PointEarning, PointMember, PointRule, PointThanks
from database.models.ledger_steps import of_many
from database.rows import Rows
from database.statements import param, statement

RULES = Rows(PointRule)
BOOSTS = Rows(PointBoost)
MEMBERS = Rows(PointMember)
THANKS = Rows(PointThanks)


class Rate(NamedTuple):
    """A rule, or a boost, which ends. `subject_id` None: the whole server."""

    subject: str
    subject_id: int | None
    percent: int
    ends_at: datetime | None


RATES = statement(
    union_all(
        select(
            cast(col(PointRule.subject), Text).label("subject"),
            col(PointRule.subject_id),
            col(PointRule.percent),
            cast(null(), DateTime(timezone=True)).label("ends_at"),
        ).where(col(PointRule.guild_id) == param("guild_id")),
        select(
            cast(col(PointBoost.subject), Text),
            col(PointBoost.subject_id),
            col(PointBoost.percent),
            col(PointBoost.ends_at),
        ).where(col(PointBoost.guild_id) == param("guild_id"), col(PointBoost.ends_at) > param("now")),
    ),
    into=Rate,
)


class Earned(NamedTuple):
    """A key that has earned, and what."""

    external_id: int
    user_id: int
    points: int


EARNED_ALREADY = statement(
    select(col(PointEarning.external_id), col(PointEarning.user_id), col(PointEarning.points)).where(
        col(PointEarning.guild_id) == param("guild_id"),
        col(PointEarning.source) == param("source"),
        col(PointEarning.external_id) == any_(cast(param("external_ids"), ARRAY(BigInteger))),
        col(PointEarning.user_id) == any_(cast(param("user_ids"), ARRAY(BigInteger))),
    ),
    into=Earned,
)

_given = (
    func.unnest(
        of_many("external_ids", BigInteger),
        of_many("user_ids", BigInteger),
        of_many("points", Integer),
        of_many("earned_at", DateTime(timezone=True)),
    )
    .table_valued("external_id", "user_id", "points", "earned_at", name="given")
    .render_derived()
)
NOTE_EARNINGS = statement(
    insert(PointEarning).from_select(
        ["guild_id", "source", *_given.c.keys()],
        select(cast(param("guild_id"), BigInteger), cast(param("source"), Text), *_given.c),
    )
)
"""Many at once as arrays: instances of the model would take longer than all else about an earning."""

KEY = (PointEarning.guild_id, PointEarning.source, PointEarning.external_id, PointEarning.user_id)

_oldest = (
    select(*(col(column) for column in KEY))
    .where(col(PointEarning.earned_at) < param("before"))
    .order_by(col(PointEarning.earned_at))
    .limit(param("limit"))
    .with_for_update(skip_locked=True)
    .cte("oldest")
)
FORGET_EARNINGS = statement(
    delete(PointEarning)
    .where(
        col(PointEarning.guild_id) == _oldest.c.guild_id,
        col(PointEarning.source) == _oldest.c.source,
        col(PointEarning.external_id) == _oldest.c.external_id,
        col(PointEarning.user_id) == _oldest.c.user_id,
    )
    .returning(literal(1)),
    into=int,
)

RUNNING_BOOSTS = statement(
    select(PointBoost)
    .where(col(PointBoost.guild_id) == param("guild_id"), col(PointBoost.ends_at) > param("now"))
    .order_by(col(PointBoost.ends_at), col(PointBoost.boost_id)),
    into=PointBoost,
)

END_BOOST = statement(
    update(PointBoost)
    .where(col(PointBoost.guild_id) == param("of_guild_id"), col(PointBoost.boost_id) == param("of_boost_id"))
    .values(ends_at=param("now"))
)

_rule = insert(PointRule).values(**{name: param(name) for name in PointRule.model_fields})
PUT_RULE = statement(
    _rule.on_conflict_do_update(
        index_elements=["guild_id", "subject", "subject_id"], set_={"percent": _rule.excluded.percent}
    )
)
DROP_RULE = statement(
    delete(PointRule).where(
        col(PointRule.guild_id) == param("of_guild_id"),
        col(PointRule.subject) == param("of_subject"),
        col(PointRule.subject_id) == param("of_subject_id"),
    )
)

_zone = insert(PointMember).values({name: param(name) for name in ("guild_id", "user_id", "time_zone")})
CHOOSE_ZONE = statement(
    _zone.on_conflict_do_update(
        index_elements=["guild_id", "user_id"], set_={"time_zone": _zone.excluded.time_zone}
    )
)

_daily = insert(PointMember).values(
    {name: param(name) for name in ("guild_id", "user_id", "daily_at", "daily_zone")}
)
NOTE_DAILY = statement(
    _daily.on_conflict_do_update(
        index_elements=["guild_id", "user_id"],
        set_={"daily_at": _daily.excluded.daily_at, "daily_zone": _daily.excluded.daily_zone},
        where=func.coalesce(col(PointMember.daily_at) < _daily.excluded.daily_at, True),
    )
)
"""A repeat of an older request takes nothing back; so for thanks."""

_thanks = insert(PointThanks).values({name: param(name) for name in PointThanks.model_fields})
NOTE_THANKS = statement(
    _thanks.on_conflict_do_update(
        index_elements=["guild_id", "giver_id", "receiver_id"],
        set_={"thanked_at": func.greatest(col(PointThanks.thanked_at), _thanks.excluded.thanked_at)},
    )
)
