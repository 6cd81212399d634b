"""/points why: what the last message earned and why, and what would earn what here and now."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands
from discord.utils import format_dt

from bot.clock import clock
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.points._earning_words import boost_in_words, decision_in_words, lines_within, rule_in_words
from cogs.points._group import PointsPart, points_in_words
from cogs.points._whereabouts import channel_ids, role_ids
from database.models import GuildSettings
from database.models.earning import Earner, Earning, Why

if TYPE_CHECKING:
    from cogs.points.talking import Talking

FIELD_LIMIT = 1_000
GOLD = discord.Colour(0xF1C40F)


class WhyCommands(PointsPart):
    @app_commands.command()
    @requires(Level.MEMBER)
    async def why(self, interaction: Interaction) -> None:
        """Show what your last message earned and why, and what earns here."""
        await defer(interaction)
        database, guild, person = self.bot.database, guild_of(interaction), interaction.user
        whose = {"guild_id": guild.id, "user_id": person.id}
        settings = await database.guild_configs.get(guild_id=guild.id)
        now = await database.earnings.preview(**whose, imagined=_here_and_now(interaction))
        what = await database.earning_rules.all(guild_id=guild.id)
        embed = discord.Embed(title="What you earn", colour=GOLD)
        embed.add_field(name="Your last message", value=self._last(guild.id, person.id), inline=False)
        message = decision_in_words(now[Earner.MESSAGE])
        embed.add_field(name="A message here, now", value=message, inline=False)
        minute = decision_in_words(now[Earner.VOICE], Earner.VOICE)
        if now[Earner.VOICE].points:
            minute += ", if somebody else is there and neither of you is deafened"
        embed.add_field(name="A minute in a voice channel", value=minute, inline=False)
        rules = [
            *(boost_in_words(guild, each) for each in what.boosts),
            *(rule_in_words(guild, each) for each in what.rules),
        ]
        listed = lines_within(rules, FIELD_LIMIT, "All channels and roles earn the same.")
        embed.add_field(name="Rules", value=listed, inline=False)
        due = await database.earnings.next_daily(**whose)
        if any(each.why is Why.FROZEN for each in now.values()):
            beside = "Nothing while your points are frozen: ask a manager why."
        else:
            beside = _beside(settings, due)
        embed.add_field(name="Beside that", value=beside, inline=False)
        await reply(interaction, embeds=[embed])

    def _last(self, guild_id: int, user_id: int) -> str:
        talking = cast(
            "Talking | None", self.bot.get_cog("Talking")
        )  # its module is loaded anew as an extension
        last = talking.last_said(guild_id, user_id) if talking else None
        if last is None:
            return "I have seen none since I was started, or others have said much since."
        link = f"https://discord.com/channels/{guild_id}/{last.channel_id}/{last.message_id}"
        return f"{link} earned {decision_in_words(last.decision)}"


def _here_and_now(interaction: Interaction) -> dict[Earner, Earning]:
    """A message in this channel, and a minute where they are in voice, or else in this channel."""
    person: Any = interaction.user
    here = channel_ids(interaction.channel) if interaction.channel is not None else ()
    voice = getattr(person, "voice", None)
    there = channel_ids(voice.channel) if voice is not None and voice.channel is not None else here
    return {
        earner: Earning(interaction.id, person.id, clock.now(), where, role_ids(person))
        for earner, where in ((Earner.MESSAGE, here), (Earner.VOICE, there))
    }


def _beside(settings: GuildSettings, due: datetime) -> str:
    lines = []
    if settings.daily_points:
        when = "is due now" if due <= clock.now() else f"is due {format_dt(due, 'R')}"
        lines.append(f"`/points daily`, {points_in_words(settings.daily_points)} and more in a row: {when}")
    if settings.thanks_points and settings.thanks_per_day:
        lines.append(f"`/points thank`: who is thanked gets {points_in_words(settings.thanks_points)}")
    return "\n".join(lines) or "Nothing."
