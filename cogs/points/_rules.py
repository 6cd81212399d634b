"""/points rules: what earns, what members may give, how levels grow. Shown to managers, who change it there."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.command_tree import answer_error
from bot.errors import ButtonOutdated
from bot.forms import Field, Form
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton, show
from bot.permissions import Level, require, requires
from bot.point_settings import PAGES, POINT_SETTINGS, SettingsPage
from bot.replies import defer, update
from cogs.points._group import PointsPart
from cogs.points._rules_panel import RULES, choice_page, panel_page
from database.errors import SettingNotAllowed
from database.models import BOUNDS, GuildSettings
from database.models.earning import MOST_PERCENT, RuleSubject

VALUE = Field("value", "The new value, as a whole number", is_long=False, longest=13)
PERCENT = Field("percent", "Percent: 0 is nothing, 100 as everywhere", is_long=False, longest=5)
WHY = Field("why", "Why; kept in the history", is_long=False, shortest=0, longest=200)
NAMES = "|".join([*(page.name for page in PAGES), RULES])


class RulesCommands(PointsPart):
    @app_commands.command()
    @requires(Level.MANAGER)
    async def rules(self, interaction: Interaction) -> None:
        """Show and change what earns, what members may give, and how levels grow."""
        await defer(interaction)
        await show(interaction, await panel_page(interaction, PAGES[0].name))


class SettingForm(Form, template=r"pr:value:(?P<column>[a-z_]{1,40})"):
    title, fields, in_place = "Change a setting", (VALUE, WHY), True

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        await require(interaction, Level.MANAGER)
        column = match["column"]
        page = page_of(column)
        if column not in BOUNDS:
            raise ButtonOutdated
        bounds = BOUNDS[column]
        try:
            typed = _whole(values["value"], bounds.called, bounds.rule)
            config = await change(interaction, column, typed, key=self.key, why=values.get("why"))
            setting = POINT_SETTINGS[column]
            said = f"{setting.name} is now {setting.shown(getattr(config, column))}."
        except SettingNotAllowed as refused:
            said = str(refused)
        await _show_now(interaction, page.name, said)


class RuleForm(Form, template=r"pr:percent:(?P<subject>channel|role):(?P<id>[0-9]{1,19})"):
    title, fields, in_place = "What it earns", (PERCENT, WHY), True

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        await require(interaction, Level.MANAGER)
        try:
            rule = f"choose from 0 to {MOST_PERCENT:,}"
            percent = _whole(values["percent"].removesuffix("%"), "The percentage", rule)
            await _change_rule(
                interaction, match["subject"], int(match["id"]), percent, key=self.key, why=values.get("why")
            )
            said = "The rule is kept."
        except SettingNotAllowed as refused:
            said = str(refused)
        await _show_now(interaction, RULES, said)


class PanelButton(
    PageButton, template=rf"pr:(?:page:(?:{NAMES})|(?P<act>yes|no|none):(?P<column>[a-z_]{{1,40}}))"
):
    async def turn(self, interaction: Interaction) -> Page:
        await require(interaction, Level.MANAGER)
        _, act, about = self.custom_id.split(":")
        if act != "page":
            value = {"yes": True, "no": False, "none": None}[act]
            page = _page_of_choice(about, is_channel=act == "none")
            await change(interaction, about, value, key=interaction.id)
            return await panel_page(interaction, page.name)
        return await panel_page(interaction, about)


class PanelSelect(
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=rf"pr:(?:set:(?:{NAMES})|channel:[a-z_]{{1,40}}|rule:(?:channel|role)|remove)",
):
    """What was chosen in the panel: a setting, a channel, a role, a rule that goes."""

    def __init__(self, item: discord.ui.Item[Any]) -> None:
        super().__init__(item)  # type: ignore[arg-type]  # one of Discord's selects, whichever the custom id is of

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003  # discord.py's signature
        item: discord.ui.Item[Any],
        match: re.Match[str],  # noqa: ARG003  # likewise
    ) -> "PanelSelect":
        return cls(item)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        return bool(interaction.client.met.is_first(interaction.id))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """discord.py would only log what a dynamic item raises."""
        try:
            await require(interaction, Level.MANAGER)
            data: Mapping[str, Any] = interaction.data or {}
            await chosen(interaction, self.custom_id.split(":")[1:], data.get("values") or [])
        except Exception as error:  # becomes the person's answer
            await answer_error(interaction, error)


async def _show_now(interaction: Interaction, name: str, said: str) -> None:
    """In the panel itself, below what came of what was typed: a second panel would leave an old one behind."""
    now = await panel_page(interaction, name)
    now.embed.description = f"> {said}\n{now.embed.description}"
    await update(interaction, embed=now.embed, view=now.view())


async def chosen(interaction: Interaction, select: Sequence[str], values: Sequence[str]) -> None:
    """A form where something is to be typed, which must be the first answer; else the panel as it is then."""
    if not values:
        raise ButtonOutdated
    value = values[0]
    match select:
        case ["set", _] if value in BOUNDS and value in POINT_SETTINGS:
            config = await interaction.client.database.guild_configs.get(guild_id=guild_of(interaction).id)
            await SettingForm.open(
                interaction,
                f"pr:value:{value}",
                title=POINT_SETTINGS[value].help,
                defaults={"value": str(getattr(config, value))},
            )
            return
        case ["rule", subject]:
            await RuleForm.open(interaction, f"pr:percent:{subject}:{value}")
            return
    await defer(interaction)
    page = await _after_choice(interaction, select, value)
    await update(interaction, embed=page.embed, view=page.view())


async def _after_choice(interaction: Interaction, select: Sequence[str], value: str) -> Page:
    match select:
        case ["set", _]:
            page = page_of(value)
            config = await interaction.client.database.guild_configs.get(guild_id=guild_of(interaction).id)
            return choice_page(guild_of(interaction), page, POINT_SETTINGS[value], config)
        case ["channel", column]:
            page = _page_of_choice(column, is_channel=True)
            await change(interaction, column, int(value), key=interaction.id)
            return await panel_page(interaction, page.name)
        case _:
            await _remove(interaction, value)
            return await panel_page(interaction, RULES)


async def _remove(interaction: Interaction, value: str) -> None:
    kind, _, number = value.partition(":")
    if kind == "boost":
        await interaction.client.database.earning_rules.end_boost(
            guild_id=guild_of(interaction).id,
            boost_id=int(number),
            changed_by_id=interaction.user.id,
            interaction_id=interaction.id,
        )
    else:
        await _change_rule(interaction, kind, int(number), 100, key=interaction.id)


async def _change_rule(
    interaction: Interaction, subject: str, subject_id: int, percent: int, *, key: int, why: str | None = None
) -> None:
    await interaction.client.database.earning_rules.change(
        guild_id=guild_of(interaction).id,
        subject=RuleSubject(subject),
        subject_id=subject_id,
        percent=percent,
        changed_by_id=interaction.user.id,
        interaction_id=key,
        why=why,
    )


async def change(
    interaction: Interaction, column: str, value: Any, *, key: int, why: str | None = None
) -> GuildSettings:
    """`key`: what a repeat has, too."""
    guild_id = guild_of(interaction).id
    config = await interaction.client.database.guild_configs.change(
        guild_id=guild_id,
        setting=column,
        value=value,
        changed_by_id=interaction.user.id,
        interaction_id=key,
        why=why,
    )
    interaction.client.dispatch("setting_changed", guild_id, column)
    return config


def page_of(column: str) -> SettingsPage:
    """Raises ButtonOutdated for what is no setting of points: a custom id may be of another version."""
    for page in PAGES:
        if any(each.column == column for each in page.settings):
            return page
    raise ButtonOutdated


def _page_of_choice(column: str, *, is_channel: bool) -> SettingsPage:
    """Of a setting that is chosen, a channel or yes or no: another one cannot be that."""
    if column in BOUNDS or column.endswith("_channel_id") is not is_channel:
        raise ButtonOutdated
    return page_of(column)


def _whole(typed: str, called: str, rule: str) -> int:
    """Of digits, also in groups. Raises SettingNotAllowed."""
    digits = re.sub(r"[\s,._']", "", typed)
    if not re.fullmatch("[0-9]{1,13}", digits):
        raise SettingNotAllowed(called, rule)
    return int(digits)
