"""Guilds, their channels and roles, and the audit log."""

from sandbox import audit, channels, payloads
from sandbox.errors import missing_access
from sandbox.forms import Form
from sandbox.moderation import require
from sandbox.permissions import Permission
from sandbox.rest import Call, Routes
from sandbox.rows import Guild, Json, Overwrite

routes = Routes()
OVERWRITE = "/channels/{channel_id}/permissions/{overwrite_id}"


def guild_of(call: Call) -> Guild:
    guild = call.core.world.guild(call.ids["guild_id"])
    if call.actor_id not in guild.members:
        raise missing_access()
    return guild


@routes.on("GET", "/guilds/{guild_id}")
def get_guild(call: Call) -> Json:
    guild = guild_of(call)
    body = payloads.guild(guild)
    if call.query.get("with_counts", "").lower() in ("true", "1"):
        body.update(approximate_member_count=len(guild.members), approximate_presence_count=1)
    return body


@routes.on("GET", "/guilds/{guild_id}/channels")
def guild_channels(call: Call) -> list[Json]:
    return [
        payloads.channel(call.core.world, each) for each in call.core.world.guild_channels(guild_of(call))
    ]


@routes.on("GET", "/guilds/{guild_id}/roles")
def guild_roles(call: Call) -> list[Json]:
    return [payloads.role(each) for each in guild_of(call).roles.values()]


@routes.on("GET", "/guilds/{guild_id}/audit-logs")
def audit_log(call: Call) -> Json:
    guild = guild_of(call)
    require(guild, call.actor_id, Permission.VIEW_AUDIT_LOG)
    return audit.payload(
        call.core,
        guild,
        limit=call.limit(100, 50),
        before=call.number("before"),
        after=call.number("after"),
        action_type=call.number("action_type"),
        user_id=call.number("user_id"),
    )


@routes.on("GET", "/channels/{channel_id}")
def get_channel(call: Call) -> Json:
    channel = call.core.world.channel(call.ids["channel_id"])
    channels.require(call.core, channel, call.actor_id, Permission.VIEW_CHANNEL)
    return payloads.channel(call.core.world, channel)


@routes.on("PATCH", "/channels/{channel_id}")
def edit_channel(call: Call) -> Json:
    channel = call.core.world.channel(call.ids["channel_id"])
    guild = call.core.world.guild(channel.guild_id or 0)
    form = Form(call.json)
    read = {
        "name": form.text("name", least=1, most=100),
        "topic": form.text("topic", most=1024),
        "position": form.integer("position", least=0),
        "nsfw": form.boolean("nsfw"),
        "rate_limit_per_user": form.integer("rate_limit_per_user", least=0, most=21600),
    }
    form.finish()
    wanted = {
        key: value for key, value in read.items() if key in form and (value is not None or key == "topic")
    }
    channels.edit(call.core, guild, channel, wanted, actor_id=call.actor_id, reason=call.reason)
    if "permission_overwrites" in form:
        _replace_overwrites(call, form)
    return payloads.channel(call.core.world, channel)


def _replace_overwrites(call: Call, form: Form) -> None:
    channel = call.core.world.channel(call.ids["channel_id"])
    guild = call.core.world.guild(channel.guild_id or 0)
    who: Json = {"actor_id": call.actor_id, "reason": call.reason}
    wanted = [
        _read_overwrite(each, each.snowflake("id", required=True) or 0)
        for each in form.forms("permission_overwrites")
    ]
    form.finish()
    for overwrite_id in [each for each in channel.overwrites if each not in {one.id for one in wanted}]:
        channels.remove_overwrite(call.core, guild, channel, overwrite_id, **who)
    for overwrite in wanted:
        if channel.overwrites.get(overwrite.id) != overwrite:
            channels.set_overwrite(call.core, guild, channel, overwrite, **who)


def _read_overwrite(form: Form, overwrite_id: int) -> Overwrite:
    kind = form.choice("type", (0, 1)) or 0
    return Overwrite(overwrite_id, kind, form.integer("allow") or 0, form.integer("deny") or 0)


@routes.on("PUT", OVERWRITE)
def put_overwrite(call: Call) -> None:
    channel = call.core.world.channel(call.ids["channel_id"])
    guild = call.core.world.guild(channel.guild_id or 0)
    form = Form(call.json)
    overwrite = _read_overwrite(form, call.ids["overwrite_id"])
    form.finish()
    channels.set_overwrite(call.core, guild, channel, overwrite, actor_id=call.actor_id, reason=call.reason)


@routes.on("DELETE", OVERWRITE)
def delete_overwrite(call: Call) -> None:
    channel = call.core.world.channel(call.ids["channel_id"])
    guild = call.core.world.guild(channel.guild_id or 0)
    overwrite_id = call.ids["overwrite_id"]
    channels.remove_overwrite(
        call.core, guild, channel, overwrite_id, actor_id=call.actor_id, reason=call.reason
    )
