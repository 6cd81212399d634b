"""How changes of settings read that are more than one value."""

from typing import Any

import pytest

from cogs.config._history import _plain


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"kind": "timeout", "seconds": 86_400}, "timeout · 1d"),
        ({"kind": "ban", "seconds": None}, "ban"),
        ({"text": "Spam", "weight": 1}, "Spam · 1 point"),
        (None, "none"),
    ],
)
def test_a_step_or_a_reason_reads_as_words(value: Any, words: str) -> None:
    assert _plain(value) == words
