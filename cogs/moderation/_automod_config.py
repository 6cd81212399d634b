"""/config automod: which rules of Discord's AutoMod lead to cases."""

import discord
from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import one_line
from cogs.moderation._automod_rules import AutomodOutOfSight, AutomodRules
from database.errors import SettingNotAllowed
from database.models import LONGEST_WHY, MOST_CASE_POINTS, AutomodMode, AutomodRule

MODES = [
    app_commands.Choice(name="a warning: the member is told", value=AutomodMode.WARN.value),
    app_commands.Choice(name="a note: only the staff sees it", value=AutomodMode.NOTE.value),
]
WHY = "Why it is changed; kept in the history"
Why = app_commands.Range[str, 1, LONGEST_WHY]
MOST_CHOICES = 25


class AutomodGroup(app_commands.Group):
    def __init__(self, rules: AutomodRules) -> None:
        super().__init__(name="automod", description="What hits of Discord's own AutoMod become")
        self._rules = rules

    @app_commands.command(name="list")
    @requires(Level.ADMIN)
    async def list_rules(self, interaction: Interaction) -> None:
        """Show which rules of AutoMod lead to warnings or notes."""
        await defer(interaction)
        guild = guild_of(interaction)
        kept = await interaction.client.database.guild_configs.automod_rules(guild_id=guild.id)
        embed = discord.Embed(title="AutoMod", colour=discord.Colour(0x5865F2))
        names, nothing = {}, ""
        try:
            names, nothing = await self._rules.names(guild), "AutoMod has no rules here."
        except AutomodOutOfSight as trouble:
            embed.add_field(name="Out of sight", value=str(trouble))
        lines = [f"**{_name(names, rule.rule_id)}**: {_shown(rule)}" for rule in kept]
        others = names.keys() - {rule.rule_id for rule in kept}
        lines += [f"{_name(names, rule_id)}: leads to nothing" for rule_id in sorted(others)]
        embed.description = "\n".join(lines)[:4096] or nothing
        embed.set_footer(text="Change with /config automod set")
        await reply(interaction, embeds=[embed])

    @app_commands.command(name="set")
    @app_commands.describe(
        rule="The rule, by its name in Discord's server settings",
        become="What each hit becomes",
        points="How much a warning weighs on their record (0 if left out)",
        why=WHY,
    )
    @app_commands.choices(become=MODES)
    @requires(Level.ADMIN)
    async def set_rule(
        self,
        interaction: Interaction,
        rule: str,
        become: str = AutomodMode.WARN.value,
        points: app_commands.Range[int, 0, MOST_CASE_POINTS] = 0,
        why: Why | None = None,
    ) -> None:
        """Let each hit of a rule become a warning, or a note."""
        await defer(interaction)
        guild, mode = guild_of(interaction), AutomodMode(become)
        if mode is AutomodMode.NOTE and points:
            raise SettingNotAllowed(
                "The points", "a note weighs nothing; leave them out, or choose a warning"
            )
        rule_id, name = await self._rules.require(guild, rule)
        await interaction.client.database.guild_configs.change_automod_rule(
            guild_id=guild.id,
            rule_id=rule_id,
            mode=mode,
            points=points,
            changed_by_id=interaction.user.id,
            interaction_id=interaction.id,
            why=why,
        )
        shown = _shown(AutomodRule(guild_id=guild.id, rule_id=rule_id, mode=mode, points=points))
        await reply(interaction, f"Each hit of the AutoMod rule {one_line(name, 100)} becomes {shown}.")

    @app_commands.command()
    @app_commands.describe(rule="The rule, by its name; its number, if it is gone from Discord", why=WHY)
    @requires(Level.ADMIN)
    async def remove(self, interaction: Interaction, rule: str, why: Why | None = None) -> None:
        """Let hits of a rule become nothing here; AutoMod itself goes on as it is."""
        await defer(interaction)
        guild = guild_of(interaction)
        configs = interaction.client.database.guild_configs
        kept = {str(each.rule_id) for each in await configs.automod_rules(guild_id=guild.id)}
        rule_id = int(rule) if rule in kept else (await self._rules.require(guild, rule))[0]
        await configs.change_automod_rule(
            guild_id=guild.id,
            rule_id=rule_id,
            mode=None,
            changed_by_id=interaction.user.id,
            interaction_id=interaction.id,
            why=why,
        )
        name = await self._rules.name_of(guild, rule_id)
        await reply(interaction, f"Hits of the AutoMod rule {one_line(name, 100)} become nothing here.")

    @set_rule.autocomplete("rule")
    @remove.autocomplete("rule")
    async def _suggested(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        names = await self._rules.suggested(guild_of(interaction), current)
        return [
            app_commands.Choice(name=name[:100], value=str(rule_id))
            for rule_id, name in sorted(names.items(), key=lambda each: each[1])[:MOST_CHOICES]
        ]


def _name(names: dict[int, str], rule_id: int) -> str:
    return one_line(names.get(rule_id, f"rule {rule_id}"), 100)


def _shown(rule: AutomodRule) -> str:
    if rule.mode is AutomodMode.NOTE:
        return "a note"
    return f"a warning of {rule.points} points" if rule.points else "a warning"
