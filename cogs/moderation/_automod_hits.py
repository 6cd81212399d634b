"""A hit of an AutoMod rule: known again, although Discord tells of it once for each action of the rule.

What identifies a hit is the message, where there is one. What AutoMod has blocked never was a message and has no id;
then the rule, the person, the place and what was matched are the same in all that Discord tells of it, within a moment.
"""

from datetime import datetime, timedelta
from hashlib import blake2b

import discord

A_MOMENT = timedelta(seconds=5)
"""What is told again within it is the same hit. A person who is blocked twice in it is warned once."""

Marks = tuple[object, ...]


class Hits:
    def __init__(self) -> None:
        self._begun: dict[Marks, datetime] = {}

    def key_of(self, hit: discord.AutoModAction, now: datetime) -> int:
        """The same number for all that Discord tells of one hit. It fits where the id of an interaction does."""
        if hit.message_id is not None:
            return _number(hit.guild_id, hit.rule_id, hit.message_id)
        marks = (hit.guild_id, hit.rule_id, hit.user_id, hit.channel_id, hit.matched_keyword, hit.content)
        for other, begun in list(self._begun.items()):
            if not timedelta(0) <= now - begun < A_MOMENT:
                del self._begun[other]
        return _number(*marks, self._begun.setdefault(marks, now))


def _number(*marks: object) -> int:
    """62 bits, the highest of them set: a snowflake reaches there in the year 2084."""
    digest = blake2b(repr(marks).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 3 | 1 << 61
