"""Acts that wait for a word: kept with their files, answered once, by one person, about one question."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from database.clock import clock
from database.errors import DraftGone
from database.models import DraftState, EvidenceKind, Proof
from database.service import DatabaseService

MAX, MIA = 601, 602
YES, NO = DraftState.CONFIRMED, DraftState.DROPPED
FILES = [Proof("message-1.json", b"{}", EvidenceKind.MESSAGE), Proof("a.png", b"a"), Proof("b.png", b"b")]


@pytest.fixture
def key(guild_id: int, new_id: Callable[[], int]) -> dict[str, int]:
    return {"guild_id": guild_id, "interaction_id": new_id()}


@pytest.fixture
def ask(database: DatabaseService, key: dict[str, int]) -> Callable[..., Any]:
    async def kept(question: str = "moment_ago", **more: Any) -> Any:
        return await database.drafts.keep(
            **key, question=question, asked_by_id=MAX, request={"reason": question}, **more
        )

    return kept


async def test_all_files_are_kept_in_their_order(
    database: DatabaseService, key: dict[str, int], ask: Callable[..., Any]
) -> None:
    await ask(proof=FILES)
    assert await database.drafts.proof(**key) == FILES
    await ask("ladder")
    assert await database.drafts.proof(**key) == FILES, "a second question keeps what the first had"
    await ask("ladder", proof=FILES[:1])
    assert await database.drafts.proof(**key) == FILES[:1]


async def test_a_click_on_an_older_question_does_not_answer_the_newer_one(
    database: DatabaseService, key: dict[str, int], ask: Callable[..., Any]
) -> None:
    await ask("ladder")
    answer: Any = {**key, "answered_by_id": MAX, "state": YES}
    assert (await database.drafts.answer(**answer, question="ladder")).state is YES
    await ask("moment_ago")
    with pytest.raises(DraftGone):
        await database.drafts.answer(**answer, question="ladder")
    assert (await database.drafts.get(**key)).state is DraftState.WAITING
    assert (await database.drafts.answer(**answer, question="moment_ago")).request == {"reason": "moment_ago"}


async def test_the_same_answer_again_is_given_again_and_another_is_too_late(
    database: DatabaseService, key: dict[str, int], ask: Callable[..., Any]
) -> None:
    await ask()
    answer: Any = {**key, "question": "moment_ago"}
    for _ in range(2):
        await database.drafts.answer(**answer, answered_by_id=MAX, state=YES)
    for who, state in ((MIA, YES), (MAX, NO)):
        with pytest.raises(DraftGone):
            await database.drafts.answer(**answer, answered_by_id=who, state=state)


async def test_what_nobody_answered_is_too_old_and_then_forgotten_with_its_files(
    database: DatabaseService, key: dict[str, int], ask: Callable[..., Any]
) -> None:
    await ask(proof=FILES, kept_for=timedelta(seconds=-1))
    with pytest.raises(DraftGone):
        await database.drafts.get(**key)
    await database.drafts.forget_old(now=clock.now() + timedelta(days=2))
    assert await database.drafts.proof(**key) == []
