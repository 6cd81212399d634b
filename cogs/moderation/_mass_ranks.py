"""Who of many may be banned by a moderator, and by Reeve: asked at the preview, and again before each request."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import discord

from bot.outcomes import read
from bot.permissions import CANNOT_TARGET, person_of
from bot.ranks import OUTSIDE, Bar, Person, bar_to_moderator, bar_to_reeve
from cogs.moderation._obstacles import ModeratorGone, ReeveLacks
from database.errors import ActionRefused

MOST_ASKED_AT_ONCE = 100
"""https://discord.com/developers/docs/events/gateway-events#request-guild-members"""
GATEWAY_SECONDS = 70.0
"""Discord takes 120 requests a minute over the gateway, and discord.py waits for the next one: five thousand people are
fifty, and as many again while they are banned."""
WHY = {
    Bar.NOT_ABOVE: "They stand as high as who asked for it, or higher.",
    Bar.REEVE_NOT_ABOVE: "They stand as high as the role Reeve, or higher: move that above theirs first.",
}


class Looked(NamedTuple):
    """`members`: those of them who are in the server. `left_out`: by their ids, why they cannot be banned."""

    members: Mapping[int, discord.Member]
    left_out: Mapping[int, str]


async def look_at(guild: discord.Guild, user_ids: Sequence[int], *, moderator_id: int) -> Looked:
    """Raises DiscordAway; ModeratorGone, and ReeveLacks without the permission to ban anybody."""
    moderator = await _moderator(guild, moderator_id)
    if not guild.me.guild_permissions.ban_members:
        raise ReeveLacks(["ban_members"])
    members = await members_of(guild, user_ids)
    left_out: dict[int, str] = {}
    for user_id in user_ids:
        person = person_of(members[user_id]) if user_id in members else Person(user_id, OUTSIDE)
        if (why := _why_not(guild, moderator, person)) is not None:
            left_out[user_id] = why
    return Looked(members, left_out)


async def members_of(guild: discord.Guild, user_ids: Sequence[int]) -> dict[int, discord.Member]:
    """From memory where that is kept up to date by the members intent, else asked of Discord by a hundred."""
    state = guild._state  # of its own intents discord.py shows nothing at a guild
    if guild.chunked and state._intents.members:
        return {each: member for each in user_ids if (member := guild.get_member(each)) is not None}
    members: dict[int, discord.Member] = {}
    for hundred in _hundreds(user_ids):
        found = await read(
            partial(guild.query_members, user_ids=hundred, limit=len(hundred), cache=False),
            seconds=GATEWAY_SECONDS,
        )
        members.update((member.id, member) for member in found)
    return members


def _hundreds(user_ids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(user_ids), MOST_ASKED_AT_ONCE):
        yield list(user_ids[start : start + MOST_ASKED_AT_ONCE])


async def _moderator(guild: discord.Guild, moderator_id: int) -> discord.Member:
    try:
        return await read(lambda: guild.fetch_member(moderator_id))
    except discord.NotFound:
        raise ModeratorGone from None


def _why_not(guild: discord.Guild, moderator: discord.Member, person: Person) -> str | None:
    owner_id, reeve_id = guild.owner_id or 0, guild.me.id
    bar = bar_to_moderator(
        person_of(moderator), person, owner_id=owner_id, reeve_id=reeve_id
    ) or bar_to_reeve(person_of(guild.me), person, owner_id=owner_id, is_timeout=False)
    if bar is None:
        return None
    return WHY[bar] if bar in WHY else str(refusal_of(bar))


def refusal_of(bar: Bar) -> ActionRefused:
    return CANNOT_TARGET[bar]()
