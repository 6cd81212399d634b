"""Lists that page with buttons. All that a button needs is in its custom id, so it outlives every restart."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import discord

from bot.buttons import Button
from bot.invocation import Interaction
from bot.replies import defer, reply, update

CUSTOM_ID_LIMIT = 100  # https://discord.com/developers/docs/components/reference#button


class Page(NamedTuple):
    """What a list shows now, the custom ids that lead to its neighbours, and what acts on what stands on the page."""

    embed: discord.Embed
    back: str | None = None
    forward: str | None = None
    more: Sequence[discord.ui.Item[Any]] = ()

    def view(self) -> discord.ui.View | None:
        """Both buttons, the one that leads nowhere greyed out; neither if all fits on one page."""
        has_neighbours = self.back is not None or self.forward is not None
        if not has_neighbours and not self.more:
            return None
        view = discord.ui.View(timeout=None)
        if has_neighbours:
            view.add_item(_button("Back", "◀", self.back, missing="page:none:back"))
            view.add_item(_button("Next", "▶", self.forward, missing="page:none:next"))
        for item in self.more:
            view.add_item(item)
        return view


class PageButton(Button, template=r"page:none:(?:back|next)"):
    """A family of lists subclasses this with its own template and `turn`."""

    async def pressed(self, interaction: Interaction) -> None:
        await defer(interaction)
        page = await self.turn(interaction)
        if page is not None:
            await update(interaction, embed=page.embed, view=page.view())

    async def turn(self, interaction: Interaction) -> Page | None:
        """The page that this button leads to, for a person who may see it; None: the message stays as it is."""
        raise LookupError(f"no list answers to {self.custom_id} for {interaction.user.id}")


async def show(
    interaction: discord.Interaction[Any],
    page: Page,
    *,
    files: Sequence[discord.File] = (),
    ephemeral: bool = True,
) -> None:
    await reply(interaction, embeds=[page.embed], view=page.view(), files=files, ephemeral=ephemeral)


def _button(label: str, emoji: str, custom_id: str | None, *, missing: str) -> discord.ui.Button[Any]:
    return discord.ui.Button(
        label=label,
        emoji=emoji,
        custom_id=custom_id or missing,
        disabled=custom_id is None,
        style=discord.ButtonStyle.secondary,
    )
