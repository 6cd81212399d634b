"""/config set: the language and the times of a server."""

from zoneinfo import ZoneInfo

from discord import app_commands

from bot.invocation import Interaction
from bot.permissions import Level, requires
from bot.time_zones import suggest_zones
from cogs.config._changing import WHY, Changing, Why, set_group
from cogs.config._settings import LANGUAGES
from database.errors import SettingNotAllowed
from database.local_days import time_zones
from database.models import Language

LANGUAGE_CHOICES = [app_commands.Choice(name=name, value=value.value) for value, name in LANGUAGES.items()]


class WordSettings(Changing):
    @set_group.command(name="language")
    @app_commands.describe(value="The language", why=WHY)
    @app_commands.choices(value=LANGUAGE_CHOICES)
    @requires(Level.ADMIN)
    async def language(self, interaction: Interaction, value: str, why: Why | None = None) -> None:
        """Choose the language of log posts and direct messages."""
        await self.change(interaction, "language", Language(value), why)

    @set_group.command(name="time-zone")
    @app_commands.describe(value="For example Europe/Berlin", why=WHY)
    @app_commands.autocomplete(value=suggest_zones)
    @requires(Level.ADMIN)
    async def time_zone(self, interaction: Interaction, value: str, why: Why | None = None) -> None:
        """Choose the time zone of the times that people type here."""
        if value not in time_zones():
            raise SettingNotAllowed(
                "The time zone", "choose one that is suggested, for example Europe/Berlin"
            )
        await self.change(interaction, "time-zone", ZoneInfo(value).key, why)
