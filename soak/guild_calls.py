"""Random calls of every action, found by reflection: what each parameter may be is known by its name."""

import inspect
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import SQLModel

from database.clock import clock
from database.controllers._base import BaseController
from database.models import (
    AuditFilter,
    AutomodMode,
    CaseFilter,
    CaseKind,
    Deed,
    Delivery,
    DirectMessage,
    ExportFormat,
    OutboxRow,
    Proof,
    ReportFilter,
    Subject,
    TemplateKind,
)
from database.service import DatabaseService

PEOPLE = range(5_001, 5_013)
"""Members of every guild: a person's id says nothing about the guild."""
MOST_CASES = 12
WORDS = ("spam", "rude", "raid", "link", "scam")
SYSTEM_ACTIONS = frozenset(
    {
        "case_evidence.let_go", "digests.servers", "guild_configs.warm_up", "outbox.claim", "outbox.hurry_all",
        "processes.draw_requests", "processes.leases", "processes.release_leases", "processes.renew_leases",
        "processes.take_turn", "reports.forget_snapshots",
    }
)  # fmt: skip
"""They run for the whole bot on purpose. Any other action must say for which guild it runs."""


@dataclass
class Surroundings:
    """What a caller may have got hold of: ids that were used in any guild, and claimed rows of any guild."""

    dice: random.Random
    keys: list[int] = field(default_factory=list)
    rows: list[OutboxRow] = field(default_factory=list)
    _last_key: int = 10_000_000

    def key(self) -> int:
        """A new one, or one that somebody has used before, most likely in another guild."""
        if self.keys and self.dice.random() < 0.3:
            return self.dice.choice(self.keys)
        self._last_key += 1
        self.keys.append(self._last_key)
        return self._last_key

    def moment(self) -> datetime:
        return clock.now() - timedelta(seconds=self.dice.randint(-600, 600))

    def row(self, guild_id: int) -> OutboxRow:
        """One's own claim, or somebody else's under one's own guild."""
        nobodys = OutboxRow(guild_id=guild_id, outbox_id=1, kind=Delivery.CASE_LOG, subject_id=1)
        theirs = self.dice.choice(self.rows) if self.rows else nobodys
        values = {name: getattr(theirs, name) for name in OutboxRow.model_fields}
        return OutboxRow(**{**values, "guild_id": guild_id})

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


def any_entry(around: Surroundings) -> tuple[Any, ...]:
    return around.moment(), Subject.CASE, any_number(around), 1


FILTERS: Mapping[str, Callable[[Surroundings], Any]] = {
    "audit": lambda around: around.dice.choice([AuditFilter(), AuditFilter(actor_id=any_person(around))]),
    "case_exports": Surroundings.filter_of_cases,
    "cases": Surroundings.filter_of_cases,
    "reports": lambda around: around.dice.choice(
        [ReportFilter(), ReportFilter(target_id=any_person(around))]
    ),
}
PLACES: Mapping[str, Callable[[Surroundings], Any]] = {
    "audit": any_entry,
    "case_exports": lambda around: (any_number(around),),
    "cases": lambda around: (any_number(around),),
    "reports": lambda around: (any_number(around),),
}
"""By topic: what a list may be asked for, and where a page of it may begin."""


VALUES: Mapping[str, Callable[[Surroundings], Any]] = {
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
        ("author_name", "display_name", "error", "moderator_name", "name", "note", "reason", "reporter_name",
         "target_name", "why"),
        Surroundings.text,
    ),
    "answer": Surroundings.text,
    "known_case": any_number,
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


@dataclass(frozen=True)
class Call:
    action: str
    values: dict[str, Any]

    @property
    def guild_id(self) -> int:
        guild_id: int = self.values["row"].guild_id if "row" in self.values else self.values["guild_id"]
        return guild_id

    async def made(self, database: DatabaseService) -> Any:
        """The answer; rows that come one after another as a list."""
        topic, _, name = self.action.partition(".")
        answer = getattr(getattr(database, topic), name)(**self.values)
        if inspect.isasyncgen(answer):
            return [row async for row in answer]
        return await answer


class Calls:
    """All actions of a service that run for one guild."""

    def __init__(self, database: DatabaseService) -> None:
        self.unknown: list[str] = []
        """What cannot be called, in words."""
        self._parameters: dict[str, list[str]] = {}
        for action, method in actions_of(database):
            parameters = list(inspect.signature(method).parameters)
            if action not in SYSTEM_ACTIONS:
                self._parameters[action] = parameters
                self.unknown += [
                    f"{action}: what may {name} be?" for name in parameters if not is_known(action, name)
                ]
                if not {"guild_id", "row"} & set(parameters):
                    self.unknown.append(f"{action} does not say for which guild it runs")

        self.actions = list(self._parameters)

    def any(self, around: Surroundings, guild_id: int, action: str | None = None) -> Call:
        """With random values, of a random action unless one is named."""
        action = action or around.dice.choice(self.actions)
        topic, values = action.partition(".")[0], dict[str, Any]()
        for name in self._parameters[action]:
            if name == "guild_id":
                values[name] = guild_id
            elif name == "row":
                values[name] = around.row(guild_id)
            elif name == "value":
                values[name] = SETTINGS[values["setting"]](around)
            elif name == "matching":
                values[name] = FILTERS[topic](around)
            elif name in {"before", "after"}:
                values[name] = PLACES[topic](around) if around.dice.random() < 0.4 else None
            else:
                values[name] = VALUES[name](around)
        return Call(action, values)


def actions_of(database: DatabaseService) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public methods of all controllers that reach the database."""
    for topic, controller in vars(database).items():
        if isinstance(controller, BaseController):
            for name, method in inspect.getmembers(controller, inspect.ismethod):
                plain = inspect.unwrap(method)
                if not name.startswith("_") and (
                    inspect.iscoroutinefunction(plain) or inspect.isasyncgenfunction(plain)
                ):
                    yield f"{topic}.{name}", method


def is_known(action: str, parameter: str) -> bool:
    if parameter in {"matching", "before", "after"}:
        return action.partition(".")[0] in FILTERS.keys() & PLACES.keys()
    return parameter in VALUES or parameter in {"guild_id", "row", "value"}


def plain(answer: Any) -> Any:
    """An answer as values that can be compared: rows become their columns."""
    if isinstance(answer, SQLModel):
        return {name: plain(getattr(answer, name)) for name in type(answer).model_fields}
    if hasattr(answer, "_asdict"):
        answer = answer._asdict()
    if isinstance(answer, Mapping):
        return {name: plain(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [plain(part) for part in answer]
    return answer


def guilds_in(answer: Any) -> Iterator[int]:
    """Every guild that a row of the answer belongs to."""
    if isinstance(answer, Mapping):
        for name, value in answer.items():
            if name == "guild_id":
                yield value
            else:
                yield from guilds_in(value)
    elif isinstance(answer, list):
        for part in answer:
            yield from guilds_in(part)
