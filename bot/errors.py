"""What a person reads when something did not work, sorted by who can act on it."""

import asyncio
from collections.abc import Sequence

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.typed import one_line
from database.errors import ActionRefused, DatabaseUnavailable

TRY_AGAIN = "Nothing was lost: try again in a minute."

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
INTERACTION_GONE = (10015, 10062, 40060, 50027)
"""Unknown webhook or interaction, already acknowledged, invalid token: no reply can arrive any more."""

GONE = {
    10003: "That channel no longer exists on Discord.",
    10004: "That server no longer exists on Discord.",
    10007: "They are not in this server.",
    10008: "That message no longer exists on Discord.",
    10011: "That role no longer exists on Discord.",
    10013: "That user no longer exists on Discord.",
    10026: "That ban no longer exists on Discord.",
}
REFUSED = {
    50001: "I cannot see that channel: give the role Reeve the permission View Channel there.",
    50007: "That person does not accept direct messages.",
    50013: "Discord did not let me: give the role Reeve the missing permission, and move it above the roles "
    "that it should act on (Server Settings, Roles).",
}

SHOWN_AS = {
    "mention_everyone": "Mention @everyone, @here and All Roles",
    "moderate_members": "Timeout Members",
}


class NotPermitted(ActionRefused, app_commands.CheckFailure):
    """The invoker's level is too low; a CheckFailure too: discord.py lets only those out of a check."""


class CheckInterrupted(app_commands.CheckFailure):
    """Something other than a refusal ended a check; what it was is the cause."""


class Undelivered(Exception):
    """Discord did not say that it has an answer: nobody would read what is said about that, either."""


class Unanswered(Exception):
    """Discord did not answer what was needed first: nothing was done."""


class Restarting(ActionRefused):
    def __init__(self) -> None:
        super().__init__("Reeve is restarting: try again in a minute.")


class CannotTargetYourself(ActionRefused):
    def __init__(self) -> None:
        super().__init__("You cannot do that to yourself: choose somebody else.")


class CannotTargetReeve(ActionRefused):
    def __init__(self) -> None:
        super().__init__("I cannot do that to myself: choose somebody else.")


class CannotTargetOwner(ActionRefused):
    def __init__(self) -> None:
        super().__init__("Nobody can do that to the owner of the server: choose somebody else.")


class TargetOutranksModerator(ActionRefused):
    def __init__(self, *, target_role: str, moderator_role: str) -> None:
        self.target_role, self.moderator_role = target_role, moderator_role
        super().__init__(
            f"Their highest role ({target_role}) is not below yours ({moderator_role}): "
            "ask somebody with a higher role."
        )


class ButtonOutdated(ActionRefused):
    """Its custom id is not one that this version writes: an older one did, or somebody made it up."""

    def __init__(self) -> None:
        super().__init__("That list is out of date: use its command again.")


class FormOutdated(ActionRefused):
    """Likewise a form's."""

    def __init__(self) -> None:
        super().__init__("That form is out of date: open it again.")


class DurationNotUnderstood(ActionRefused):
    def __init__(self, text: str, shortest: str = "1s", longest: str = "3650d") -> None:
        self.text = text
        super().__init__(
            f"“{_quoted(text)}” is not a duration from {shortest} to {longest}: write for example 30m, 2h, 7d or "
            "1d12h, or in words 2 weeks or 1 day 12 hours (y, mo, w, d, h, m, s)."
        )


class MomentNotUnderstood(ActionRefused):
    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"“{_quoted(text)}” is not a point in time: write for example 7d, 2026-11-01, "
            "2026-11-01 18:00, today 18:00, yesterday or tomorrow 09:30."
        )


class MomentOutOfReach(ActionRefused):
    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"“{_quoted(text)}” is not in the next ten years: choose a later or nearer moment.")


def explain(error: BaseException) -> str | None:
    """The sentence for the person who asked, or None when the error is a bug of ours."""
    match root_of(error):
        case ActionRefused() as refusal:
            return str(refusal)
        case discord.Forbidden(code=code):
            return REFUSED.get(code, REFUSED[50013])
        case discord.NotFound(code=code) if code in GONE:
            return GONE[code]
        case DatabaseUnavailable() as away:
            return str(away)
        case away if is_away(away):
            return f"Discord does not answer. {TRY_AGAIN}"
        case other:
            return _explain_unmet(other)


