"""A question before an act: what was asked for is kept, so that a button can carry it out."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import discord

from bot.invocation import Interaction, guild_of
from bot.replies import reply
from cogs.moderation._gates import Question
from cogs.moderation._request import Request
from database.models import Proof

SECOND_WITHIN = timedelta(days=1)
"""So long another moderator may answer."""


async def ask(
    interaction: Interaction, request: Request, question: Question, proof: Sequence[Proof] = ()
) -> None:
    """Keep the request and show the question with its buttons, each of which answers this question alone."""
    if question.by_second:
        await _ask_staff(interaction, request, question, proof)
        return
    await interaction.client.database.drafts.keep(
        guild_id=guild_of(interaction).id,
        interaction_id=request.key,
        question=question.name,
        asked_by_id=request.moderator_id,
        request=request.to_json(),
        proof=proof,
    )
    about = f"{question.name}:{request.key}"
    view = discord.ui.View(timeout=None)
    view.add_item(_button(question.confirm, discord.ButtonStyle.danger, f"draft:yes:{about}"))
    if question.note_on is not None:
        view.add_item(
            _button(
                f"Note it on case {question.note_on}",
                discord.ButtonStyle.primary,
                f"draft:note:{about}:{question.note_on}",
            )
        )
    view.add_item(_button("Do nothing", discord.ButtonStyle.secondary, f"draft:no:{about}"))
    await reply(interaction, question.text, view=view)


async def _ask_staff(
    interaction: Interaction, request: Request, question: Question, proof: Sequence[Proof]
) -> None:
    """Another moderator answers, in the staff's channel, until tomorrow."""
    await interaction.client.database.drafts.keep(
        guild_id=guild_of(interaction).id,
        interaction_id=request.key,
        question=question.name,
        asked_by_id=request.moderator_id,
        request=request.to_json(),
        proof=proof,
        kept_for=SECOND_WITHIN,
        asks_staff=True,
    )
    interaction.client.dispatch("outbox_filled")
    await reply(interaction, question.text)


def _button(label: str, style: discord.ButtonStyle, custom_id: str) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label[:80], style=style, custom_id=custom_id)
