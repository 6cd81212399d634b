"""Answer an interaction, whether or not it was deferred."""

from collections.abc import Sequence
from typing import Any

import discord

TEXT_LIMIT = 2000  # https://discord.com/developers/docs/resources/message#create-message
FENCE = "```"


async def defer(interaction: discord.Interaction[Any], *, ephemeral: bool = True) -> None:
    """Tell Discord within its 3 seconds that an answer follows; a button's message stays as it is."""
    if not interaction.response.is_done():
        is_component = interaction.type is discord.InteractionType.component
        await interaction.response.defer(ephemeral=ephemeral, thinking=not is_component)


async def reply(
    interaction: discord.Interaction[Any],
    text: str | None = None,
    *,
    embeds: Sequence[discord.Embed] = (),
    view: discord.ui.View | discord.ui.LayoutView | None = None,
    files: Sequence[discord.File] = (),
    ephemeral: bool = True,
) -> discord.Message | None:
    """Send the answer; only the person who asked sees it unless told otherwise.

    After a deferral Discord keeps the deferral's own choice of ephemeral. Long text is cut, never refused.
    """
    content: dict[str, Any] = {"embeds": list(embeds), "files": list(files), "ephemeral": ephemeral}
    if text is not None:
        content["content"] = shorten(text)
    if view is not None:
        content["view"] = view
    if interaction.response.is_done():
        return await interaction.followup.send(**content, wait=True)
    sent = await interaction.response.send_message(**content)
    return sent.resource if isinstance(sent.resource, discord.InteractionMessage) else None


def shorten(text: str, limit: int = TEXT_LIMIT) -> str:
    """Cut to what Discord takes, counted in UTF-16 units (the stricter count); closes an open code block."""
    encoded = text.encode("utf-16-le", "replace")
    if len(encoded) <= 2 * limit:
        return encoded.decode("utf-16-le")
    kept = encoded[: 2 * (limit - len(f"…\n{FENCE}"))].decode("utf-16-le", "ignore")
    return f"{kept}…\n{FENCE}" if kept.count(FENCE) % 2 else f"{kept}…"
