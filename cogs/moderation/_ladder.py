"""The ladder in words: the question before a warning, what follows from it, and where somebody stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord.utils import escape_markdown

from bot.durations import format_duration
from bot.outcomes import DiscordAway, read
from cogs.moderation._gates import Question
from cogs.moderation._guard import most_acts
from cogs.moderation._request import Request
from cogs.moderation._timeout_roles import roles_of_timeout
from database.models import (
    CaseKind,
    CaseOrigin,
    Climb,
    Escalating,
    LadderStep,
    Language,
    Reached,
    ReasonPreset,
    RolesMeanwhile,
)

if TYPE_CHECKING:
    from bot.client import Reeve

LADDER = "ladder"
DONE_BY = {
    CaseKind.TIMEOUT: "time out",
    CaseKind.KICK: "kick",
    CaseKind.SOFTBAN: "softban",
    CaseKind.BAN: "ban",
}
REASONS = {
    Language.ENGLISH: "Warnings reached {sum} in {window} (case {number}{by}): {reason}",
    Language.GERMAN: "Verwarnungen haben {sum} in {window} erreicht (Fall {number}{by}): {reason}",
    Language.SPANISH: "Las advertencias llegaron a {sum} en {window} (caso {number}{by}): {reason}",
}
SUMS = {
    Language.ENGLISH: ("{points} of {threshold} points", "{points} points, beyond the step at {threshold},"),
    Language.GERMAN: (
        "{points} von {threshold} Punkten",
        "{points} Punkte, mehr als die {threshold} der Stufe,",
    ),
    Language.SPANISH: (
        "{points} de {threshold} puntos",
        "{points} puntos, más allá del escalón de {threshold},",
    ),
}
"""A sum that is the step's, and one that goes beyond it."""
DAYS = {
    Language.ENGLISH: ("1 day", "{} days"),
    Language.GERMAN: ("1 Tag", "{} Tagen"),
    Language.SPANISH: ("1 día", "{} días"),
}


async def question_before_warning(bot: "Reeve", guild: discord.Guild, request: Request) -> Question | None:
    """What the warning would lead to at this moment; decided is it when the warning is opened."""
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    if request.kind is not CaseKind.WARN or not config.ladder_steps:
        return None
    climb = await bot.database.ladders.standing(
        guild_id=guild.id, target_id=request.target_id, points=request.points
    )
    if climb is None or climb.after == climb.before:
        return None
    who, window = f"<@{request.target_id}>", _in_days(climb.rules.days, Language.ENGLISH)
    if (step := climb.step) is not None:
        return Question(
            LADDER,
            f"This warning brings {who} to {_reached(climb, step)} in {window}: {step_words(step)} follows.",
            confirm=f"Warn and {DONE_BY[step.kind]}{_for(step)}",
        )
    return Question(
        LADDER, f"This warning brings {who} to {place_words(climb, climb.after)} in {window}.", confirm="Warn"
    )


def _reached(climb: Climb, step: LadderStep) -> str:
    """As `4 of 4 points`, or where the warning goes beyond: `5 points, beyond the last step at 4,`."""
    if climb.after == step.threshold:
        return f"{climb.after} of {step.threshold} points"
    last = "last step" if climb.rules.step_above(climb.after) is None else "step"
    return f"{climb.after} points, beyond the {last} at {step.threshold},"


def step_words(step: LadderStep) -> str:
    """As `timeout for 1d`."""
    return f"{step.kind}{_for(step)}"


def place_words(climb: Climb, points: int) -> str:
    """As `3 of 4 points (next: timeout for 1d)`."""
    step = climb.rules.step_above(points)
    if step is None:
        return f"{points} points, past the last step of the ladder,"
    return f"{points} of {step.threshold} points (next: {step_words(step)})"


def standing_words(climb: Climb) -> str:
    """Where they stand now: `3 of 4 points (next: timeout for 1d) in 30 days`."""
    return f"{place_words(climb, climb.before)} in {_in_days(climb.rules.days, Language.ENGLISH)}"


