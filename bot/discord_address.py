"""Which Discord to talk to, and with which token: Discord itself, a proxy, or a sandbox on this machine.

A real token is never sent to a sandbox: whoever answers on loopback is asked first what it is.
"""

from typing import Any

import aiohttp
import yarl
from pydantic import SecretStr

from bot.exits import CannotRun, Exit
from bot.settings import Settings

ASK_SECONDS = 5.0
WORLD = "/sandbox/world?most=50"  # of guilds, people and members each: there may be 100,000 people
World = dict[str, Any]
"""What GET /sandbox/world tells."""

NOTHING_TO_LOG_IN_WITH = (
    "DISCORD_TOKEN is not set: take the token from the developer portal, or unset REEVE_DISCORD_API_URL and Reeve "
    "starts on the sandbox."
)


class NobodyAnswers(Exception):
    """Nothing listens at the address."""


async def world_at(url: str) -> World | None:
    """The beginning of the sandbox's world, or None when something else answers. Raises NobodyAnswers."""
    return await _told_by(f"{url}{WORLD}")


async def applications_at(url: str) -> World | None:
    """The part of the world that logging in needs: a world may hold 100,000 people. Raises NobodyAnswers."""
    return await _told_by(f"{url}/sandbox/applications")


async def _told_by(url: str) -> World | None:
    timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url) as answer,
        ):
            found = await answer.json(content_type=None)
    except aiohttp.ClientConnectorError as error:
        raise NobodyAnswers from error
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("applications") else None


async def settle_address(settings: Settings) -> Settings:
    """Complete the settings for an API address that was given: the gateway, and a sandbox's own token.

    Raises CannotRun.
    """
    api_url = settings.discord_api_url
    if api_url is None:
        if settings.token is None:
            raise CannotRun(Exit.CONFIGURATION, NOTHING_TO_LOG_IN_WITH)
        return settings
    if settings.is_loopback_api:
        try:
            world = await applications_at(str(yarl.URL(api_url).origin()))
        except NobodyAnswers as error:
            raise unreachable(api_url) from error
        if world is not None:
            settings = with_sandbox_token(settings, world)
    if settings.token is None:
        raise CannotRun(Exit.CONFIGURATION, NOTHING_TO_LOG_IN_WITH)
    gateway_url = settings.discord_gateway_url or await _gateway_of(api_url)
    return settings.model_copy(update={"discord_gateway_url": gateway_url})


def with_sandbox_token(settings: Settings, world: World) -> Settings:
    """The token of the sandbox's application; a token that the sandbox did not give out is not shown to it."""
    applications = world["applications"]
    tokens = {application["token"] for application in applications}
    if settings.token is None:
        reeve = next((found for found in applications if found["name"] == "Reeve"), applications[0])
        return settings.model_copy(update={"discord_token": SecretStr(reeve["token"])})
    if settings.token not in tokens:
        raise CannotRun(
            Exit.REFUSED,
            "The sandbox did not give out this DISCORD_TOKEN, so it is not sent there: unset DISCORD_TOKEN and "
            "Reeve takes the sandbox's own.",
        )
    return settings


async def _gateway_of(api_url: str) -> str:
    timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{api_url}/gateway") as answer,
        ):
            return str((await answer.json(content_type=None))["url"])
    except (aiohttp.ClientError, TimeoutError) as error:
        raise unreachable(api_url) from error
    except (ValueError, KeyError, TypeError) as error:
        raise CannotRun(
            Exit.CONFIGURATION,
            f"{yarl.URL(api_url).authority} does not answer like Discord: correct REEVE_DISCORD_API_URL.",
        ) from error


def unreachable(api_url: str) -> CannotRun:
    return CannotRun(
        Exit.UNREACHABLE,
        f"Discord is not reachable at {yarl.URL(api_url).authority}: start it, or correct REEVE_DISCORD_API_URL.",
    )
