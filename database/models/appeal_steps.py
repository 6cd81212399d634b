"""Single statements about appeals: their numbers, what can be appealed, posts to look at again."""

from typing import NamedTuple

from sqlalchemy import or_, select
from sqlmodel import col

from database.models.appeal import APPEALABLE, APPEALABLE_STATES, Appeal, AppealCounter, AppealState
from database.models.case import Case, CaseKind, CaseState
from database.models.case_link import CaseLink
from database.models.outbox import Delivery
from database.models.staff_posts import count_on, lock_numbers, set_post, show_again
from database.statements import param, statement

MOST_SHOWN = 25
"""As many as Discord suggests."""

LOCK_APPEALS = lock_numbers(AppealCounter)
COUNT_APPEAL = count_on(AppealCounter)


class OwnCase(NamedTuple):
    """A case as the person whom it is about may know it: not by whom."""

    guild_id: int
    number: int
    kind: CaseKind
    state: CaseState
    reason: str


OWN_CASES = statement(
    select(col(Case.guild_id), col(Case.number), col(Case.kind), col(Case.state), col(Case.reason))
    .where(
        col(Case.target_id) == param("target_id"),
        or_(*(col(Case.kind) == kind for kind in APPEALABLE)),
        or_(*(col(Case.state) == state for state in APPEALABLE_STATES)),
    )
    .order_by(
        (col(Case.guild_id) == param("first_guild_id")).desc(), col(Case.created_at).desc(), col(Case.number)
    )
    .limit(MOST_SHOWN),
    into=OwnCase,
)
"""Of one person in all servers, those of one server first, and the newest first."""

OWN_APPEALS = statement(
    select(*Appeal.__table__.columns)  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
    .where(col(Appeal.appellant_id) == param("appellant_id"))
    .order_by(col(Appeal.created_at).desc(), col(Appeal.guild_id), col(Appeal.number).desc())
    .limit(MOST_SHOWN),
    into=Appeal,
)

LED_TO = statement(
    select(col(Case.moderator_id))
    .join(
        CaseLink,
        (col(CaseLink.guild_id) == col(Case.guild_id)) & (col(CaseLink.cause_number) == col(Case.number)),
    )
    .where(col(CaseLink.guild_id) == param("guild_id"), col(CaseLink.number) == param("number"))
    .distinct(),
    into=int,
)
"""The moderators of the cases that led to one."""

SET_APPEAL_POST = set_post(Appeal)
SHOW_APPEALS_AGAIN = show_again(Appeal, col(Appeal.state) == AppealState.OPEN, Delivery.APPEAL_POST)
