"""Time zones, as they are suggested while somebody types."""

from collections.abc import Sequence

from discord import app_commands

from bot.invocation import Interaction
from database.local_days import time_zones

WELL_KNOWN = (
    "UTC", "Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Warsaw", "Europe/Athens", "Europe/Istanbul",
    "Europe/Moscow", "Africa/Cairo", "Africa/Johannesburg", "Asia/Dubai", "Asia/Kolkata", "Asia/Bangkok",
    "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland", "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires", "America/Mexico_City", "America/New_York", "America/Chicago",
    "America/Denver", "America/Los_Angeles", "Pacific/Honolulu",
)  # fmt: skip
"""What is suggested before anything is typed: else it would be the first 25 of the alphabet."""


async def suggest_zones(_: Interaction, current: str) -> list[app_commands.Choice[str]]:
    wanted = current.strip().lower().replace(" ", "_")
    fitting: Sequence[str] = (
        [zone for zone in sorted(time_zones()) if wanted in zone.lower()] if wanted else WELL_KNOWN
    )
    return [app_commands.Choice(name=zone, value=zone) for zone in fitting][:25]
