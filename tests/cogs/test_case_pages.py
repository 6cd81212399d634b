"""A list's buttons carry its filters: whatever a person typed comes back, and fits into Discord's 100 characters."""

from datetime import UTC, datetime

import pytest

from cogs.moderation._case_pages import LONGEST_SEARCH, CasePageButton, _custom_id, decode, encode
from database.models import CaseFilter, CaseKind, CaseState

NOW = datetime(2026, 11, 21, 7, 45, tzinfo=UTC)
LARGEST_ID = 2**63 - 1


@pytest.mark.parametrize("text", ["a.b:c", "100%_ \\", "two\nlines", "😀" * LONGEST_SEARCH, ".......", None])
def test_filters_come_back_from_a_button(text: str | None) -> None:
    matching = CaseFilter(
        target_id=LARGEST_ID, kind=CaseKind.WARN, state=CaseState.VOID, since=NOW, until=NOW, text=text
    )

    assert decode(encode(matching)) == matching


@pytest.mark.parametrize("year", [1, 1900, 1969])
def test_a_moment_before_all_computers_is_one_before_all_cases(year: int) -> None:
    matching = CaseFilter(since=datetime(year, 1, 1, tzinfo=UTC))

    assert decode(encode(matching)).since == datetime(1970, 1, 1, tzinfo=UTC)


def test_all_filters_at_once_fit_into_a_button() -> None:
    matching = CaseFilter(
        target_id=LARGEST_ID,
        moderator_id=LARGEST_ID,
        kind=CaseKind.WARN,
        state=CaseState.ACTIVE,
        since=NOW,
        until=NOW,
        text="x" * LONGEST_SEARCH,
    )
    custom_id = _custom_id("b", 10**6, matching)

    assert len(custom_id) <= 100
    assert CasePageButton.__discord_ui_compiled_template__.fullmatch(custom_id)


@pytest.mark.parametrize(
    "filters",
    ["", "..rubbish.....", "..warn.none....", "zzzzzzzzzzzzzzz.......", "-5.......", "....zzzzzzzzzzz..."],
)
def test_what_no_button_of_ours_says_is_not_understood(filters: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        decode(filters)
