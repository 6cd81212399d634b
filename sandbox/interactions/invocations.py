"""INTERACTION_CREATE as Discord sends it, whole."""

from sandbox.core import Core
from sandbox.files import LIMIT
from sandbox.guilds import payloads
from sandbox.interactions.interactions import COMMAND, Interaction
from sandbox.message_rows import Message
from sandbox.messages.message_payloads import message
from sandbox.rows import Channel, Guild, Json

IN_GUILD, IN_BOT_DM = 0, 1


def payload(core: Core, interaction: Interaction, details: Json, source: Message | None = None) -> Json:
    world = core.world
    channel = world.channel(interaction.channel_id)
    application = world.applications[interaction.application_id]
    guild = world.guild_of(channel)
    permissions = str(int(core.channel_permissions(channel, interaction.user_id)))
    body: Json = {
        "id": str(interaction.id),
        "application_id": str(application.id),
        "type": interaction.type,
        "token": interaction.token,
        "version": 1,
        "data": details,
        "channel_id": str(channel.id),
        "channel": _channel(core, channel, permissions),
        "locale": world.user(interaction.user_id).locale,
        "app_permissions": str(int(core.channel_permissions(channel, application.bot_user_id))),
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": owners(guild),
        "context": IN_BOT_DM if guild is None else IN_GUILD,
        "attachment_size_limit": LIMIT,
        **_who(core, guild, permissions, interaction.user_id),
    }
    if source is not None:
        body["message"] = message(core, source, application.bot_user_id)
    return body


def owners(guild: Guild | None) -> Json:
    return {"0": "0" if guild is None else str(guild.id)}


def _channel(core: Core, channel: Channel, permissions: str) -> Json:
    return {**payloads.channel(core.world, channel), "permissions": permissions}


def _who(core: Core, guild: Guild | None, permissions: str, user_id: int) -> Json:
    world = core.world
    if guild is None:
        return {"user": payloads.user(world.user(user_id))}
    member = payloads.member(world, guild.members[user_id])
    return {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.preferred_locale, "features": []},
        "guild_locale": guild.preferred_locale,
        "member": {**member, "permissions": permissions},
    }


def metadata(core: Core, interaction: Interaction, **more: object) -> Json:
    """What messages that answer it tell about it."""
    guild = core.world.guilds.get(interaction.guild_id or 0)
    body: Json = {
        "id": str(interaction.id),
        "type": interaction.type,
        "user": payloads.user(core.world.user(interaction.user_id)),
        "authorizing_integration_owners": owners(guild),
    }
    if interaction.type == COMMAND:
        body.update(name=interaction.name, command_type=interaction.command_type)
    return {**body, **more}
