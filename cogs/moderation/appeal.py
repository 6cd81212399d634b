"""/appeal: in a server, and in a direct message with Reeve."""

import re
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import cut
from cogs.moderation._appeal_buttons import AppealButton, ReviewButton
from cogs.moderation._appeal_forms import make_appeal, open_appeal
from cogs.moderation._appeal_rendering import own_line
from cogs.moderation._post_words import ENGLISH
from cogs.moderation._refusals import CaseNotNamed
from database.errors import DatabaseUnavailable
from database.models import LONGEST_APPEAL, OwnCase

if TYPE_CHECKING:
    from bot.client import Reeve

NAMED = re.compile(r"(?:(?P<guild>[0-9]{1,20}):)?(?P<number>[0-9]{1,15})", re.ASCII)
MOST_LINES = 10


class Appeal(BaseCog):
    @app_commands.command()
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.describe(
        number="Which case: choose it; nothing shows how your appeals stand",
        text="Why it should not stand; a form asks for it if left out",
    )
    @requires(Level.MEMBER, in_server=False)
    async def appeal(
        self,
        interaction: Interaction,
        number: str = "",
        text: app_commands.Range[str, 0, LONGEST_APPEAL] = "",
    ) -> None:
        """Say why a case against you should not stand, or see how your appeals stand; only you see it."""
        if not number:
            await defer(interaction)
            await self._show(interaction)
            return
        guild_id, case_number = named_case(interaction, number)
        if not text:
            await open_appeal(interaction, guild_id, case_number)
            return
        await defer(interaction)
        await make_appeal(interaction, guild_id, case_number, text, interaction_id=interaction.id)

    @appeal.autocomplete("number")
    async def _cases(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Their own alone, in all servers where Reeve keeps cases; those of this server first."""
        try:
            found = await self.bot.database.appeals.own_cases(
                target_id=interaction.user.id, first_guild_id=interaction.guild_id or 0
            )
        except DatabaseUnavailable:  # a suggestion is a courtesy: none is better than an error
            return []
        labelled = [(self._label(each), f"{each.guild_id}:{each.number}") for each in found]
        fitting = [each for each in labelled if typed.strip().lower() in each[0].lower() or typed == each[1]]
        return [app_commands.Choice(name=label, value=value) for label, value in fitting]

    def _label(self, case: OwnCase) -> str:
        kind = ENGLISH.kinds[case.kind].lower()
        return cut(f"Case {case.number} in {self._server(case.guild_id)}, {kind}: {case.reason}", 100)

    def _server(self, guild_id: int) -> str:
        """Processes that share one bot know the names of their own servers."""
        guild = self.bot.get_guild(guild_id)
        return guild.name if guild is not None else f"server {guild_id}"

    async def _show(self, interaction: Interaction) -> None:
        made = await self.bot.database.appeals.own(appellant_id=interaction.user.id)
        embed = discord.Embed(title="Your appeals", colour=discord.Colour(0x5865F2))
        lines = [own_line(each, self._server(each.guild_id)) for each in made[:MOST_LINES]]
        embed.description = "\n".join(lines)[:4096] or "You have made none."
        embed.set_footer(text="/appeal with the number of a case makes one")
        await reply(interaction, embeds=[embed])


def named_case(interaction: Interaction, typed: str) -> tuple[int, int]:
    """The server and the number: as suggested, or a number of this server. Raises CaseNotNamed."""
    match = NAMED.fullmatch(typed.strip())
    guild_id = int(match["guild"]) if match and match["guild"] else interaction.guild_id
    if match is None or guild_id is None or guild_id >= 2**63:
        raise CaseNotNamed
    return guild_id, int(match["number"])


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(AppealButton, ReviewButton)
    await bot.add_cog(Appeal(bot))