def _explain_unmet(error: BaseException) -> str | None:
    """What discord.py itself refuses before a command runs."""
    match error:
        case app_commands.NoPrivateMessage() | commands.NoPrivateMessage():
            sentence = "That works only in a server: use it in one of the server's channels."
        case app_commands.MissingPermissions() | commands.MissingPermissions() as missing:
            sentence = f"You need {the_permissions(missing.missing_permissions)} for that."
        case app_commands.BotMissingPermissions() | commands.BotMissingPermissions() as missing:
            sentence = f"Give the role Reeve {the_permissions(missing.missing_permissions)} first."
        case app_commands.CommandOnCooldown() | commands.CommandOnCooldown() as cooldown:
            sentence = f"That is too soon: try again in {cooldown.retry_after:.0f} seconds."
        case app_commands.CheckFailure() | commands.CheckFailure():
            sentence = "You may not use that here."
        case app_commands.TransformerError(value=discord.User() as stranger):
            sentence = f"{stranger.mention} is not in this server: that works with members only."
        case app_commands.TransformerError(value=value):
            sentence = f"“{_quoted(str(value))}” does not fit that option: choose one that Discord suggests."
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            sentence = "That command has just changed: restart Discord (Ctrl+R) and try again."
        case commands.UserInputError():
            sentence = f"That is not how the command is used: {error}"
        case _:
            return None
    return sentence


def who_can_act(error: BaseException) -> str:
    """user, admin (of the server), operator (or time), or us."""
    root = root_of(error)
    if is_too_late(root):
        return "operator"
    if explain(root) is None:
        return "us"
    if isinstance(root, ActionRefused):
        return "user"
    return "operator" if isinstance(root, DatabaseUnavailable) or is_away(root) else "admin"


def root_of(error: BaseException) -> BaseException:
    """What a cog raised, without the layers that discord.py puts around it."""
    match error:
        case (
            app_commands.CommandInvokeError(original=original)
            | commands.CommandInvokeError(original=original)
            | commands.ConversionError(original=original)
        ):
            return root_of(original)
        case app_commands.TransformerError() | CheckInterrupted() if error.__cause__ is not None:
            # A converter that fails says so with ValueError: then the layer tells more than its cause.
            cause = root_of(error.__cause__)
            return error if isinstance(cause, ValueError) else cause
    return error


def is_away(error: BaseException) -> bool:
    """Discord did not answer, or said that it cannot now: time heals it."""
    if isinstance(error, discord.HTTPException):
        return error.status == 429 or error.status >= 500
    return isinstance(
        error, (Unanswered, discord.RateLimited, aiohttp.ClientError, asyncio.TimeoutError, ConnectionError)
    )


def is_undelivered(error: BaseException) -> bool:
    """Whether Discord has what was sent is not known. Its own 404 has a code: others come from on the way."""
    return is_away(error) or (isinstance(error, discord.NotFound) and error.code == 0)


def is_repeat(error: BaseException) -> bool:
    """The interaction was acknowledged before: by an attempt whose answer was lost, or by another process."""
    return isinstance(error, discord.HTTPException) and error.code == 40060


def is_too_late(error: BaseException) -> bool:
    """The interaction can no longer be answered (3 seconds or 15 minutes are over, or it was answered)."""
    if isinstance(error, discord.HTTPException):
        return error.code in INTERACTION_GONE
    return isinstance(error, Undelivered)


def the_permissions(permissions: Sequence[str]) -> str:
    """As `the permission Ban Members` or `the permissions Manage Channels and Manage Roles`."""
    return f"the permission{'' if len(permissions) == 1 else 's'} {named(permissions)}"


def named(permissions: Sequence[str]) -> str:
    """discord.py's names as Discord's own settings show them."""
    names = [
        SHOWN_AS.get(name, name.replace("_", " ").replace("guild", "server").title()) for name in permissions
    ]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _quoted(text: str) -> str:
    return one_line(text, 60)
