"""/points daily: once in each day of the member's own time zone, and more for days in a row."""

from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.time_zones import suggest_zones
from cogs.points._group import PointsPart, points_in_words
from database.earning_refusals import HadToday


class DailyCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(
        zone="From now on, your days are those of this time zone; this server's if left out"
    )
    @app_commands.autocomplete(zone=suggest_zones)
    @requires(Level.MEMBER)
    async def daily(self, interaction: Interaction, zone: str | None = None) -> None:
        """Take the points of this day."""
        await defer(interaction)
        earnings = self.bot.database.earnings
        whose = {"guild_id": guild_of(interaction).id, "user_id": interaction.user.id}
        chosen = ""
        if zone is not None:
            await earnings.choose_zone(**whose, time_zone=zone)
            chosen = f"Your days are those of {zone} now. "
        try:
            got = await earnings.daily(**whose, interaction_id=interaction.id)
        except HadToday as refusal:
            if not chosen:
                raise
            await reply(interaction, f"{chosen}{refusal}")
            return
        streak = f"Day {got.streak:,} in a row. " if got.streak > 1 else ""
        await reply(
            interaction,
            f"{chosen}You got {points_in_words(got.points)} and have {got.balance:,}. {streak}"
            f"The next are due <t:{got.next_at}:R>.",
        )
