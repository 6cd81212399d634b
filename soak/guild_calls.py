"""Random calls of every action, found by reflection: what each parameter may be is known by its name."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel

from database.controllers._base import BaseController
from database.models import ActState, DraftState
from database.service import DatabaseService
from soak.guild_values import FILTERS, PLACES, SETTINGS, VALUES, Surroundings
from soak.points_values import POINT_VALUES
from soak.shop_values import SHOP_FILTERS, SHOP_PLACES, SHOP_VALUES, any_item, any_purchase

ALL_VALUES = {**VALUES, **POINT_VALUES, **SHOP_VALUES}
ALL_FILTERS, ALL_PLACES = {**FILTERS, **SHOP_FILTERS}, {**PLACES, **SHOP_PLACES}
ROWS = ("row", "act", "job", "item", "purchase")
"""Parameters that say themselves for which guild they are."""
STATES: Mapping[str, tuple[Any, ...]] = {
    "acts.postponed": (ActState.PLANNED, ActState.UNKNOWN),
    "drafts.answer": (DraftState.CONFIRMED, DraftState.DROPPED),
}
SYSTEM_ACTIONS = frozenset(
    {
        "acts.claim", "acts.hurry_all", "appeals.own", "appeals.own_cases",
        "batches.unfinished", "boards.behind", "case_evidence.let_go",
        "digests.servers", "drafts.forget_old", "fines.behind",
        "earnings.forget_old", "guild_configs.warm_up", "holds.due",
        "jobs.waiting",
        "mass_work.claim",
        "outbox.claim", "outbox.hurry_all", "processes.draw_requests", "processes.leases",
        "processes.release_leases", "processes.renew_leases", "processes.take_turn", "purchase_work.claim",
        "reports.forget_snapshots",
    }
)  # fmt: skip
"""They run for the whole bot on purpose. Any other action must say for which guild it runs."""


@dataclass(frozen=True)
class Call:
    action: str
    values: dict[str, Any]

    @property
    def guild_id(self) -> int:
        guild_id: int = (
            next((self.values[name].guild_id for name in ROWS if name in self.values), None)
            or self.values["guild_id"]
        )
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
                if not {"guild_id", *ROWS} & set(parameters):
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
            elif name == "act":
                values[name] = around.act(guild_id)
            elif name == "job":
                values[name] = around.job(guild_id)
            elif name == "item":
                values[name] = any_item(around, guild_id)
            elif name == "purchase":
                values[name] = any_purchase(around, guild_id)
            elif name == "state":
                values[name] = around.dice.choice(STATES[action])
            elif name == "value":
                values[name] = SETTINGS[values["setting"]](around)
            elif name == "matching":
                values[name] = ALL_FILTERS[topic](around)
            elif name in {"before", "after"}:
                values[name] = ALL_PLACES[topic](around) if around.dice.random() < 0.4 else None
            else:
                known = around.known(name)
                values[name] = ALL_VALUES[name](around) if known is None else known
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
        return action.partition(".")[0] in ALL_FILTERS.keys() & ALL_PLACES.keys()
    return parameter in ALL_VALUES or parameter in {"guild_id", *ROWS, "value"} or action in STATES


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
