"""A ledger that was taken out is proved without a database: any change to the file is found."""

import gzip
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.verify_ledger import verified
from database.ledger_export import Seal, line_of

ANN, BEN = 5_001, 5_002
Json = dict[str, Any]


def account(account_id: int, balance: int = 0, **more: int) -> Json:
    zero = {"held_out": 0, "held_in": 0, "debt": 0, "earned": 0}
    kind = "member" if account_id >= 1_000 else "mint"
    return {"account": account_id, "kind": kind, "balance": balance, **zero, **more, "frozen_at": None}


def operation(number: int, kind: str, answer: Json, **more: Any) -> Json:
    return {"operation": number, "kind": kind, "refusal": None, "answer": answer, "note": "Grüße", **more}


def transfer(
    number: int, of: int, sides: tuple[int, int], amount: int, balances: tuple[Any, Any], **more: Any
) -> Json:
    named = dict(
        zip(("debit", "credit", "debit_balance", "credit_balance"), (*sides, *balances), strict=True)
    )
    usual = {"phase": "post", "parent": None, "reverses": None}
    return {"transfer": number, "of": of, **usual, **named, "amount": amount, **more}


HEADER = {"reeve_ledger": 1, "guild": 7, "schema": "0020", "exported_at": "2026-11-21T21:00:00Z"}
LINES = [
    ("accounts", account(1)),
    ("accounts", account(4)),
    ("accounts", account(ANN, 66, held_out=10, earned=100)),
    ("accounts", account(BEN, 30, held_in=10)),
    ("operations", operation(1, "award", {"amount": 100})),
    ("transfers", transfer(1, 1, (1, ANN), 100, (None, 100))),
    ("operations", operation(2, "give", {"amount": 30})),
    ("transfers", transfer(2, 2, (ANN, BEN), 30, (70, 30))),
    ("operations", operation(3, "give", {}, refusal="not_enough_points")),
    ("operations", operation(4, "hold", {"amount": 10})),
    ("transfers", transfer(3, 4, (ANN, 4), 10, (70, None), phase="hold")),
    ("operations", operation(5, "capture", {"captured": 4})),
    ("transfers", transfer(4, 5, (ANN, 4), 4, (66, None), phase="capture", parent=3)),
    ("operations", operation(6, "hold", {"amount": 10})),
    ("transfers", transfer(5, 6, (ANN, BEN), 10, (66, 30), phase="hold")),
    ("operations", operation(7, "award", {"amount": 9})),
    ("transfers", transfer(6, 7, (1, BEN), 9, (None, 39))),
    ("operations", operation(8, "reverse", {"total": 9})),
    ("transfers", transfer(7, 8, (BEN, 1), 9, (30, None), reverses=6)),
    ("operations", operation(9, "freeze", {"is_frozen": True})),
]


def written(lines: list[tuple[str, Json]]) -> bytes:
    """Sealed as it is taken out: who changed a row in the database gets a seal that fits, too."""
    seal, text = Seal(), line_of(HEADER)
    seal.add(text)
    for kind, content in lines:
        line = line_of(content)
        seal.add(line, kind)
        text += line
    return text + line_of(seal.footer())


WHOLE = written(LINES)


@pytest.fixture(scope="module")
def damages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], list[str]]:
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"

    def read(content: bytes) -> list[str]:
        path.write_bytes(content)
        return verified(path).damages

    return read


def test_a_whole_ledger_adds_up_packed_or_not(damages: Callable[[bytes], list[str]]) -> None:
    assert damages(WHOLE) == []
    assert damages(gzip.compress(WHOLE)) == []
    assert "cannot be unpacked" in damages(gzip.compress(WHOLE)[:-9])[0]
    assert damages(b"") == ["The file has no end: its last lines are missing."]


