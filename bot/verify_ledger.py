"""`python -m bot verify-ledger FILE`: prove a ledger that was taken out, without a database.

It shares no rule with what keeps the ledger: it adds up what the lines say, from nothing. What each line is, is said in
database/ledger_export.py.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson

from database.ledger_export import FORMAT, Seal, line_of

Json = dict[str, Any]
LARGEST_BALANCE = 1_000_000_000_000
FIRST_MEMBER, TREASURY = 1_000, 2
ISSUERS = (1, 5)
ACCOUNT = ("balance", "held_out", "held_in", "debt", "earned")
TRANSFER = ("transfer", "of", "debit", "credit", "amount")
MOVED = ("post", "capture")
HEADED = b'{"reeve_ledger":'
KINDS = {"account", "operation", "transfer", "end"}


@dataclass
class Sums:
    """What the transfers of one account come to so far."""

    balance: int = 0
    held_out: int = 0
    held_in: int = 0
    earned: int = 0


@dataclass
class Proof:
    """Reads the lines one after another. It keeps the accounts, the holds that are open, and what is moved back."""

    wanted: frozenset[int] = frozenset()
    """Transfers that a later one moves back: they are remembered."""
    damages: list[str] = field(default_factory=list)
    seal: Seal = field(default_factory=Seal)
    guild: int | None = None
    stated: dict[int, Json] = field(default_factory=dict)
    sums: dict[int, Sums] = field(default_factory=dict)
    open_holds: dict[int, Json] = field(default_factory=dict)
    originals: dict[int, Json] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    operation: Json | None = None
    operation_rows: int = 0
    operation_total: int = 0
    is_over: bool = False
    is_ledger: bool = False
    """Whether there is any line that a ledger has, however damaged it is."""

    @property
    def circulating(self) -> int:
        return sum(each["balance"] for number, each in self.stated.items() if number >= FIRST_MEMBER)

    def say(self, number: int, what: str) -> None:
        self.damages.append(f"Line {number:,}: {what}.")

    def read(self, number: int, line: bytes) -> None:
        try:
            content = orjson.loads(line)
        except orjson.JSONDecodeError:
            content = None
        self.is_ledger = self.is_ledger or line.startswith(HEADED) or is_of_ledger(content)
        if not isinstance(content, dict) or line_of(content) != line:
            self.say(number, "this is not a line as it is taken out")
            return
        try:
            self._take(number, line, content)
        except (KeyError, TypeError, ValueError, AttributeError):
            self.say(number, "this line lacks something, or has something that is not of its kind")

    def _take(self, number: int, line: bytes, content: Json) -> None:
        if self.is_over:
            self.say(number, "there is something after the end")
        elif number == 1:
            self._header(content)
            self.seal.add(line)
        elif "end" in content:
            self._close_operation(number)
            self.is_over = True
            if content != self.seal.footer():
                self.say(number, "the file is not what was taken out: its counts or its SHA-256 are others")
        elif "account" in content:
            self.seal.add(line, "accounts")
            self._account(number, content)
        elif "operation" in content:
            self.seal.add(line, "operations")
            self._close_operation(number)
            self._operation(number, content)
        else:
            self.seal.add(line, "transfers")
            self._transfer(number, content)

    def _header(self, content: Json) -> None:
        if content.get("reeve_ledger") != FORMAT:
            self.say(1, "this is not a ledger that this Reeve can read")
        self.guild = content.get("guild")

    def _account(self, number: int, content: Json) -> None:
        account_id = whole(content["account"])
        if self.operation is not None or (self.stated and account_id <= next(reversed(self.stated))):
            self.say(number, f"account {account_id} is out of order, or is there twice")
        self.stated[account_id] = {name: whole(content[name]) for name in ACCOUNT}
        self.sums[account_id] = Sums()

    def _operation(self, number: int, content: Json) -> None:
        if self.operation is not None and whole(content["operation"]) <= self.operation["operation"]:
            self.say(number, f"operation {content['operation']} is out of order, or is there twice")
        whole(content["operation"])
        self.operation, self.operation_rows, self.operation_total = content, 0, 0

    def _close_operation(self, number: int) -> None:
        """Whether its transfers are what it answered."""
        if self.operation is None:
            return
        kind, refusal, answer = (self.operation[name] for name in ("kind", "refusal", "answer"))
        total, rows = self.operation_total, self.operation_rows
        answered = total
        if refusal is None and kind in {"give", "take", "hold", "award", "set", "import", "reverse"}:
            answered = abs(whole(answer["total"] if "total" in answer else answer["amount"]))
        elif refusal is None and kind == "capture":
            answered = whole(answer["captured"])
        must_have_none = refusal is not None or kind in {"freeze", "unfreeze"}
        if total != answered or bool(rows) is must_have_none:
            name = self.operation["operation"]
            self.say(number - 1, f"operation {name} moved {total:,} points, which is not what it answered")

    def _transfer(self, number: int, content: Json) -> None:
        transfer_id, of, debit, credit, amount = (whole(content[name]) for name in TRANSFER)
        phase = content["phase"]
        if self.operation is None or of != self.operation["operation"]:
            self.say(number, f"transfer {transfer_id} does not stand with its operation")
        if not 1 <= amount <= LARGEST_BALANCE or debit == credit or phase not in {*MOVED, "hold", "void"}:
            self.say(number, f"transfer {transfer_id} is one that no ledger takes")
        if debit not in self.sums or credit not in self.sums:
            self.say(number, f"transfer {transfer_id} names an account that is not there")
            return
        self.operation_rows += 1
        self.operation_total += amount
        if transfer_id in self.wanted:
            self.originals[transfer_id] = content
        if phase in {"capture", "void"}:
            self._end_hold(number, content)
        if phase == "hold":
            self.open_holds[transfer_id] = content
            self.sums[debit].held_out += amount
            self.sums[credit].held_in += amount
        if phase in MOVED:
            self._move(debit, credit, amount)
        if content["reverses"] is not None:
            self._move_back(number, content)
        for side, name in ((debit, "debit_balance"), (credit, "credit_balance")):
            if has_balance(side) and content[name] != self.sums[side].balance:
                self.say(
                    number, f"transfer {transfer_id} names another balance of account {side} than its sum"
                )

    def _move(self, debit: int, credit: int, amount: int) -> None:
        self.sums[debit].balance -= amount
        self.sums[credit].balance += amount
        if debit in ISSUERS and credit >= FIRST_MEMBER:
            self.sums[credit].earned += amount
        if credit in ISSUERS and debit >= FIRST_MEMBER:
            self.sums[debit].earned -= amount

    def _end_hold(self, number: int, content: Json) -> None:
        hold = self.open_holds.pop(whole(content["parent"]), None)
        if hold is None:
            self.say(number, f"transfer {content['transfer']} ends a hold that is not open")
            return
        self.sums[hold["debit"]].held_out -= hold["amount"]
        self.sums[hold["credit"]].held_in -= hold["amount"]
        is_whole = content["amount"] == hold["amount"] or content["phase"] == "capture"
        if not is_whole or content["amount"] > hold["amount"] or sides(content) != sides(hold):
            self.say(number, f"transfer {content['transfer']} ends a hold that it does not fit")

    def _move_back(self, number: int, content: Json) -> None:
        original = self.originals.get(whole(content["reverses"]))
        if content["reverses"] in self.undone:
            self.say(number, f"transfer {content['transfer']} moves back what had been moved back")
        self.undone.add(content["reverses"])
        fits = original is not None and original["phase"] in MOVED and content["amount"] <= original["amount"]
        if original is None or not fits or sides(content) != sides(original)[::-1]:
            self.say(number, f"transfer {content['transfer']} moves another back that it does not fit")

    def end(self) -> None:
        """What can be said once all lines are read."""
        if not self.is_over:
            self.damages.append("The file has no end: its last lines are missing.")
        for account_id, sums in self.sums.items():
            stated = self.stated[account_id]
            expected = {"balance": 0, "held_out": 0, "held_in": 0, "debt": 0, "earned": 0}
            if has_balance(account_id):
                debt = max(0, sums.held_out - sums.balance)
                expected |= {
                    "balance": sums.balance,
                    "held_out": sums.held_out,
                    "held_in": sums.held_in,
                    "debt": debt,
                }
                expected["earned"] = sums.earned if account_id >= FIRST_MEMBER else stated["earned"]
            for name, amount in expected.items():
                if stated[name] != amount:
                    self.damages.append(
                        f"Account {account_id}: {name} is {stated[name]:,}, and its transfers come to {amount:,}."
                    )
            if has_balance(account_id) and stated["balance"] + stated["held_in"] > LARGEST_BALANCE:
                self.damages.append(f"Account {account_id} has more points than an account can hold.")


def is_of_ledger(content: Any) -> bool:
    return isinstance(content, dict) and not KINDS.isdisjoint(content)


def whole(value: Any) -> int:
    """ValueError for what is no whole number: true is one for Python."""
    if type(value) is not int:
        raise ValueError(value)
    return value


def has_balance(account_id: int) -> bool:
    return account_id >= FIRST_MEMBER or account_id == TREASURY


def sides(transfer: Json) -> tuple[int, int]:
    return transfer["debit"], transfer["credit"]


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        if file.read(2) == b"\x1f\x8b":
            file.seek(0)
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield unpacked  # type: ignore[misc]  # it reads as a file does
        else:
            file.seek(0)
            yield file


def verified(path: Path) -> Proof:
    """Read it twice, a line at a time: first for what is moved back later. OSError where it cannot be read."""
    try:
        with opened(path) as file:
            proof = Proof(frozenset(_moved_back(file)))
        with opened(path) as file:
            for number, line in enumerate(file, start=1):
                proof.read(number, line)
        proof.end()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        proof = Proof(damages=[f"The file cannot be unpacked: {error}."], is_ledger=True)
    return proof


def _moved_back(file: IO[bytes]) -> Iterator[int]:
    for line in file:
        if b'"reverses":null' not in line:
            try:
                content = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(content, dict) and type(content.get("reverses")) is int:
                yield content["reverses"]
