""" "Warn for message" in the menu of a message"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from loguru import logger

from bot.base_cog import BaseCog
from bot.forms import Form
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, require, requires
from cogs.moderation import _deeds
from cogs.moderation._act_forms import NEEDED_WHY, POINTS, person_now
from cogs.moderation._acting import act
from cogs.moderation._report_forms import points_of
from cogs.moderation._request import Request, request_of
from cogs.moderation._snapshots import document_of, snapshot
from database.errors import DatabaseUnavailable, DraftGone
from database.models import CaseKind, Proof

if TYPE_CHECKING:
    from bot.client import Reeve

KEPT_FOR = timedelta(hours=6)
"""A form may stand open while its moderator reads on."""
KEEP_SECONDS, LOOK_SECONDS = 1.2, 0.4  # of the 3 in which Discord wants the form
QUESTION = "warn_message"
BEING_KEPT: dict[int, asyncio.Task[None]] = {}
"""Messages on their way, by what asked for them: the form may be filled in before all their files are here."""


class WarnMessageForm(Form, template=r"warn-message:(?P<user>[0-9]{1,20})"):
    title = "Warn for message"
    fields = (NEEDED_WHY, POINTS)

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        """The message may be edited or gone by now: what counts is what was kept before the form was shown."""
        await require(interaction, Level.MODERATOR)
        if (being_kept := BEING_KEPT.get(self.key)) is not None:
            await asyncio.wait({being_kept})
        drafts = interaction.client.database.drafts
        where = {"guild_id": guild_of(interaction).id, "interaction_id": self.key}
        kept = Request.from_json((await drafts.get(**where)).request)
        author = await person_now(interaction, int(match["user"]))
        request = _deeds.warn(
            interaction, author, reason=values["reason"], points=points_of(values.get("points"))
        )
        request = replace(request, key=self.key, channel_id=kept.channel_id, remark=kept.remark)
        await act(interaction, request, await drafts.proof(**where))


class WarnMessage(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        menu = app_commands.ContextMenu(name="Warn for message", callback=self.warn_for_message)
        self._menu = app_commands.guild_only()(requires(Level.MODERATOR)(menu))

    async def cog_load(self) -> None:
        self.bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self.bot.tree.remove_command(self._menu.name, type=self._menu.type)

    async def warn_for_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Keep what the message says before the form is shown: it may be gone when the form is filled in."""
        author = guild_of(interaction).get_member(message.author.id) or message.author
        _deeds.require_warnable(interaction, author)
        request = request_of(
            interaction,
            CaseKind.WARN,
            author,
            remark=f"The message is kept with the case: {message.jump_url}",
        )
        keeping = asyncio.create_task(_keep_all(interaction, request, message), name="a message")
        BEING_KEPT[interaction.id] = keeping
        keeping.add_done_callback(lambda _: BEING_KEPT.pop(interaction.id))
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                await asyncio.shield(keeping)
        except TimeoutError:  # files take longer than Discord waits for a form
            await _require_kept(interaction)
        await WarnMessageForm.open(interaction, f"warn-message:{author.id}")
        await keeping


async def _keep_all(interaction: Interaction, request: Request, message: discord.Message) -> None:
    """First what needs no fetching; then again with the files."""
    await _keep(interaction, request, [document_of(message)])
    if not message.attachments:
        return
    try:
        await _keep(interaction, request, await snapshot(message))
    except DatabaseUnavailable as error:  # the document says what could not be kept
        logger.warning("the files of a message could not be kept: {}", type(error).__name__)


async def _require_kept(interaction: Interaction) -> None:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await interaction.client.database.drafts.get(
                guild_id=guild_of(interaction).id, interaction_id=interaction.id
            )
    except (TimeoutError, DraftGone):
        raise DatabaseUnavailable from None


async def _keep(interaction: Interaction, request: Request, proof: Sequence[Proof]) -> None:
    await interaction.client.database.drafts.keep(
        guild_id=guild_of(interaction).id,
        interaction_id=interaction.id,
        question=QUESTION,
        asked_by_id=interaction.user.id,
        request=request.to_json(),
        proof=proof,
        kept_for=KEPT_FOR,
    )


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(WarnMessage(bot))
