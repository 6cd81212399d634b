"""Login, the application and its commands."""

import math
from typing import Any

from sandbox.errors import Refused, unknown, wrong_application
from sandbox.guilds import payloads
from sandbox.guilds.moderation import require
from sandbox.interactions import commands
from sandbox.permissions import NONE
from sandbox.rest.rest import Call, Reply, Routes
from sandbox.rows import Json

routes = Routes()
GUILDS_ON_A_SHARD = 1000  # as recommended; 2500 is the most
COMMANDS = "/applications/{application_id}/commands"
GUILD_COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"


@routes.on("GET", "/applications/@me")
@routes.on("GET", "/oauth2/applications/@me")
def own_application(call: Call) -> Json:
    return payloads.application(call.core.world, call.application)


@routes.on("GET", "/gateway", public=True)
def gateway(call: Call) -> Json:
    return {"url": call.gateway.url}


@routes.on("GET", "/gateway/bot")
def gateway_bot(call: Call) -> Json:
    guilds = len(call.core.world.guilds_of(call.actor_id))
    return {
        "url": call.gateway.url,
        "shards": max(1, math.ceil(guilds / GUILDS_ON_A_SHARD)),
        "session_start_limit": call.gateway.starts.as_json(call.application.id),
    }


def _place(call: Call) -> tuple[int, int | None]:
    application_id = call.ids["application_id"]
    if application_id != call.application.id:
        raise wrong_application()
    guild_id = call.ids.get("guild_id")
    if guild_id is not None:
        guild = call.core.world.guild(guild_id)
        call.core.world.member(guild, call.actor_id)
    return application_id, guild_id


@routes.on("GET", COMMANDS)
@routes.on("GET", GUILD_COMMANDS)
def list_commands(call: Call) -> list[Json]:
    """In one language, unless all are asked for (reference, "Retrieving localized commands")."""
    found = commands.of(call.core, *_place(call))
    if call.query.get("with_localizations", "").lower() in ("true", "1"):
        return [commands.payload(each) for each in found]
    accepted = call.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    locale = call.headers.get("X-Discord-Locale") or accepted or call.core.world.user(call.actor_id).locale
    return [commands.in_one_language(commands.payload(each), locale) for each in found]


@routes.on("PUT", COMMANDS)
@routes.on("PUT", GUILD_COMMANDS)
def replace_commands(call: Call) -> list[Json]:
    replaced = commands.replace_all(call.core, *_place(call), call.body)
    return [commands.payload(each) for each in replaced]


@routes.on("POST", COMMANDS)
@routes.on("POST", GUILD_COMMANDS)
def create_command(call: Call) -> Reply:
    command, is_new = commands.create(call.core, *_place(call), call.body)
    return Reply(201 if is_new else 200, commands.payload(command))


@routes.on("GET", COMMANDS + "/{command_id}")
@routes.on("GET", GUILD_COMMANDS + "/{command_id}")
def get_command(call: Call) -> Json:
    command = commands.get(call.core, *_place(call), call.ids["command_id"])
    return commands.payload(command)


@routes.on("PATCH", COMMANDS + "/{command_id}")
@routes.on("PATCH", GUILD_COMMANDS + "/{command_id}")
def edit_command(call: Call) -> Json:
    command = commands.get(call.core, *_place(call), call.ids["command_id"])
    return commands.payload(commands.edit(call.core, command, call.body))


@routes.on("DELETE", COMMANDS + "/{command_id}")
@routes.on("DELETE", GUILD_COMMANDS + "/{command_id}")
def delete_command(call: Call) -> None:
    command = commands.get(call.core, *_place(call), call.ids["command_id"])
    del call.core.world.commands[command.id]


def _permissions(call: Call, target_id: int) -> Json:
    application_id, guild_id = _place(call)
    guild = call.core.world.guild(guild_id or 0)
    return {
        "id": str(target_id),
        "application_id": str(application_id),
        "guild_id": str(guild.id),
        "permissions": guild.command_permissions[target_id],
    }


@routes.on("GET", GUILD_COMMANDS + "/permissions")
def list_command_permissions(call: Call) -> list[Json]:
    _, guild_id = _place(call)
    return [_permissions(call, each) for each in call.core.world.guild(guild_id or 0).command_permissions]


@routes.on("GET", GUILD_COMMANDS + "/{command_id}/permissions")
def command_permissions(call: Call) -> Any:
    _, guild_id = _place(call)
    guild = call.core.world.guild(guild_id or 0)
    require(call.core, guild, call.actor_id, ~NONE)
    if call.ids["command_id"] not in guild.command_permissions:
        raise unknown("application command permissions")
    return _permissions(call, call.ids["command_id"])


@routes.on("PUT", GUILD_COMMANDS + "/{command_id}/permissions")
def set_command_permissions(call: Call) -> None:
    """For a person who authorised the application, by a Bearer token."""
    _place(call)
    raise Refused(403, 20001, "Bots cannot use this endpoint")
