"""The rules of Discord's AutoMod as a server has them: found by name, and known by it for a while."""

import asyncio
from datetime import datetime, timedelta

import aiohttp
import discord

from bot.clock import clock
from bot.typed import one_line
from database.errors import ActionRefused

KNOWN_FOR = timedelta(minutes=1)
READ_SECONDS = 2.0  # of the 3 that Discord gives for suggestions
LONGEST_NAME = 100
"""Characters, as Discord has it."""


class AutomodOutOfSight(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            "Give the role Reeve the permission Manage Server: only to who has it Discord shows the rules of AutoMod, "
            "and tells what they have hit."
        )


class AutomodRuleNotFound(ActionRefused):
    def __init__(self, typed: str) -> None:
        super().__init__(
            f"AutoMod has no rule {one_line(typed, 100)} here: choose one that is suggested, or make it in Discord "
            "under Server Settings, AutoMod."
        )


class AutomodRules:
    """What Discord said last, for a minute: a hit and each letter that somebody types may ask."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[datetime, dict[int, str]]] = {}

    async def names(self, guild: discord.Guild) -> dict[int, str]:
        """By id. Raises AutomodOutOfSight, and what Discord raises."""
        asked_at, names = self._known.get(guild.id, (None, {}))
        if asked_at is not None and timedelta(0) <= clock.now() - asked_at < KNOWN_FOR:
            return names
        if not guild.me.guild_permissions.manage_guild:
            raise AutomodOutOfSight
        try:
            names = {rule.id: rule.name for rule in await guild.fetch_automod_rules()}
        except discord.Forbidden:
            raise AutomodOutOfSight from None
        self._known[guild.id] = (clock.now(), names)
        return names

    async def name_of(self, guild: discord.Guild, rule_id: int) -> str:
        """Its name, or its number where Discord does not tell."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                return (await self.names(guild)).get(rule_id, str(rule_id))
        except (ActionRefused, discord.DiscordException, aiohttp.ClientError, OSError):  # TimeoutError is one
            return str(rule_id)

    async def suggested(self, guild: discord.Guild, typed: str) -> dict[int, str]:
        """Those that hold what was typed; none where Discord does not tell in time."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                names = await self.names(guild)
        except (ActionRefused, discord.DiscordException, aiohttp.ClientError, OSError):
            return {}
        return {rule_id: name for rule_id, name in names.items() if typed.lower() in name.lower()}

    async def require(self, guild: discord.Guild, typed: str) -> tuple[int, str]:
        """The rule that was chosen or typed. Raises AutomodRuleNotFound, AutomodOutOfSight."""
        names = await self.names(guild)
        for rule_id, name in names.items():
            if typed == str(rule_id) or typed.strip().lower() == name.strip().lower():
                return rule_id, name
        raise AutomodRuleNotFound(typed)
