"""The ledger against an oracle: a random walk of all it can do, compared answer by answer; then many tasks at once."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from database.clock import clock
from database.errors import DatabaseUnavailable
from database.ledger_refusals import LEDGER_REFUSALS
from database.service import DatabaseService
from soak.ledger_audit import mistakes_of
from soak.points_oracle import Oracle
from soak.points_wishes import Answer, Asker, Wish, Wishes
from soak.scenario import Ground, Outcome

ALONE, TOGETHER = 77, 78
"""The guilds of the two halves."""
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LOOK_EVERY = 500
STEP_OF_TIME = timedelta(minutes=40)
"""Never to the moment when a hold ends: the oracle and the ledger look at the clock one after the other."""
RULES: dict[str, Sequence[Any]] = {
    "transfer_most": (0, 0, 40),
    "sent_per_day": (0, 90),
    "received_per_day": (0, 120),
    "transfer_account_days": (0, 10),
    "transfer_tax_percent": (0, 0, 7, 50),
    "tax_to_treasury": (False, True),
    "restricted_may_transfer": (False, True),
}
STANDING = """
    SELECT account_id, balance, held_out, held_in, earned, sent_today AS sent, received_today AS received,
        frozen_at IS NOT NULL AS is_frozen FROM point_accounts
    WHERE guild_id = $1 AND (account_id >= 1000 OR account_id = 2)
"""
FREEZE_ALL = """
    INSERT INTO point_ledgers VALUES ($1, CASE WHEN $2 THEN now() END, CASE WHEN $2 THEN 'a test' END)
    ON CONFLICT (guild_id) DO UPDATE SET frozen_at = excluded.frozen_at, frozen_why = excluded.frozen_why
"""


@dataclass
class PointsModel:
    """`alone` wishes one after the other, then `together` by so many `tasks` at once."""

    name: ClassVar[str] = "points_model"
    alone: int = 20_000
    together: int = 30_000
    tasks: int = 16

    async def run(self, ground: Ground) -> Outcome:
        server = await ground.server(fsync="off")
        database, auditor = await ground.service(server.dsn), await ground.auditor(server)
        ahead = clock.ahead
        try:
            walk = Walk(database, auditor, ground, self.alone)
            await walk.walk()
            crowd = Crowd(database, auditor, ground, self.together)
            await crowd.ask_all(self.tasks)
        finally:
            clock.move_to(ahead)
        outcome = Outcome({"granted": walk.granted, "refused": walk.refused, **crowd.reached}, walk.broken)
        outcome.broken += crowd.broken
        outcome.broken += await mistakes_of(auditor, ALONE) + await mistakes_of(auditor, TOGETHER)
        return outcome


class Walk:
    """One wish after another. It ends at the first answer that is not the oracle's: all later ones would differ."""

    def __init__(self, database: DatabaseService, auditor: Any, ground: Ground, wishes: int) -> None:
        self._database, self._auditor, self._ground = database, auditor, ground
        self._dice, self._left = ground.dice, wishes
        self._oracle = Oracle()
        self._asker = Asker(database, ALONE)
        self._wishes = Wishes(ground.dice, lambda: len(self._asker.numbers))
        self.granted = self.refused = 0
        self.codes: Counter[str] = Counter()
        self.broken: list[str] = []

    async def walk(self) -> None:
        while self._left > 0 and not self.broken:
            self._left -= 1
            await self._change_the_world()
            await self._compare(self._wishes.next())
            if self._left % LOOK_EVERY == 0:
                self._ground.standing = f"alone: {self._left:,} to go"
                await self._compare_accounts()

    async def _compare(self, wish: Wish) -> None:
        expected, place = self._oracle.ask(wish, clock.now())
        answer, number = await self._asker.ask(wish)
        if place is not None and place == len(self._asker.numbers) and number is not None:
            self._asker.numbers.append(number)
        if answer != expected or (place is not None and self._asker.numbers[place] != number):
            self.broken.append(f"{wish}: {answer} as number {number}, and the oracle says {expected}")
        if number is None:
            self.refused += 1
            self.codes[str(answer[0])] += 1
        else:
            self.granted += 1

    async def _change_the_world(self) -> None:
        chance = self._dice.random()
        if chance < 0.02:
            setting = self._dice.choice(list(RULES))
            value = self._dice.choice(RULES[setting])
            setattr(self._oracle.rules, setting, value)
            await self._database.guild_configs.change(
                guild_id=ALONE, setting=setting, value=value, changed_by_id=1, interaction_id=self._left
            )
        elif chance < 0.03:
            self._oracle.is_frozen = self._dice.random() < 0.2
            await self._auditor.execute(FREEZE_ALL, ALONE, self._oracle.is_frozen)
        elif chance < 0.05:
            clock.move_to(clock.ahead + STEP_OF_TIME * self._dice.choice((1, 1, 2, 40)))
            await self._sweep()

    async def _sweep(self) -> None:
        now = clock.now()
        due = await self._database.holds.due(since=LONG_AGO, now=now, limit=100_000)
        expected = {self._asker.numbers[place]: place for place in self._oracle.due(now)}
        if {each.hold_id for each in due} != expected.keys():
            self.broken.append(
                f"holds {sorted(each.hold_id for each in due)} are due, not {sorted(expected)}"
            )
            return
        for each in due:
            await self._compare(Wish("expire", ("hold", each.transfer_id), {"hold": expected[each.hold_id]}))

    async def _compare_accounts(self) -> None:
        for row in await self._auditor.fetch(STANDING, ALONE):
            purse = self._oracle.purse(row["account_id"])
            self.broken += [
                f"{name} of {row['account_id']} is {row[name]}, and the oracle says {getattr(purse, name)}"
                for name in list(row.keys())[1:]
                if row[name] != getattr(purse, name)
            ]
        self.broken += await mistakes_of(self._auditor, ALONE)


