"""Who is banned: by Discord's list, and by what Reeve still wants."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import discord
from discord import app_commands

from bot.clock import clock
from bot.invocation import Interaction
from bot.outcomes import READ_SECONDS, DiscordAway, read
from bot.typed import cut
from cogs.moderation._refusals import NobodyBannedCalled
from cogs.moderation._suggestions import LONGEST_CHOICE, MOST_CHOICES
from database.errors import DatabaseUnavailable
from database.models import RestrictionKind

if TYPE_CHECKING:
    from bot.client import Reeve

PERSON = re.compile(r"<@!?([0-9]{15,20})>|([0-9]{15,20})")
MOST_LISTED = 1_000
"""One request of Discord's. Who is beyond it is found by their id, or by what Reeve knows itself."""
LIST_SECONDS = 1.5  # of the 3 in which Discord wants suggestions
REMEMBERED_FOR = timedelta(seconds=30)
"""Every key that is typed asks again."""
MOST_REMEMBERED = 100


class Banned(NamedTuple):
    user_id: int
    name: str
    reason: str

    @property
    def choice(self) -> app_commands.Choice[str]:
        return app_commands.Choice(
            name=cut(f"{self.name} ({self.user_id}) · {self.reason}", LONGEST_CHOICE), value=str(self.user_id)
        )

    def fits(self, typed: str) -> bool:
        return typed in self.name.casefold() or str(self.user_id).startswith(typed)


class BanLists:
    """Discord's lists of bans, each as it was a moment ago."""

    def __init__(self) -> None:
        self._lists: dict[int, tuple[datetime, list[Banned]]] = {}

    async def of(self, guild: discord.Guild) -> Sequence[Banned]:
        """Empty while Discord does not show it."""
        at, known = self._lists.get(guild.id, (None, []))
        if at is not None and clock.now() - at < REMEMBERED_FOR:
            return known
        try:
            async with asyncio.timeout(LIST_SECONDS):
                entries = [entry async for entry in guild.bans(limit=MOST_LISTED)]
        except (discord.HTTPException, discord.RateLimited, OSError):
            return known
        listed = [Banned(each.user.id, each.user.name, each.reason or "") for each in entries]
        self._lists.pop(guild.id, None)
        self._lists[guild.id] = (clock.now(), listed)
        while len(self._lists) > MOST_REMEMBERED:
            del self._lists[next(iter(self._lists))]
        return listed


async def find_banned(interaction: Interaction, lists: BanLists, typed: str) -> list[Banned]:
    """Who fits what was typed, the latest that Reeve banned first."""
    guild, typed = interaction.guild, typed.strip().casefold()
    if guild is None:
        return []
    try:
        wanted = await interaction.client.database.restrictions.banned(
            guild_id=guild.id, typed=typed, limit=MOST_CHOICES
        )
    except DatabaseUnavailable:  # a suggestion is a courtesy
        wanted = []
    known = {each.user_id: Banned(each.user_id, each.name, each.reason) for each in wanted}
    for each in await lists.of(guild):
        if each.fits(typed):
            known.setdefault(each.user_id, each)
    return list(known.values())


async def person_named(interaction: Interaction, lists: BanLists, typed: str) -> discord.User:
    """By id, by mention, or by the name of somebody banned. Raises NobodyBannedCalled and what Discord raises."""
    if match := PERSON.fullmatch(typed.strip()):
        user_id = int(match[1] or match[2])
    else:
        found = await find_banned(interaction, lists, typed)
        called = {each.user_id for each in found if each.name.casefold() == typed.strip().casefold()}
        if len(called) != 1:
            raise NobodyBannedCalled(typed)
        user_id = called.pop()
    async with asyncio.timeout(READ_SECONDS):
        return interaction.client.get_user(user_id) or await interaction.client.fetch_user(user_id)


async def is_banned(bot: "Reeve", guild: discord.Guild, user_id: int) -> bool:
    """By Discord, or wanted so by Reeve. True as well where Discord does not say: the act will tell."""
    wanted = await bot.database.restrictions.get(
        guild_id=guild.id, subject_id=user_id, kind=RestrictionKind.BAN
    )
    if wanted is not None and wanted.wanted:
        return True
    try:
        await read(lambda: guild.fetch_ban(discord.Object(user_id)))
    except discord.NotFound:
        return False
    except (discord.Forbidden, DiscordAway):
        return True
    return True
