"""Files of other bots become points by user, or one sentence that says why not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.importing import LARGEST_FILE, MOST_ROWS, FileUnreadable, Layout, read

GUILD = 77
ANN, BEN = 100_000_000_000_000_001, 100_000_000_000_000_002
WANTED = {ANN: 120, BEN: 7}


def as_json(content: Any) -> bytes:
    return json.dumps(content).encode()


READABLE: dict[str, tuple[Layout, str, bytes]] = {
    "bare": (Layout.CSV, "", f"{ANN},120\n{BEN},7\n".encode()),
    "with names": (Layout.CSV, "", f"user_id,points\n{ANN},120\n{BEN},7".encode()),
    "of Windows": (Layout.CSV, "", f"\ufeffUser_ID;name;Points\r\n{ANN};a;120\r\n\r\n{BEN};b;7\r\n".encode()),
    "mapped": (Layout.CSV, "who, much", f"much,who\n120,{ANN}\n7,{BEN}".encode()),
    "MEE6": (Layout.MEE6, "", as_json({"players": [{"id": str(ANN), "xp": 120}, {"id": str(BEN), "xp": 7}]})),
    "Red": (
        Layout.RED, "",
        as_json({"384734293238749": {"MEMBER": {"77": {str(ANN): {"balance": 120}, str(BEN): {"balance": 7}}}}}),
    ),
    "Tux": (Layout.TUX, "", as_json([{"member_id": ANN, "xp": 120.9}, {"member_id": BEN, "xp": 7.0}])),
    "UnbelievaBoat": (
        Layout.UNBELIEVABOAT, "",
        as_json({"users": [{"user_id": str(ANN), "cash": 20, "total": 120}, {"user_id": str(BEN), "total": 7}]}),
    ),
    "UnbelievaBoat's cash": (
        Layout.UNBELIEVABOAT, "user_id,cash",
        as_json([{"user_id": str(ANN), "cash": 120, "total": 1}, {"user_id": str(BEN), "cash": 7}]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READABLE)
def test_what_bots_write_out_is_read(name: str) -> None:
    layout, mapping, content = READABLE[name]
    assert read(content, layout, GUILD, mapping).points == WANTED


def test_who_is_named_twice_with_the_same_points_counts_once() -> None:
    assert read(f"{ANN},1\n{ANN},1".encode(), Layout.CSV, GUILD) == ({ANN: 1}, 1)


HOSTILE: dict[str, tuple[Layout, bytes]] = {
    "names no member": (Layout.CSV, b""),
    "below 0": (Layout.TUX, as_json([{"member_id": ANN, "xp": -1}])),
    "line 1 has no number of points": (Layout.CSV, f"{ANN},-1".encode()),
    "above 1,000,000,000,000": (Layout.CSV, f"{ANN},1000000000001".encode()),
    "line 2 has no number of points": (Layout.CSV, f"{ANN},1\n{BEN},1e30".encode()),
    "line 1 has no number": (Layout.CSV, f"{ANN},{10**30}".encode()),
    "entry 1 has points": (Layout.TUX, f'[{{"member_id":{ANN},"xp":{10**30}}}]'.encode()),
    "entry 1 has no number": (Layout.TUX, f'[{{"member_id":{ANN},"xp":1e30}}]'.encode()),
    "not JSON": (Layout.TUX, f'[{{"member_id":{ANN},"xp":NaN}}]'.encode()),
    "is not JSON that": (Layout.MEE6, b"[" * 200_000),
    "JSON that can be read": (Layout.MEE6, b'{"players": [' + b'{"a":' * 100_000),
    "that can be read": (Layout.TUX, f'[{{"member_id":{ANN},"xp":{"9" * 5_000}}}]'.encode()),
    "entry 1 has no user id": (Layout.TUX, as_json([{"member_id": True, "xp": 1}])),
    "no member has": (Layout.CSV, b"5,1"),
    "a user id that no member": (Layout.CSV, b"99999999999999999999,1"),
    "with other points": (Layout.CSV, f"{ANN},1\n{ANN},2".encode()),
    "is not UTF-8": (Layout.CSV, b"\xff\xfe1"),
    "too few columns": (Layout.CSV, f"{ANN}".encode()),
    "no user_id and points": (Layout.CSV, b"a,b\n1,2"),
    "no list of members": (Layout.MEE6, b"{}"),
    "entry 1 has no id and xp": (Layout.MEE6, b'{"players": [5]}'),
    "no members of this server": (Layout.RED, as_json({"1": {"MEMBER": {"78": {}}}})),
    "has no balance": (Layout.RED, as_json({"1": {"MEMBER": {"77": {str(ANN): 5}}}})),
    "characters that no text has": (Layout.CSV, f"{ANN},1\x00".encode()),
    "larger than 8 MB": (Layout.CSV, b"1" * (LARGEST_FILE + 1)),
    "more than 100,000": (Layout.CSV, "".join(f"{ANN + n},1\n" for n in range(MOST_ROWS + 1)).encode()),
}


@pytest.mark.parametrize("words", HOSTILE)
def test_what_is_hostile_is_refused_in_a_sentence(words: str) -> None:
    layout, content = HOSTILE[words]
    with pytest.raises(FileUnreadable, match=words):
        read(content, layout, GUILD)


def test_a_mapping_names_two_fields() -> None:
    with pytest.raises(FileUnreadable, match="two names of fields"):
        read(b"1", Layout.CSV, GUILD, "a,b,c")


@given(content=st.binary(max_size=300), layout=st.sampled_from(Layout))
def test_no_file_does_anything_but_be_read_or_be_refused(content: bytes, layout: Layout) -> None:
    try:
        found = read(content, layout, GUILD)
    except FileUnreadable:
        return
    assert all(0 <= points <= 10**12 for points in found.points.values())
