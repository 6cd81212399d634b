"""On a stage most people listen: who may speak, who asks to, who lets them."""

import pytest

from sandbox.permissions import Permission
from sandbox.rows import Channel

LOUNGE, STAGE = 700_100_000_000_000_001, 700_100_000_000_000_003


@pytest.fixture
def green(sandbox):
    guild = next(guild for guild in sandbox.world.guilds.values() if guild.name == "Green")
    for channel_id, name, kind in ((LOUNGE, "lounge", 2), (STAGE, "stage", 13)):
        sandbox.world.channels[channel_id] = Channel(channel_id, kind, guild_id=guild.id, name=name)
        guild.channel_ids.append(channel_id)
    return guild


def permit(guild, permission):
    next(role for role in guild.roles.values() if role.bot_id).permissions |= int(permission)


def last_state(sandbox):
    told = [each for each in sandbox.recorder.since() if each.route == "VOICE_STATE_UPDATE"]
    return told[-1].response


async def test_on_a_stage_people_listen_until_they_are_asked_to_speak(green, sandbox, bot, api):
    state = sandbox.people.voice("ann", channel_id="stage")
    assert state["suppress"] is True
    ann, path = int(state["user_id"]), f"/guilds/{green.id}/voice-states/"
    asked = {"channel_id": str(STAGE), "suppress": False}
    assert (await api("PATCH", f"{path}{ann}", asked))[1]["code"] == 50013
    permit(green, Permission.MUTE_MEMBERS)
    assert (await api("PATCH", f"{path}{ann}", asked))[0] == 204
    assert last_state(sandbox)["request_to_speak_timestamp"] is not None
    assert green.voice_states[ann].suppress is False
    assert (await api("PATCH", f"{path}{ann}", {"suppress": True}))[0] == 204
    assert green.voice_states[ann].request_to_speak_at is None
    assert (await api("PATCH", f"{path}{ann}", {"channel_id": str(LOUNGE)}))[1]["code"] == 40032
    sandbox.people.voice("ann", channel_id="lounge")
    assert (await api("PATCH", f"{path}{ann}", {"suppress": True}))[1]["code"] == 50024


async def test_a_bot_asks_to_speak_on_a_stage(green, sandbox, bot, api, until):
    path = f"/guilds/{green.id}/voice-states/@me"
    assert (await api("PATCH", path, {"suppress": False}))[1]["code"] == 10065
    await bot.guild().change_voice_state(channel=bot.guild().get_channel(STAGE))
    await until(lambda: bot.guild().me.voice)
    wish = {"request_to_speak_timestamp": "2030-01-01T00:00:00+00:00"}
    assert (await api("PATCH", path, wish))[1]["code"] == 50013
    assert (await api("PATCH", path, {"suppress": False}))[1]["code"] == 50013
    permit(green, Permission.REQUEST_TO_SPEAK)
    assert (await api("PATCH", path, wish))[0] == 204
    assert green.voice_states[bot.user.id].request_to_speak_at.year == 2030
    past = {"request_to_speak_timestamp": "2020-01-01T00:00:00+00:00"}
    assert (await api("PATCH", path, past))[1]["code"] == 50035
    assert (await api("PATCH", path, {"request_to_speak_timestamp": None}))[0] == 204
    assert green.voice_states[bot.user.id].request_to_speak_at is None


async def test_a_channel_that_is_deleted_and_a_session_that_ends_leave_nobody_in_voice(
    green, sandbox, bot, until
):
    sandbox.people.voice("ann", channel_id="lounge")
    await bot.guild().change_voice_state(channel=bot.guild().get_channel(STAGE))
    await until(lambda: len(green.voice_states) == 2)
    await bot.guild().get_channel(LOUNGE).delete()
    assert list(green.voice_states) == [bot.user.id]
    assert last_state(sandbox)["channel_id"] is None
    sandbox.gateway.invalidate(resumable=False)
    assert green.voice_states == {}
