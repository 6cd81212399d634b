"""Templates of direct messages: any text is refused in one sentence, or becomes a message that Discord takes."""

import string
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.moderation._dm_rendering import KIND_OF, About, correction, direct_message
from cogs.moderation._dm_words import DM_WORDS
from cogs.moderation._templates import PLACEHOLDERS, TemplateNotUnderstood, fill, require_understood
from database.models import (
    LONGEST_REASON,
    LONGEST_TEMPLATE,
    Case,
    CaseKind,
    GuildSettings,
    Language,
    TemplateKind,
)

NOW = datetime(2026, 11, 21, 17, 0, 0, 123_456, tzinfo=UTC)
WORDS = (
    "{reason}",
    "{server}",
    "{moderator}",
    "{appeal}",
    "{until}",
    "{",
    "}",
    "{0}",
    "{reason.__class__}",
    "\n",
)
TEXTS = st.one_of(
    st.text(max_size=LONGEST_TEMPLATE),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=9)), max_size=150).map("".join),
    st.lists(st.sampled_from(PLACEHOLDERS), max_size=200).map(
        lambda names: "".join(f"{{{n}}}" for n in names)
    ),
).map(lambda text: text[:LONGEST_TEMPLATE])
NAMES = st.text(min_size=1, max_size=100)


