"""A person waits for a bot's answer: 3 s for the first sign of it, then as long as they like for a deferred one."""

import asyncio
from collections.abc import Callable

from sandbox.clock import within
from sandbox.core import Core
from sandbox.errors import Refused
from sandbox.interactions.interactions import ACKNOWLEDGE_WITHIN, DEFERRED_UPDATE, Interaction, Interactions
from sandbox.recorder import Exchange

PATIENCE = 10.0  # real seconds at least: a clock that stands still would never end a wait
SILENT = "did not respond"


async def answer_to(
    core: Core, interactions: Interactions, interaction: Interaction, seconds: float
) -> str | None:
    """What a person would see go wrong, or nothing."""
    bots, application_id = interactions.bots, interaction.application_id
    is_there = interaction.acknowledged_at is not None or bots.is_connected(application_id)
    if not is_there and not bots.may_return(application_id):
        return _not_connected(core, interaction)  # at once: nobody is there who could answer
    try:
        problem = await _problem(core, interaction, seconds)
    except TimeoutError:
        problem = _with_last_refusal(core, interaction, f"{SILENT}: the clock stands still; advance it")
    return problem if bots.is_connected(application_id) or not problem else _not_connected(core, interaction)


async def _problem(core: Core, interaction: Interaction, seconds: float) -> str | None:
    """Raises TimeoutError when the wait is over by real time and not by the clock's."""
    limit = ACKNOWLEDGE_WITHIN.total_seconds()
    if not await _comes(core, interaction, limit, lambda: interaction.acknowledged_at is not None):
        interaction.gave_up = True
        return _with_last_refusal(core, interaction, SILENT)
    done = interaction.is_answered or await _comes(
        core, interaction, seconds, lambda: interaction.is_answered
    )
    if done or interaction.callback_type == DEFERRED_UPDATE:
        return None  # an update that changes nothing is a valid answer
    thinking = f"is still thinking: the deferred answer did not come within {seconds:g} s"
    return _with_last_refusal(core, interaction, thinking)


async def _comes(core: Core, interaction: Interaction, seconds: float, true: Callable[[], bool]) -> bool:
    async with asyncio.timeout(max(2 * seconds, PATIENCE)):
        return await within(core.clock, seconds, lambda: interaction.until(true))


def _not_connected(core: Core, interaction: Interaction) -> str:
    name = core.world.applications[interaction.application_id].name
    return f"no bot is connected as {name}: start it, or look at its log"


def _with_last_refusal(core: Core, interaction: Interaction, sentence: str) -> str:
    """A bot that was refused something while it was at this often falls silent for that."""
    application_id = str(interaction.application_id)
    for each in reversed(list(core.recorder.since(interaction.last_exchange))):
        own = f"/interactions/{interaction.id}/" in each.path  # the token in it says who asks
        if (own or each.application_id == application_id) and (each.status or 0) >= 400:
            asked = each.path.replace(interaction.token, "...")
            refused = f"{each.method} {asked} {each.status} {_said(each)}".rstrip()
            return f"{sentence}; the last thing it asked was refused: {refused}"
    return sentence


def _said(exchange: Exchange) -> str:
    """What Cloudflare says in Discord's place is no JSON."""
    told = exchange.response
    if not isinstance(told, dict) or "message" not in told:
        return ""
    return str(Refused(exchange.status or 0, told.get("code", 0), told["message"], told.get("errors")))
