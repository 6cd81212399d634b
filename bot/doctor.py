"""`python -m bot doctor`: one line a check, each failure with its fix; asks over REST and changes nothing."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import discord

from bot.client import point_at, wanted_intents, without_voice
from bot.clock import clock
from bot.discord_address import NobodyAnswers, settle_address, world_at
from bot.exits import CannotRun, Exit, ending
from bot.own_sandbox import sandbox_url
from bot.server_checkup import check_rejoining, check_server
from bot.settings import Settings
from database import migrations
from database.replica import ReplicaState
from database.server import replica_of, running_database
from database.service import DatabaseService

Say = Callable[[str], None]


@dataclass
class Findings:
    say: Say
    codes: list[Exit] = field(default_factory=list)

    def good(self, what: str) -> None:
        self.say(f"ok  {what}")

    def bad(self, code: Exit, what: str) -> None:
        self.codes.append(code)
        self.say(f"!!  {what}")

    @property
    def code(self) -> Exit:
        return self.codes[0] if self.codes else Exit.DONE


async def examine(settings: Settings, say: Say) -> int:
    """0, or the exit code of the first check that failed."""
    findings = Findings(say)
    findings.good("settings are understood")
    _check_data_dir(settings, findings)
    async with AsyncExitStack() as running:
        database = await _check_database(settings, findings, running)
        try:
            await _check_discord(settings, findings, database)
        except Exception as error:  # what an operator must see to has many types: `ending` knows them
            if (known := ending(error)) is None:
                raise
            findings.bad(known.code, str(known))
    return findings.code


def _check_data_dir(settings: Settings, findings: Findings) -> None:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    if os.access(folder, os.W_OK | os.X_OK):
        findings.good(f"{settings.data_dir} can be written")
    else:
        findings.bad(
            Exit.CONFIGURATION,
            f"{settings.data_dir} cannot be written: set REEVE_DATA_DIR to a directory that can.",
        )


async def _check_database(
    settings: Settings, findings: Findings, running: AsyncExitStack
) -> DatabaseService | None:
    """The service where its schema fits, for what the servers have configured."""
    try:
        dsn = await running.enter_async_context(running_database(settings))
        findings.good("the database answers")
        if settings.dsn() is None and await migrations.current(dsn) is None:
            findings.good("the embedded database is new: `run` creates its schema")
            return None
        await migrations.require_schema(dsn)
        findings.good("the schema is up to date")
        database = DatabaseService(dsn, settings, replica_dsn=await replica_of(settings))
        running.push_async_callback(database.close)
        await database.open()
        _check_replica(database, findings)
        await _check_acts(database, findings)
    except Exception as error:  # likewise
        if (known := ending(error)) is None:
            raise
        findings.bad(known.code, str(known))
        return None
    return database


def _check_replica(database: DatabaseService, findings: Findings) -> None:
    status = database.replica_status()
    if status is None:
        return
    if status.state in (ReplicaState.SERVES, ReplicaState.UNMEASURED):  # one that has just been started
        findings.good(status.sentence)
    else:
        findings.bad(
            Exit.UNREACHABLE,
            f"{status.sentence} Reports run on the primary: mend it, or unset DATABASE_REPLICA_URL.",
        )


async def _check_acts(database: DatabaseService, findings: Findings) -> None:
    """Never a fault: `run` makes up for what is late, and what fails is told where it is to be mended."""
    waiting = await database.jobs.waiting(now=clock.now())
    parts = [f"{waiting.open} acts on Discord wait"]
    if waiting.overdue:
        parts.append(f"{waiting.overdue} of them are overdue: `run` makes up for them")
    if waiting.failed:
        parts.append(f"{waiting.failed} have failed: /jobs says why, in their servers")
    findings.good("; ".join(parts))


async def _check_discord(settings: Settings, findings: Findings, database: DatabaseService | None) -> None:
    if settings.token is None and settings.discord_api_url is None:
        try:
            world = await world_at(sandbox_url(settings))
        except NobodyAnswers:
            findings.good("no DISCORD_TOKEN: `run` starts the sandbox and plays there")
            return
        if world is None:
            raise CannotRun(
                Exit.CONFIGURATION,
                f"Port {settings.sandbox_port} is taken by something that is not the sandbox: set "
                "REEVE_SANDBOX_PORT to a free port.",
            )
        settings = settings.model_copy(update={"discord_api_url": f"{sandbox_url(settings)}/api/v10"})
    settings = await settle_address(settings)
    if settings.discord_api_url and settings.discord_gateway_url:
        point_at(settings.discord_api_url, settings.discord_gateway_url)
    without_voice()
    async with discord.Client(intents=wanted_intents(settings)) as client:
        await client.login(settings.token or "")
        findings.good(f"Discord accepts the token of {client.user}")
        _check_intents(client, settings, findings)
        async for guild in _servers(client):
            config = None if database is None else await database.guild_configs.get(guild_id=guild.id)
            me = await guild.fetch_member(client.user.id if client.user else 0)
            await check_server(guild, me, config, findings)
            if config is not None and not settings.members_intent:
                check_rejoining(guild, config, findings)


def _check_intents(client: discord.Client, settings: Settings, findings: Findings) -> None:
    flags, are_allowed = client.application_flags, True
    for wanted, allowed, called, variable in (
        (
            settings.members_intent,
            flags.gateway_guild_members or flags.gateway_guild_members_limited,
            "Server Members",
            "REEVE_MEMBERS_INTENT",
        ),
        (
            settings.content_intent,
            flags.gateway_message_content or flags.gateway_message_content_limited,
            "Message Content",
            "REEVE_CONTENT_INTENT",
        ),
    ):
        if wanted and not allowed:
            are_allowed = False
            findings.bad(
                Exit.REFUSED,
                f"Switch on the intent {called} in the developer portal, under Bot (or unset {variable}).",
            )
    if are_allowed:
        findings.good("the intents that are asked for are allowed")


async def _servers(client: discord.Client) -> AsyncIterator[discord.Guild]:
    async for found in client.fetch_guilds(limit=None):
        yield await client.fetch_guild(found.id)
