"""Whom a text names: nobody who is not named, everybody who is, once."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.moderation._mass_targets import read_people

IDS = st.integers(min_value=10**14, max_value=2**63 - 1)
GAPS = st.text(" ,;|\n\t", min_size=1, max_size=3)
RUBBISH = st.text(min_size=1).filter(
    lambda text: not re.search(r"[\s,;|<>]", text) and not re.fullmatch(r"[0-9]{15,20}", text)
)


def mention(user_id: int) -> st.SearchStrategy[str]:
    return st.sampled_from([str(user_id), f"<@{user_id}>", f"<@!{user_id}>"])


@given(st.lists(IDS.flatmap(lambda each: st.tuples(st.just(each), mention(each), GAPS))))
def test_all_who_are_named_are_read_once_in_their_order(named: list[tuple[int, str, str]]) -> None:
    said = read_people("".join(text + gap for _, text, gap in named))
    assert said.user_ids == list(dict.fromkeys(user_id for user_id, _, _ in named))
    assert said.repeated == len(named) - len(said.user_ids)
    assert said.unreadable == []


@given(st.lists(st.tuples(RUBBISH, GAPS), min_size=1))
def test_what_is_neither_an_id_nor_a_mention_names_nobody(pieces: list[tuple[str, str]]) -> None:
    said = read_people("".join(text + gap for text, gap in pieces))
    assert said.user_ids == []
    assert said.unreadable == [text for text, _ in pieces]


@given(st.text())
def test_nobody_is_read_whose_id_does_not_stand_there(text: str) -> None:
    assert all(str(each) in text for each in read_people(text).user_ids)


@pytest.mark.parametrize(
    "text", ["<@&123456789012345678>", "123456789012345678x", "<#123456789012345678>", "99999999999999999999",
             "000000000000000", "<@123456789012345678", "１２３４５６７８９０１２３４５６７８", "-123456789012345678"]
)  # fmt: skip
def test_nothing_is_guessed(text: str) -> None:
    assert read_people(text).user_ids == []
    assert read_people(text).unreadable == [text]


def test_mentions_need_nothing_between_them() -> None:
    assert read_people("<@123456789012345678><@223456789012345678>").user_ids == [
        123456789012345678, 223456789012345678,
    ]  # fmt: skip
