"""Sentences that people read: in their number, in the server's language, and in the right place."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import TargetOutranksModerator
from bot.outcomes import Refused
from cogs.moderation._job_pages import job_line
from cogs.moderation._ladder import _reached, _reason_of_step
from cogs.moderation._mass_preview import _counted
from cogs.moderation._obstacles import ChannelGone, ModeratorGone, ReeveLacks, ReeveNotAbove
from cogs.moderation._outcome_tables import CODED, FIXED
from cogs.moderation._outcome_words import in_english, kept, outcome_in, refusal_kept, refused_kept
from cogs.moderation._post_words import POST_WORDS
from cogs.moderation._rendering import log_embed
from database.errors import ActionRefused
from database.ladder import Climb, Rules
from database.models import (
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


def test_every_outcome_has_every_language() -> None:
    assert FIXED.keys() == {Language.GERMAN, Language.SPANISH}
    assert CODED.keys() == set(Language)
    assert len({frozenset(each) for each in FIXED.values()}) == 1
    assert len({frozenset(each) for each in CODED.values()}) == 1


@pytest.mark.parametrize("language", [*FIXED])
@pytest.mark.parametrize("sentence", [*FIXED[Language.GERMAN]])
def test_every_fixed_outcome_is_read_in_every_language(language: Language, sentence: str) -> None:
    assert outcome_in(language, sentence.format(number=3)) != sentence.format(number=3)
    assert outcome_in(Language.ENGLISH, sentence.format(number=3)) == sentence.format(number=3)


@pytest.mark.parametrize(
    "refusal",
    [
        ReeveLacks(["ban_members"]),
        ReeveLacks(["manage_channels", "manage_roles", "view_channel"], where="<#7>"),
        ReeveNotAbove("Staff"),
        TargetOutranksModerator(target_role="Staff {own}", moderator_role='"Helpers"'),
        ModeratorGone(),
    ],
)
def test_a_refusal_that_is_kept_says_the_same_when_it_is_read(refusal: ActionRefused) -> None:
    assert in_english(refusal_kept(refusal)) == str(refusal)
    for language in (Language.GERMAN, Language.SPANISH):
        said = outcome_in(language, refusal_kept(refusal))
        assert not set(str(refusal).split(" ", 2)[:2]) <= set(said.split()), "not in English"
        for fact in ("Staff {own}", '"Helpers"', "<#7>"):
            assert (fact in said) is (fact in str(refusal))


def test_a_missing_permission_is_named_in_the_language_of_the_server() -> None:
    lacking = refusal_kept(ReeveLacks(["ban_members"]))
    both = refusal_kept(ReeveLacks(["manage_channels", "manage_roles"], where="<#7>"))
    told = [fields_of(CaseKind.BAN, each, trouble=lacking) for each in Language]
    assert told[0]["Outcome"] == "Give the role Reeve the permission Ban Members first."
    assert told[1]["Ausgang"] == "Gib der Rolle Reeve zuerst das Recht „Mitglieder bannen“."
    assert told[2]["Resultado"] == "Da primero al rol Reeve el permiso «Banear a miembros»."
    assert outcome_in(Language.GERMAN, both) == (
        "Gib der Rolle Reeve zuerst in <#7> die Rechte „Kanäle verwalten“ und „Rollen verwalten“."
    )


def test_an_outcome_within_an_outcome_is_read_in_the_same_language() -> None:
    """A purge that Discord stopped halfway."""
    refused = refused_kept(Refused("Discord refused that: no", said="no"))
    assert in_english(refused) == "Discord refused that: no"
    half = kept("in_part", gone=2, wanted=9, rest=refused)
    assert in_english(half) == "2 of 9 messages are gone. Discord refused that: no"
    assert outcome_in(Language.GERMAN, half) == "2 von 9 Nachrichten sind weg. Discord hat das abgelehnt: no"
    known = kept("in_part", gone=2, wanted=9, rest=str(ChannelGone()))
    assert "Ese canal ya no existe" in outcome_in(Language.SPANISH, known)


@example('"' * 200, '"' * 200, '"' * 4000)
@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=4000))
def test_whatever_the_facts_are_what_is_kept_fits_and_can_be_read(one: str, other: str, said: str) -> None:
    for outcome in (
        refusal_kept(TargetOutranksModerator(target_role=one, moderator_role=other)),
        kept("in_part", gone=1, wanted=2, rest=refused_kept(Refused("x", said=said))),
        kept(
            "roles_left",
            too_high=kept("too_high", names=one),
            managed=kept("managed", names=said),
            missing="",
        ),
    ):
        assert len(outcome) <= 500
        for language in Language:
            assert not outcome_in(language, outcome).startswith('{"code"')


@pytest.mark.parametrize("typed", ['{"code": "lacks"', '{"code": "no such"}', "{}", "[1]", '{"code": 3}'])
def test_what_only_looks_like_a_code_is_a_sentence(typed: str) -> None:
    assert outcome_in(Language.GERMAN, typed) == typed


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
