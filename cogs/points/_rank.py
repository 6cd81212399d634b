"""/points rank: where somebody stands, as a card and in words."""

import asyncio

import aiohttp
import discord
from discord import app_commands
from loguru import logger

from bot.cards import RankCard
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import one_line
from cogs.points._following import catch_up
from cogs.points._group import PointsPart

BLURPLE = discord.Colour(0x5865F2)
AVATAR_SECONDS = 2.0
AVATAR_PIXELS = 128
LARGEST_AVATAR = 300_000
"""Bytes; one of so many pixels has about 30,000."""
NO_AVATAR = (discord.DiscordException, aiohttp.ClientError, OSError)
"""TimeoutError is an OSError."""


class RankCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(member="Whose rank; your own if left out")
    @requires(Level.MEMBER)
    async def rank(self, interaction: Interaction, member: discord.User | None = None) -> None:
        """Show somebody's level, how far it is to the next, and their place."""
        await defer(interaction, ephemeral=False)
        guild, person = guild_of(interaction), member or interaction.user
        await catch_up(self.bot, guild.id)
        standing = await self.bot.database.levels.standing(guild_id=guild.id, user_id=person.id)
        place = await self.bot.database.boards.place(guild_id=guild.id, user_id=person.id)
        card = RankCard(
            person.display_name,
            person.name if person.name.isascii() else f"…{person.id % 10_000:04}",
            *standing,
            place.place if place else None,
            place.people if place else 0,
            await _avatar(person),
        )
        drawn = await self.bot.painter.picture(card, "rank")
        name = one_line(person.display_name, 32)
        embed = discord.Embed(
            title=f"{name}: level {card.level:,}",
            description=f"{card.standing}. {card.way}.{drawn.trouble}",
            colour=BLURPLE,
        )
        if drawn.file is not None:
            embed.set_image(url=f"attachment://{drawn.file.filename}")
        await reply(
            interaction, embeds=[embed], files=[drawn.file] if drawn.file is not None else [], ephemeral=False
        )


async def _avatar(person: discord.User | discord.Member) -> bytes | None:
    """None where Discord does not hand it out in time: the card has a letter then."""
    try:
        async with asyncio.timeout(AVATAR_SECONDS):
            found = await person.display_avatar.replace(
                size=AVATAR_PIXELS, static_format="png", format="png"
            ).read()
    except NO_AVATAR as error:
        logger.info("the card of {} has no picture: {!r}", person.id, error)
        return None
    return found if len(found) <= LARGEST_AVATAR else None
