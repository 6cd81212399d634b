"""What each parameter of an action may be, by its name."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from database.clock import clock
from database.models import (
    Act,
    ActKind,
    AuditFilter,
    AutomodMode,
    CaseFilter,
    CaseKind,
    CaseOrigin,
    Deed,
    Delivery,
    DirectMessage,
    Escalating,
    ExportFormat,
    JobFilter,
    MassJob,
    OutboxRow,
    Proof,
    Purpose,
    ReportFilter,
    Subject,
    Target,
    TemplateKind,
    plan_ban,
    plan_kick,
    plan_unban,
)

PEOPLE = range(5_001, 5_005)
"""Members of every guild: a person's id says nothing about the guild."""
MOST_CASES = 12
LATEST = 60
"""Of the keys that were used, so many are used again: older ones are of servers that were forgotten."""
WORDS = ("spam", "rude", "raid", "link", "scam")


LEARNED = (
    "batch_id",
    "item_id",
    "purchase_id",
    "operation_id",
    "act_id",
    "interaction_id",
    "number",
    "reply_id",
    "case_number",
)
"""Ids that answers show, as a caller would use them; most of all what the database counts itself."""


@dataclass
class Surroundings:
    """What a caller may have got hold of: ids that were used in any guild, and claimed rows of any guild."""

    dice: random.Random
    keys: list[int] = field(default_factory=list)
    rows: list[OutboxRow] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    learned: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in LEARNED})
    _last_key: int = 10_000_000

    def key(self) -> int:
        """A new one, or one that somebody has used before, most likely in another guild."""
        if self.keys and self.dice.random() < 0.3:
            return self.dice.choice(self.keys[-LATEST:])
        return self.new_key()

    def new_key(self) -> int:
        self._last_key += 1
        self.keys.append(self._last_key)
        return self._last_key

    def learn(self, answer: Any) -> None:
        if isinstance(answer, Mapping):
            for name, value in answer.items():
                if name in self.learned and value is not None:
                    self.learned[name].append(value)
                self.learn(value)
        elif isinstance(answer, list):
            for part in answer[:20]:
                self.learn(part)

    def known(self, name: str) -> Any:
        """What an answer has shown lately, half of the time; None otherwise."""
        values = self.learned.get(name)
        return self.dice.choice(values[-LATEST:]) if values and self.dice.random() < 0.5 else None

    def operation(self) -> Any:
        """Mostly one that was seen, of any guild."""
        return self.known("operation_id") or self.dice.randint(1, 200)

    def moment(self) -> datetime:
        return clock.now() - timedelta(seconds=self.dice.randint(-600, 600))

    def row(self, guild_id: int) -> OutboxRow:
        """One's own claim, or somebody else's under one's own guild."""
        nobodys = OutboxRow(guild_id=guild_id, outbox_id=1, kind=Delivery.CASE_LOG, subject_id=1)
        theirs = self.dice.choice(self.rows) if self.rows else nobodys
        values = {name: getattr(theirs, name) for name in OutboxRow.model_fields}
        return OutboxRow(**{**values, "guild_id": guild_id})

    def act(self, guild_id: int) -> Act:
        """Likewise, of an act."""
        nobodys = Act(
            guild_id=guild_id, act_id=1, kind=ActKind.KICK, purpose=Purpose.BEGIN, target_id=1, case_number=1
        )
        theirs = self.dice.choice(self.acts) if self.acts else nobodys
        values = {name: getattr(theirs, name) for name in Act.model_fields}
        return Act(**{**values, "guild_id": guild_id})

    def job(self, guild_id: int) -> MassJob:
        """Of a number that anybody's job may have, under one's own guild."""
        number = self.dice.randint(1, MOST_CASES)
        return MassJob(guild_id=guild_id, number=number, asked_by_id=1, fence=self.dice.randint(0, 1))

    def text(self) -> str:
        return f"{self.dice.choice(WORDS)} {self.dice.randint(1, 9)}"

    def filter_of_cases(self) -> CaseFilter:
        dice = self.dice
        return dice.choice(
            [
                CaseFilter(),
                CaseFilter(target_id=dice.choice(PEOPLE)),
                CaseFilter(moderator_id=dice.choice(PEOPLE)),
                CaseFilter(text=dice.choice(WORDS)),
                CaseFilter(without_notes=True),
            ]
        )


