"""Voice states and voice regions."""

from sandbox.channels import channels
from sandbox.forms import Form
from sandbox.permissions import Permission
from sandbox.rest.rest import Call, Routes
from sandbox.rest.routes_guilds import guild_of
from sandbox.rows import Json
from sandbox.voice import voice, voice_moderation

routes = Routes()
OWN_STATE = "/guilds/{guild_id}/voice-states/@me"
STATE = "/guilds/{guild_id}/voice-states/{user_id}"
REGIONS = {"rotterdam": "Rotterdam", "us-east": "US East", "singapore": "Singapore"}


def _regions() -> list[Json]:
    return [
        {"id": key, "name": name, "optimal": key == "rotterdam", "deprecated": False, "custom": False}
        for key, name in REGIONS.items()
    ]


@routes.on("GET", "/voice/regions")
def list_regions(_call: Call) -> list[Json]:
    return _regions()


@routes.on("GET", "/guilds/{guild_id}/regions")
def list_guild_regions(call: Call) -> list[Json]:
    guild_of(call)
    return _regions()


@routes.on("GET", OWN_STATE)
def get_own_state(call: Call) -> Json:
    guild = guild_of(call)
    state = voice_moderation.state_of(call.core, guild, call.actor_id)
    return voice.told(call.core, guild, state)


@routes.on("GET", STATE)
def get_state(call: Call) -> Json:
    guild = guild_of(call)
    state = voice_moderation.state_of(call.core, guild, call.ids["user_id"])
    channel = call.core.world.channel(state.channel_id)
    channels.require(call.core, channel, call.actor_id, Permission.CONNECT)
    return voice.told(call.core, guild, state)


@routes.on("PATCH", OWN_STATE)
def change_own_state(call: Call) -> None:
    form = Form(call.json)
    channel_id, suppress = form.snowflake("channel_id"), form.boolean("suppress")
    at = form.moment("request_to_speak_timestamp")
    form.finish()
    read = {"suppress": suppress, "request_to_speak_at": at}
    keys = {"suppress": "suppress", "request_to_speak_timestamp": "request_to_speak_at"}
    asked = {keys[key]: read[keys[key]] for key in form.body if key in keys}
    voice_moderation.set_own_stage(call.core, guild_of(call), call.actor_id, channel_id, asked)


@routes.on("PATCH", STATE)
def change_state(call: Call) -> None:
    form = Form(call.json)
    channel_id, suppress = form.snowflake("channel_id"), form.boolean("suppress")
    form.finish()
    user_id = call.ids["user_id"]
    voice_moderation.set_stage(
        call.core, guild_of(call), user_id, channel_id, suppress=suppress, actor_id=call.actor_id
    )