def _for(step: LadderStep) -> str:
    return "" if step.duration is None else f" for {format_duration(step.duration)}"


def _in_days(days: int, language: Language) -> str:
    one, many = DAYS[language]
    return one if days == 1 else many.format(f"{days:,}")


async def escalating_for(bot: "Reeve", guild: discord.Guild, request: Request) -> Escalating | None:
    """How Reeve takes the step that a warning may reach; None for all that is no warning."""
    if request.kind is not CaseKind.WARN or bot.user is None:
        return None
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    has_roles = config.timeout_role_id is not None or bool(config.timeout_takes_role_ids)
    roles = await _roles(bot, guild, request.target_id) if config.ladder_steps and has_roles else None
    is_named = request.origin is not CaseOrigin.AUTOMOD and not config.hide_moderator
    by = f", {request.moderator_name}" if is_named else ""
    limit = await most_acts(bot, guild, CaseKind.KICK, request.moderator_id) if config.ladder_steps else None
    words = _reason_of_step(config.language, by)
    return Escalating(bot.user.id, bot.user.name, words, roles or RolesMeanwhile(), limit)


def _reason_of_step(language: Language, by: str) -> Callable[[Reached], str]:
    """It names who warned, unless the server hides who acts: whom it is about reads it."""

    def reason(reached: Reached) -> str:
        exact, beyond = SUMS[language]
        words = exact if reached.points == reached.step.threshold else beyond
        return REASONS[language].format(
            sum=words.format(points=reached.points, threshold=reached.step.threshold),
            window=_in_days(reached.days, language),
            number=reached.warning.number,
            by=by,
            reason=reached.warning.reason,
        )

    return reason


async def _roles(bot: "Reeve", guild: discord.Guild, user_id: int) -> RolesMeanwhile | None:
    """Those of a timeout; none where Discord does not say now which ones they have."""
    try:
        member = guild.get_member(user_id) or await read(lambda: guild.fetch_member(user_id))
    except (discord.NotFound, discord.Forbidden, DiscordAway):
        return None
    if member is None:
        return None
    payload = (await roles_of_timeout(bot, member)).payload
    return RolesMeanwhile(tuple(payload.get("give", ())), tuple(payload.get("take", ())))


async def with_preset(bot: "Reeve", guild: discord.Guild, request: Request) -> Request:
    """A reason that is the name or the text of one of the server's presets becomes it, with its weight."""
    preset = None if request.kind is CaseKind.NOTE else await _preset_called(bot, guild, request.reason)
    if preset is None:
        return request
    is_weighed = request.kind is not CaseKind.WARN or request.points is not None
    return replace(request, reason=preset.text, points=request.points if is_weighed else preset.weight)


async def reason_meant(bot: "Reeve", guild: discord.Guild, typed: str) -> str:
    """What the reason is: the text of the preset of that name, for a choice is cut at 100 characters, or as typed."""
    preset = await _preset_called(bot, guild, typed)
    return typed if preset is None else preset.text


async def _preset_called(bot: "Reeve", guild: discord.Guild, typed: str) -> ReasonPreset | None:
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    if not config.reason_presets:
        return None
    presets, named = await bot.database.ladders.presets(guild_id=guild.id), typed.strip().casefold()
    return next((each for each in presets if named in (each.name.casefold(), each.text.casefold())), None)


def preset_words(preset: ReasonPreset, longest: int) -> str:
    """One line, cut: `Spam: No advertising here. (2 points)`."""
    weight = f" ({preset.weight} point{'' if preset.weight == 1 else 's'})"
    text = " ".join(f"{preset.name}: {preset.text}".split())
    room = longest - len(weight)
    return (text if len(text) <= room else f"{text[: room - 1]}…") + weight


def length_of(created_to_end: timedelta) -> str:
    """Of a case, without the moment between its beginning and its row."""
    return format_duration(timedelta(seconds=round(created_to_end.total_seconds())))


def shown_preset(preset: ReasonPreset) -> str:
    return f"**{escape_markdown(preset.name)}** {escape_markdown(preset_words(preset, 300)[len(preset.name) + 2 :])}"
