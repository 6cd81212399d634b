"""Time zones, as they are suggested while somebody types."""

from zoneinfo import available_timezones

from discord import app_commands

from bot.invocation import Interaction

ZONES = sorted(available_timezones() - {"localtime", "Factory"})


async def suggest_zones(_: Interaction, current: str) -> list[app_commands.Choice[str]]:
    wanted = current.lower().replace(" ", "_")
    return [app_commands.Choice(name=zone, value=zone) for zone in ZONES if wanted in zone.lower()][:25]
