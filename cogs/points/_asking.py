"""A question before the staff moves many points: its buttons work after a restart, and two clicks are one act."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord

from bot.delivery import deliver
from bot.errors import ButtonOutdated, NotPermitted
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.permissions import Level, require
from bot.replies import ANSWER_SECONDS, reply, shorten
from database.models import Draft, DraftState

CONFIRMED: dict[str, Callable[[Interaction, Draft], Awaitable[None]]] = {}
"""What each question leads to, by its name. What it does has the draft's interaction as its key."""


async def ask(
    interaction: Interaction,
    question: str,
    request: dict[str, Any],
    text: str,
    *,
    confirm: str,
    files: Sequence[discord.File] = (),
) -> None:
    """Keep what was asked for, and ask."""
    await interaction.client.database.drafts.keep(
        guild_id=guild_of(interaction).id,
        interaction_id=interaction.id,
        question=question,
        asked_by_id=interaction.user.id,
        request=request,
    )
    view = discord.ui.View(timeout=None)
    for label, style, answer in (
        (confirm, discord.ButtonStyle.danger, "yes"),
        ("Do nothing", discord.ButtonStyle.secondary, "no"),
    ):
        about = f"pd:{answer}:{question}:{interaction.id}"
        view.add_item(discord.ui.Button(label=label, style=style, custom_id=about))
    await reply(interaction, text, view=view, files=files)


async def say_instead(interaction: Interaction, text: str, files: Sequence[discord.File] = ()) -> None:
    """In the place of the question and its buttons."""
    await deliver(
        lambda: interaction.edit_original_response(
            content=shorten(text), embeds=[], view=None, attachments=list(files)
        ),
        attempt_seconds=ANSWER_SECONDS,
    )


class AnswerButton(PageButton, template=r"pd:(?:yes|no):points_[a-z]{1,20}:[0-9]{1,20}"):
    async def turn(self, interaction: Interaction) -> Page | None:
        await require(interaction, Level.MANAGER)
        _, answer, question, text = self.custom_id.split(":")
        if question not in CONFIRMED or (key := int(text)) >= 2**63:
            raise ButtonOutdated
        drafts, guild_id = interaction.client.database.drafts, guild_of(interaction).id
        kept = await drafts.get(guild_id=guild_id, interaction_id=key)
        if kept.asked_by_id != interaction.user.id:
            raise NotPermitted("Only who asked for it can answer that: use the command yourself.")
        draft = await drafts.answer(
            guild_id=guild_id,
            interaction_id=key,
            question=question,
            answered_by_id=interaction.user.id,
            state=DraftState.CONFIRMED if answer == "yes" else DraftState.DROPPED,
        )
        if answer == "yes":
            await CONFIRMED[question](interaction, draft)
        else:
            await say_instead(interaction, "Nothing was done.")
        return None
