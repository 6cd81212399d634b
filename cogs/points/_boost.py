"""/points boost: more points for a time. `/points rules` lists boosts and ends them."""

from typing import Any

import discord
from discord import app_commands

from bot.durations import parse_duration
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.points._earning_words import boost_in_words
from cogs.points._group import PointsPart
from database.errors import SettingNotAllowed
from database.models.earning import LEAST_BOOST, MOST_PERCENT, BoostSubject

PLACES = ("text", "news", "voice", "stage_voice", "forum", "category")


class AnyPlace(app_commands.Transformer):
    """Where people talk, and categories: only the id is asked for.

    discord.py would add media channels to forums, of which Discord's own specification of commands knows nothing.
    """

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [discord.ChannelType[name] for name in PLACES]

    async def transform(self, _: discord.Interaction[Any], value: Any, /) -> Any:
        return value


Place = app_commands.Transform[app_commands.AppCommandChannel, AnyPlace]


class BoostCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(
        percent="Of what is earned otherwise: 200 is twice as much",
        duration="How long, for example 2h or 1d; at most 90d",
        channel="Only in this channel or category",
        role="Only for who has this role",
    )
    @requires(Level.MANAGER)
    async def boost(
        self,
        interaction: Interaction,
        percent: app_commands.Range[int, LEAST_BOOST, MOST_PERCENT],
        duration: str,
        channel: Place | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Let messages and voice earn more for a time."""
        await defer(interaction)
        if channel is not None and role is not None:
            raise SettingNotAllowed("A boost", "name a channel or a role, not both")
        subject = BoostSubject.CHANNEL if channel else BoostSubject.ROLE if role else BoostSubject.SERVER
        place = channel or role
        boost = await self.bot.database.earning_rules.boost(
            guild_id=guild_of(interaction).id,
            subject=subject,
            subject_id=place.id if place else None,
            percent=percent,
            lasts=parse_duration(duration),
            changed_by_id=interaction.user.id,
            interaction_id=interaction.id,
        )
        await reply(
            interaction, f"{boost_in_words(guild_of(interaction), boost)}. `/points rules` ends it before."
        )
