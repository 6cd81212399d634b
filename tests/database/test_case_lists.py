"""Lists of cases: filters, search, pages, suggestions, each against a plain Python reading of the same cases."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.models import Case, CaseFilter, CaseKind, CaseState, Proof
from database.service import DatabaseService

START = datetime(2026, 11, 1, tzinfo=UTC)
LETTERS = "%_\\'/\"$1:aAäÄßσΣжЖ 你\n👩"
TEXTS = st.text(LETTERS, min_size=1, max_size=6)
NewId = Callable[[], int]


def lowered(text: str) -> str:
    """Character by character, as PostgreSQL does: a sigma does not know that it ends a word."""
    return "".join(character.lower() for character in text)


def holds(wanted: CaseFilter, case: Case, note: str | None, *, is_proven: bool) -> bool:
    texts = [lowered(text) for text in (case.reason, note) if text is not None]
    return all(
        [
            not wanted.with_evidence or is_proven,
            not wanted.text or any(lowered(wanted.text) in text for text in texts),
            wanted.target_id in (None, case.target_id),
            wanted.moderator_id in (None, case.moderator_id),
            wanted.kind in (None, case.kind),
            wanted.state in (None, case.state),
            wanted.since is None or case.created_at >= wanted.since,
            wanted.until is None or case.created_at < wanted.until,
            not (wanted.without_notes and case.kind is CaseKind.NOTE),
        ]
    )


CASES = st.lists(
    st.fixed_dictionaries(
        {
            "target_id": st.integers(1, 2),
            "moderator_id": st.integers(1, 2),
            "kind": st.sampled_from(CaseKind),
            "reason": TEXTS.filter(str.strip),
            "note": st.none() | TEXTS.filter(str.strip),
            "is_proven": st.booleans(),
        }
    ),
    min_size=1,
    max_size=6,
)
MOMENTS = st.none() | st.integers(0, 6).map(lambda hours: START + timedelta(hours=hours))
FILTERS = st.builds(
    CaseFilter,
    target_id=st.none() | st.integers(1, 2),
    moderator_id=st.none() | st.integers(1, 2),
    kind=st.none() | st.sampled_from(CaseKind),
    state=st.none() | st.sampled_from(CaseState),
    text=st.none() | TEXTS,
    since=MOMENTS,
    until=MOMENTS,
    without_notes=st.booleans(),
    with_evidence=st.booleans(),
)

few = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@few
@given(cases=CASES, wanted=st.lists(FILTERS, min_size=1, max_size=8), typed=st.lists(TEXTS, max_size=4))
async def test_filters_and_search_find_what_a_reader_would(
    *,
    database: DatabaseService,
    auditor: Any,
    open_case: Any,
    new_id: NewId,
    cases: Any,
    wanted: Any,
    typed: Any,
) -> None:
    guild_id = new_id()
    notes, proven = dict[int, str | None](), dict[int, bool]()
    for number, case in enumerate(cases, 1):
        notes[number], proven[number] = case["note"] and case["note"].strip(), case["is_proven"]
        said = {name: value for name, value in case.items() if name not in ("note", "is_proven")}
        proof = [Proof("a.png", b"x")] if proven[number] else []
        await open_case(guild_id=guild_id, proof=proof, **said)
        if (note := notes[number]) is not None:
            await database.case_notes.write(
                guild_id=guild_id,
                number=number,
                note=note,
                author_id=1,
                author_name="a",
                interaction_id=new_id(),
            )
    await auditor.execute(
        "ALTER TABLE cases DISABLE TRIGGER facts_stay; "
        f"UPDATE cases SET created_at = '{START}'::timestamptz + number * interval '1 hour', "
        "revision = revision + 1, state = CASE WHEN number % 3 = 0 THEN 'void' ELSE 'active' END "
        f"WHERE guild_id = {guild_id}; "
        "ALTER TABLE cases ENABLE TRIGGER facts_stay"
    )
    stored = await database.cases.page(guild_id=guild_id, matching=CaseFilter())
    assert [case.number for case in stored] == list(range(len(cases), 0, -1))
    for matching in wanted:
        found = await database.cases.page(guild_id=guild_id, matching=matching)
        fitting = [
            case
            for case in stored
            if holds(matching, case, notes[case.number], is_proven=proven[case.number])
        ]
        assert found == fitting, matching
    for text in typed:
        await suggestions_are_right(database, guild_id, stored, text)


async def suggestions_are_right(database: DatabaseService, guild_id: int, stored: Any, text: str) -> None:
    suggested = await database.cases.suggest(guild_id=guild_id, typed=text)
    assert suggested == [
        case
        for case in stored
        if str(case.number).startswith(text) or lowered(text) in lowered(f"{case.reason}\t{case.target_name}")
    ]
    reasons = await database.cases.reasons(guild_id=guild_id, typed=text, longest=5)
    unsaid = {CaseKind.NOTE, CaseKind.PURGE, CaseKind.SLOWMODE}
    used = [case.reason for case in stored if case.kind not in unsaid and len(case.reason) <= 5]
    assert set(reasons) == {reason for reason in used if lowered(text) in lowered(reason)}
    assert [used.count(reason) for reason in reasons] == sorted(map(used.count, reasons), reverse=True)


async def test_a_text_with_a_nul_finds_nothing_and_breaks_nothing(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    await open_case(reason="ab")
    for text in ("a\x00b", "\x00"):
        await database.cases.page(guild_id=guild_id, matching=CaseFilter(text=text))
        await database.cases.suggest(guild_id=guild_id, typed=text)
        await database.cases.reasons(guild_id=guild_id, typed=text, longest=9)


async def test_pages_stay_where_they_are_while_cases_are_opened(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    for _ in range(25):
        await open_case()
    seen, before = [], None
    while True:
        page, *_ = await asyncio.gather(
            database.cases.page(guild_id=guild_id, matching=CaseFilter(), before=before, limit=4), open_case()
        )
        if not page:
            break
        seen += [case.number for case in page]
        before = [page[-1].number]
    assert seen == list(range(seen[0], 0, -1))
    assert seen[0] >= 25


async def test_the_page_before_is_the_page_that_one_came_from(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    for _ in range(9):
        await open_case()
    page = {"guild_id": guild_id, "matching": CaseFilter(kind=CaseKind.WARN), "limit": 3}
    newest = await database.cases.page(**page)
    older = await database.cases.page(**page, before=[newest[-1].number])
    assert await database.cases.page(**page, after=[older[0].number]) == newest
    assert await database.cases.page(**page, after=[newest[0].number]) == []
    assert [case.number for case in older] == [6, 5, 4]
