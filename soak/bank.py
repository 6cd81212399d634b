"""A bank in one guild: wishes are asked for until they are answered, and an auditor counts at the end."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from database.clock import clock
from database.controllers.points import PointsController
from database.errors import DatabaseUnavailable
from database.ledger import Movement
from database.ledger_refusals import LedgerRefusal
from database.models.ledger_steps import ACCOUNTS
from database.models.points import AccountKind
from database.service import DatabaseService
from soak.ledger_audit import mistakes_of
from soak.scenario import Outcome

GUILD = 77
PEOPLE = range(5_001, 5_041)
START = 200
"""Points of each member at the beginning: few enough that some wishes are refused."""
LARGEST_WISH = 60
PAUSE_SECONDS = 0.01
STUCK_SECONDS = 60
STORED = """
    SELECT external_id, refusal, operation_id, t.amount, t.debit_balance, t.credit_balance FROM point_operations
    LEFT JOIN point_transfers t USING (guild_id, operation_id) WHERE guild_id = $1
"""

Answer = Movement | str
"""What was acknowledged: the movement, or the code of the refusal."""


@dataclass
class Wish:
    """To move points once, however often it is asked for."""

    giver_id: int
    receiver_id: int
    amount: int
    keys: list[int] = field(default_factory=list)
    """Under which it was asked for: one and the same, unless somebody repeats it as if it were new."""
    answer: Answer | None = None


class Bank:
    """`blind` is the mistake that the ledger's key is there to prevent: what was not answered is asked for as if it
    were new, under a key of its own."""

    def __init__(self, database: DatabaseService, dice: random.Random, *, blind: bool = False) -> None:
        self.database, self._dice, self._blind = database, dice, blind
        self.wishes: list[Wish] = []
        self._transfer = unrepeated(database.points) if blind else database.points.transfer
        self.acknowledged = self.refused = self.unavailable = self.reads = self.wrong_reads = 0
        self.is_closing = False
        self._last_key = 1_000_000
        self._progress = asyncio.Condition()

    async def open(self) -> None:
        for person in PEOPLE:
            await self.database.points.award(
                guild_id=GUILD, receiver_id=person, receiver_is_bot=False, amount=START, reason="start", actor_id=1,
                interaction_id=person,
            )  # fmt: skip

    def wish(self) -> Wish:
        giver_id, receiver_id = self._dice.sample(PEOPLE, 2)
        made = Wish(giver_id, receiver_id, self._dice.randint(1, LARGEST_WISH))
        self.wishes.append(made)
        return made

    def _new_key(self) -> int:
        self._last_key += 1
        return self._last_key

    async def writer(self) -> None:
        while not self.is_closing:
            await self.until_answered(self.wish())

    async def until_answered(self, wish: Wish, *, tries: int | None = None) -> None:
        """Ask again as long as nobody knows; give up when the bank closes, or after so many tries."""
        while not self.is_closing and tries != 0:
            if self._blind or not wish.keys:
                wish.keys.append(self._new_key())
            try:
                wish.answer = await self._ask(wish)
            except DatabaseUnavailable:
                self.unavailable += 1
                tries = None if tries is None else tries - 1
                await clock.sleep(PAUSE_SECONDS)
                continue
            await self._count(wish)
            return

    async def _ask(self, wish: Wish) -> Answer:
        try:
            return await self._transfer(
                guild_id=GUILD, giver_id=wish.giver_id, receiver_id=wish.receiver_id, receiver_is_bot=False,
                amount=wish.amount, note=None, interaction_id=wish.keys[-1],
            )  # fmt: skip
        except LedgerRefusal as refusal:
            return refusal.code

    async def _count(self, wish: Wish) -> None:
        async with self._progress:
            if isinstance(wish.answer, Movement):
                self.acknowledged += 1
            else:
                self.refused += 1
            self._progress.notify_all()

    async def reach(self, acknowledged: int) -> None:
        """Wait until so many transfers were acknowledged since the beginning; TimeoutError if that never comes."""
        async with asyncio.timeout(STUCK_SECONDS), self._progress:
            await self._progress.wait_for(lambda: self.acknowledged >= acknowledged)

    async def reader(self) -> None:
        """All balances in one read add up to what was given out, at any moment."""
        while not self.is_closing:
            await clock.sleep(PAUSE_SECONDS)
            try:
                async with self.database.read(guild_id=GUILD) as tx:
                    accounts = await ACCOUNTS.find(tx, guild_id=GUILD, kind=AccountKind.MEMBER)
            except DatabaseUnavailable:
                continue
            self.reads += 1
            self.wrong_reads += sum(account.balance for account in accounts) != START * len(PEOPLE)

    @property
    def repeats(self) -> int:
        """Transfers that the service ran again by itself, because nobody knew what became of them."""
        return self.database.figures.of("points.transfer").repeats.total()

    async def audited(self, auditor: Any) -> Outcome:
        """What was acknowledged against what is stored, read outside of all our code."""
        rows = [(row["external_id"], answer_in(row)) for row in await auditor.fetch(STORED, GUILD)]
        stored, times = dict(rows), Counter(key for key, answer in rows if isinstance(answer, Movement))
        answered = [wish for wish in self.wishes if wish.answer is not None]
        lost = sum(stored.get(wish.keys[-1]) != wish.answer for wish in answered)
        twice = sum(sum(times[key] for key in wish.keys) > 1 for wish in self.wishes)
        found = Outcome(
            {
                "acknowledged": self.acknowledged,
                "refused": self.refused,
                "repeated by the service": self.repeats,
                "unavailable to the caller": self.unavailable,
                "reads": self.reads,
                "lost": lost,
                "twice": twice,
                "wrong reads": self.wrong_reads,
            }
        )
        found.require(lost == 0, f"{lost} acknowledged answers are not in the database")
        found.require(twice == 0, f"{twice} wishes were carried out more than once")
        found.require(self.wrong_reads == 0, f"{self.wrong_reads} reads did not add up")
        found.broken += await mistakes_of(auditor, GUILD)
        return found


def unrepeated(points: PointsController) -> Callable[..., Awaitable[Movement]]:
    """The transfer as it is written, without the service's own repeating."""
    plain: Callable[..., Awaitable[Movement]] = points.transfer.__wrapped__  # type: ignore[attr-defined]  # by wraps
    return partial(plain, points)


def answer_in(row: Any) -> Answer:
    if row["refusal"] is not None:
        return str(row["refusal"])
    return Movement(row["amount"], row["debit_balance"], row["credit_balance"], row["operation_id"])
