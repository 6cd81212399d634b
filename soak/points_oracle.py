"""The ledger's rules in plain Python, for one request after another: written from docs/ledger.md, not from the code."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from soak.points_wishes import BURN, LARGEST_AMOUNT, LARGEST_BALANCE, MINT, SHOP, TREASURY, Answer, Wish


class Refused(Exception):
    """With the code and the facts of what the ledger says no with."""

    @property
    def answer(self) -> Answer:
        return self.args


@dataclass
class Purse:
    balance: int = 0
    held_out: int = 0
    held_in: int = 0
    earned: int = 0
    is_frozen: bool = False
    day: date = date.min
    sent: int = 0
    received: int = 0

    @property
    def available(self) -> int:
        return self.balance - self.held_out


@dataclass
class Rules:
    transfer_most: int = 0
    sent_per_day: int = 0
    received_per_day: int = 0
    transfer_account_days: int = 0
    transfer_tax_percent: int = 0
    tax_to_treasury: bool = False
    restricted_may_transfer: bool = True


@dataclass
class Held:
    debit: int
    credit: int
    amount: int
    expires_at: datetime | None
    ended: str | None = None


@dataclass
class Oracle:
    """Operations are numbered from 0 as they are granted."""

    rules: Rules = field(default_factory=Rules)
    purses: dict[int, Purse] = field(default_factory=dict)
    moves: list[list[tuple[int, int, int]]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    holds: dict[int, Held] = field(default_factory=dict)
    reversed: set[int] = field(default_factory=set)
    answers: dict[tuple[str, int], tuple[Wish, Answer, int | None]] = field(default_factory=dict)
    is_frozen: bool = False

    def ask(self, wish: Wish, now: datetime) -> tuple[Answer, int | None]:
        """The answer, and the number of the operation if it was granted."""
        if wish.key in self.answers:
            first, answer, number = self.answers[wish.key]
            is_same = (first.kind, first.asked) == (wish.kind, wish.asked)
            return (answer, number) if is_same else (("request_changed", {}), None)
        before = {each: Purse(**vars(purse)) for each, purse in self.purses.items()}
        self._moved: list[tuple[int, int, int]] = []
        self._now = now
        act: Callable[..., Answer] = getattr(self, f"_{wish.kind}")
        try:
            answer, number = act(**wish.asked), len(self.moves)
        except Refused as refused:
            self.purses, answer, number = before, refused.answer, None
            if answer[0] in ("ledger_frozen", "not_expired"):
                return answer, None
        else:
            self.moves.append(self._moved)
            self.kinds.append(wish.kind)
        self.answers[wish.key] = (wish, answer, number)
        return answer, number

    def due(self, now: datetime) -> set[int]:
        return {
            number
            for number, held in self.holds.items()
            if held.ended is None and held.expires_at is not None and held.expires_at <= now
        }

    def purse(self, account: int) -> Purse:
        return self.purses.setdefault(account, Purse())

    def _kept(self, account: int) -> Purse | None:
        return self.purse(account) if account >= 1000 or account == TREASURY else None

    def _named(self, one: int, other: int, amount: int, bot: bool = False) -> None:
        if one == other:
            raise Refused("same_account", {})
        if bot:
            raise Refused("bot_account", {})
        self._in_range(amount, 1, LARGEST_AMOUNT)

    def _in_range(self, amount: int, least: int, most: int) -> None:
        if not least <= amount <= most:
            raise Refused("amount_out_of_range", {"least": least, "most": most})

    def _free(self, by: int | None, *accounts: int) -> None:
        """`by` None: the staff, whom only the freeze of all stops."""
        if self.is_frozen:
            raise Refused("ledger_frozen", {})
        for each in accounts:
            if by is not None and each >= 1000 and self.purse(each).is_frozen:
                raise Refused("account_frozen", {"account_id": each, "is_own": int(each == by)})

    def _has(self, account: int, amount: int, by: int | None) -> None:
        purse = self._kept(account)
        if purse is None or purse.available >= amount:
            return
        if account == by:
            raise Refused("not_enough_points", {"balance": purse.available, "needed": amount})
        facts = {"account_id": account, "balance": purse.available, "needed": amount}
        raise Refused("they_have_not_enough", facts)

    def _fits(self, account: int, amount: int) -> None:
        purse = self._kept(account)
        if purse is not None and purse.balance + purse.held_in + amount > LARGEST_BALANCE:
            raise Refused("balance_too_high", {"most": LARGEST_BALANCE})

    def _move(self, debit: int, credit: int, amount: int) -> None:
        for account, change, other in ((debit, -amount, credit), (credit, amount, debit)):
            if (purse := self._kept(account)) is not None:
                purse.balance += change
                if other == MINT and account != TREASURY:
                    purse.earned += change
        self._moved.append((debit, credit, amount))

    def _give(
        self, *, giver: int, receiver: int, amount: int, bot: bool, days: int, restricted: bool
    ) -> Answer:
        rules = self.rules
        self._named(giver, receiver, amount, bot)
        self._free(giver, giver, receiver)
        if restricted and not rules.restricted_may_transfer:
            raise Refused("restricted", {})
        if days < rules.transfer_account_days:
            raise Refused("account_too_young", {"days": rules.transfer_account_days})
        if rules.transfer_most and amount > rules.transfer_most:
            raise Refused("over_transfer_limit", {"most": rules.transfer_most})
        tax = amount * rules.transfer_tax_percent // 100
        one, other = self.purse(giver), self.purse(receiver)
        for purse in (one, other):
            if self._now.date() > purse.day:
                purse.day, purse.sent, purse.received = self._now.date(), 0, 0
        for most, had, more, code in (
            (rules.sent_per_day, one.sent, amount, "over_sent_limit"),
            (rules.received_per_day, other.received, amount - tax, "over_received_limit"),
        ):
            if most and had + more > most:
                raise Refused(code, {"most": most, "left": max(0, most - had)})
        self._has(giver, amount, giver)
        self._fits(receiver, amount - tax)
        one.sent += amount
        other.received += amount - tax
        self._move(giver, receiver, amount - tax)
        if tax:
            to = TREASURY if rules.tax_to_treasury else BURN
            self._fits(to, tax)
            self._move(giver, to, tax)
        return (amount, one.balance, other.balance, tax)

    def _award(self, *, member: int, amount: int, bot: bool) -> Answer:
        self._named(MINT, member, amount, bot)
        self._free(None)
        self._fits(member, amount)
        self._move(MINT, member, amount)
        return (amount, None, self.purse(member).balance, 0)

    def _award_many(self, *, amounts: dict[int, int]) -> Answer:
        if not amounts:
            raise Refused("receivers_out_of_range", {"least": 1, "most": 10_000})
        for amount in amounts.values():
            self._in_range(amount, 1, LARGEST_AMOUNT)
        for member, amount in amounts.items():
            self._award(member=member, amount=amount, bot=False)
        return (len(amounts), sum(amounts.values()))

    def _take(self, *, member: int, amount: int) -> Answer:
        self._in_range(amount, 1, LARGEST_AMOUNT)
        self._free(None)
        self._has(member, amount, None)
        self._move(member, MINT, amount)
        return (amount, self.purse(member).balance, None, 0)

    def _set(self, *, member: int, balance: int) -> Answer:
        purse = self.purse(member)
        self._in_range(balance, 0, LARGEST_BALANCE + min(0, purse.balance))
        more = balance - purse.balance
        if not more:
            raise Refused("nothing_to_set", {"balance": balance})
        self._free(None)
        if more > 0:
            self._fits(member, more)
            self._move(MINT, member, more)
        else:
            self._has(member, -more, None)
            self._move(member, MINT, -more)
        return (more, None, balance, 0)

    def _hold(self, *, owner: int, to: int, amount: int, expires_at: datetime | None) -> Answer:
        self._named(owner, to, amount)
        self._free(owner, owner, to)
        self._has(owner, amount, owner)
        self._fits(to, amount)
        self._reserve(owner, to, amount)
        self.holds[len(self.moves)] = Held(owner, to, amount, expires_at)
        return (amount, self.purse(owner).available)

    def _capture(self, *, hold: int, amount: int | None) -> Answer:
        held = self._open(hold)
        if held.expires_at is not None and held.expires_at <= self._now:
            raise Refused("hold_ended", {"how": "expired"})
        taken = held.amount if amount is None else amount
        if not 1 <= taken <= held.amount:
            raise Refused("exceeds_hold", {"held": held.amount})
        self._end(held, "capture")
        self._move(held.debit, held.credit, taken)
        return (taken,)

    def _void(self, *, hold: int) -> Answer:
        self._end(self._open(hold), "void")
        return (0,)

    def _expire(self, *, hold: int) -> Answer:
        held = self._open(hold)
        if held.expires_at is None or held.expires_at > self._now:
            raise Refused("not_expired", {})
        self._end(held, "void")
        return (0,)

    def _open(self, hold: int) -> Held:
        held = self.holds.get(hold)
        if held is None:
            raise Refused("hold_not_found", {})
        if held.ended is not None:
            raise Refused("hold_ended", {"how": held.ended})
        return held

    def _end(self, held: Held, how: str) -> None:
        self._free(None)
        held.ended = how
        self._reserve(held.debit, held.credit, -held.amount)

    def _reserve(self, debit: int, credit: int, amount: int) -> None:
        if (purse := self._kept(debit)) is not None:
            purse.held_out += amount
        if (purse := self._kept(credit)) is not None:
            purse.held_in += amount

    def _reverse(self, *, operation: int, policy: str) -> Answer:
        if not 0 <= operation < len(self.moves):
            raise Refused("operation_not_found", {})
        moves = self.moves[operation]
        if any(credit == SHOP for _, credit, _ in moves):
            raise Refused("of_a_purchase", {})
        if self.kinds[operation] == "reverse" or not moves:
            raise Refused("not_reversible", {})
        if operation in self.reversed:
            raise Refused("already_reversed", {})
        self._free(None)
        total, short, lacking = 0, 0, 0
        for debit, credit, amount in reversed(moves):
            purse = self._kept(credit)
            there = amount if purse is None or policy == "debt" else max(0, min(amount, purse.available))
            short, lacking = short + amount - there, lacking + (there < amount)
            if there:
                self._fits(debit, there)
                self._move(credit, debit, there)
                total += there
        if not total or (short and policy == "refuse"):
            raise Refused("points_spent", {"short": short, "members": lacking})
        self.reversed.add(operation)
        return (total, short, len(moves))

    def _freeze(self, *, member: int, wanted: bool) -> Answer:
        purse = self.purse(member)
        if purse.is_frozen is wanted:
            raise Refused("frozen_already", {"is_frozen": int(wanted)})
        purse.is_frozen = wanted
        return (wanted, member)