class Untouchable(str):
    """Text of which nobody may ask for an attribute by a name that stands in a template."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        assert not name.startswith("secret"), name
        return super().__getattribute__(name)


def case_of(kind: CaseKind = CaseKind.BAN, reason: str = "spam", **more: Any) -> Case:
    facts: dict[str, Any] = {
        "guild_id": 1, "number": 7, "target_id": 5, "target_name": "ann", "moderator_id": 6, "moderator_name": "max",
        "interaction_id": 9, "created_at": NOW, **more,
    }  # fmt: skip
    return Case(kind=kind, reason=reason, **facts)


def shown(text: str | None, case: Case | None = None, server: str = "Green", **chosen: Any) -> Any:
    case = case or case_of()
    kind = KIND_OF[case.kind]
    config = GuildSettings(1, **chosen)
    own = {} if text is None else {kind: text}
    return direct_message(case, server, config, own, About(kind, case.created_at, "dm", case.reason))


def units(text: str | None) -> int:
    return len((text or "").encode("utf-16-le")) // 2


@given(
    text=TEXTS,
    reason=st.text(min_size=1, max_size=LONGEST_REASON),
    names=st.tuples(NAMES, NAMES, NAMES),
    kind=st.sampled_from(sorted(KIND_OF)),
    chosen=st.builds(dict, hide_moderator=st.booleans(), language=st.sampled_from(Language)),
)
def test_any_text_is_refused_or_becomes_a_message_that_discord_takes(
    text: str, reason: str, names: tuple[str, str, str], kind: CaseKind, chosen: dict[str, Any]
) -> None:
    try:
        require_understood(text)
    except TemplateNotUnderstood:
        return
    server, member, moderator = names
    case = case_of(kind, reason, target_name=member, moderator_name=moderator)
    embed = shown(text, case, server, **chosen)
    assert 1 <= units(embed.title) <= 256
    assert units(embed.description) <= 4096
    assert len(embed) <= 6000


@given(values=st.fixed_dictionaries(dict.fromkeys(PLACEHOLDERS, TEXTS)))
def test_what_a_value_holds_is_not_filled_in_again(values: dict[str, str]) -> None:
    assert fill("a {reason} b", values) == f"a {values['reason']} b".strip() or not values["reason"]


@pytest.mark.parametrize(
    "text",
    [
        "{reason.__class__}", "{reason[0]}", "{reason!r}", "{reason:>99999999}", "{0}", "{}", "{{reason}}", "{Reason}",
        "{ reason }", "{why}", "{", "}", "a } b { c", "{reason", "reason}", "{reason}}", "{secret}", "{{}}", "{\n}",
    ],
)  # fmt: skip
def test_what_is_no_placeholder_is_refused_with_the_names_that_are(text: str) -> None:
    with pytest.raises(TemplateNotUnderstood, match=r"\{server\} \{member\} \{reason\} .* \{appeal\}\.$"):
        require_understood(text)


def test_a_text_from_elsewhere_reaches_into_nothing() -> None:
    """A template that came past the check (an import, an older version) is shown as it stands."""
    value = Untouchable("spam")
    assert fill("{reason.secret} {reason[secret]} {secret}", {"reason": value}) == (
        "{reason.secret} {reason[secret]} {secret}"
    )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", TemplateKind)
def test_reeves_own_words_are_templates_of_their_own_rules(language: Language, kind: TemplateKind) -> None:
    words = DM_WORDS[language]
    for text in (words.titles[kind], words.texts[kind], words.banned_for_good, words.nothing_changed):
        require_understood(text)
    assert len(words.texts[kind]) <= LONGEST_TEMPLATE


def test_a_ban_for_a_time_says_until_when_and_one_for_ever_says_that() -> None:
    lasting = case_of(expires_at=NOW + timedelta(days=7, milliseconds=-80))
    ends = int(lasting.expires_at.timestamp()) if lasting.expires_at else 0
    assert f"**Until:** <t:{ends}:F> (7d)" in shown(None, lasting).description
    assert "**Duration:** permanently\n" in shown(None).description
    assert "**Dauer:** dauerhaft\n" in shown(None, language=Language.GERMAN).description
    assert shown("{until} ({duration})").description == "further notice (permanently)"


def test_a_line_with_nothing_to_say_is_left_out_and_others_stay() -> None:
    warning = case_of(CaseKind.WARN)
    text = "You: {member}\nUntil {until}, {duration}\nWhy: {reason} {until}\n\nThe end"
    assert shown(text, warning).description == "You: ann\nWhy: spam \n\nThe end"


def test_the_moderator_is_named_unless_the_server_hides_them() -> None:
    assert "**Moderator:** max" in shown(None).description
    hidden = shown(None, hide_moderator=True)
    assert "**Moderator:** the staff" in hidden.description
    assert "max" not in str(hidden.to_dict())


def test_what_people_typed_has_no_power_over_the_message() -> None:
    case = case_of(
        reason="**bold** [x](https://x.example) \u202eabc", target_name="a_b_", moderator_name="*m*"
    )
    text = shown("{reason} {member} {moderator} {server}", case, "Green\n# Hill").description
    assert text == r"\*\*bold\*\* \[x](https://x.example) abc a\_b\_ \*m\* Green # Hill"


def test_a_message_says_which_case_of_which_server_and_when_it_came_about() -> None:
    embed = shown(None)
    assert embed.footer.text == "Case 7 · Green"
    assert embed.timestamp == NOW.replace(microsecond=123_000)
    assert shown(None, case_of(CaseKind.WARN)).footer.text.endswith(
        "/record in the server shows what stands against you."
    )


@pytest.mark.parametrize("language", Language)
def test_who_is_timed_out_is_sent_to_no_command_of_the_server(language: Language) -> None:
    config = GuildSettings(1, language=language)
    message = direct_message(
        case_of(CaseKind.TIMEOUT), "Green", config, {}, About(TemplateKind.TIMEOUT, NOW, "dm", "x")
    )
    assert "/" not in str(message.footer.text), message.footer.text


def test_a_correction_fits_and_says_that_nothing_was_done() -> None:
    embed = correction(case_of(), "Green", GuildSettings(1))
    assert embed.title == "This did not happen"
    assert "Nothing has changed for you." in str(embed.description)


def test_every_placeholder_is_a_plain_word() -> None:
    assert all(set(name) <= set(string.ascii_lowercase) for name in PLACEHOLDERS)
