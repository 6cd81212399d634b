"""What an edit changed, word by word, as Discord's markdown shows it: ~~taken away~~ and **added**."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from bot.typed import shown

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
UNCHANGED_WORDS = 12
"""So many are left of a longer run that did not change, around what did."""
GAP = " … "


def word_diff(before: str, after: str, most: int) -> str:
    """At most `most` UTF-16 units; a pair of marks is kept whole or left out."""
    text = ""
    for piece in _pieces(WORDS.findall(before), WORDS.findall(after), most):
        if _units(text) + _units(piece) > most - 2:
            return f"{text}{GAP.rstrip()}"
        text += piece
    return text or shown("", most)


def _pieces(before: list[str], after: list[str], most: int) -> Iterator[str]:
    changes = SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
    for number, (kind, from_, to, new_from, new_to) in enumerate(changes):
        if kind == "equal":
            yield from _abridged(before[from_:to], first=number == 0, last=number == len(changes) - 1)
            continue
        if "".join(before[from_:to] or after[new_from:new_to]).startswith((" ", "\n")):
            yield " "
        if gone := "".join(before[from_:to]).strip():
            yield f"~~{shown(gone, most // 3)}~~"
        if gone and new_to > new_from:
            yield " "
        if come := "".join(after[new_from:new_to]).strip():
            yield f"**{shown(come, most // 3)}**"
        if "".join(after[new_from:new_to] or before[from_:to]).endswith((" ", "\n")):
            yield " "


def _abridged(words: list[str], *, first: bool, last: bool) -> Iterator[str]:
    """What did not change: its ends, next to the changes."""
    if len(words) <= 2 * UNCHANGED_WORDS:
        yield _plain(words)
        return
    yield ("" if first else _plain(words[:UNCHANGED_WORDS])) + GAP
    yield "" if last else _plain(words[-UNCHANGED_WORDS:])


def _plain(words: list[str]) -> str:
    text = "".join(words)
    return shown(text) if text.strip() else " "


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
