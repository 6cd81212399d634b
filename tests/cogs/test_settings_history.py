"""How changes of settings read that are more than one value."""

from typing import Any

import pytest

from cogs.config._history import _of_points, _plain


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


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("level:3", 55, "role of level 3: <@&55>"),
        ("level:3", None, "role of level 3: none"),
        ("points-rule:channel:77", 0, "points of <#77>: 0 %"),
        ("points-rule:role:88", None, "points of <@&88>: 100 %"),
        ("points-boost:9", {"on": "server", "percent": 200, "until": "then"},
         "boost of points: 200 % for the server until then"),
        ("points-boost:9", {"on": "role 88", "percent": 200, "until": "then"},
         "boost of points: 200 % for <@&88> until then"),
        ("what-is-newer:1", 5, "what-is-newer:1: 5"),
    ],
)  # fmt: skip
def test_what_is_kept_of_points_reads_as_words(field: str, value: Any, words: str) -> None:
    setting = _of_points(field)
    assert f"{setting.name}: {setting.shown(value)}" == words
