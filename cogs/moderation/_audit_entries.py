"""What an entry of Discord's audit log says that somebody did: heard as an event, or read in a page of the log."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import discord
from discord.utils import parse_time, snowflake_time

from database.models import CaseKind

KICK, BAN, UNBAN, MEMBER_UPDATE = 20, 22, 23, 24
"""https://discord.com/developers/docs/resources/audit-log#audit-log-entry-object-audit-log-events. A prune (21) names
nobody, and roles (25) are no restriction."""
KINDS = {KICK: CaseKind.KICK, BAN: CaseKind.BAN, UNBAN: CaseKind.UNBAN}
SILENCED = "communication_disabled_until"
TAG = re.compile(r"\[Reeve case (\d{1,15})\]")


class Entry(NamedTuple):
    """`until`: of a timeout."""

    entry_id: int
    kind: CaseKind
    executor_id: int
    target_id: int
    reason: str
    until: datetime | None = None

    @property
    def at(self) -> datetime:
        return snowflake_time(self.entry_id)

    @property
    def tagged(self) -> int | None:
        """The number of the case with which Reeve tags what it does itself; anybody can write that."""
        found = TAG.match(self.reason)
        return int(found[1]) if found else None


class Silence(NamedTuple):
    """A timeout's end before and after."""

    before: datetime | None
    after: datetime | None


def entry_read(raw: Mapping[str, Any]) -> Entry | None:
    """Of a page; None for what is no act on a member."""
    silence = None
    for change in raw.get("changes") or ():
        if change.get("key") == SILENCED:
            silence = Silence(parse_time(change.get("old_value")), parse_time(change.get("new_value")))
    ids = [None if raw.get(name) is None else int(raw[name]) for name in ("user_id", "target_id")]
    return _entry(int(raw["id"]), raw.get("action_type"), ids, raw.get("reason"), silence)


def entry_heard(entry: discord.AuditLogEntry) -> Entry | None:
    """Of an event; None for what is no act on a member."""
    action = entry.action.value
    if action not in (*KINDS, MEMBER_UPDATE):
        return None
    silence = None
    if hasattr(entry.after, "timed_out_until"):
        silence = Silence(entry.before.timed_out_until, entry.after.timed_out_until)
    target_id = None if entry.target is None else int(entry.target.id)
    return _entry(entry.id, action, [entry.user_id, target_id], entry.reason, silence)


def _entry(
    entry_id: int, action: int | None, ids: list[int | None], reason: str | None, silence: Silence | None
) -> Entry | None:
    kind, until = KINDS.get(action or 0), None
    if action == MEMBER_UPDATE and silence is not None:
        kind, until = _of_silence(silence, snowflake_time(entry_id))
    executor_id, target_id = ids
    if kind is None or executor_id is None or target_id is None:
        return None
    return Entry(entry_id, kind, executor_id, target_id, reason or "", until)


def _of_silence(silence: Silence, at: datetime) -> tuple[CaseKind | None, datetime | None]:
    """To take away what is over by itself is nothing."""
    if silence.after is not None and silence.after > at:
        return CaseKind.TIMEOUT, silence.after
    if silence.before is not None and silence.before > at:
        return CaseKind.UNTIMEOUT, None
    return None, None
