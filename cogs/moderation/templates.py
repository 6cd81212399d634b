"""/config template: a server's own words for direct messages."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.clock import clock
from bot.forms import Field, Form
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, require, requires
from bot.replies import defer, reply
from cogs.moderation._dm_rendering import About, direct_message
from cogs.moderation._dm_words import DM_WORDS
from cogs.moderation._templates import PLACEHOLDERS, require_understood
from database.errors import DatabaseUnavailable
from database.models import LONGEST_TEMPLATE, LONGEST_WHY, Case, CaseKind, TemplateKind

if TYPE_CHECKING:
    from bot.client import Reeve

READ_SECONDS = 1.5  # of the 3 in which Discord wants the form
KINDS = [app_commands.Choice(name=kind.value, value=kind.value) for kind in TemplateKind]
KIND = "What the direct message is about"
WHY = "Why it is changed; kept in the history"
NAMES = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
NEW_LINE = "\\n"
"""As people type it: Discord has no other way to write one into an option."""
Text = app_commands.Range[str, 1, LONGEST_TEMPLATE]
Why = app_commands.Range[str, 1, LONGEST_WHY]
SAMPLE_REASON = "Links to a shop in #general, after being asked to stop"
CASE_KINDS = {TemplateKind.VOID: CaseKind.WARN, TemplateKind.APPEAL: CaseKind.BAN}
"""Of the sample case, where the kind of message is none of a case."""


class TemplateForm(Form, template=rf"template:(?P<kind>{'|'.join(TemplateKind)})"):
    title = "Direct message"
    fields = (
        Field("text", "What they read", longest=LONGEST_TEMPLATE, placeholder=NAMES),
        Field("why", "Why it is changed", is_long=False, shortest=0, longest=LONGEST_WHY),
    )

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        await require(interaction, Level.ADMIN)
        kind = TemplateKind(match["kind"])
        await _change(interaction, kind, values["text"], values["why"], interaction_id=self.key)


class Templates(app_commands.Group):
    def __init__(self) -> None:
        super().__init__(name="template", description="Your own words for direct messages to members")

    @app_commands.command()
    @app_commands.describe(kind="Only this one, to copy; an overview if left out")
    @app_commands.choices(kind=KINDS)
    @requires(Level.ADMIN)
    async def show(self, interaction: Interaction, kind: str | None = None) -> None:
        """Show what members are told, and the names that stand for facts."""
        await defer(interaction)
        texts, own = await _texts(interaction)
        embed = discord.Embed(title="Direct messages", colour=discord.Colour(0x5865F2))
        if kind is None:
            embed.description = "\n".join(
                f"**{each}**: {'your own words' if each in own else 'Reeve’s words'}" for each in texts
            )
        else:
            embed.title = f"Direct message: {kind}"
            embed.description = _to_copy(texts[TemplateKind(kind)])
        embed.add_field(name="What stands for facts", value=f"`{NAMES}`", inline=False)
        embed.set_footer(text="Change with /config template set")
        await reply(interaction, embeds=[embed])

    @app_commands.command()
    @app_commands.describe(kind=KIND, text=r"The text, \n for a new line; leave it out for a form", why=WHY)
    @app_commands.choices(kind=KINDS)
    @requires(Level.ADMIN)
    async def set(
        self, interaction: Interaction, kind: str, text: Text | None = None, why: Why | None = None
    ) -> None:
        """Choose what members are told."""
        if text is None:
            texts, _ = await _texts(interaction)
            defaults = {"text": texts[TemplateKind(kind)], "why": why or ""}
            await TemplateForm.open(
                interaction, f"template:{kind}", title=f"Direct message: {kind}", defaults=defaults
            )
            return
        await defer(interaction)
        text = text.replace(NEW_LINE, "\n")
        await _change(interaction, TemplateKind(kind), text, why, interaction_id=interaction.id)

    @app_commands.command()
    @app_commands.describe(kind=KIND, why=WHY)
    @app_commands.choices(kind=KINDS)
    @requires(Level.ADMIN)
    async def reset(self, interaction: Interaction, kind: str, why: Why | None = None) -> None:
        """Go back to Reeve's own words."""
        await defer(interaction)
        await _change(interaction, TemplateKind(kind), None, why, interaction_id=interaction.id)

    @app_commands.command()
    @app_commands.describe(kind=KIND, text=r"A text to try, \n for a new line; what is set if left out")
    @app_commands.choices(kind=KINDS)
    @requires(Level.ADMIN)
    async def preview(self, interaction: Interaction, kind: str, text: Text | None = None) -> None:
        """Show a direct message as a member would see it, with a made-up case."""
        await defer(interaction)
        guild, chosen = guild_of(interaction), TemplateKind(kind)
        templates = await interaction.client.database.guild_configs.templates(guild_id=guild.id)
        if text is not None:
            text = text.replace(NEW_LINE, "\n")
            require_understood(text)
            templates = {**templates, chosen: text}
        config = await interaction.client.database.guild_configs.get(guild_id=guild.id)
        case = _sample(interaction, chosen)
        about = About(chosen, case.created_at, "", case.reason)
        embed = direct_message(case, guild.name, config, templates, about)
        await reply(interaction, "With a made-up case they would read:", embeds=[embed])


async def _texts(interaction: Interaction) -> tuple[dict[TemplateKind, str], dict[TemplateKind, str]]:
    """What holds for each kind, and of these the server's own."""
    configs, guild_id = interaction.client.database.guild_configs, guild_of(interaction).id
    try:
        async with asyncio.timeout(READ_SECONDS):
            own = await configs.templates(guild_id=guild_id)
            config = await configs.get(guild_id=guild_id)
    except TimeoutError:
        raise DatabaseUnavailable from None
    return {**DM_WORDS[config.language].texts, **own}, own


async def _change(
    interaction: Interaction, kind: TemplateKind, text: str | None, why: str | None, *, interaction_id: int
) -> None:
    if text is not None:
        require_understood(text)
    await interaction.client.database.guild_configs.change_template(
        guild_id=guild_of(interaction).id,
        template=kind,
        text=text,
        changed_by_id=interaction.user.id,
        interaction_id=interaction_id,
        why=why,
    )
    whose = "Reeve's" if text is None else "your own"
    await reply(
        interaction,
        f"The direct message of the kind {kind} is in {whose} words now: /config template preview shows it.",
    )


def _sample(interaction: Interaction, kind: TemplateKind) -> Case:
    person, now = interaction.user, clock.now()
    return Case(
        guild_id=guild_of(interaction).id,
        number=7,
        kind=CASE_KINDS.get(kind) or CaseKind(kind),
        target_id=person.id,
        target_name=person.name,
        moderator_id=person.id,
        moderator_name=person.name,
        reason=SAMPLE_REASON,
        interaction_id=interaction.id,
        created_at=now,
        expires_at=now + timedelta(days=7) if kind in (TemplateKind.BAN, TemplateKind.TIMEOUT) else None,
    )


def _to_copy(text: str) -> str:
    """In a code block, which a text cannot leave."""
    kept_inside = text.replace("```", "``\u200b`")
    return f"```\n{kept_inside}\n```"


async def setup(bot: "Reeve") -> None:
    """Loaded after /config, of which it is a part."""
    config = bot.tree.get_command("config")
    assert isinstance(config, app_commands.Group)
    config.add_command(Templates())
