"""/config ladder: what follows when warnings add up."""

from typing import Any

import discord
from discord import app_commands

from bot.durations import parse_duration
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.moderation._ladder import step_words
from database.errors import SettingNotAllowed
from database.models import BOUNDS, LONGEST_WHY, STEP_KINDS, CaseKind, GuildSettings, LadderStep

WHY = "Why it is changed; kept in the history"
Why = app_commands.Range[str, 1, LONGEST_WHY]
KINDS = [app_commands.Choice(name=kind.value, value=kind.value) for kind in STEP_KINDS]
HIGHEST = 1_000
WINDOW, DECAY = BOUNDS["ladder_days"], BOUNDS["ladder_halving_days"]


class LadderGroup(app_commands.Group):
    def __init__(self) -> None:
        super().__init__(name="ladder", description="What follows when warnings add up")

    @app_commands.command()
    @requires(Level.ADMIN)
    async def show(self, interaction: Interaction) -> None:
        """Show the steps of the ladder and how warnings are counted."""
        await defer(interaction)
        database, guild_id = interaction.client.database, guild_of(interaction).id
        steps = await database.ladders.steps(guild_id=guild_id)
        config = await database.guild_configs.get(guild_id=guild_id)
        embed = discord.Embed(title="Ladder", colour=discord.Colour(0x5865F2))
        lines = [f"**{step.threshold}** {_points(step.threshold)}: {step_words(step)}" for step in steps]
        embed.description = "\n".join(lines) or "There is no step yet, so nothing follows from warnings."
        embed.add_field(name="How it is counted", value=_counted(config), inline=False)
        embed.set_footer(text="Change with /config ladder step-add")
        await reply(interaction, embeds=[embed])

    @app_commands.command(name="step-add")
    @app_commands.describe(
        points="The sum of warnings at which it follows",
        kind="What follows",
        duration="How long, for example 1d; a timeout needs it, a ban may have it",
        why=WHY,
    )
    @app_commands.choices(kind=KINDS)
    @requires(Level.ADMIN)
    async def add(
        self,
        interaction: Interaction,
        points: app_commands.Range[int, 1, HIGHEST],
        kind: str,
        duration: str | None = None,
        why: Why | None = None,
    ) -> None:
        """Let something follow when somebody's warnings reach a sum."""
        await defer(interaction)
        seconds = None if duration is None else int(parse_duration(duration).total_seconds())
        step = LadderStep(guild_id=0, threshold=points, kind=CaseKind(kind), seconds=seconds)
        await interaction.client.database.ladders.add_step(
            **change_of(interaction, why), threshold=points, kind=step.kind, seconds=seconds
        )
        await reply(interaction, f"At {points} {_points(points)} follows: {step_words(step)}.")

    @app_commands.command(name="step-remove")
    @app_commands.describe(points="The sum at which nothing should follow any more", why=WHY)
    @requires(Level.ADMIN)
    async def remove(
        self, interaction: Interaction, points: app_commands.Range[int, 1, HIGHEST], why: Why | None = None
    ) -> None:
        """Let nothing follow at a sum any more."""
        await defer(interaction)
        steps = await interaction.client.database.ladders.steps(guild_id=guild_of(interaction).id)
        if points not in {step.threshold for step in steps}:
            raise SettingNotAllowed("The step", "there is none at that sum, /config ladder show lists them")
        await interaction.client.database.ladders.remove_step(**change_of(interaction, why), threshold=points)
        await reply(interaction, f"At {points} {_points(points)} nothing follows any more.")

    @app_commands.command()
    @app_commands.describe(days="For so many days a warning counts", why=WHY)
    @requires(Level.ADMIN)
    async def window(
        self,
        interaction: Interaction,
        days: app_commands.Range[int, WINDOW.least, WINDOW.most],
        why: Why | None = None,
    ) -> None:
        """Choose how long a warning counts."""
        await self._set(interaction, "ladder_days", days, why)

    @app_commands.command()
    @app_commands.describe(
        days="After so many days a warning counts half, and so on; 0: always in full", why=WHY
    )
    @requires(Level.ADMIN)
    async def decay(
        self,
        interaction: Interaction,
        days: app_commands.Range[int, DECAY.least, DECAY.most],
        why: Why | None = None,
    ) -> None:
        """Choose whether a warning counts less while it grows old."""
        await self._set(interaction, "ladder_halving_days", days, why)

    async def _set(self, interaction: Interaction, setting: str, days: int, why: str | None) -> None:
        await defer(interaction)
        config = await interaction.client.database.guild_configs.change(
            **change_of(interaction, why), setting=setting, value=days
        )
        await reply(interaction, _counted(config))

    @remove.autocomplete("points")
    async def _sums(self, interaction: Interaction, current: Any) -> list[app_commands.Choice[int]]:
        steps = await interaction.client.database.ladders.steps(guild_id=guild_of(interaction).id)
        return [
            app_commands.Choice(name=f"{step.threshold}: {step_words(step)}", value=step.threshold)
            for step in steps
            if str(step.threshold).startswith(str(current or ""))
        ]


def change_of(interaction: Interaction, why: str | None) -> dict[str, Any]:
    """Who changes it where, and why."""
    return {
        "guild_id": guild_of(interaction).id,
        "changed_by_id": interaction.user.id,
        "interaction_id": interaction.id,
        "why": why,
    }


def _counted(config: GuildSettings) -> str:
    window = f"A warning counts its points for {_days(config.ladder_days)}"
    if not config.ladder_halving_days:
        return f"{window}, in full."
    return (
        f"{window}: half of them after {_days(config.ladder_halving_days)}, half of that after as many again, "
        "and so on. The sum is rounded down."
    )


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"


def _points(count: int) -> str:
    return "point" if count == 1 else "points"
