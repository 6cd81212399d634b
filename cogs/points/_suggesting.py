"""Suggestions of what happened, for who undoes it: what, whose, how many points, when; the number last."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.typed import cut

MOST_CHOICES = 25  # https://discord.com/developers/docs/interactions/application-commands#autocomplete
LONGEST_CHOICE = 100


class Happened(NamedTuple):
    """`words`: what, whose, how many points."""

    number: int
    words: Sequence[str]
    at: datetime
    note: str | None = None


async def suggested(
    interaction: Interaction, typed: object, happened: Iterable[Happened]
) -> list[app_commands.Choice[int]]:
    """Those whose line has every word that is typed; what has the number that is typed comes first."""
    config = await interaction.client.database.guild_configs.get(guild_id=guild_of(interaction).id)
    zone, wanted = ZoneInfo(config.time_zone), str(typed).casefold().split()
    found = []
    for each in happened:
        line = " · ".join([*each.words, f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}"])
        line += f" · {each.note}" if each.note else ""
        end = f" · {each.number}"
        if all(word in f"{line}{end}".casefold() for word in wanted):
            name = cut(line, LONGEST_CHOICE - len(end)) + end
            found.append(app_commands.Choice(name=name, value=each.number))
    found.sort(key=lambda choice: [str(choice.value)] != wanted)
    return found[:MOST_CHOICES]
