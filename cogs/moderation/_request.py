"""What a moderator asks for, whole: as it is checked, kept while it waits for a word, and carried out."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.invocation import Interaction
from database.models import (
    NO_PLAN,
    CaseKind,
    CaseOrigin,
    FromReport,
    Plan,
    RolesMeanwhile,
    plan_ban,
    plan_kick,
    plan_lock,
    plan_purge,
    plan_slowmode,
    plan_softban,
    plan_timeout,
    plan_unban,
    plan_unlock,
    plan_untimeout,
)

NO_REASON = "No reason given."


@dataclass(frozen=True)
class Request:
    """`key`: of the interaction that asked first; it becomes the case's. `seconds`: how long it lasts, None for ever.
    `points` None: what the reason weighs, or the ladder says. `fine`: in points that members hold.

    `payload` is what one kind needs: `delete_seconds` (ban, softban), `seconds` and `before` (slowmode), `overwrites`
    (lock), `channel_id` and `message_ids` (purge), `give` and `take` (roles of a timeout); `report` (`number` and
    `answer`) for a case that ends one. `passed`: questions answered. `known_case`: the last case of somebody else that
    the moderator was shown. `remark`: a sentence for the answer about what is left out.
    """

    kind: CaseKind
    target_id: int
    target_name: str
    moderator_id: int
    moderator_name: str
    key: int
    reason: str = NO_REASON
    channel_id: int | None = None
    seconds: int | None = None
    points: int | None = 0
    payload: Mapping[str, Any] = field(default_factory=dict)
    is_told: bool = False
    origin: CaseOrigin = CaseOrigin.COMMAND
    causes: tuple[int, ...] = ()
    passed: tuple[str, ...] = ()
    known_case: int = 0
    remark: str = ""
    fine: int = 0
    freezes_points: bool = False

    @property
    def report(self) -> FromReport | None:
        """The report that the case ends."""
        return FromReport(**self.payload["report"]) if "report" in self.payload else None

    @property
    def duration(self) -> timedelta | None:
        return None if self.seconds is None else timedelta(seconds=self.seconds)

    def with_answer(self, question: str) -> "Request":
        return replace(self, passed=(*self.passed, question))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Request":
        values = dict(kept)
        values["kind"], values["origin"] = CaseKind(kept["kind"]), CaseOrigin(kept["origin"])
        values["causes"], values["passed"] = tuple(kept["causes"]), tuple(kept["passed"])
        return cls(**values)


def request_of(
    interaction: Interaction,
    kind: CaseKind,
    target: discord.abc.User | discord.abc.GuildChannel | discord.Thread,
    **more: Any,
) -> Request:
    """What this interaction asks for. People are told of what is done to them, except by notes."""
    is_person = isinstance(target, discord.abc.User)
    return Request(
        kind=kind,
        target_id=target.id,
        target_name=target.name,
        moderator_id=interaction.user.id,
        moderator_name=interaction.user.name,
        key=interaction.id,
        channel_id=interaction.channel_id,
        is_told=is_person and kind is not CaseKind.NOTE and not getattr(target, "bot", False),
        **more,
    )


def plan_of(request: Request, now: datetime) -> tuple[Plan, datetime | None]:
    """What the request asks of Discord, and when it ends."""
    until = None if request.duration is None else now + request.duration
    plan = PLANS.get(request.kind)
    return (NO_PLAN if plan is None else plan(request.payload, until)), until


def _timeout(payload: Mapping[str, Any], until: datetime | None) -> Plan:
    if until is None:
        raise ValueError("a timeout has an end")
    roles = RolesMeanwhile(tuple(payload.get("give", ())), tuple(payload.get("take", ())))
    return plan_timeout(until=until, roles=roles)


PLANS: dict[CaseKind, Callable[[Mapping[str, Any], datetime | None], Plan]] = {
    CaseKind.BAN: lambda payload, until: plan_ban(
        until=until, delete_seconds=payload.get("delete_seconds", 0)
    ),
    CaseKind.UNBAN: lambda _payload, _until: plan_unban(),
    CaseKind.SOFTBAN: lambda payload, _: plan_softban(delete_seconds=payload.get("delete_seconds", 0)),
    CaseKind.TIMEOUT: _timeout,
    CaseKind.UNTIMEOUT: lambda payload, _: plan_untimeout(with_roles=bool(payload.get("with_roles"))),
    CaseKind.KICK: lambda _payload, _until: plan_kick(),
    CaseKind.LOCK: lambda payload, until: plan_lock(until=until, overwrites=payload["overwrites"]),
    CaseKind.UNLOCK: lambda _payload, _until: plan_unlock(),
    CaseKind.SLOWMODE: lambda payload, _: plan_slowmode(seconds=payload["seconds"], before=payload["before"]),
    CaseKind.PURGE: lambda payload, _: plan_purge(
        channel_id=payload["channel_id"], message_ids=list(payload["message_ids"])
    ),
}
