"""Channels are made, changed and removed, and so are their permission overwrites."""

from sandbox.channels import channel_editing, channel_forms, channels, overwrites
from sandbox.errors import unknown, wrong_channel_type
from sandbox.forms import Form, forms_in
from sandbox.guilds import payloads
from sandbox.permissions import Permission
from sandbox.rest import routes_threads
from sandbox.rest.rest import Call, Reply, Routes
from sandbox.rest.routes_guilds import guild_of
from sandbox.rows import DIRECT_MESSAGE, Channel, Guild, Json

routes = Routes()
IN_GUILD = "/guilds/{guild_id}/channels"
CHANNEL = "/channels/{channel_id}"
OVERWRITE = "/channels/{channel_id}/permissions/{overwrite_id}"


def _who(call: Call) -> Json:
    return {"actor_id": call.actor_id, "reason": call.reason}


def _place(call: Call) -> tuple[Guild, Channel]:
    channel = call.core.world.channel(call.ids["channel_id"])
    if channel.thread:
        raise wrong_channel_type()
    return channels.guild_of(call.core, channel), channel


@routes.on("GET", IN_GUILD)
def list_channels(call: Call) -> list[Json]:
    world = call.core.world
    return [payloads.channel(world, each) for each in world.guild_channels(guild_of(call))]


@routes.on("POST", IN_GUILD)
def create_channel(call: Call) -> Reply:
    guild, form = guild_of(call), Form(call.json)
    wanted = channel_forms.new(form, guild)
    form.finish()
    channel = channel_editing.create(call.core, guild, wanted, **_who(call))
    return Reply(201, payloads.channel(call.core.world, channel))


@routes.on("PATCH", IN_GUILD)
def move_channels(call: Call) -> None:
    guild = guild_of(call)
    moves = [_read_move(call, guild, each) for each in forms_in(call.body)]
    channel_editing.move(call.core, guild, moves, actor_id=call.actor_id)


def _read_move(call: Call, guild: Guild, form: Form) -> channel_editing.Move:
    channel_id, position = form.snowflake("id", required=True), form.integer("position", least=0)
    parent_id, is_synced = form.snowflake("parent_id"), form.boolean("lock_permissions")
    form.finish()
    if channel_id not in guild.channel_ids:
        raise unknown("channel")
    channel = call.core.world.channel(channel_id)
    flags = channel_forms.flags_alone(form, guild, channel)
    form.finish()
    home = parent_id if "parent_id" in form else channel.parent_id
    return channel_editing.Move(channel, position, home, is_synced, flags)


@routes.on("GET", CHANNEL)
def get_channel(call: Call) -> Json:
    channel = call.core.world.channel(call.ids["channel_id"])
    channels.require(call.core, channel, call.actor_id, Permission.VIEW_CHANNEL)
    return payloads.channel(call.core.world, channel, call.actor_id)


@routes.on("PATCH", CHANNEL)
def edit_channel(call: Call) -> Json:
    channel = call.core.world.channel(call.ids["channel_id"])
    if channel.thread:
        return routes_threads.edit(call, channel)
    guild, form = channels.guild_of(call.core, channel), Form(call.json)
    wanted = channel_forms.changed(form, guild, channel)
    form.finish()
    channel_editing.edit(call.core, guild, channel, wanted, **_who(call))
    return payloads.channel(call.core.world, channel)


@routes.on("DELETE", CHANNEL)
def delete_channel(call: Call) -> Json:
    """A direct channel is closed only: it is there again, with what was said, when somebody opens it."""
    core = call.core
    channel = core.world.channel(call.ids["channel_id"])
    if channel.thread:
        return routes_threads.remove(call, channel)
    body = payloads.channel(core.world, channel)
    if channel.type == DIRECT_MESSAGE:
        channels.require(core, channel, call.actor_id, Permission.VIEW_CHANNEL)
        return body
    channels.remove(core, channels.guild_of(core, channel), channel, **_who(call))
    return body


@routes.on("PUT", OVERWRITE)
def put_overwrite(call: Call) -> None:
    guild, channel = _place(call)
    overwrite_id, form = call.ids["overwrite_id"], Form(call.json)
    overwrite = channel_forms.read_overwrite(form, overwrite_id, is_role=overwrite_id in guild.roles)
    form.finish()
    overwrites.put(call.core, guild, channel, overwrite, **_who(call))


@routes.on("DELETE", OVERWRITE)
def delete_overwrite(call: Call) -> None:
    guild, channel = _place(call)
    overwrites.remove(call.core, guild, channel, call.ids["overwrite_id"], **_who(call))
