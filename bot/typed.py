"""What people typed, as Reeve shows it: without powers over the text around it, and within Discord's limits."""

import re
import unicodedata

from discord.utils import escape_markdown

FIELD_LIMIT = 1024  # https://discord.com/developers/docs/resources/message#embed-object-embed-limits
NOTHING = "—"
"""Discord refuses an embed with a field in which nothing can be seen."""

STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls of the direction of writing: one of them turns round what stands after it, other people's words too.
https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters"""
BRACKET = "\ue000"  # of the private use area: who types it gets a bracket
BREAKS = {"\n", "\t"}


def shown(text: str, most: int = FIELD_LIMIT) -> str:
    """With its lines, its markdown as plain characters. Never empty, at most `most` UTF-16 units."""
    whole = _escaped(visible(text))
    encoded = whole.encode("utf-16-le", "replace")
    if len(encoded) <= 2 * most:
        return whole
    kept = encoded[: 2 * (most - 1)].decode("utf-16-le", "ignore")
    half = (len(kept) - len(kept.rstrip("\\"))) % 2  # cut inside of an escape, it would escape what follows
    return f"{kept[: len(kept) - half]}…"


def _escaped(text: str) -> str:
    """discord.py takes all from the first bracket of a line to its last as one link, and leaves what is in it alive."""
    return escape_markdown(text.replace("[", BRACKET)).replace(BRACKET, "\\[")


def one_line(text: str, most: int) -> str:
    """As `shown`, in one line and of at most `most` characters before its markdown is escaped."""
    return shown(cut(text, most), 2 * most + 2)


def cut(text: str, most: int) -> str:
    """In one line of at most `most` characters, its markdown as it is: for what Discord shows as plain text."""
    line = " ".join(visible(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def visible(text: str) -> str:
    """Without controls; NOTHING where nothing is left that can be seen."""
    kept = "".join(c for c in STEERING.sub("", text) if c in BREAKS or unicodedata.category(c) != "Cc")
    is_seen = any(unicodedata.category(c)[0] not in "CZ" for c in kept)
    return kept if is_seen else NOTHING
