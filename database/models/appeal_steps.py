"""Single statements about appeals: their numbers, what can be appealed, posts to look at again."""

from typing import NamedTuple

from sqlalchemy import BigInteger, Boolean, any_, cast, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col, update

from database.models.appeal import APPEALABLE, APPEALABLE_STATES, Appeal, AppealCounter, AppealState
from database.models.case import Case, CaseKind, CaseState
from database.models.case_link import CaseLink
from database.models.outbox import Delivery, OutboxRow
from database.statements import param, statement

MOST_SHOWN = 25
"""As many as Discord suggests."""

_counter = insert(AppealCounter).values(guild_id=param("guild_id"), last_number=0)
LOCK_APPEALS = statement(
    _counter.on_conflict_do_update(
        index_elements=["guild_id"], set_={"last_number": col(AppealCounter.last_number)}
    ).returning(col(AppealCounter.last_number)),
    into=int,
)
"""The last number; until commit nobody else appeals in the guild."""

COUNT_APPEAL = statement(
    update(AppealCounter)
    .where(col(AppealCounter.guild_id) == param("of_guild_id"))
    .values(last_number=col(AppealCounter.last_number) + 1)
    .returning(col(AppealCounter.last_number)),
    into=int,
)


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

SET_APPEAL_POST = statement(
    update(Appeal)
    .where(col(Appeal.guild_id) == param("of_guild_id"), col(Appeal.number) == param("of_number"))
    .values(
        post_channel_id=param("post_channel_id"),
        post_message_id=param("post_message_id"),
        post_digest=param("post_digest"),
    )
)

_lost = (
    update(Appeal)
    .where(
        col(Appeal.guild_id) == param("of_guild_id"),
        col(Appeal.state) == AppealState.OPEN,
        or_(
            col(Appeal.post_message_id) == any_(cast(param("message_ids"), ARRAY(BigInteger))),
            cast(param("is_all"), Boolean),
        ),
    )
    .values(post_digest=None)
    .returning(col(Appeal.guild_id), col(Appeal.number))
    .cte("lost")
)
_moment = OutboxRow.__table__.c.due_at.type  # type: ignore[attr-defined]  # likewise
_ask_again = insert(OutboxRow).from_select(
    ["guild_id", "kind", "subject_id", "generation", "attempts", "due_at", "created_at"],
    select(
        _lost.c.guild_id,
        literal(Delivery.APPEAL_POST.value),
        _lost.c.number,
        literal(1),
        literal(0),
        param("now", _moment),
        param("now", _moment),
    ),
)
SHOW_APPEALS_AGAIN = statement(
    _ask_again.on_conflict_do_update(
        index_elements=["guild_id", "kind", "subject_id"],
        set_={
            "generation": col(OutboxRow.generation) + 1,
            "attempts": 0,
            "due_at": _ask_again.excluded.due_at,
            "last_error": None,
            "created_at": _ask_again.excluded.created_at,
        },
    ).returning(col(OutboxRow.subject_id)),
    into=int,
)
"""Posts of appeals that wait, the named ones or all."""
