"""What rules ask of a channel and of a member."""

from typing import Any

import discord


def channel_ids(channel: Any) -> tuple[int, ...]:
    """The channel, the one that a thread is in, and the category: the narrowest first."""
    parent = getattr(channel, "parent", None)
    ids = (channel.id, getattr(channel, "parent_id", None), getattr(parent or channel, "category_id", None))
    return tuple(each for each in ids if each is not None)


def role_ids(person: discord.Member | discord.User) -> tuple[int, ...]:
    if not isinstance(person, discord.Member):
        return ()
    return tuple(role.id for role in person.roles if not role.is_default())
