"""What is wished of the ledger in a random walk, and how the database is asked for it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from database.clock import clock
from database.ledger_refusals import LedgerRefusal
from database.models.points import Source
from database.reversing import Spent
from database.service import DatabaseService

LARGEST_AMOUNT, LARGEST_BALANCE = 10**9, 10**12
MINT, TREASURY, BURN, SHOP = 1, 2, 3, 4
STAFF = 7_000
PEOPLE = range(5_001, 5_007)
NOBODY_S = 2**40
"""No operation has this number."""
HOLDS_LAST = timedelta(hours=1)
RECENT = 60
SHARES = {
    "give": 6, "award": 3, "hold": 3, "capture": 2, "void": 1, "reverse": 4, "take": 2, "set": 1, "award_many": 1,
    "freeze": 1,
}  # fmt: skip
Answer = tuple[Any, ...]


@dataclass
class Wish:
    """`asked` is what makes it this wish; `key` is who numbers it and its number."""

    kind: str
    key: tuple[str, int]
    asked: dict[str, Any]

    def __hash__(self) -> int:
        return hash((self.kind, self.key, repr(self.asked)))


class Wishes:
    """What is wished for next. Some come again, and some keys come again with another wish."""

    def __init__(self, dice: random.Random, granted: Callable[[], int]) -> None:
        self._dice, self._granted = dice, granted
        self._made: list[Wish] = []
        self._last_key = 0

    def next(self) -> Wish:
        dice = self._dice
        if self._made and dice.random() < 0.12:
            return dice.choice(self._made[-RECENT:])
        [kind] = dice.choices(list(SHARES), list(SHARES.values()))
        self._last_key += 1
        key = ("interaction", self._last_key)
        if self._made and dice.random() < 0.03:
            key = dice.choice(self._made[-RECENT:]).key
        wish = Wish(kind, key, getattr(self, f"_{kind}")())
        self._made.append(wish)
        return wish

    def _amount(self, most: int = 40) -> int:
        """Small, as who is rich tries nothing."""
        is_odd = self._dice.random() < 0.06
        return self._dice.choice([-1, 0, LARGEST_AMOUNT + 1]) if is_odd else self._dice.randint(1, most)

    def _one(self) -> int:
        return self._dice.choice(PEOPLE)

    def _operation(self) -> int:
        """Its place among those that were granted; -1 is none."""
        known = self._granted()
        return (
            self._dice.randrange(max(0, known - RECENT), known)
            if known and self._dice.random() < 0.97
            else -1
        )

    def _give(self) -> dict[str, Any]:
        return {
            "giver": self._one(),
            "receiver": self._one(),
            "amount": self._amount(LARGEST_AMOUNT if self._dice.random() < 0.02 else 40),
            "bot": self._dice.random() < 0.02,
            "days": self._dice.choice((3, 500)),
            "restricted": self._dice.random() < 0.1,
        }

    def _award(self) -> dict[str, Any]:
        return {"member": self._one(), "amount": self._amount(), "bot": self._dice.random() < 0.02}

    def _award_many(self) -> dict[str, Any]:
        members = self._dice.sample(PEOPLE, self._dice.randint(0, 4))
        return {"amounts": {member: self._amount() for member in members}}

    def _take(self) -> dict[str, Any]:
        return {"member": self._one(), "amount": self._amount()}

    def _set(self) -> dict[str, Any]:
        is_odd = self._dice.random() < 0.15
        odd = [-1, LARGEST_BALANCE - 20, LARGEST_BALANCE + 1]
        balance = self._dice.choice(odd) if is_odd else self._dice.randint(0, 60)
        return {"member": self._one(), "balance": balance}

    def _hold(self) -> dict[str, Any]:
        lasts = self._dice.choice((None, HOLDS_LAST))
        to = self._dice.choice([SHOP, TREASURY, *PEOPLE])
        return {
            "owner": self._one(),
            "to": to,
            "amount": self._amount(),
            "expires_at": None if lasts is None else clock.now() + lasts,
        }

    def _capture(self) -> dict[str, Any]:
        return {"hold": self._operation(), "amount": self._dice.choice((None, self._dice.randint(1, 30)))}

    def _void(self) -> dict[str, Any]:
        return {"hold": self._operation()}

    def _reverse(self) -> dict[str, Any]:
        return {"operation": self._operation(), "policy": self._dice.choice([each.value for each in Spent])}

    def _freeze(self) -> dict[str, Any]:
        return {"member": self._one(), "wanted": self._dice.random() < 0.3}


@dataclass
class Asker:
    """Asks the database for what a wish says. `numbers`: those of the operations there, by their places here."""

    database: DatabaseService
    guild_id: int
    numbers: list[int] = field(default_factory=list)

    async def ask(self, wish: Wish) -> tuple[Answer, int | None]:
        """The answer without the operation's number, and that; or the code and the facts of a refusal."""
        try:
            said = await getattr(self, f"_{wish.kind}")(wish.key[1], **wish.asked)
        except LedgerRefusal as refusal:
            return (refusal.code, refusal.facts), None
        answer = said._asdict()
        number = answer.pop("operation_id")
        return tuple(answer.values()), number

    def _number(self, place: int) -> int:
        return self.numbers[place] if place >= 0 else NOBODY_S

    async def _give(
        self, key: int, *, giver: int, receiver: int, amount: int, bot: bool, days: int, restricted: bool
    ) -> Any:
        return await self.database.points.transfer(
            guild_id=self.guild_id, giver_id=giver, receiver_id=receiver, receiver_is_bot=bot, amount=amount, note=None,
            interaction_id=key, giver_made_at=clock.now() - timedelta(days=days), is_restricted=restricted,
        )  # fmt: skip

    async def _award(self, key: int, *, member: int, amount: int, bot: bool) -> Any:
        return await self.database.points.award(
            guild_id=self.guild_id, receiver_id=member, receiver_is_bot=bot, amount=amount, reason="a test",
            actor_id=STAFF, interaction_id=key,
        )  # fmt: skip

    async def _award_many(self, key: int, *, amounts: dict[int, int]) -> Any:
        return await self.database.points.award_many(
            guild_id=self.guild_id, amounts=amounts, reason="a test", actor_id=STAFF, interaction_id=key
        )

    async def _take(self, key: int, *, member: int, amount: int) -> Any:
        return await self.database.staff_points.take(
            guild_id=self.guild_id, member_id=member, amount=amount, reason="a test", actor_id=STAFF,
            interaction_id=key,
        )  # fmt: skip

    async def _set(self, key: int, *, member: int, balance: int) -> Any:
        return await self.database.staff_points.set(
            guild_id=self.guild_id, member_id=member, member_is_bot=False, balance=balance, reason="a test",
            actor_id=STAFF, interaction_id=key,
        )  # fmt: skip

    async def _freeze(self, key: int, *, member: int, wanted: bool) -> Any:
        act = self.database.staff_points.freeze if wanted else self.database.staff_points.unfreeze
        return await act(
            guild_id=self.guild_id, member_id=member, reason="a test", actor_id=STAFF, interaction_id=key
        )

    async def _reverse(self, key: int, *, operation: int, policy: str) -> Any:
        return await self.database.staff_points.reverse(
            guild_id=self.guild_id, operation_id=self._number(operation), policy=Spent(policy), reason="a test",
            actor_id=STAFF, interaction_id=key,
        )  # fmt: skip

    async def _hold(self, key: int, *, owner: int, to: int, amount: int, expires_at: datetime | None) -> Any:
        return await self.database.holds.hold(
            guild_id=self.guild_id, debit_id=owner, credit_id=to, amount=amount, note=None, actor_id=owner,
            source=Source.INTERACTION, external_id=key, expires_at=expires_at,
        )  # fmt: skip

    async def _capture(self, key: int, *, hold: int, amount: int | None) -> Any:
        return await self.database.holds.capture(
            guild_id=self.guild_id, hold_id=self._number(hold), amount=amount, actor_id=STAFF,
            source=Source.INTERACTION, external_id=key,
        )  # fmt: skip

    async def _void(self, key: int, *, hold: int) -> Any:
        return await self.database.holds.void(
            guild_id=self.guild_id, hold_id=self._number(hold), actor_id=STAFF, source=Source.INTERACTION,
            external_id=key,
        )  # fmt: skip

    async def _expire(self, key: int, *, hold: int) -> Any:
        return await self.database.holds.expire(
            guild_id=self.guild_id, hold_id=self._number(hold), transfer_id=key, actor_id=STAFF
        )