ESCALATING = Escalating(1, "Reeve", lambda reached: f"{reached.points} points")
SETTINGS: Mapping[str, Callable[[Surroundings], Any]] = {
    "points_per_message": lambda around: around.dice.randint(0, 9),
    "message_cooldown_seconds": lambda around: around.dice.randint(0, 5),
    "language": lambda around: around.dice.choice(["en", "de", "es"]),
    "time_zone": lambda around: around.dice.choice(["UTC", "Europe/Berlin"]),
    "log_channel_id": lambda around: around.dice.randint(1, 10**6),
    "moderator_role_ids": lambda around: around.dice.sample(range(100), 3),
    "hide_moderator": lambda around: around.dice.random() < 0.5,
    "timeout_role_id": lambda around: around.dice.randint(1, 10**6),
}


def any_deed(around: Surroundings) -> Deed:
    """By hand, of an entry that may be known."""
    kind = around.dice.choice([CaseKind.BAN, CaseKind.UNBAN, CaseKind.UNTIMEOUT])
    people = any_person(around), around.text(), any_person(around), around.text()
    return Deed(around.key(), kind, *people, at=around.moment())


def any_person(around: Surroundings) -> int:
    return around.dice.choice(PEOPLE)


def any_number(around: Surroundings) -> int:
    return around.dice.randint(1, MOST_CASES)


def any_acts(around: Surroundings) -> dict[int, str]:
    """By their ids, why they were refused; or people's, why they are left out."""
    return {around.dice.randint(1, 200): around.text(), any_person(around): around.text()}


def any_entry(around: Surroundings) -> tuple[Any, ...]:
    return around.moment(), Subject.CASE, any_number(around), 1


def any_plan(around: Surroundings) -> Any:
    until = around.moment()
    return around.dice.choice([plan_ban(until=None), plan_ban(until=until), plan_unban(), plan_kick()])


FILTERS: Mapping[str, Callable[[Surroundings], Any]] = {
    "audit": lambda around: around.dice.choice([AuditFilter(), AuditFilter(actor_id=any_person(around))]),
    "case_exports": Surroundings.filter_of_cases,
    "cases": Surroundings.filter_of_cases,
    "jobs": lambda around: JobFilter(failed=around.dice.random() < 0.5),
    "reports": lambda around: around.dice.choice(
        [ReportFilter(), ReportFilter(target_id=any_person(around))]
    ),
}
PLACES: Mapping[str, Callable[[Surroundings], Any]] = {
    "audit": any_entry,
    "case_exports": lambda around: (any_number(around),),
    "cases": lambda around: (any_number(around),),
    "jobs": lambda around: (around.moment(), "act", around.dice.randint(1, 200)),
    "reports": lambda around: (any_number(around),),
}
"""By topic: what a list may be asked for, and where a page of it may begin."""


