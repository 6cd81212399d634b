"""Whether a text sets off a rule of AutoMod (reference, "Keyword Matching Strategies")."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sandbox.automod.automod_regex import Effort, Pattern, Span
from sandbox.messages.mentions import ROLE_MENTION, USER_MENTION
from sandbox.rows import AutomodRule

KEYWORD, SPAM, KEYWORD_PRESET, MENTION_SPAM, MEMBER_PROFILE = 1, 3, 4, 5, 6
PRESETS: dict[int, tuple[str, ...]] = {
    1: ("*darn*", "*heck*"),
    2: ("*smooch*", "hanky-panky"),
    3: ("numbskull*", "nincompoop*"),
}
"""Discord's own lists are secret; these harmless words stand for them: swearing, sexual content, insults."""


@dataclass(frozen=True)
class Match:
    keyword: str | None = None
    content: str | None = None


def match_of(rule: AutomodRule, text: str, effort: Effort | None = None) -> Match | None:
    """Spam is a matter of Discord's own models: such a rule is kept, and nothing here sets it off."""
    asked = rule.trigger_metadata
    if rule.trigger_type == MENTION_SPAM:
        mentioned = {("role", each) for each in ROLE_MENTION.findall(text)}
        mentioned |= {("user", each) for each in USER_MENTION.findall(text)}
        return Match() if len(mentioned) > int(asked["mention_total_limit"]) else None
    keywords = list(asked.get("keyword_filter", ()))
    keywords += [word for preset in asked.get("presets", ()) for word in PRESETS[preset]]
    allowed = [span for word in asked.get("allow_list", ()) for span in _keyword_spans(word, text)]
    found = [(word, span) for word in keywords for span in _keyword_spans(word, text)]
    patterns = asked.get("regex_patterns", ())
    found += [(each, span) for each in patterns for span in _pattern_spans(each, text, effort)]
    for word, span in found:
        if not any(one.start <= span.start and span.end <= one.end for one in allowed):
            return Match(word, text[span.start : span.end])
    return None


def _keyword_spans(keyword: str, text: str) -> Iterator[Span]:
    return (Span(*found.span()) for found in _keyword(keyword).finditer(text))


@lru_cache(maxsize=4096)
def _keyword(keyword: str) -> re.Pattern[str]:
    """`cat*` begins a word, `*cat` ends one, `*cat*` stands anywhere, `cat` between white space."""
    begins = r"(?<!\S)" if not keyword.startswith("*") else ""
    ends = r"(?!\S)" if not keyword.endswith("*") else ""
    return re.compile(begins + re.escape(keyword.strip("*")) + ends, re.IGNORECASE)


def _pattern_spans(written: str, text: str, effort: Effort | None) -> Iterator[Span]:
    pattern, start = _pattern(written), 0
    while start <= len(text) and (span := pattern.search(text, start, effort)):
        if span.end > span.start:
            yield span
        start = max(span.end, span.start + 1)


_pattern = lru_cache(maxsize=256)(Pattern)
