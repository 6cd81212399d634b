"""Answer an interaction, whether or not it was deferred, and however often the way to Discord fails."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import discord
from loguru import logger

from bot.delivery import deliver, once
from bot.errors import is_too_late
from bot.invocation import name_of
from database.waiting import be_patient

TEXT_LIMIT = 2000  # https://discord.com/developers/docs/resources/message#create-message
FENCE = "```"
CALLBACK_SECONDS = 0.9  # of the 3 that Discord gives; before discord.py repeats by itself, after 1 s
ANSWER_SECONDS = 40  # discord.py repeats by itself for up to 25 s
# In an interaction's `extras`.
ACKNOWLEDGED, ANSWERED, IN_PLACE, FOR_ALL = "acknowledged", "answered", "in place", "for all"


async def defer(
    interaction: discord.Interaction[Any], *, ephemeral: bool = True, in_place: bool = False
) -> None:
    """Tell Discord within its 3 seconds that an answer follows; a button's message stays as it is until `update`, and
    so does that from which a form was opened if it is to be answered `in_place`.

    Returns when Discord has it, also if what it answered was lost. What follows may wait for the database: 15 minutes
    are left for the answer.
    """
    if _is_acknowledged(interaction):
        return
    thinking = not (in_place or _is_component(interaction))
    await deliver(
        lambda: interaction.response.defer(ephemeral=ephemeral, thinking=thinking),
        attempt_seconds=CALLBACK_SECONDS,
    )
    interaction.extras[ACKNOWLEDGED] = True
    interaction.extras[IN_PLACE] = not thinking
    interaction.extras[FOR_ALL] = thinking and not ephemeral
    be_patient()


async def reply(
    interaction: discord.Interaction[Any],
    text: str | None = None,
    *,
    embeds: Sequence[discord.Embed] = (),
    view: discord.ui.View | None = None,
    files: Sequence[discord.File] = (),
    ephemeral: bool = True,
) -> None:
    """Send the answer; only the person who asked sees it unless told otherwise.

    What was done stays done when the answer cannot arrive: that is a line in the log and no error. After a deferral
    that they alone see the answer is theirs alone, too; one that all see goes if the answer, as a refusal, is not for
    all. Long text is cut, never refused.
    """
    content: dict[str, Any] = {"embeds": list(embeds)}
    if text is not None:
        content["content"] = shorten(text)
    if view is not None:
        content["view"] = view
    try:
        if not _is_acknowledged(interaction):
            await _answer_at_once(interaction, content, files, ephemeral=ephemeral)
        elif _keeps_its_message(interaction) or ANSWERED in interaction.extras:
            await _add(interaction, content, files, ephemeral=ephemeral)
        elif ephemeral and interaction.extras.get(FOR_ALL):
            with suppress(discord.NotFound):  # an attempt whose answer was lost has done it
                await deliver(interaction.delete_original_response, attempt_seconds=ANSWER_SECONDS)
            await _add(interaction, content, files, ephemeral=True)
        else:
            await _fill(interaction, content, files)
    except Exception as error:  # what means "too late" has many types; others go on
        if not (is_too_late(error) or isinstance(error, discord.NotFound)):
            raise
        logger.warning("{}: the answer could not be delivered: {}", name_of(interaction), error)
    interaction.extras[ACKNOWLEDGED] = interaction.extras[ANSWERED] = True


async def update(
    interaction: discord.Interaction[Any], *, embed: discord.Embed, view: discord.ui.View | None
) -> None:
    """Show something else in the message whose button was pressed or form filled in. It was deferred before."""
    await deliver(
        lambda: interaction.edit_original_response(embed=embed, view=view), attempt_seconds=ANSWER_SECONDS
    )


async def _answer_at_once(
    interaction: discord.Interaction[Any],
    content: dict[str, Any],
    files: Sequence[discord.File],
    *,
    ephemeral: bool,
) -> None:
    await deliver(
        lambda: interaction.response.send_message(**content, files=_rewound(files), ephemeral=ephemeral),
        attempt_seconds=CALLBACK_SECONDS,
    )


async def _fill(
    interaction: discord.Interaction[Any], content: dict[str, Any], files: Sequence[discord.File]
) -> None:
    """An edit of the deferred message, not a follow-up: it can be repeated and still is one message."""
    await deliver(
        lambda: interaction.edit_original_response(**content, attachments=_rewound(files)),
        attempt_seconds=ANSWER_SECONDS,
    )


async def _add(
    interaction: discord.Interaction[Any],
    content: dict[str, Any],
    files: Sequence[discord.File],
    *,
    ephemeral: bool,
) -> None:
    """A further message. Not repeated: the first may have arrived."""
    await once(
        lambda: interaction.followup.send(**content, files=_rewound(files), ephemeral=ephemeral, wait=True),
        attempt_seconds=ANSWER_SECONDS,
    )


def _rewound(files: Sequence[discord.File]) -> list[discord.File]:
    """An attempt before may have read them."""
    for file in files:
        file.reset()
    return list(files)


def _is_acknowledged(interaction: discord.Interaction[Any]) -> bool:
    return interaction.response.is_done() or ACKNOWLEDGED in interaction.extras


def _is_component(interaction: discord.Interaction[Any]) -> bool:
    return interaction.type is discord.InteractionType.component


def _keeps_its_message(interaction: discord.Interaction[Any]) -> bool:
    return _is_component(interaction) or bool(interaction.extras.get(IN_PLACE))


def shorten(text: str, limit: int = TEXT_LIMIT) -> str:
    """Cut to what Discord takes, counted in UTF-16 units (the stricter count); closes an open code block."""
    encoded = text.encode("utf-16-le", "replace")
    if len(encoded) <= 2 * limit:
        return encoded.decode("utf-16-le")
    kept = encoded[: 2 * (limit - len(f"…\n{FENCE}"))].decode("utf-16-le", "ignore")
    return f"{kept}…\n{FENCE}" if kept.count(FENCE) % 2 else f"{kept}…"