VALUES: Mapping[str, Callable[[Surroundings], Any]] = {
    "user_ids": lambda around: around.dice.sample(PEOPLE, 2),
    **dict.fromkeys(("act_ids", "left_out", "notes", "refused"), any_acts),
    "alone": lambda around: around.dice.random() < 0.5,
    "delete_seconds": lambda around: around.dice.randint(0, 9),
    "targets": lambda around: [Target(each, "raider") for each in around.dice.sample(PEOPLE, 3)],
    "act_id": lambda around: around.dice.randint(1, 200),
    "again": lambda around: around.dice.random() < 0.3,
    "causes": lambda _: (),
    "kept_for": lambda around: timedelta(minutes=around.dice.randint(1, 30)),
    "origin": lambda around: around.dice.choice(list(CaseOrigin)),
    "plan": any_plan,
    "renew_at": lambda around: around.dice.choice([None, around.moment()]),
    "unless_acted_since": lambda around: around.dice.choice([None, around.moment()]),
    **dict.fromkeys(
        ("actor_id", "added_by_id", "answered_by_id", "asked_by_id", "author_id", "changed_by_id", "editor_id",
         "exported_by_id", "giver_id",
         "moderator_id", "receiver_id", "reporter_id", "target_id", "user_id"),
        any_person,
    ),
    **dict.fromkeys(("interaction_id", "message_id"), Surroundings.key),
    **dict.fromkeys(
        ("due_at", "expires_at", "left_at", "next_at", "now", "said_at", "seen_at", "sent_at", "since"),
        Surroundings.moment),
    **dict.fromkeys(
        ("author_name", "display_name", "editor_name", "error", "moderator_name", "name", "note", "reason",
         "reporter_name", "target_name", "why"),
        Surroundings.text,
    ),
    "answer": Surroundings.text,
    "escalating": lambda around: around.dice.choice([None, ESCALATING]),
    "is_new": lambda around: around.dice.random() < 0.5,
    "seconds": lambda around: around.dice.choice([None, 60]),
    "threshold": lambda around: around.dice.randint(1, 9),
    "weight": lambda around: around.dice.randint(0, 5),
    "appeal": Surroundings.text,
    **dict.fromkeys(("appellant_id", "reviewer_id"), any_person),
    "reviewer_name": Surroundings.text,
    "cooldown_days": lambda around: around.dice.choice([0, 7]),
    **dict.fromkeys(("is_approved", "is_voided"), lambda around: around.dice.random() < 0.5),
    "asks_staff": lambda around: around.dice.random() < 0.5,
    "known_case": any_number,
    "most_acts": lambda around: around.dice.choice([None, 1, 1_000]),
    "question": lambda around: around.dice.choice(["moment_ago", "ladder"]),
    "request": lambda around: {"reason": around.text()},
    "case_number": lambda around: around.dice.choice([None, any_number(around)]),
    "message_ids": lambda around: around.dice.choice([None, [around.key()]]),
    "proofs": lambda around: [Proof("proof.png", around.dice.randbytes(20))],
    "reply_id": lambda around: around.dice.randint(1, 100),
    "amount": lambda around: around.dice.randint(1, 30),
    "amounts": lambda around: {person: around.dice.randint(1, 9) for person in around.dice.sample(PEOPLE, 3)},
    "before_id": lambda around: around.dice.choice([None, around.dice.randint(1, 10_000)]),
    "cases": lambda around: around.dice.randint(0, 9),
    "channel_id": lambda around: around.dice.randint(1, 10**6),
    "days": lambda around: [around.moment().date()],
    "deed": any_deed,
    "delivery": lambda around: around.dice.choice(list(Delivery)),
    "digest": lambda around: around.dice.randbytes(32),
    "format": lambda around: around.dice.choice(list(ExportFormat)),
    "entry_id": Surroundings.key,
    "entry_ids": lambda around: [around.key(), around.key()],
    "is_certain": lambda around: around.dice.random() < 0.5,
    "kind": lambda around: around.dice.choice(list(CaseKind)),
    "limit": lambda around: around.dice.randint(1, 25),
    "longest": lambda around: around.dice.choice([5, 100]),
    "mode": lambda around: around.dice.choice([None, *AutomodMode]),
    "months": lambda around: around.dice.randint(1, 12),
    "number": any_number,
    "offset": lambda around: around.dice.randint(0, 3),
    "outcome": lambda around: around.dice.choice(list(DirectMessage)),
    "positions": lambda around: [around.dice.randint(1, 3)],
    "post_ids": lambda around: [around.key()],
    "fine": lambda around: around.dice.choice([0, 0, 3]),
    "freezes_points": lambda around: around.dice.random() < 0.1,
    "points": lambda around: around.dice.randint(0, 100),
    "proof": lambda around: [Proof("proof.png", around.dice.randbytes(20))],
    "receiver_is_bot": lambda around: around.dice.random() < 0.1,
    "report": lambda _: None,
    **dict.fromkeys(("revision", "seen"), lambda around: around.dice.randint(1, 3)),
    "role_ids": lambda around: around.dice.sample(range(100), 3),
    "rule_id": lambda around: around.dice.randint(1, 5),
    "setting": lambda around: around.dice.choice(list(SETTINGS)),
    "subject_id": any_number,
    "template": lambda around: around.dice.choice(list(TemplateKind)),
    "text": lambda around: around.dice.choice([None, around.text()]),
    "tell_target": lambda around: around.dice.random() < 0.5,
    "time_zone": lambda around: around.dice.choice(["UTC", "Asia/Kolkata"]),
    "typed": lambda around: around.dice.choice(["", "1", *WORDS]),
    "week": lambda around: around.dice.randint(202640, 202643),
}  # fmt: skip
