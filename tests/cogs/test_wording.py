"""Sentences that people read: in their number, in the server's language, and in the right place."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from cogs.moderation._job_pages import job_line
from cogs.moderation._ladder import _reached, _reason_of_step
from cogs.moderation._mass_preview import _counted
from cogs.moderation._outcome_words import CANNOT_TELL, GONE, NEVER_SENT, OUTCOMES, outcome_in
from cogs.moderation._post_words import POST_WORDS
from cogs.moderation._rendering import log_embed
from database.ladder import Climb, Rules
from database.models import (
    FOLLOWED,
    REPLACED,
    ActKind,
    Case,
    CaseKind,
    Job,
    JobSource,
    LadderStep,
    Language,
    Purpose,
    WholeCase,
    followed,
)

NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)


def in_each(*words: str) -> list[tuple[Language, str]]:
    return list(zip(Language, words, strict=True))


def fields_of(kind: CaseKind, language: Language, **more: Any) -> dict[str, str]:
    case = Case(
        guild_id=1, number=7, kind=kind, target_id=5, target_name=more.pop("target_name", "ann"), moderator_id=6,
        moderator_name="max", interaction_id=9, created_at=NOW, reason="quiet", **more,
    )  # fmt: skip
    embed = log_embed(WholeCase(case, [], [], [], [], []), POST_WORDS[language])
    return {str(field.name): str(field.value) for field in embed.fields}


@pytest.mark.parametrize(
    ("inside", "outside", "sentence"),
    [
        (0, 1, "**1 person** would be banned: 1 is not here."),
        (1, 0, "**1 person** would be banned: 1 is here."),
        (1, 2, "**3 people** would be banned: 1 is here, 2 are not here."),
        (0, 0, "Nobody is left to be banned."),
    ],
)
def test_the_preview_of_many_bans_counts_as_people_do(inside: int, outside: int, sentence: str) -> None:
    looked: Any = SimpleNamespace(members=dict.fromkeys(range(inside)))
    assert _counted(dict.fromkeys(range(inside + outside), "ann"), looked) == sentence


@pytest.mark.parametrize(("language", "name"), in_each("People", "Personen", "Personas"))
def test_the_post_of_many_bans_counts_people(language: Language, name: str) -> None:
    assert fields_of(CaseKind.MASSBAN, language, target_name="1,204 people")[name] == "1,204"


@pytest.mark.parametrize(("language", "name"), in_each("Note", "Notiz", "Nota"))
def test_the_text_of_a_note_is_no_reason(language: Language, name: str) -> None:
    assert fields_of(CaseKind.NOTE, language)[name] == "quiet"


def test_the_outcome_is_told_in_the_language_of_the_server() -> None:
    told = [fields_of(CaseKind.BAN, each, trouble=followed(22)) for each in Language]
    assert told[0]["Outcome"] == "Followed by case 22."
    assert told[1]["Ausgang"] == "Abgelöst durch Fall 22."
    assert told[2]["Resultado"] == "Seguido por el caso 22."


@pytest.mark.parametrize("language", [*OUTCOMES])
@pytest.mark.parametrize("kept", [FOLLOWED, REPLACED, GONE, NEVER_SENT, CANNOT_TELL])
def test_every_fixed_outcome_has_every_language(language: Language, kept: str) -> None:
    assert outcome_in(language, kept.format(number=3)) != kept.format(number=3)
    assert outcome_in(Language.ENGLISH, kept.format(number=3)) == kept.format(number=3)


@pytest.mark.parametrize("said", ["Give me {number}.", "Followed by case x.", "{0}", ""])
def test_any_other_outcome_stays_as_it_is(said: str) -> None:
    assert outcome_in(Language.GERMAN, said) == said


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (1, 3, "3 of 3 points"),
        (2, 4, "4 points, beyond the step at 3,"),
        (2, 9, "9 points, beyond the last step at 8,"),
    ],
)
def test_a_warning_beyond_a_step_says_so(before: int, after: int, sentence: str) -> None:
    steps = [LadderStep(guild_id=1, threshold=each, kind=CaseKind.KICK, seconds=None) for each in (3, 8)]
    climb = Climb(Rules(30, 0, steps), before, after)
    assert climb.step is not None
    assert _reached(climb, climb.step) == sentence


@pytest.mark.parametrize(
    ("language", "sentence"),
    in_each(
        "reached 4 points, beyond the step at 3, in 30 days (case 7): spam",
        "haben 4 Punkte, mehr als die 3 der Stufe, in 30 Tagen erreicht (Fall 7): spam",
        "llegaron a 4 puntos, más allá del escalón de 3, en 30 días (caso 7): spam",
    ),
)
def test_the_reason_of_a_step_says_when_the_sum_goes_beyond_it(language: Language, sentence: str) -> None:
    step, warning = SimpleNamespace(threshold=3), SimpleNamespace(number=7, reason="spam")
    reached: Any = SimpleNamespace(points=4, step=step, days=30, warning=warning)
    assert sentence in _reason_of_step(language, "")(reached)


def test_a_renewal_is_no_new_timeout() -> None:
    words = {Purpose.BEGIN: "time <@5> out", Purpose.KEEP: "renew the timeout of <@5>"}
    for purpose, said in words.items():
        job = Job(NOW + timedelta(days=27), JobSource.ACT, 3, ActKind.TIMEOUT, purpose, 5, None, 7, 0, None)
        assert said in job_line(job)
