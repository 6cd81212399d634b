"""The ladder of a server: the steps to which warnings add up, those that were taken, and reasons to choose from."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    Text,
    UniqueConstraint,
    cast,
)
from sqlalchemy import delete as delete_rows
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col, func, or_, select

from database.eager import one, several
from database.models.base import OneOf, instant, key, text
from database.models.case import LONGEST_REASON, MOST_CASE_POINTS, Case, CaseKind, CaseState
from database.models.case_link import CaseLink
from database.models.case_plan import RolesMeanwhile
from database.models.guild_config import GuildConfig
from database.rows import Rows
from database.statements import param, statement

STEP_KINDS = (CaseKind.TIMEOUT, CaseKind.KICK, CaseKind.SOFTBAN, CaseKind.BAN)
HIGHEST_THRESHOLD = 1_000
"""Points."""
LONGEST_PRESET_NAME = 50
LADDER_SETTING, PRESET_SETTING = "ladder:", "preset:"
"""How the history of settings names a step and a preset: `ladder:4`, `preset:spam`."""


class LadderStep(SQLModel, table=True):
    """What follows when somebody's warnings reach `threshold` points. `seconds`: None where it has no end."""

    __tablename__ = "ladder_steps"
    __table_args__ = (
        CheckConstraint(f"threshold BETWEEN 1 AND {HIGHEST_THRESHOLD}", "threshold"),
        CheckConstraint(f"kind IN ({', '.join(repr(str(kind)) for kind in STEP_KINDS)})", "kind"),
        CheckConstraint("seconds > 0", "seconds"),
        CheckConstraint(
            "CASE kind WHEN 'timeout' THEN seconds IS NOT NULL WHEN 'ban' THEN true ELSE seconds IS NULL END",
            "duration",
        ),
    )

    guild_id: int = Field(sa_column=key())
    threshold: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    kind: CaseKind = Field(sa_column=Column(OneOf(CaseKind), nullable=False))
    seconds: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))

    @property
    def duration(self) -> timedelta | None:
        return None if self.seconds is None else timedelta(seconds=self.seconds)

    @property
    def said(self) -> dict[str, object]:
        """As the history of settings keeps it."""
        return {"kind": str(self.kind), "seconds": self.seconds}


class ReasonPreset(SQLModel, table=True):
    """A reason that moderators choose by its name; a warning for it weighs `weight` unless they say otherwise."""

    __tablename__ = "reason_presets"
    __table_args__ = (
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_PRESET_NAME}", "name"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {LONGEST_REASON}", "text"),
        CheckConstraint(f"weight BETWEEN 0 AND {MOST_CASE_POINTS}", "weight"),
    )

    guild_id: int = Field(sa_column=key())
    name: str = Field(sa_column=Column(Text, primary_key=True))
    text: str = Field(sa_column=text())
    weight: int = Field(sa_column=Column(Integer, nullable=False))

    @property
    def said(self) -> dict[str, object]:
        """As the history of settings keeps it."""
        return {"text": self.text, "weight": self.weight}


class LadderClimb(SQLModel, table=True):
    """A step that was taken: case `number`, because of the warning that reached it. Rows are only added.

    One warning leads to one step at most. `halving_days`: as the server counted then.
    """

    __tablename__ = "ladder_climbs"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "number"], ["cases.guild_id", "cases.number"]),
        ForeignKeyConstraint(["guild_id", "warning_number"], ["cases.guild_id", "cases.number"]),
        UniqueConstraint("guild_id", "warning_number"),
        CheckConstraint("threshold > 0", "threshold"),
        CheckConstraint("halving_days >= 0", "halving_days"),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    warning_number: int = Field(sa_column=Column(BigInteger, nullable=False))
    threshold: int = Field(sa_column=Column(Integer, nullable=False))
    halving_days: int = Field(sa_column=Column(Integer, nullable=False))
    decided_at: datetime = Field(sa_column=instant())


STEPS = Rows(LadderStep)
PRESETS = Rows(ReasonPreset)
CLIMBS = Rows(LadderClimb)


class Weight(NamedTuple):
    """A warning that counts."""

    number: int
    points: int
    at: datetime


class LadderOf(NamedTuple):
    """A server's ladder, and the warnings of one person that stand in its window."""

    days: int
    halving_days: int
    steps: list[LadderStep]
    warnings: list[Weight]


