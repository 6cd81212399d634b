"""The single-statement steps by which a job that bans many is undone, and what was there before it."""

from sqlalchemy import BigInteger, DateTime, Text, any_, cast, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col, exists, or_

from database.models.act import Act, ActKind, ActState, Purpose
from database.models.case_link import CaseLink
from database.models.restriction import Restriction, RestrictionKind
from database.statements import param, statement

_because = or_(
    col(Restriction.case_number) == param("number"),
    col(Restriction.case_number).in_(
        select(col(CaseLink.number)).where(
            col(CaseLink.guild_id) == param("guild_id"), col(CaseLink.cause_number) == param("number")
        )
    ),
)
FOUND_BANNED = statement(
    select(Act).where(
        col(Act.guild_id) == param("guild_id"),
        col(Act.purpose) == Purpose.BEGIN,
        literal_column("""acts.payload @> '{"was": {"wanted": true, "applied": true}}'::jsonb"""),
        exists().where(
            col(CaseLink.guild_id) == col(Act.guild_id),
            col(CaseLink.number) == col(Act.case_number),
            col(CaseLink.cause_number) == param("number"),
        ),
    ),
    into=Act,
)
"""The acts of a job on people of whom it is known that somebody had banned them before."""

BANNED_FOR_A_TIME = statement(
    select(col(Restriction.subject_id)).where(
        col(Restriction.guild_id) == param("guild_id"),
        col(Restriction.kind) == RestrictionKind.BAN,
        col(Restriction.subject_id) == any_(cast(param("subject_ids"), ARRAY(BigInteger))),
        col(Restriction.wanted),
        col(Restriction.until).is_not(None),
    ),
    into=int,
)

PLAN_UNBANS = statement(
    insert(Act)
    .from_select(
        [
            "guild_id", "kind", "state", "purpose", "target_id", "case_number", "restriction", "version", "payload",
            "due_at", "fence", "attempts", "created_at",
        ],
        select(
            col(Restriction.guild_id),
            cast(literal(ActKind.UNBAN.value), Text),
            cast(literal(ActState.PLANNED.value), Text),
            cast(literal(Purpose.END.value), Text),
            col(Restriction.subject_id),
            col(Restriction.case_number),
            cast(literal(RestrictionKind.BAN.value), Text),
            col(Restriction.version),
            literal_column("'{}'::jsonb"),
            cast(param("now"), DateTime(timezone=True)),
            literal_column("0"),
            literal_column("0"),
            cast(param("now"), DateTime(timezone=True)),
        ).where(
            col(Restriction.guild_id) == param("guild_id"),
            col(Restriction.kind) == RestrictionKind.BAN,
            col(Restriction.wanted),
            _because,
        ),
    )
    .returning(col(Act.act_id)),
    into=int,
)  # fmt: skip
"""Of the bans that stand because of the job: what was decided since by anybody is not touched."""
