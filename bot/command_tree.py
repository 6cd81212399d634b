"""The one place where an error becomes a reply, for commands, buttons, selects and modals alike."""

import logging
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from loguru import logger

from bot.errors import Restarting, explain, is_repeat, is_too_late, is_undelivered, root_of, who_can_act
from bot.invocation import name_of
from bot.permissions import LevelCheck, holds
from bot.replies import reply

if TYPE_CHECKING:
    from bot.client import Reeve

LOG_LEVELS = {"user": "DEBUG", "admin": "INFO", "operator": "WARNING"}


class Tree(app_commands.CommandTree["Reeve"]):
    def __init__(self, client: "Reeve", **options: Any) -> None:
        super().__init__(client, **options)
        logging.getLogger("discord.app_commands.tree").addFilter(_is_worth_a_line)

    async def interaction_check(self, interaction: discord.Interaction["Reeve"], /) -> bool:
        """Autocompletion would show case numbers and reasons: it needs the command's level, like the command.

        discord.py asks no check of the command for it.
        """
        if not interaction.client.met.is_first(interaction.id):
            return False
        if interaction.type is discord.InteractionType.autocomplete:
            if await _may_see(interaction):
                return True
            await _suggest_nothing(interaction)
            return False
        if interaction.client.is_leaving:
            await answer_error(interaction, Restarting())
        return not interaction.client.is_leaving

    async def on_error(
        self, interaction: discord.Interaction["Reeve"], error: app_commands.AppCommandError, /
    ) -> None:
        interaction.client.counters.count(name_of(interaction), who_can_act(error))
        await answer_error(interaction, error)


async def answer_error(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Tell the person what happened; a view or modal calls this from its own `on_error`. Never raises."""
    try:
        sentence = sentence_for(error, at=name_of(interaction))
        if not is_too_late(root_of(error)) and interaction.type is not discord.InteractionType.autocomplete:
            await reply(interaction, sentence)
    except Exception as second:  # an error handler that raises would hide the first error
        logger.opt(exception=second).warning("the answer to an error could not be delivered")


def sentence_for(error: BaseException, *, at: str) -> str:
    """The sentence that a person reads, and the log line that says the same with what an operator needs."""
    root, sentence = root_of(error), explain(error)
    if is_too_late(root):
        level = "DEBUG" if is_repeat(root) else "WARNING"
        logger.log(level, "{}: the interaction could no longer be answered: {}", at, root)
        return str(root)
    if sentence is None:
        return incident(error, at=at)
    logger.log(LOG_LEVELS[who_can_act(root)], "{}: {} ({})", at, sentence, type(root).__name__)
    return sentence


def incident(error: BaseException, *, at: str) -> str:
    """Log a bug with its traceback under a number, and return the sentence with the same number."""
    number = token_hex(4)
    logger.opt(exception=error).error("incident {} in {}", number, at)
    return f"Something went wrong on our side: incident {number}. Please tell whoever runs Reeve this number."


async def _may_see(interaction: discord.Interaction["Reeve"]) -> bool:
    command = interaction.command
    if command is None:
        return False
    levels = [check.level for check in command.checks if isinstance(check, LevelCheck)]
    try:
        return all([await holds(interaction, level) for level in levels])
    except Exception as error:  # suggestions are a courtesy: no answer is better than an error nobody sees
        logger.opt(exception=error).warning("no suggestions for {}", command.qualified_name)
        return False


async def _suggest_nothing(interaction: discord.Interaction["Reeve"]) -> None:
    try:
        await interaction.response.autocomplete([])
    except Exception as error:  # whether it only came too late is asked of any
        if not _is_lost(error):
            raise
        logger.debug("{}: no suggestions could be shown: {!r}", name_of(interaction), error)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Suggestions that came too late or got lost are nobody's trouble: the next key asks again.

    discord.py logs what they meet as an error, and hands it to nobody.
    """
    error = record.exc_info[1] if record.exc_info else None
    if error is None or not _is_lost(error):
        return True
    logger.debug("{}: {!r}", record.getMessage(), error)
    return False


def _is_lost(error: BaseException) -> bool:
    return is_too_late(error) or is_undelivered(error)