class Founded(NamedTuple):
    """A step that was taken and stands, and what of its warnings still counts."""

    case: Case
    climb: LadderClimb
    causes: list[Weight]


class Reached(NamedTuple):
    """A step, the warning that reached it with so many points, and the numbers of all that counted."""

    step: LadderStep
    points: int
    days: int
    warning: Case
    causes: list[int]


class Escalating(NamedTuple):
    """Who takes the steps of the ladder (Reeve), in which words, and which roles a timeout gives and takes.

    `most_acts`: kicks and bans of whoever warns within the hour, those that follow from warnings among them; None: any
    number. What would be more is left out, and pauses them.
    """

    by_id: int
    by_name: str
    reason: Callable[[Reached], str]
    roles: RolesMeanwhile = RolesMeanwhile()
    most_acts: int | None = None


_its_steps = (
    select(*LadderStep.__table__.columns)  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
    .where(col(LadderStep.guild_id) == col(GuildConfig.guild_id))
    .order_by(col(LadderStep.threshold))
)
_weight: list[Any] = [col(Case.number), col(Case.points), col(Case.created_at)]
_counts = (col(Case.kind) == CaseKind.WARN, col(Case.state) == CaseState.ACTIVE, col(Case.points) > 0)
_window = func.make_interval(
    0, 0, 0, 0, col(GuildConfig.ladder_days) * 24
)  # hours: days may be 23 of them long
_warnings = (
    select(*_weight)
    .where(
        col(Case.guild_id) == col(GuildConfig.guild_id),
        col(Case.target_id) == param("target_id"),
        *_counts,
        col(Case.created_at) > cast(param("now"), DateTime(timezone=True)) - _window,
    )
    .order_by(col(Case.number))
)
LADDER_OF = statement(
    select(
        col(GuildConfig.ladder_days),
        col(GuildConfig.ladder_halving_days),
        several(_its_steps, into=LadderStep),
        several(_warnings, into=Weight),
    ).where(col(GuildConfig.guild_id) == param("guild_id")),
    into=LadderOf,
)
"""No row for a server that has changed nothing: it has no ladder."""

_causes = (
    select(*_weight)
    .join(
        CaseLink,
        (col(CaseLink.guild_id) == col(Case.guild_id)) & (col(CaseLink.cause_number) == col(Case.number)),
    )
    .where(
        col(CaseLink.guild_id) == col(LadderClimb.guild_id),
        col(CaseLink.number) == col(LadderClimb.number),
        *_counts,
    )
    .correlate(LadderClimb)
)
_link = CaseLink.__table__.alias()  # type: ignore[attr-defined]  # likewise
_taken = Case.__table__.alias()  # type: ignore[attr-defined]  # likewise
FOUNDED_ON = statement(
    select(
        one(Case, _taken.c),
        one(LadderClimb),
        several(_causes, into=Weight),
    )
    .select_from(LadderClimb)
    .join(
        _taken,
        (_taken.c.guild_id == col(LadderClimb.guild_id)) & (_taken.c.number == col(LadderClimb.number)),
    )
    .join(
        _link, (_link.c.guild_id == col(LadderClimb.guild_id)) & (_link.c.number == col(LadderClimb.number))
    )
    .where(
        _link.c.guild_id == param("guild_id"),
        _link.c.cause_number == param("number"),
        or_(_taken.c.state == CaseState.ACTIVE, _taken.c.state == CaseState.PENDING),
    )
    .order_by(_taken.c.number),
    into=Founded,
)
"""The steps that were taken because of a warning, among others, and that stand."""

_step = insert(LadderStep).values(
    **{name: param(name) for name in ("guild_id", "threshold", "kind", "seconds")}
)
PUT_STEP = statement(_step)

DROP_STEP = statement(
    delete_rows(LadderStep).where(
        col(LadderStep.guild_id) == param("of_guild_id"), col(LadderStep.threshold) == param("of_threshold")
    )
)

_preset = insert(ReasonPreset).values(
    **{name: param(name) for name in ("guild_id", "name", "text", "weight")}
)
PUT_PRESET = statement(
    _preset.on_conflict_do_update(
        index_elements=["guild_id", "name"],
        set_={"text": _preset.excluded.text, "weight": _preset.excluded.weight},
    )
)

DROP_PRESET = statement(
    delete_rows(ReasonPreset).where(
        col(ReasonPreset.guild_id) == param("of_guild_id"), col(ReasonPreset.name) == param("of_name")
    )
)
