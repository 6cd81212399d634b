"""How a voice state looks (reference, "Voice State Object")."""

from sandbox.clock import timestamp
from sandbox.rows import Guild, Json, VoiceState

VOICE, STAGE = 2, 13


def payload(guild: Guild, state: VoiceState) -> Json:
    """Without guild and member, as GUILD_CREATE lists it. Who has left is in no channel."""
    member = guild.members[state.user_id]
    asked_at = state.request_to_speak_at
    return {
        "channel_id": str(state.channel_id) if state.channel_id else None,
        "user_id": str(state.user_id),
        "session_id": state.session_id,
        "deaf": member.deaf,
        "mute": member.mute,
        "self_deaf": state.self_deaf,
        "self_mute": state.self_mute,
        "self_stream": state.self_stream,
        "self_video": state.self_video,
        "suppress": state.suppress,
        "request_to_speak_timestamp": timestamp(asked_at) if asked_at else None,
    }
