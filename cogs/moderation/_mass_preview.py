"""What a moderator sees before many are banned: who is meant, who is left out and why, and how long it takes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import discord
from discord.utils import escape_markdown

from bot.durations import format_duration
from bot.outcomes import read
from bot.typed import cut, one_line
from cogs.moderation._gates import Question
from cogs.moderation._mass_ranks import Looked, look_at
from cogs.moderation._mass_targets import Named
from cogs.moderation._request import Request
from database.models import CHUNK_SIZE, CaseKind

if TYPE_CHECKING:
    from bot.client import Reeve

MASS = "mass"
"""The name of the question."""
SAMPLE = 12
MOST_BANS_READ = 10_000
SECONDS_OF_A_REQUEST = 5
ALONE_IN_A_SECOND = 2
"""Bans in a second where Reeve may send only one at a time."""
BANNED = "They are banned already."


class Preview(NamedTuple):
    """`people`: those to be banned, by their ids in the order in which they were named, with names."""

    people: dict[int, str]
    text: str


async def preview_of(bot: "Reeve", guild: discord.Guild, said: Named, *, moderator_id: int) -> Preview:
    """Whose ban has an end is not left out: they would come back at it. Raises what `look_at` raises."""
    looked = await look_at(guild, said.user_ids, moderator_id=moderator_id)
    banned = await banned_of(guild, said.user_ids)
    for_a_time = banned.intersection(
        await bot.database.mass_jobs.banned_for_a_time(guild_id=guild.id, user_ids=list(banned))
    )
    left_out = {**dict.fromkeys(banned - for_a_time, BANNED), **looked.left_out}
    people = {user_id: _name(looked, user_id) for user_id in said.user_ids if user_id not in left_out}
    lines = [
        _counted(people, looked),
        *_prolonged([each for each in people if each in for_a_time], looked),
        *_left_out(left_out, looked),
        *_unreadable(said),
        f"Sample: {_sample(people)}" if people else "",
        _duration(guild, len(people)),
    ]
    return Preview(people, "\n".join(line for line in lines if line)[:1900])


def may_ban_many(guild: discord.Guild) -> bool:
    """https://discord.com/developers/docs/resources/guild#bulk-guild-ban"""
    return guild.me.guild_permissions.manage_guild


async def banned_of(guild: discord.Guild, user_ids: Sequence[int]) -> set[int]:
    """As far as the first pages of the server's bans tell; of others it is seen when they are banned."""
    if not user_ids:
        return set()
    wanted, first, last = set(user_ids), min(user_ids), max(user_ids)
    after, seen, banned = first - 1, 0, set[int]()
    while seen < MOST_BANS_READ and after < last:
        page = await read(lambda start=after: _page(guild, start))  # type: ignore[misc]  # mypy infers no lambda with a default
        if not page:
            break
        banned |= wanted.intersection(page)
        after, seen = page[-1], seen + len(page)
    return banned


async def _page(guild: discord.Guild, after: int) -> list[int]:
    return [entry.user.id async for entry in guild.bans(limit=1000, after=discord.Object(after))]


def _name(looked: Looked, user_id: int) -> str:
    member = looked.members.get(user_id)
    return member.name[:100] if member is not None else str(user_id)


def _counted(people: dict[int, str], looked: Looked) -> str:
    inside = sum(user_id in looked.members for user_id in people)
    if not people:
        return "Nobody is left to be banned."
    outside = len(people) - inside
    where = [
        f"{inside:,} {'is' if inside == 1 else 'are'} here" if inside else "",
        f"{outside:,} {'is' if outside == 1 else 'are'} not here" if outside else "",
    ]
    return f"**{people_in_words(len(people))}** would be banned: {', '.join(each for each in where if each)}."


def people_in_words(number: int) -> str:
    """As `1 person` or `2,000 people`."""
    return f"{number:,} {'person' if number == 1 else 'people'}"


def _prolonged(user_ids: Sequence[int], looked: Looked) -> list[str]:
    if not user_ids:
        return []
    return [f"Banned for a time until now, and for ever then, {len(user_ids):,}: {_first(user_ids, looked)}"]


def _left_out(left_out: dict[int, str], looked: Looked) -> list[str]:
    by_reason: dict[str, list[int]] = {}
    for user_id, why in left_out.items():
        by_reason.setdefault(why, []).append(user_id)
    return [
        f"Left out, {len(user_ids):,}: {why} {_first(user_ids, looked)}"
        for why, user_ids in by_reason.items()
    ]


def _first(user_ids: Sequence[int], looked: Looked) -> str:
    return ", ".join(_shown(looked, each) for each in user_ids[:5]) + (" …" if len(user_ids) > 5 else "")


def _shown(looked: Looked, user_id: int) -> str:
    return f"<@{user_id}>" if user_id in looked.members else f"`{user_id}`"


def _unreadable(said: Named) -> list[str]:
    lines = [f"Named more than once, and counted once: {said.repeated:,}."] if said.repeated else []
    if said.unreadable:
        first = ", ".join(one_line(each, 30) for each in said.unreadable[:5])
        lines.append(f"Not read, neither an id nor a mention, {len(said.unreadable):,}: {first}")
    return lines


def _sample(people: dict[int, str]) -> str:
    names = ", ".join(escape_markdown(cut(name, 40)) for name in list(people.values())[:SAMPLE])
    return names if len(people) <= SAMPLE else f"{names} …"


def _duration(guild: discord.Guild, people: int) -> str:
    if not people:
        return ""
    if may_ban_many(guild):
        requests = -(-people // CHUNK_SIZE)
        return f"It takes about {format_duration(timedelta(seconds=SECONDS_OF_A_REQUEST * requests))}."
    took = format_duration(timedelta(seconds=max(people // ALONE_IN_A_SECOND, 1)))
    return (
        f"It takes about {took}, one by one: with the permission Manage Server, Discord would let me ban "
        f"{CHUNK_SIZE} at once."
    )


async def preview_first(_bot: "Reeve", _guild: discord.Guild, request: Request) -> Question | None:
    if request.kind is not CaseKind.MASSBAN:
        return None
    number = request.payload["people"]
    return Question(MASS, request.payload["preview"], f"Ban {people_in_words(number)}")
