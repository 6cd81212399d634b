"""What sets off a rule of AutoMod: keywords, expressions, the allow list."""

import time

import pytest

from sandbox.automod.automod_matching import match_of
from sandbox.automod.automod_regex import BadPattern, Pattern
from sandbox.errors import Refused
from sandbox.rows import AutomodRule, Channel

KEYWORDS = [
    ("cat*", ["catch", "Catapult", "a CAttLE"], ["wildcat", "education"]),
    ("the mat*", ["the matrix"], ["breathe matter"]),
    ("*cat", ["wildcat", "copyCat"], ["catch"]),
    ("*the mat", ["breathe mat"], ["the matrix"]),
    ("*cat*", ["location", "eduCation"], ["dog"]),
    ("*the mat*", ["breathe matter"], ["themat"]),
    ("cat", ["cat", "a CAT here"], ["cats", "wildcat"]),
    ("the mat", ["on the mat"], ["the matrix"]),
]


@pytest.mark.parametrize(("keyword", "hits", "misses"), KEYWORDS)
def test_keywords_match_as_the_reference_shows(keyword, hits, misses):
    one = AutomodRule(1, 1, "Rule", 1, 1, {"keyword_filter": [keyword]}, [])
    assert [match_of(one, text) is not None for text in hits] == [True] * len(hits)
    assert [match_of(one, text) is not None for text in misses] == [False] * len(misses)


def test_what_the_allow_list_covers_is_no_match_and_the_rest_still_is():
    metadata = {"keyword_filter": ["*cat*"], "regex_patterns": ["d.g"], "allow_list": ["location", "dig"]}
    one = AutomodRule(1, 1, "Rule", 1, 1, metadata, [])
    assert match_of(one, "location dig") is None
    assert match_of(one, "location catch").content == "cat"
    assert (match_of(one, "dig dog").keyword, match_of(one, "dig dog").content) == ("d.g", "dog")


@pytest.mark.parametrize(
    ("written", "text", "matched"),
    [
        (r"(b|c)at", "the CAT", "CAT"),
        (r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$", "127.0.0.1", "127.0.0.1"),
        (r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$", "at 127.0.0.1", None),
        (r"\bfo{2,}\b", "a fooo b", "fooo"),
        (r"[^a-z\s]+", "abc 123", "123"),
        (r"colou?r|gr[ae]y", "Grey color", "Grey"),
        (r"(?i)x\x41?", "xa", "xa"),
        (r"a.c", "a\nc", None),
        (r"ab??", "xab", "ab"),
    ],
)
def test_regular_expressions_find_the_leftmost_longest(written, text, matched):
    span = Pattern(written).search(text)
    assert (text[span.start : span.end] if span else None) == matched


@pytest.mark.parametrize("written", ["(a+)+b", "(a|a)*b", "a*a*a*a*a*a*b", "(a{1,30}){1,30}b"])
def test_no_pattern_takes_long(written):
    started = time.process_time()
    assert Pattern(written).search("a" * 100) is None
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "written", ["(", "a)", "*a", "(?=a)", "(?<!a)b", r"(a)\1", "[a", "((a{99}){99}){99}", "\\"]
)
def test_what_rusts_expressions_do_not_have_is_no_pattern(written):
    with pytest.raises(BadPattern):
        Pattern(written)


def test_a_forums_post_and_an_edit_are_read_before_anybody_sees_them(sandbox):
    guild = next(guild for guild in sandbox.world.guilds.values() if guild.name == "Green")
    forum = Channel(700_100_000_000_000_004, 15, guild_id=guild.id, name="forum")
    sandbox.world.channels[forum.id] = forum
    guild.channel_ids.append(forum.id)
    rule = {"name": "Words", "event_type": 1, "trigger_type": 1, "enabled": True, "actions": [{"type": 1}]}
    sandbox.people.automod("olga", "create", rule={**rule, "trigger_metadata": {"keyword_filter": ["spam"]}})
    posted = {"name": "Food", "guild_id": "Green", "channel_id": "forum"}
    with pytest.raises(Refused, match="200000"):
        sandbox.people.thread("ann", "create", content="spam and eggs", **posted)
    assert guild.thread_ids == []
    sandbox.people.thread("ann", "create", content="eggs", **posted)
    one = sandbox.people.message("ann", "eggs")
    with pytest.raises(Refused, match="200000"):
        sandbox.people.edit("ann", message_id=one.id, content="more spam")
    assert (one.content, len(guild.thread_ids)) == ("eggs", 1)
