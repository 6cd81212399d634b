"""People and bots go into voice channels, move and leave. Nothing is ever spoken: there is no voice server."""

import secrets
from dataclasses import asdict, dataclass, replace

from sandbox.core import Core
from sandbox.errors import Refused, missing_access, missing_permissions, unknown
from sandbox.events import Audience, Intent
from sandbox.forms import Form
from sandbox.guilds import payloads
from sandbox.permissions import Permission
from sandbox.rows import Channel, Guild, Json, VoiceState
from sandbox.voice import voice_states
from sandbox.voice.voice_states import STAGE, VOICE


@dataclass(frozen=True)
class Own:
    """What everybody decides for themselves."""

    self_mute: bool = False
    self_deaf: bool = False
    self_video: bool = False
    self_stream: bool = False


def voice_channel(core: Core, guild: Guild, channel_id: int) -> Channel:
    channel = core.world.channels.get(channel_id)
    if channel is None or channel.guild_id != guild.id:
        raise unknown("channel")
    if channel.type not in (VOICE, STAGE):
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    return channel


def enter(core: Core, guild: Guild, user_id: int, channel: Channel, own: Own) -> VoiceState:
    """Comes in, or changes what is one's own. Coming in needs CONNECT and room; MOVE_MEMBERS finds room always."""
    state = guild.voice_states.get(user_id)
    if state is None or state.channel_id != channel.id:
        _require_room(core, guild, user_id, channel)
        return put(core, guild, user_id, channel, own)
    before = replace(state)
    _take_over(state, own)
    if state != before:
        updated(core, guild, state)
    return state


def _require_room(core: Core, guild: Guild, user_id: int, channel: Channel) -> None:
    permissions = core.channel_permissions(channel, user_id)
    if not permissions & Permission.VIEW_CHANNEL:
        raise missing_access()
    if not permissions & Permission.CONNECT:
        raise missing_permissions()
    inside = sum(state.channel_id == channel.id for state in guild.voice_states.values())
    if 0 < channel.user_limit <= inside and not permissions & Permission.MOVE_MEMBERS:
        raise Refused(403, 50013, f"#{channel.name} is full")


def put(core: Core, guild: Guild, user_id: int, channel: Channel, own: Own | None = None) -> VoiceState:
    """Into that channel, without asking; a bot is told where the voice server would be."""
    before = guild.voice_states.get(user_id)
    state = before or VoiceState(user_id, channel.id, secrets.token_hex(16))
    guild.voice_states[user_id] = state
    state.channel_id, state.request_to_speak_at = channel.id, None
    state.suppress = _is_suppressed(core, channel, user_id)
    if own:
        _take_over(state, own)
    updated(core, guild, state)
    application = core.world.application_of(user_id)
    if application:
        server = {
            "token": secrets.token_hex(8),
            "guild_id": str(guild.id),
            "endpoint": core.url.split("//", 1)[-1],
        }
        core.events.emit("VOICE_SERVER_UPDATE", server, Audience(guild.id, application_id=application.id))
    return state


def _is_suppressed(core: Core, channel: Channel, user_id: int) -> bool:
    """On a stage everybody comes in as a listener, but who may mute others."""
    speaks = Permission.MUTE_MEMBERS if channel.type == STAGE else Permission.SPEAK
    return not core.channel_permissions(channel, user_id) & speaks


def _take_over(state: VoiceState, own: Own) -> None:
    for key, value in asdict(own).items():
        setattr(state, key, value)


def disconnect(core: Core, guild: Guild, user_id: int) -> None:
    """Nothing happens to who is in no channel."""
    state = guild.voice_states.pop(user_id, None)
    if state is None:
        return
    state.channel_id = 0
    state.self_stream = state.self_video = state.suppress = False
    state.request_to_speak_at = None
    updated(core, guild, state)


def empty(core: Core, guild: Guild, channel_id: int) -> None:
    """Before a channel goes, everybody in it does."""
    inside = [each.user_id for each in guild.voice_states.values() if each.channel_id == channel_id]
    for user_id in inside:
        disconnect(core, guild, user_id)


def updated(core: Core, guild: Guild, state: VoiceState) -> None:
    """All of the guild hear of it, also those who do not see the channel."""
    body = told(core, guild, state)
    core.events.emit("VOICE_STATE_UPDATE", body, Audience(guild.id, intent=Intent.GUILD_VOICE_STATES))


def told(core: Core, guild: Guild, state: VoiceState) -> Json:
    return {
        **voice_states.payload(guild, state),
        "guild_id": str(guild.id),
        "member": payloads.member(core.world, guild.members[state.user_id]),
    }


def asked_on_gateway(core: Core, user_id: int, asked: object) -> None:
    """What a bot asks by op 4; Discord answers a refusal with silence."""
    form = Form(asked)
    guild_id, channel_id = form.snowflake("guild_id"), form.snowflake("channel_id")
    own = Own(self_mute=form.boolean("self_mute"), self_deaf=form.boolean("self_deaf"))
    try:
        form.finish()
        guild = core.world.guild(guild_id or 0)
        core.world.member(guild, user_id)
        if channel_id is None:
            disconnect(core, guild, user_id)
        else:
            enter(core, guild, user_id, voice_channel(core, guild, channel_id), own)
    except Refused:
        return
