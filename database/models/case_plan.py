"""What a kind of case asks of Discord: what should be true from now on, and the acts that bring it about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from database.models.act import ActKind, Purpose
from database.models.case import CaseKind
from database.models.restriction import RestrictionKind

LONGEST_DELETION_SECONDS = 604_800
"""Of messages that a ban may delete: https://discord.com/developers/docs/resources/guild#create-guild-ban"""


class Wanted(NamedTuple):
    """A restriction as it should be. `payload` is put over what the row has."""

    kind: RestrictionKind
    wanted: bool
    until: datetime | None = None
    payload: Mapping[str, Any] = {}


class PlannedAct(NamedTuple):
    """`at` None: now. `follows`: only once the act before it in the plan is done."""

    kind: ActKind
    restriction: RestrictionKind | None = None
    purpose: Purpose = Purpose.BEGIN
    at: datetime | None = None
    until: datetime | None = None
    payload: Mapping[str, Any] = {}
    follows: bool = False


class Plan(NamedTuple):
    """Of the case's target. Empty: the case is all there is to it."""

    wants: tuple[Wanted, ...] = ()
    acts: tuple[PlannedAct, ...] = ()


NO_PLAN = Plan()


class RolesMeanwhile(NamedTuple):
    """Roles that a timeout gives and takes for as long as it lasts."""

    give: tuple[int, ...] = ()
    take: tuple[int, ...] = ()


def plan_ban(*, until: datetime | None, delete_seconds: int = 0) -> Plan:
    ban = PlannedAct(
        ActKind.BAN, RestrictionKind.BAN, until=until, payload={"delete_seconds": delete_seconds}
    )
    end = [] if until is None else [_end(ActKind.UNBAN, RestrictionKind.BAN, until)]
    return Plan((Wanted(RestrictionKind.BAN, wanted=True, until=until),), (ban, *end))


def plan_unban() -> Plan:
    return Plan(
        (Wanted(RestrictionKind.BAN, wanted=False),), (PlannedAct(ActKind.UNBAN, RestrictionKind.BAN),)
    )


def plan_softban(*, delete_seconds: int) -> Plan:
    """A kick that deletes messages: banned and unbanned at once. What should be true is that they are not banned."""
    ban = PlannedAct(ActKind.BAN, RestrictionKind.BAN, payload={"delete_seconds": delete_seconds})
    unban = PlannedAct(ActKind.UNBAN, RestrictionKind.BAN, follows=True)
    return Plan((Wanted(RestrictionKind.BAN, wanted=False),), (ban, unban))


def plan_timeout(*, until: datetime, roles: RolesMeanwhile | None = None) -> Plan:
    wants = [Wanted(RestrictionKind.TIMEOUT, wanted=True, until=until)]
    acts = [
        PlannedAct(ActKind.TIMEOUT, RestrictionKind.TIMEOUT, until=until),
        _end(ActKind.UNTIMEOUT, RestrictionKind.TIMEOUT, until),
    ]
    if roles is not None and (roles.give or roles.take):
        payload = {"given": list(roles.give), "taken": list(roles.take)}
        wants.append(Wanted(RestrictionKind.ROLES, wanted=True, until=until, payload=payload))
        acts.append(PlannedAct(ActKind.ROLES, RestrictionKind.ROLES))
        acts.append(_end(ActKind.ROLES, RestrictionKind.ROLES, until))
    return Plan(tuple(wants), tuple(acts))


def plan_untimeout(*, with_roles: bool) -> Plan:
    """`with_roles`: a timeout took or gave some, which comes to its end as well."""
    wants = [Wanted(RestrictionKind.TIMEOUT, wanted=False)]
    acts = [PlannedAct(ActKind.UNTIMEOUT, RestrictionKind.TIMEOUT)]
    if with_roles:
        wants.append(Wanted(RestrictionKind.ROLES, wanted=False))
        acts.append(PlannedAct(ActKind.ROLES, RestrictionKind.ROLES))
    return Plan(tuple(wants), tuple(acts))


def plan_kick() -> Plan:
    return Plan(acts=(PlannedAct(ActKind.KICK),))


def plan_lock(*, until: datetime | None, overwrites: Mapping[str, Any]) -> Plan:
    """`overwrites`: of the channel as they are now, which the unlocking restores."""
    wanted = Wanted(RestrictionKind.LOCK, wanted=True, until=until, payload={"overwrites": overwrites})
    end = [] if until is None else [_end(ActKind.UNLOCK, RestrictionKind.LOCK, until)]
    return Plan((wanted,), (PlannedAct(ActKind.LOCK, RestrictionKind.LOCK, until=until), *end))


def plan_unlock() -> Plan:
    return Plan(
        (Wanted(RestrictionKind.LOCK, wanted=False),), (PlannedAct(ActKind.UNLOCK, RestrictionKind.LOCK),)
    )


def plan_slowmode(*, seconds: int, before: int = 0) -> Plan:
    """`before`: what the channel has now, which lifting it restores."""
    payload = {"seconds": seconds, "before": before if seconds else 0}
    wanted = Wanted(RestrictionKind.SLOWMODE, wanted=seconds > 0, payload=payload)
    return Plan(
        (wanted,), (PlannedAct(ActKind.SLOWMODE, RestrictionKind.SLOWMODE, payload={"seconds": seconds}),)
    )


def plan_purge(*, channel_id: int, message_ids: list[int]) -> Plan:
    return Plan(
        acts=(PlannedAct(ActKind.PURGE, payload={"channel_id": channel_id, "message_ids": message_ids}),)
    )


def _end(kind: ActKind, restriction: RestrictionKind, at: datetime) -> PlannedAct:
    return PlannedAct(kind, restriction, Purpose.END, at=at)


PLANNED_KINDS = frozenset(CaseKind) - {CaseKind.WARN, CaseKind.NOTE, CaseKind.MASSBAN}
"""Kinds that are done by acts: their cases begin as pending."""
