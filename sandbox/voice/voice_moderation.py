"""Muting, deafening and moving others (reference, "Modify Guild Member", "Modify User Voice State").

Permissions decide alone: rank counts for roles, kicks, bans and nicknames only (reference, "Permission Hierarchy").
"""

from datetime import datetime, timedelta

from sandbox.channels import channels
from sandbox.core import Core
from sandbox.errors import Refused, invalid_form, unknown
from sandbox.forms import Form
from sandbox.guilds import audit, membership
from sandbox.guilds.audit import Action
from sandbox.guilds.moderation import require
from sandbox.permissions import Permission
from sandbox.rows import Channel, Guild, Json, VoiceState
from sandbox.voice import voice
from sandbox.voice.voice_states import STAGE

NEEDED = {"mute": Permission.MUTE_MEMBERS, "deaf": Permission.DEAFEN_MEMBERS}


def not_connected() -> Refused:
    return Refused(400, 40032, "Target user is not connected to voice.")


def state_of(core: Core, guild: Guild, user_id: int) -> VoiceState:
    core.world.member(guild, user_id)
    state = guild.voice_states.get(user_id)
    if state is None:
        raise unknown("voice state")
    return state


def read(form: Form) -> Json:
    """What a change of a member says about voice: mute, deaf, channel_id."""
    wanted: Json = {key: form.boolean(key) for key in NEEDED if form.body.get(key) is not None}
    if "channel_id" in form:
        wanted["channel_id"] = form.snowflake("channel_id")
    return wanted


def change(
    core: Core, guild: Guild, wanted: Json, *, actor_id: int, target_id: int, reason: str | None = None
) -> None:
    """Any of mute, deaf and channel_id (None throws out); all of it is allowed before anything changes."""
    if not wanted:
        return
    who: Json = {"actor_id": actor_id, "reason": reason}
    state = _checked(core, guild, wanted, actor_id=actor_id, target_id=target_id)
    for sense in NEEDED:
        if sense in wanted:
            _silence(core, guild, state, sense, wanted=wanted[sense], **who)
    if "channel_id" in wanted:
        _move(core, guild, state, wanted["channel_id"], **who)


def _checked(core: Core, guild: Guild, wanted: Json, *, actor_id: int, target_id: int) -> VoiceState:
    """Who moves others must be able to enter there; who is moved need not."""
    for key, needed in {**NEEDED, "channel_id": Permission.MOVE_MEMBERS}.items():
        if key in wanted:
            require(core, guild, actor_id, needed)
    core.world.member(guild, target_id)
    state = guild.voice_states.get(target_id)
    if state is None:
        raise not_connected()
    if "channel_id" not in wanted:
        return state
    if wanted["channel_id"] is None:
        channels.require(core, core.world.channel(state.channel_id), actor_id, Permission.MOVE_MEMBERS)
    else:
        channel = voice.voice_channel(core, guild, wanted["channel_id"])
        channels.require(core, channel, actor_id, Permission.CONNECT | Permission.MOVE_MEMBERS)
    return state


def _silence(
    core: Core,
    guild: Guild,
    state: VoiceState,
    sense: str,
    *,
    wanted: bool,
    actor_id: int,
    reason: str | None,
) -> None:
    """By the server, for all its channels, until somebody takes it back."""
    member = guild.members[state.user_id]
    before = getattr(member, sense)
    if before == wanted:
        return
    setattr(member, sense, wanted)
    voice.updated(core, guild, state)
    membership.updated(core, guild, member)
    audit.record(
        core,
        guild,
        Action.MEMBER_UPDATE,
        actor_id=actor_id,
        target_id=state.user_id,
        reason=reason,
        changes=[{"key": sense, "old_value": before, "new_value": wanted}],
    )


def _move(
    core: Core, guild: Guild, state: VoiceState, channel_id: int | None, *, actor_id: int, reason: str | None
) -> None:
    who: Json = {"actor_id": actor_id, "target_id": None, "reason": reason}
    if channel_id is None:
        voice.disconnect(core, guild, state.user_id)
        audit.tally(core, guild, Action.MEMBER_DISCONNECT, **who)
    elif channel_id != state.channel_id:
        voice.put(core, guild, state.user_id, core.world.channel(channel_id))
        audit.tally(core, guild, Action.MEMBER_MOVE, **who, options={"channel_id": str(channel_id)})


def _on_stage(core: Core, guild: Guild, user_id: int, channel_id: int | None) -> tuple[VoiceState, Channel]:
    state = state_of(core, guild, user_id)
    channel = core.world.channel(state.channel_id)
    if channel_id not in (None, channel.id):
        raise not_connected()
    if channel.type != STAGE:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    return state, channel


def _refuse_past(core: Core, at: datetime) -> None:
    """A request to speak may stand in the future, and a client's clock may be a little late."""
    if at < core.now() - timedelta(minutes=1):
        problem = {"code": "DATE_TIME_IN_PAST", "message": "This must be a present or future time."}
        raise invalid_form({"request_to_speak_timestamp": {"_errors": [problem]}})


def set_own_stage(core: Core, guild: Guild, user_id: int, channel_id: int | None, asked: Json) -> None:
    """`asked` may hold suppress and request_to_speak_at; quietening oneself needs nothing."""
    state, channel = _on_stage(core, guild, user_id, channel_id)
    if asked.get("suppress") is False and state.suppress:
        channels.require(core, channel, user_id, Permission.MUTE_MEMBERS)
    at: datetime | None = asked.get("request_to_speak_at")
    if at is not None:
        channels.require(core, channel, user_id, Permission.REQUEST_TO_SPEAK)
        _refuse_past(core, at)
    for key, value in asked.items():
        setattr(state, key, value)
    voice.updated(core, guild, state)


def set_stage(
    core: Core, guild: Guild, target_id: int, channel_id: int | None, *, suppress: bool, actor_id: int
) -> None:
    """Who is asked to the stage is shown as asking to speak, but for bots; who is sent back asks no more."""
    state, channel = _on_stage(core, guild, target_id, channel_id)
    channels.require(core, channel, actor_id, Permission.MUTE_MEMBERS)
    is_person = not core.world.user(target_id).bot
    state.request_to_speak_at = core.now() if is_person and not suppress else None
    state.suppress = suppress
    voice.updated(core, guild, state)
