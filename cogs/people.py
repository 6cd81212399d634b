"""Who was seen in a server, and who left it."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.invocation import Interaction
from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve

OLD_NEWS = timedelta(minutes=10)
"""A sighting that tells nothing new goes to the database at most this often."""
MOST_REMEMBERED = 20_000
"""People, at about 400 bytes each: the latest sightings."""


class People(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._just_seen: OrderedDict[tuple[int, int], tuple[str, str, datetime]] = OrderedDict()

    @BaseCog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if message.guild is not None and message.webhook_id is None and not message.author.bot:
            await self._seen(message.guild.id, message.author, message.created_at)

    @BaseCog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        if interaction.guild_id is not None and interaction.type is not discord.InteractionType.autocomplete:
            await self._seen(interaction.guild_id, interaction.user, interaction.created_at)

    @BaseCog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        """Comes only with the members intent."""
        await self._seen(member.guild.id, member, clock.now())

    @BaseCog.listener()
    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        """Comes only with the members intent."""
        try:
            await self.users.left(
                guild_id=payload.guild_id,
                user_id=payload.user.id,
                name=payload.user.name,
                display_name=payload.user.display_name,
                left_at=clock.now(),
            )
        except DatabaseUnavailable as error:
            logger.warning("A leave could not be noted: {}", type(error).__name__)
        self._just_seen.pop((payload.guild_id, payload.user.id), None)

    async def _seen(self, guild_id: int, person: discord.Member | discord.User, seen_at: datetime) -> None:
        if self._is_old_news(guild_id, person, seen_at):
            return
        try:
            await self.users.seen(
                guild_id=guild_id,
                user_id=person.id,
                name=person.name,
                display_name=person.display_name,
                seen_at=seen_at,
            )
        except DatabaseUnavailable as error:
            logger.warning("A sighting could not be noted: {}", type(error).__name__)
            return
        self._just_seen[guild_id, person.id] = (person.name, person.display_name, seen_at)
        self._just_seen.move_to_end((guild_id, person.id))
        if len(self._just_seen) > MOST_REMEMBERED:
            self._just_seen.popitem(last=False)

    def _is_old_news(self, guild_id: int, person: discord.Member | discord.User, seen_at: datetime) -> bool:
        """Most messages come from who has just been seen, and cost no transaction."""
        name, display_name, before = self._just_seen.get((guild_id, person.id), ("", "", seen_at))
        return (name, display_name) == (person.name, person.display_name) and seen_at < before + OLD_NEWS


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(People(bot))
