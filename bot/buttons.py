"""Buttons that work after a restart: all that one needs is in its custom id, which anybody can forge."""

import re
from typing import Any

import discord

from bot.command_tree import answer_error
from bot.errors import ButtonOutdated
from bot.invocation import Interaction

TYPED = "typed"
"""The group of a template that holds what a person has typed: its digits are no numbers of ours."""
DIGITS = re.compile(r"[0-9]+")
NUMBERS_END = 2**63
"""No id of Discord's and no number in PostgreSQL is as large."""


class Button(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"button:none"):
    """A family of buttons subclasses this with its own template and `pressed`."""

    def __init__(self, custom_id: str, match: re.Match[str]) -> None:
        super().__init__(discord.ui.Button(custom_id=custom_id))
        self.match = match

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003  # discord.py's signature
        item: discord.ui.Item[Any],
        match: re.Match[str],
    ) -> "Button":
        return cls(str(getattr(item, "custom_id", "")), match)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        return bool(interaction.client.met.is_first(interaction.id))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """discord.py would only log what a dynamic item raises."""
        if not has_sane_numbers(self.match):
            await answer_error(interaction, ButtonOutdated())
            return
        try:
            await self.pressed(interaction)
        except Exception as error:  # becomes the person's answer
            await answer_error(interaction, error)

    async def pressed(self, interaction: Interaction) -> None:
        """Do what it stands for, and answer. What it raises becomes the person's answer."""
        raise NotImplementedError


def has_sane_numbers(match: re.Match[str]) -> bool:
    """Whether each decimal number in a custom id can be one that we have written."""
    written = match.string[: match.start(TYPED)] if TYPED in match.re.groupindex else match.string
    return all(int(digits) < NUMBERS_END for digits in DIGITS.findall(written))
