"""Hits of Discord's own AutoMod become warnings or notes, by the rules that `/config automod` names."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from bot.typed import cut
from cogs.moderation._acting import carry_out
from cogs.moderation._automod_config import AutomodGroup
from cogs.moderation._automod_hits import Hits
from cogs.moderation._automod_rules import AutomodRules
from cogs.moderation._request import Request
from database.errors import DatabaseUnavailable
from database.models import AutomodMode, AutomodRule, CaseKind, CaseOrigin, Language

if TYPE_CHECKING:
    from bot.client import Reeve

LONGEST_KEYWORD = 100
"""Characters of a reason."""
WAITS_SECONDS = (1, 5, 30, 120, 600)
"""Before each further try where the database is away: Discord tells of a hit only once."""
MOST_WAITING = 200
"""Hits that wait for the database at the same time; what is beyond them is lost, and the log says so."""

REASONS = {
    Language.ENGLISH: "AutoMod rule “{rule}”",
    Language.GERMAN: "AutoMod-Regel „{rule}“",
    Language.SPANISH: "Regla de AutoMod «{rule}»",
}


class Automod(BaseCog):
    def __init__(self, bot: "Reeve", rules: AutomodRules) -> None:
        super().__init__(bot)
        self._rules = rules
        self._hits = Hits()
        self._waiting = 0

    @BaseCog.listener()
    async def on_automod_action(self, hit: discord.AutoModAction) -> None:
        """Each of a rule's actions is told by itself; all of them find the same case."""
        key = self._hits.key_of(hit, clock.now())
        for seconds in (*WAITS_SECONDS, None):
            try:
                await self._keep(hit, key)
            except DatabaseUnavailable:
                if seconds is None or self._waiting >= MOST_WAITING:
                    break
                self._waiting += 1
                try:
                    await clock.sleep(seconds)
                finally:
                    self._waiting -= 1
            except Exception as error:  # a bug with one hit must not hold up the others
                incident(error, at="a hit of AutoMod")
                return
            else:
                return
        logger.warning("a hit of AutoMod rule {} by {} found no database", hit.rule_id, hit.user_id)

    async def _keep(self, hit: discord.AutoModAction, key: int) -> None:
        guild = self.bot.get_guild(hit.guild_id)
        if guild is None or self.bot.user is None:
            return
        rules = await self.guild_configs.automod_rules(guild_id=guild.id)
        rule = next((each for each in rules if each.rule_id == hit.rule_id), None)
        if rule is None:
            return
        is_warned = rule.mode is AutomodMode.WARN
        request = Request(
            kind=CaseKind.WARN if is_warned else CaseKind.NOTE,
            target_id=hit.user_id,
            target_name=await self._name(guild, hit.user_id),
            moderator_id=self.bot.user.id,
            moderator_name=self.bot.user.name,
            key=key,
            reason=await self._reason(guild, rule, hit),
            points=rule.points,
            channel_id=hit.channel_id,
            is_told=is_warned,
            origin=CaseOrigin.AUTOMOD,
        )
        await carry_out(self.bot, guild, request)

    async def _reason(self, guild: discord.Guild, rule: AutomodRule, hit: discord.AutoModAction) -> str:
        config = await self.guild_configs.get(guild_id=guild.id)
        name = cut(await self._rules.name_of(guild, rule.rule_id), 100)
        reason = REASONS[config.language].format(rule=name)
        keyword = cut(hit.matched_keyword, LONGEST_KEYWORD) if hit.matched_keyword else ""
        return f"{reason}: {keyword}" if keyword else reason

    async def _name(self, guild: discord.Guild, user_id: int) -> str:
        """Their number where Discord does not say who it is: the hit counts all the same."""
        person = guild.get_member(user_id) or self.bot.get_user(user_id)
        if person is None:
            try:
                person = await self.bot.fetch_user(user_id)
            except (discord.DiscordException, OSError):
                return str(user_id)
        return person.name


async def setup(bot: "Reeve") -> None:
    """Loaded after /config, of which a part is here."""
    rules = AutomodRules()
    config = bot.tree.get_command("config")
    assert isinstance(config, app_commands.Group)
    config.add_command(AutomodGroup(rules))
    await bot.add_cog(Automod(bot, rules))
