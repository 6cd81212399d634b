"""What stands for an emoji in an address or in what a person types: itself, or `name:id` of a guild's own."""

import re

from sandbox.core import Core
from sandbox.errors import unknown
from sandbox.message_rows import Reaction
from sandbox.rows import Emoji, Guild

CUSTOM = re.compile(r"<?(?:a?:)?(\w{2,32}):(\d{1,20})>?")

# Python knows no property "emoji". Of the Unicode symbols (category So) far more than the emoji are let through.
# The others that are emoji, and are of other categories, stand here.
_SYMBOL = (
    "[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\u00a9\u00ae\U0001f000-\U0001faff]"
)
_MARKS = "\ufe0f?[\U0001f3fb-\U0001f3ff]?\u20e3?"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_TAGGED = f"{_SYMBOL}[\U000e0020-\U000e007e]+\U000e007f"
_JOINED = f"{_SYMBOL}{_MARKS}(?:\u200d{_SYMBOL}{_MARKS})*"
STANDARD = re.compile(f"{_FLAG}|{_TAGGED}|[0-9#*]\ufe0f?\u20e3|{_JOINED}")


def read(core: Core, text: str, already: list[Reaction]) -> Reaction:
    """As a reaction without people. One that is on the message is known there, whatever became of it elsewhere.

    Raises Refused (10014).
    """
    custom = CUSTOM.fullmatch(text)
    if custom is None:
        if not STANDARD.fullmatch(text):
            raise unknown("emoji")
        return Reaction(text)
    emoji_id = int(custom[2])
    there = next((each for each in already if each.emoji_id == emoji_id), None)
    if there:
        return Reaction(there.name, emoji_id, there.animated)
    _, one = of(core, emoji_id)
    return Reaction(one.name, one.id, one.animated)


def of(core: Core, emoji_id: int) -> tuple[Guild, Emoji]:
    for guild in core.world.guilds.values():
        if emoji_id in guild.emojis:
            return guild, guild.emojis[emoji_id]
    raise unknown("emoji")


def same(one: Reaction, other: Reaction) -> bool:
    """The selector of a coloured picture (U+FE0F) makes no other emoji."""
    if one.emoji_id or other.emoji_id:
        return one.emoji_id == other.emoji_id
    return one.name.replace("\ufe0f", "") == other.name.replace("\ufe0f", "")
