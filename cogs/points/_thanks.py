"""/points thank: new points for somebody who helped."""

import discord
from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import shown
from cogs.points._group import PointsPart, points_in_words
from database.models import LONGEST_NOTE


class ThanksCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(member="Whom you thank", note="What for; everybody here sees it")
    @requires(Level.MEMBER)
    async def thank(
        self,
        interaction: Interaction,
        member: discord.Member,
        note: app_commands.Range[str, 1, LONGEST_NOTE] | None = None,
    ) -> None:
        """Thank a member, who gets points for it; they are not yours."""
        await defer(interaction)
        giver = interaction.user
        thanked = await self.bot.database.earnings.thank(
            guild_id=guild_of(interaction).id,
            giver_id=giver.id,
            receiver_id=member.id,
            receiver_is_bot=member.bot,
            note=note,
            interaction_id=interaction.id,
            giver_is_restricted=isinstance(giver, discord.Member) and giver.is_timed_out(),
            receiver_is_restricted=member.is_timed_out(),
        )
        got = points_in_words(thanked.points)
        more = "more member" if thanked.left == 1 else "more members"
        await reply(interaction, f"{member.mention} got {got}. You may thank {thanked.left:,} {more} today.")
        what_for = f": {shown(note)}" if note else "."
        public = f"{giver.mention} thanked {member.mention}, who got {got}{what_for}"
        await reply(interaction, public, ephemeral=False)