@given(place=st.integers(0, len(WHOLE) - 1), flipped=st.integers(1, 255))
def test_any_flipped_byte_is_found(damages: Any, place: int, flipped: int) -> None:
    assert damages(WHOLE[:place] + bytes([WHOLE[place] ^ flipped]) + WHOLE[place + 1 :])


ROWS = WHOLE.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (b"", False),
        (b"user_id,points\n5001,3\n", False),
        (b'{"players":[{"id":"5001","xp":3}]}\n', False),
        (b"[]\n7\n", False),
        (gzip.compress(b"\x00\xff" * 99), False),
        (ROWS[0][:30], True),
        (b"?" + WHOLE[1:], True),
        (b"".join(ROWS[1:]), True),
        (ROWS[-1], True),
        (gzip.compress(WHOLE)[:-9], True),
    ],
)
def test_what_is_no_ledger_is_not_a_damaged_one(tmp_path: Path, content: bytes, is_one: bool) -> None:
    path = tmp_path / "some"
    path.write_bytes(content)
    proof = verified(path)
    assert proof.damages
    assert proof.is_ledger is is_one


@given(row=st.integers(0, len(ROWS) - 1), other=st.integers(0, len(ROWS) - 1))
def test_any_line_dropped_doubled_or_moved_is_found(damages: Any, row: int, other: int) -> None:
    without = ROWS[:row] + ROWS[row + 1 :]
    assert damages(b"".join(without)), "dropped"
    assert damages(b"".join([*ROWS[:row], ROWS[row], *ROWS[row:]])), "doubled"
    if row != other:
        assert damages(b"".join([*without[:other], ROWS[row], *without[other:]])), "moved"


@given(end=st.integers(0, len(WHOLE) - 1))
def test_a_file_that_is_cut_off_is_found(damages: Any, end: int) -> None:
    assert damages(WHOLE[:end])


CHANGES: dict[str, tuple[int, Json]] = {
    "balance is 67": (2, {"balance": 67}),
    "held_out is 0": (2, {"held_out": 0}),
    "held_in is 0": (3, {"held_in": 0}),
    "earned is 99": (2, {"earned": 99}),
    "debt is 1": (2, {"debt": 1}),
    "Account 1: balance": (0, {"balance": 1}),
    "names another balance": (5, {"credit_balance": 101}),
    "which is not what it answered": (6, {"answer": {"amount": 31}}),
    "ends a hold that is not open": (12, {"parent": 2}),
    "ends a hold that it does not fit": (12, {"amount": 11}),
    "moves another back": (18, {"amount": 10}),
    "does not stand with its operation": (7, {"of": 3}),
    "an account that is not there": (7, {"credit": 5_003}),
    "one that no ledger takes": (7, {"credit": ANN}),
    "has something that is not of its kind": (7, {"amount": "30"}),
    "lacks something": (7, {"amount": True}),
    "than an account can hold": (2, {"balance": 10**12 + 1}),
}


@pytest.mark.parametrize("words", CHANGES)
def test_a_row_that_was_changed_before_it_was_taken_out_is_found(damages: Any, words: str) -> None:
    place, change = CHANGES[words]
    lines = list(LINES)
    lines[place] = (lines[place][0], lines[place][1] | change)
    found = damages(written(lines))
    assert any(words in each for each in found), found


@pytest.mark.parametrize(
    ("again", "words"), [(12, "ends a hold that is not open"), (18, "had been moved back")]
)
def test_what_happens_once_happens_once(damages: Any, again: int, words: str) -> None:
    lines = [*LINES]
    lines.insert(again + 1, (lines[again][0], lines[again][1] | {"transfer": 99}))
    assert any(words in each for each in damages(written(lines)))


def test_the_seal_is_over_all_lines_before_it() -> None:
    body, end = b"".join(ROWS[:-1]), orjson.loads(ROWS[-1])
    assert end == {
        "end": True,
        "accounts": 4,
        "operations": 9,
        "transfers": 7,
        "sha256": sha256(body).hexdigest(),
    }