class Crowd:
    """Wishes of many at once: no order is promised, but one answer to each, and that all adds up."""

    def __init__(self, database: DatabaseService, auditor: Any, ground: Ground, wishes: int) -> None:
        self._auditor, self._ground, self._left = auditor, ground, wishes
        self._asker = Asker(database, TOGETHER)
        self._wishes = Wishes(ground.dice, lambda: len(self._asker.numbers))
        self._known: set[int] = set()
        self._answers: dict[Wish, list[tuple[Answer, int | None]]] = defaultdict(list)
        self.broken: list[str] = []

    async def ask_all(self, tasks: int) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(tasks):
                group.create_task(self._ask())
        for wish, answers in self._answers.items():
            of_the_ledger = [each for each in answers if not _is_no_answer(each[0])]
            if any(each != of_the_ledger[0] for each in of_the_ledger):
                self.broken.append(f"{wish} got several answers: {of_the_ledger}")

    async def _ask(self) -> None:
        while self._left > 0:
            self._left -= 1
            wish = self._wishes.next()
            try:
                answer, number = await self._asker.ask(wish)
            except DatabaseUnavailable:  # the machine is busy: the wish comes again, or nobody minds
                continue
            self._answers[wish].append((answer, number))
            if number is not None and number not in self._known:
                self._known.add(number)
                self._asker.numbers.append(number)
            if self._left % LOOK_EVERY == 0:
                self._ground.standing = f"together: {self._left:,} to go"

    @property
    def reached(self) -> dict[str, int | float]:
        asked = sum(map(len, self._answers.values()))
        return {"at once": asked, "granted at once": len(self._known)}


def _is_no_answer(answer: Answer) -> bool:
    """The key's, not the wish's; or one that is not kept."""
    refusal = LEDGER_REFUSALS.get(str(answer[0])) if answer else None
    return refusal is not None and (not refusal.is_kept or refusal.code == "request_changed")
