"""The locked accounts of one operation, and what it does to them, in plain Python: nothing is written here.

A plan posts, holds, captures and voids on a Book; a rule that says no is raised as a LedgerRefusal. The rules that
every movement meets are here and in this order: the ledger or the account is frozen, the floor, the ceiling.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from database.ledger_refusals import (
    AccountFrozen,
    BalanceTooHigh,
    LedgerFrozen,
    NotEnoughPoints,
    TheyHaveNotEnough,
)
from database.levels import Curve, LevelChange
from database.models.points import ISSUERS, LARGEST_BALANCE, TREASURY, Phase


@dataclass(slots=True)
class Account:
    """A locked one. `balance` includes what is held; `available` does not."""

    account_id: int
    balance: int = 0
    held_out: int = 0
    held_in: int = 0
    debt: int = 0
    earned: int = 0
    frozen_at: datetime | None = None
    last_talked_at: datetime | None = None
    counted_on: date | None = None
    sent_today: int = 0
    received_today: int = 0
    earned_today: int = 0
    thanks_today: int = 0
    daily_on: date | None = None
    daily_streak: int = 0

    @property
    def available(self) -> int:
        return self.balance - self.held_out

    def count_from(self, today: date) -> None:
        """Begin the counts of a day. A day that is over is never counted on: clocks of processes may differ."""
        if self.counted_on is None or today > self.counted_on:
            self.counted_on = today
            self.sent_today = self.received_today = self.earned_today = self.thanks_today = 0


class Leg(NamedTuple):
    """One transfer to be written: a column each. Balances are None where they are derived."""

    phase: Phase
    debit_id: int
    credit_id: int
    amount: int
    debit_balance: int | None
    credit_balance: int | None
    parent_id: int | None = None
    reverses_id: int | None = None
    expires_at: datetime | None = None


class Hold(NamedTuple):
    """A hold that is open: what was promised by whom to whom."""

    transfer_id: int
    debit_id: int
    credit_id: int
    amount: int


class Book:
    """`accounts` of members, and of the treasury, by id. `asked_by_id`: whose wish it is; `by_staff`: the server's."""

    def __init__(
        self,
        accounts: dict[int, Account],
        *,
        asked_by_id: int,
        by_staff: bool = False,
        is_ledger_frozen: bool = False,
        curve: Curve | None = None,
    ) -> None:
        self.accounts = accounts
        self.legs: list[Leg] = []
        self._asked_by_id, self._by_staff = asked_by_id, by_staff
        self.is_ledger_frozen = is_ledger_frozen
        self._curve = curve
        self._earned_before = {each.account_id: each.earned for each in accounts.values()} if curve else {}

    def may_move(self, *account_ids: int) -> None:
        """Raise where a freeze stops it: of the whole ledger, or of one of these, the first of them first."""
        if self.is_ledger_frozen:
            raise LedgerFrozen
        for account_id in account_ids:
            account = self.accounts.get(account_id)
            if account is not None and account.frozen_at is not None and not self._by_staff:
                raise AccountFrozen(account_id, int(account_id == self._asked_by_id))

    def post(
        self,
        debit_id: int,
        credit_id: int,
        amount: int,
        *,
        reverses_id: int | None = None,
        debt: bool = False,
    ) -> None:
        """Move points at once. `debt`: the staff lets the balance fall below zero."""
        self.may_move(debit_id, credit_id)
        self._leave_floor(self.accounts.get(debit_id), amount, debt=debt)
        self._leave_ceiling(self.accounts.get(credit_id), amount)
        self._move(debit_id, credit_id, amount)
        self._count_earned(debit_id, credit_id, amount)
        self._write(Phase.POST, debit_id, credit_id, amount, reverses_id=reverses_id)

    def hold(self, debit_id: int, credit_id: int, amount: int, *, expires_at: datetime | None = None) -> None:
        """Promise points: nobody can spend them, and the receiver's ceiling keeps room for them."""
        self.may_move(debit_id, credit_id)
        debit, credit = self.accounts.get(debit_id), self.accounts.get(credit_id)
        self._leave_floor(debit, amount)
        self._leave_ceiling(credit, amount)
        if debit is not None:
            debit.held_out += amount
        if credit is not None:
            credit.held_in += amount
        self._write(Phase.HOLD, debit_id, credit_id, amount, expires_at=expires_at)

    def capture(self, hold: Hold, amount: int) -> None:
        """Move what was held, or a part of it, and let the rest go. Both sides have room for it, always."""
        if self.is_ledger_frozen:
            raise LedgerFrozen
        self._let_go(hold)
        self._move(hold.debit_id, hold.credit_id, amount)
        self._count_earned(hold.debit_id, hold.credit_id, amount)
        self._write(Phase.CAPTURE, hold.debit_id, hold.credit_id, amount, parent_id=hold.transfer_id)

    def void(self, hold: Hold) -> None:
        """Let go of all that was held."""
        if self.is_ledger_frozen:
            raise LedgerFrozen
        self._let_go(hold)
        self._pay_debts(hold.debit_id)
        self._write(Phase.VOID, hold.debit_id, hold.credit_id, hold.amount, parent_id=hold.transfer_id)

    def require(self, account_id: int, amount: int) -> None:
        """Raise where less is there to be spent: of a plan that moves this in several steps."""
        self._leave_floor(self.accounts.get(account_id), amount)

    def balance(self, account_id: int) -> int | None:
        account = self.accounts.get(account_id)
        return None if account is None else account.balance

    def changed_levels(self) -> list[LevelChange]:
        """In the order of the members' ids. Nobody's where the server does nothing about levels."""
        if (curve := self._curve) is None:
            return []
        earned = {each: self.accounts[each].earned for each in sorted(self._earned_before)}
        levels = (
            LevelChange(each, curve.level_of(before), curve.level_of(earned[each]))
            for each in earned
            if (before := self._earned_before[each]) != earned[each]
        )
        return [each for each in levels if each.before != each.after]

    def _leave_floor(self, debit: Account | None, amount: int, *, debt: bool = False) -> None:
        if debit is None or debit.available >= amount:
            return
        if debt:
            debit.debt = max(debit.debt, amount - debit.available)
        elif debit.account_id == self._asked_by_id and not self._by_staff:
            raise NotEnoughPoints(balance=debit.available, needed=amount)
        else:
            raise TheyHaveNotEnough(account_id=debit.account_id, balance=debit.available, needed=amount)

    def _leave_ceiling(self, credit: Account | None, amount: int) -> None:
        if credit is not None and credit.balance + credit.held_in + amount > LARGEST_BALANCE:
            raise BalanceTooHigh(LARGEST_BALANCE)

    def _let_go(self, hold: Hold) -> None:
        if (debit := self.accounts.get(hold.debit_id)) is not None:
            debit.held_out -= hold.amount
        if (credit := self.accounts.get(hold.credit_id)) is not None:
            credit.held_in -= hold.amount

    def _move(self, debit_id: int, credit_id: int, amount: int) -> None:
        if (debit := self.accounts.get(debit_id)) is not None:
            debit.balance -= amount
        if (credit := self.accounts.get(credit_id)) is not None:
            credit.balance += amount
        self._pay_debts(debit_id, credit_id)

    def _pay_debts(self, *account_ids: int) -> None:
        """What comes in, or is let go, pays a debt first: the floor never falls again by itself."""
        for account_id in account_ids:
            if (account := self.accounts.get(account_id)) is not None:
                account.debt = min(account.debt, max(0, -account.available))

    def _count_earned(self, debit_id: int, credit_id: int, amount: int) -> None:
        if debit_id in ISSUERS and credit_id in self.accounts and credit_id != TREASURY:
            self.accounts[credit_id].earned += amount
        if credit_id in ISSUERS and debit_id in self.accounts and debit_id != TREASURY:
            self.accounts[debit_id].earned -= amount

    def _write(
        self,
        phase: Phase,
        debit_id: int,
        credit_id: int,
        amount: int,
        *,
        parent_id: int | None = None,
        reverses_id: int | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        if not {debit_id, credit_id} & self.accounts.keys():
            raise TypeError("one side is an account that is locked: without it nobody knows of a freeze")
        self.legs.append(
            Leg(
                phase,
                debit_id,
                credit_id,
                amount,
                self.balance(debit_id),
                self.balance(credit_id),
                parent_id,
                reverses_id,
                expires_at,
            )
        )
