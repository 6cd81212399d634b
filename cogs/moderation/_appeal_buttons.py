"""The buttons of appeals: below the direct message, and in the staff's queue. All they need is in their custom ids."""

import re
from typing import Any

import discord

from bot.command_tree import answer_error
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, require
from bot.replies import defer, reply
from cogs.moderation._appeal_forms import VERDICTS, WHERE, open_appeal, require_free
from cogs.moderation._evidence_view import evidence_button
from cogs.moderation._rendering import case_embed


class Pressed(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"appeal:none"):
    def __init__(self, custom_id: str, match: re.Match[str]) -> None:
        super().__init__(discord.ui.Button(custom_id=custom_id))
        self.match = match

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003  # discord.py's signature
        item: discord.ui.Item[Any],
        match: re.Match[str],
    ) -> "Pressed":
        return cls(str(getattr(item, "custom_id", "")), match)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        return bool(interaction.client.met.is_first(interaction.id))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """discord.py would only log what a dynamic item raises."""
        try:
            await self.pressed(interaction)
        except Exception as error:  # becomes the person's answer
            await answer_error(interaction, error)

    async def pressed(self, interaction: Interaction) -> None:
        raise NotImplementedError


class AppealButton(Pressed, template=f"appeal:{WHERE}"):
    """Below the word of a ban: whoever presses it is asked against the case's target, not trusted."""

    async def pressed(self, interaction: Interaction) -> None:
        await open_appeal(interaction, int(self.match["guild"]), int(self.match["number"]))


class ReviewButton(Pressed, template=r"review:(?P<act>approve|void|deny|case):(?P<number>[0-9]{1,16})"):
    async def pressed(self, interaction: Interaction) -> None:
        act, number = self.match["act"], int(self.match["number"])
        if act == "case":
            await _show_case(interaction, number)
            return
        await require_free(interaction, number)
        form = VERDICTS[act]
        await form.open(interaction, f"review-{act}:{number}", title=f"{form.title}: appeal {number}")


async def _show_case(interaction: Interaction, number: int) -> None:
    await defer(interaction)
    await require(interaction, Level.MODERATOR)
    database, guild_id = interaction.client.database, guild_of(interaction).id
    appeal = await database.appeals.get(guild_id=guild_id, number=number)
    whole = await database.cases.whole(guild_id=guild_id, number=appeal.case_number)
    view = evidence_button(whole.case.number, len(whole.files)) if whole.files else None
    await reply(interaction, embeds=[case_embed(whole)], view=view)
