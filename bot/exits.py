"""How the process ends: a code from sysexits.h that a supervisor understands, and one sentence for a person."""

from enum import IntEnum

import discord
import yarl

from bot.errors import is_away
from bot.settings import BadSettings
from database.errors import DatabaseUnavailable, DatabaseUnreachable, EmbeddedServerFailed, OperatorMustAct


class Exit(IntEnum):
    DONE = 0
    USAGE = 64
    UNREACHABLE = 69
    BUG = 70
    REFUSED = 77
    CONFIGURATION = 78


class CannotRun(Exception):
    """Reeve cannot go on, and the operator can help: one sentence that names the fix."""

    def __init__(self, code: Exit, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


REFUSED_AT_LOGIN = (
    "Discord refused the token: copy a new one from the developer portal (your application, Bot, Reset Token) "
    "into DISCORD_TOKEN."
)
REFUSED_AT_IDENTIFY = (
    "Discord refused the intents: unset REEVE_MEMBERS_INTENT and REEVE_CONTENT_INTENT, or switch Server Members and "
    "Message Content on in the developer portal (your application, Bot, Privileged Gateway Intents)."
)


def ending(error: BaseException) -> CannotRun | None:
    """The same error as an operator can use it, or None when it is a bug of ours."""
    match error:
        case CannotRun():
            return error
        case DatabaseUnreachable() | EmbeddedServerFailed() | DatabaseUnavailable():
            return CannotRun(Exit.UNREACHABLE, str(error))
        case OperatorMustAct() | BadSettings():
            return CannotRun(Exit.CONFIGURATION, str(error))
    return _ending_of_discord(error)


def _ending_of_discord(error: BaseException) -> CannotRun | None:
    match error:
        case discord.LoginFailure() | discord.ConnectionClosed(code=4004):
            return CannotRun(Exit.REFUSED, REFUSED_AT_LOGIN)
        case discord.PrivilegedIntentsRequired() | discord.ConnectionClosed(code=4013 | 4014):
            return CannotRun(Exit.REFUSED, REFUSED_AT_IDENTIFY)
        case discord.GatewayNotFound():
            return discord_away()
    return discord_away() if is_away(error) else None


def discord_away() -> CannotRun:
    host = yarl.URL(discord.http.Route.BASE).authority
    return CannotRun(
        Exit.UNREACHABLE,
        f"Discord is not reachable at {host}: check the network, and REEVE_DISCORD_API_URL if it is set.",
    )
