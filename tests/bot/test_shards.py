"""REEVE_SHARDS: which shards a process serves, and the sentence about what it cannot mean."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import BadSettings, read_settings
from bot.shards import MOST_SHARDS, read_shards
from database.models import Shards


@st.composite
def some_shards(draw: st.DrawFn) -> Shards:
    count = draw(st.integers(1, 40))
    ids = draw(st.sets(st.integers(0, count - 1), min_size=1))
    return Shards(tuple(sorted(ids)), count)


@pytest.mark.parametrize(
    ("text", "ids", "count"),
    [
        ("0-3/16", (0, 1, 2, 3), 16),
        ("2/16", (2,), 16),
        ("0,5,7/16", (0, 5, 7), 16),
        ("12-15,0-1/16", (0, 1, 12, 13, 14, 15), 16),
        ("1,0-2,1/3", (0, 1, 2), 3),
        (" 0 - 1 / 2 ", (0, 1), 2),
        ("0, 2,\t3 /4", (0, 2, 3), 4),
        ("0/1", (0,), 1),
    ],
)
def test_a_range_a_number_or_a_list_is_read(text: str, ids: tuple[int, ...], count: int) -> None:
    assert read_shards(text) == Shards(ids, count)


@given(some_shards())
def test_what_is_written_is_read_again(shards: Shards) -> None:
    assert read_shards(str(shards)) == shards


@given(st.text("0123456789-,/ x٣", max_size=15))
def test_anything_else_is_refused_in_one_sentence(text: str) -> None:
    try:
        shards = read_shards(text)
    except ValueError as error:
        said = str(error)
        assert re.match(r"(must|has) [^\n]+$", said)  # what is refused is not known beforehand
        return
    assert shards.ids
    assert list(shards.ids) == sorted(set(shards.ids))
    assert 0 <= shards.ids[0] <= shards.ids[-1] < shards.count <= MOST_SHARDS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("all", "REEVE_SHARDS: must look like 0-3/16 (shards 0 to 3 of 16), 2/16 or 0,5,7/16."),
        ("0-3", "REEVE_SHARDS: must look like"),
        ("-1/4", "REEVE_SHARDS: must look like"),
        ("٣/4", "REEVE_SHARDS: must look like"),
        ("3-0/4", "REEVE_SHARDS: has the range 3-0, which runs backwards: write 0-3."),
        ("1 2/16", "REEVE_SHARDS: must look like"),
        ("0-1/1 6", "REEVE_SHARDS: must look like"),
        ("4/4", "REEVE_SHARDS: has the shard 4, but 4 shards are numbered 0 to 3."),
        ("0-9999999/99999999", "REEVE_SHARDS: must have from 1 to 100,000 shards after the /."),
        ("0/0", "REEVE_SHARDS: must have from 1"),
    ],
)
def test_the_operator_reads_what_to_write(text: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REEVE_SHARDS", text)
    with pytest.raises(BadSettings) as refused:
        read_settings()
    [sentence] = refused.value.sentences
    assert sentence.startswith(said)


def test_left_out_means_all_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REEVE_SHARDS", "")
    assert read_settings().shards is None
    monkeypatch.setenv("REEVE_SHARDS", "0-1/4")
    assert read_settings().shards == Shards((0, 1), 4)
