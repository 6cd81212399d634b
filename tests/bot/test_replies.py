from hypothesis import given
from hypothesis import strategies as st

from bot.replies import FENCE, TEXT_LIMIT, shorten


@given(st.text(st.characters(), max_size=5000), st.integers(50, TEXT_LIMIT))
def test_any_text_fits_and_can_be_sent(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short.encode("utf-16-le")) <= 2 * limit
    assert short.encode("utf-8").decode() == short


def test_what_fits_is_left_alone() -> None:
    assert shorten("ä" * 2000) == "ä" * 2000
    assert shorten("a\n" + FENCE + "b") == "a\n" + FENCE + "b"


def test_a_cut_neither_halves_a_character_nor_leaves_a_code_block_open() -> None:
    assert shorten("🦊" * 1500).startswith("🦊🦊")
    assert shorten("🦊" * 1500).endswith("🦊…")
    assert shorten(FENCE + "x" * 3000).count(FENCE) == 2
