"""/modstats"""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import one_line
from cogs.moderation import _figure_words, _post_words
from cogs.moderation._figures import drawn, figures_embed, is_nothing
from database.models import last_days, today

if TYPE_CHECKING:
    from bot.client import Reeve


class ModStats(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        member="Only what this moderator did; all if left out",
        days="So many days, today included (30 if left out)",
    )
    @requires(Level.MODERATOR)
    async def modstats(
        self,
        interaction: Interaction,
        member: discord.User | None = None,
        days: app_commands.Range[int, 1, 365] = 30,
    ) -> None:
        """Show what moderators did: acts by day, kind and moderator, reports, and what became of them."""
        await defer(interaction)
        guild = guild_of(interaction)
        config = await self.guild_configs.get(guild_id=guild.id)
        now = today(clock.now(), ZoneInfo(config.time_zone))
        found = await self.bot.database.statistics.of_days(
            guild_id=guild.id,
            days=last_days(days, until=now),
            time_zone=config.time_zone,
            moderator_id=member.id if member else None,
        )
        time = "today" if days == 1 else f"in the last {days} days"
        if is_nothing(found):
            whose = f"{member.mention} did nothing" if member else "Nothing was done"
            await reply(interaction, f"{whose} {time}: there are no acts, no notes and no reports to count.")
            return
        by = f" by {one_line(member.display_name, 100)}" if member else ""
        embed = figures_embed(
            found,
            _figure_words.ENGLISH,
            _post_words.ENGLISH,
            title=f"Moderation{by} {time}",
            with_moderators=member is None,
        )
        embed.set_footer(text=f"Days of {config.time_zone}, today included")
        pictures = await drawn(
            self.bot.painter, found, _figure_words.ENGLISH, guild, with_moderators=member is None
        )
        await reply(
            interaction,
            None if pictures.has_all else _figure_words.ENGLISH.no_picture,
            embeds=[embed, *pictures.embeds],
            files=pictures.files,
        )


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(ModStats(bot))
