"""The panel of `/points rules`: what it shows, and what can be chosen there. All of it is in custom ids."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.invocation import Interaction, guild_of
from bot.pages import Page
from bot.point_settings import PAGES, SettingsPage
from bot.post_channels import LEVELS
from bot.setting_words import Setting
from bot.typed import cut, one_line
from cogs.points._earning_words import boost_in_words, lines_within, rule_in_words
from cogs.points._mentions import channel_mention, channel_name, role_name
from database.models import GuildSettings
from database.models.earning import PointBoost, PointRule, RuleSubject

GOLD = discord.Colour(0xF1C40F)
RULES = "rules"
"""The page of channels, roles and boosts, beside those of settings."""
TITLES = {**{page.name: page.title for page in PAGES}, RULES: "Channels, roles and boosts"}
LABELS = {"earning": "Earning", "giving": "Giving", "levels": "Levels", RULES: "Channels and roles"}
CHANNELS = {LEVELS.column}
"""The settings that are a channel."""
MOST_OPTIONS = 25  # https://discord.com/developers/docs/components/reference#string-select
LIST_LIMIT = 3_900
GREY, BLUE = discord.ButtonStyle.secondary, discord.ButtonStyle.primary
GREEN, RED = discord.ButtonStyle.success, discord.ButtonStyle.danger
EVERYWHERE = (
    "What is not named earns 100 %. Of a thread, its channel and their category the narrowest counts; a role that "
    "earns nothing wins, else the best; then the best boost that fits. Choose one to change it; 100 removes a rule."
)


async def panel_page(interaction: Interaction, name: str) -> Page:
    """One of the pages, as things are now."""
    database, guild = interaction.client.database, guild_of(interaction)
    if name == RULES:
        what = await database.earning_rules.all(guild_id=guild.id)
        return _rules_page(guild, what.rules, what.boosts)
    config = await database.guild_configs.read(guild_id=guild.id)
    return _settings_page(guild, next(page for page in PAGES if page.name == name), config)


def _settings_page(guild: discord.Guild, page: SettingsPage, config: GuildSettings) -> Page:
    embed = discord.Embed(title=page.title, colour=GOLD)
    lines = [f"**{_shown(guild, each, config)}** · {each.help}" for each in page.settings]
    embed.description = "\n".join(lines)
    select: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=f"pr:set:{page.name}", placeholder="Change one of them", row=1
    )
    for each in page.settings:
        select.add_option(label=each.help[:100], value=each.column, description=_named(guild, each, config))
    return Page(embed, more=[*_tabs(page.name), select])


def _rules_page(guild: discord.Guild, rules: Sequence[PointRule], boosts: Sequence[PointBoost]) -> Page:
    embed = discord.Embed(title=TITLES[RULES], colour=GOLD)
    lines = [
        *(boost_in_words(guild, each) for each in boosts),
        *(rule_in_words(guild, each) for each in rules),
    ]
    room = LIST_LIMIT - len(EVERYWHERE)
    listed = lines_within(lines, room, "All channels and roles earn the same.")
    embed.description = f"{listed}\n\n-# {EVERYWHERE}"
    channels: discord.ui.ChannelSelect[Any] = discord.ui.ChannelSelect(
        custom_id="pr:rule:channel", placeholder="A channel or a category", row=1
    )
    roles: discord.ui.RoleSelect[Any] = discord.ui.RoleSelect(
        custom_id="pr:rule:role", placeholder="A role", row=2
    )
    more: list[discord.ui.Item[Any]] = [*_tabs(RULES), channels, roles]
    if lines:
        more.append(_removing(guild, rules, boosts))
    return Page(embed, more=more)


def _removing(
    guild: discord.Guild, rules: Sequence[PointRule], boosts: Sequence[PointBoost]
) -> discord.ui.Select[Any]:
    select: discord.ui.Select[Any] = discord.ui.Select(
        custom_id="pr:remove", placeholder="Remove a rule, or end a boost", row=3
    )
    for boost in boosts[:MOST_OPTIONS]:
        until = f"{boost.ends_at:%d %b %H:%M} UTC"
        of = _subject(guild, boost.subject, boost.subject_id)
        select.add_option(
            label=f"Boost to {boost.percent} % until {until}", value=f"boost:{boost.boost_id}", description=of
        )
    for rule in rules[: MOST_OPTIONS - len(select.options)]:
        value = f"{rule.subject}:{rule.subject_id}"
        of = _subject(guild, rule.subject, rule.subject_id)
        select.add_option(label=of, value=value, description=f"{rule.percent} %")
    return select


def _subject(guild: discord.Guild, subject: str, subject_id: int | None) -> str:
    if subject_id is None:
        return "The whole server"
    name = channel_name if subject == RuleSubject.CHANNEL else role_name
    return cut(name(guild, subject_id), 100)


def choice_page(guild: discord.Guild, page: SettingsPage, setting: Setting, config: GuildSettings) -> Page:
    """Of a setting that is yes or no, or a channel: what it is now, and what it may become."""
    now = _shown(guild, setting, config)
    embed = discord.Embed(title=setting.help, description=f"Now: {now}", colour=GOLD)
    back = discord.ui.Button[Any](label="Back", style=GREY, custom_id=f"pr:page:{page.name}", row=0)
    if setting.column in CHANNELS:
        channels: discord.ui.ChannelSelect[Any] = discord.ui.ChannelSelect(
            custom_id=f"pr:channel:{setting.column}",
            channel_types=[discord.ChannelType.text, discord.ChannelType.news],
            row=1,
        )
        nowhere = discord.ui.Button[Any](
            label="Nowhere", style=RED, custom_id=f"pr:none:{setting.column}", row=0
        )
        return Page(embed, more=[back, nowhere, channels])
    yes = discord.ui.Button[Any](label="Yes", style=GREEN, custom_id=f"pr:yes:{setting.column}", row=0)
    no = discord.ui.Button[Any](label="No", style=RED, custom_id=f"pr:no:{setting.column}", row=0)
    return Page(embed, more=[back, yes, no])


def _tabs(now: str) -> list[discord.ui.Button[Any]]:
    return [
        discord.ui.Button(
            label=label, style=BLUE if name == now else GREY, custom_id=f"pr:page:{name}", row=0
        )
        for name, label in LABELS.items()
    ]


def _shown(guild: discord.Guild, setting: Setting, config: GuildSettings) -> str:
    value = getattr(config, setting.column)
    is_channel = setting.column in CHANNELS and value is not None
    return one_line(channel_mention(guild, value) if is_channel else setting.shown(value), 90)


def _named(guild: discord.Guild, setting: Setting, config: GuildSettings) -> str:
    """In a menu, where nothing is a mention or markdown."""
    value = getattr(config, setting.column)
    is_channel = setting.column in CHANNELS and value is not None
    return cut(channel_name(guild, value) if is_channel else setting.shown(value), 100)
