"""Voice states: who is where, who may go there, who may silence and move others, and what everybody hears of it."""

import discord
import pytest
from asking import code_of, heard

from sandbox.errors import Refused, UnknownName
from sandbox.permissions import Permission
from sandbox.rows import Channel, Overwrite

LOUNGE, BENCH = 700_100_000_000_000_001, 700_100_000_000_000_002
STATE_KEYS = {
    "guild_id",
    "channel_id",
    "user_id",
    "member",
    "session_id",
    "deaf",
    "mute",
    "self_deaf",
    "self_mute",
    "self_stream",
    "self_video",
    "suppress",
    "request_to_speak_timestamp",
}


def green_of(sandbox):
    return next(guild for guild in sandbox.world.guilds.values() if guild.name == "Green")


@pytest.fixture
def green(sandbox):
    """With two voice channels; in the bench there is room for one."""
    guild = green_of(sandbox)
    for channel_id, name, limit in ((LOUNGE, "lounge", 0), (BENCH, "bench", 1)):
        channel = Channel(channel_id, 2, guild_id=guild.id, name=name, user_limit=limit)
        sandbox.world.channels[channel_id] = channel
        guild.channel_ids.append(channel_id)
    return guild


def bots_role(guild):
    return next(role for role in guild.roles.values() if role.bot_id)


def permit(guild, *permissions):
    for each in permissions:
        bots_role(guild).permissions |= int(each)


def id_of(sandbox, name):
    return next(user.id for user in sandbox.world.users.values() if user.username == name)


def entries(guild, action):
    return [entry for entry in guild.audit if entry.action_type == action]


async def test_a_bot_hears_who_comes_moves_and_leaves(green, sandbox, bot):
    sandbox.world.channels[BENCH].user_limit = 0
    came = bot.wait_for("voice_state_update")
    sandbox.people.voice("ann", channel_id="lounge", self_mute=True)
    member, before, after = await came
    assert (member.name, before.channel, after.channel.name, after.self_mute) == ("ann", None, "lounge", True)
    moved = bot.wait_for("voice_state_update")
    sandbox.people.voice("ann", channel_id="bench")
    _, before, after = await moved
    assert (before.channel.name, after.channel.name, after.self_mute) == ("lounge", "bench", False)
    left = bot.wait_for("voice_state_update")
    sandbox.people.voice("ann")
    assert (await left)[2].channel is None
    assert [member.name for channel in bot.guild().voice_channels for member in channel.members] == []
    told = heard(sandbox, "VOICE_STATE_UPDATE")
    assert all(set(each) == STATE_KEYS for each in told)
    assert len({each["session_id"] for each in told}) == 1
    assert told[0]["member"]["user"]["username"] == "ann"


async def test_saying_the_same_again_tells_nobody(green, sandbox, bot):
    for _ in range(2):
        sandbox.people.voice("ann", channel_id="lounge")
    sandbox.people.voice("ann", channel_id="lounge", self_deaf=True)
    assert [each["self_deaf"] for each in heard(sandbox, "VOICE_STATE_UPDATE")] == [False, True]


async def test_without_the_intent_a_bot_hears_nothing_of_voice(green, sandbox, login):
    intents = discord.Intents.all()
    intents.voice_states = False
    async with login(sandbox, intents=intents):
        sandbox.people.voice("ann", channel_id="lounge")
        assert heard(sandbox, "VOICE_STATE_UPDATE") == []


async def test_a_bot_that_comes_later_finds_who_is_there(green, sandbox, login):
    sandbox.people.voice("ann", channel_id="lounge", self_video=True)
    intents = discord.Intents.default()
    async with login(sandbox, intents=intents) as bot:
        [ann] = bot.guild().get_channel(LOUNGE).members
        assert (ann.name, ann.voice.self_video) == ("ann", True)
    [listed] = next(one for one in heard(sandbox, "GUILD_CREATE") if one["name"] == "Green")["voice_states"]
    assert set(listed) == STATE_KEYS - {"guild_id", "member"}


def test_coming_in_needs_connect_and_a_voice_channel(green, sandbox):
    with pytest.raises(Refused, match="50024"):
        sandbox.people.voice("ann", channel_id="general")
    lounge = sandbox.world.channels[LOUNGE]
    lounge.overwrites[green.id] = Overwrite(green.id, 0, 0, int(Permission.CONNECT))
    with pytest.raises(Refused, match="50013"):
        sandbox.people.voice("ann", channel_id="lounge")
    lounge.overwrites[green.id] = Overwrite(green.id, 0, 0, int(Permission.VIEW_CHANNEL))
    with pytest.raises(Refused, match="50001"):
        sandbox.people.voice("ann", channel_id="lounge")
    with pytest.raises(UnknownName, match="in no voice channel"):
        sandbox.people.voice("ann")
    assert green.voice_states == {}


def test_a_full_channel_lets_only_those_in_who_may_move_others(green, sandbox):
    sandbox.people.voice("ann", channel_id="bench")
    with pytest.raises(Refused, match="is full"):
        sandbox.people.voice("ben", channel_id="bench")
    sandbox.people.voice("olga", channel_id="bench")
    sandbox.people.voice("ann", channel_id="bench", self_mute=True)
    assert [state.channel_id for state in green.voice_states.values()] == [BENCH, BENCH]


def test_who_may_not_speak_is_suppressed(green, sandbox):
    lounge = sandbox.world.channels[LOUNGE]
    lounge.overwrites[green.id] = Overwrite(green.id, 0, 0, int(Permission.SPEAK))
    assert sandbox.people.voice("ann", channel_id="lounge")["suppress"] is True
    assert sandbox.people.voice("ann", channel_id="bench")["suppress"] is False


async def test_a_bot_that_joins_is_told_of_a_voice_server_that_refuses(green, sandbox, bot, until, http):
    await bot.guild().change_voice_state(channel=bot.guild().get_channel(LOUNGE), self_deaf=True)
    await until(lambda: bot.guild().me.voice)
    assert (bot.guild().me.voice.channel.name, bot.guild().me.voice.self_deaf) == ("lounge", True)
    [server] = heard(sandbox, "VOICE_SERVER_UPDATE")
    assert set(server) == {"token", "guild_id", "endpoint"}
    assert server["endpoint"] == sandbox.url.removeprefix("http://")
    async with http.get(sandbox.url + "/?v=8") as page:
        assert page.status != 101
    await bot.guild().change_voice_state(channel=None)
    await until(lambda: bot.guild().me.voice is None)
    assert len(heard(sandbox, "VOICE_SERVER_UPDATE")) == 1


async def test_what_a_bot_may_not_join_answers_with_silence(green, sandbox, bot, until):
    lounge = sandbox.world.channels[LOUNGE]
    lounge.overwrites[green.id] = Overwrite(green.id, 0, 0, int(Permission.CONNECT))
    await bot.guild().change_voice_state(channel=bot.guild().get_channel(LOUNGE))
    await bot.ws.voice_state(1, LOUNGE)
    await bot.ws.voice_state(green.id, "nonsense")
    await bot.guild().change_voice_state(channel=bot.guild().get_channel(BENCH))
    await until(lambda: bot.guild().me.voice)
    assert [each["channel_id"] for each in heard(sandbox, "VOICE_STATE_UPDATE")] == [str(BENCH)]


@pytest.mark.parametrize("action", ["timeout", "kick", "ban"])
async def test_a_time_out_a_kick_and_a_ban_throw_out_of_voice(green, sandbox, bot, action):
    sandbox.people.voice("ann", channel_id="lounge")
    left = bot.wait_for("voice_state_update", check=lambda _one, _before, after: not after.channel)
    sandbox.people.moderate("max", action, "ann")
    assert (await left)[0].name == "ann"
    assert green.voice_states == {}
    if action == "timeout":
        with pytest.raises(Refused):
            sandbox.people.voice("ann", channel_id="lounge")


async def test_a_moderator_bot_silences_whatever_the_rank(green, sandbox, bot):
    permit(green, Permission.MUTE_MEMBERS, Permission.DEAFEN_MEMBERS)
    sandbox.people.voice("olga", channel_id="lounge")
    olga = bot.member("olga")
    changed = bot.wait_for("voice_state_update")
    await olga.edit(mute=True, reason="too loud")
    assert (await changed)[2].mute is True
    await olga.edit(deafen=True)
    [mute, deaf] = entries(green, 24)
    assert mute.changes == [{"key": "mute", "old_value": False, "new_value": True}]
    assert (mute.target_id, mute.user_id, mute.reason) == (olga.id, bot.user.id, "too loud")
    assert deaf.changes == [{"key": "deaf", "old_value": False, "new_value": True}]
    sandbox.people.voice("olga")
    assert sandbox.people.voice("olga", channel_id="lounge")["mute"] is True


async def test_silencing_and_moving_need_their_permissions_and_somebody_in_voice(green, sandbox, bot):
    ann = bot.member("ann")
    assert await code_of(ann.edit(mute=True)) == (403, 50013)
    assert await code_of(ann.edit(deafen=True)) == (403, 50013)
    assert await code_of(ann.move_to(None)) == (403, 50013)
    permit(green, Permission.MUTE_MEMBERS, Permission.DEAFEN_MEMBERS, Permission.MOVE_MEMBERS)
    assert await code_of(ann.edit(mute=True)) == (400, 40032)
    assert await code_of(ann.edit(deafen=False)) == (400, 40032)
    assert await code_of(ann.move_to(bot.guild().get_channel(LOUNGE))) == (400, 40032)
    assert entries(green, 24) == []


async def test_of_a_change_that_is_refused_in_part_nothing_is_done(green, sandbox, bot):
    permit(green, Permission.MUTE_MEMBERS)
    sandbox.people.voice("ann", channel_id="lounge")
    ann = bot.member("ann")
    assert await code_of(ann.edit(mute=True, nick="Annie", voice_channel=None)) == (403, 50013)
    assert (green.members[ann.id].mute, green.members[ann.id].nick, green.audit) == (False, None, [])


async def test_a_refused_move_leaves_the_voice_as_it_was(green, sandbox, bot):
    permit(green, Permission.MUTE_MEMBERS, Permission.DEAFEN_MEMBERS, Permission.MOVE_MEMBERS)
    sandbox.people.voice("ann", channel_id="lounge")
    sandbox.people.set_channel_permissions("olga", channel_id="bench", role_id="Reeve", deny=["CONNECT"])
    ann, before = bot.member("ann"), len(green.audit)
    assert await code_of(ann.edit(mute=True, deafen=True, voice_channel=bot.get_channel(BENCH))) == (
        403,
        50013,
    )
    held = green.members[ann.id]
    assert (held.mute, held.deaf, green.voice_states[ann.id].channel_id) == (False, False, LOUNGE)
    assert len(green.audit) == before


async def test_a_bot_moves_where_it_could_go_itself(green, sandbox, bot):
    permit(green, Permission.MOVE_MEMBERS)
    sandbox.people.voice("ann", channel_id="lounge")
    ann, bench = bot.member("ann"), bot.guild().get_channel(BENCH)
    sandbox.world.channels[BENCH].overwrites[green.id] = Overwrite(green.id, 0, 0, int(Permission.CONNECT))
    assert await code_of(ann.move_to(bench)) == (403, 50013)
    role = bots_role(green)
    sandbox.world.channels[BENCH].overwrites[role.id] = Overwrite(role.id, 0, int(Permission.CONNECT), 0)
    moved = bot.wait_for("voice_state_update")
    await ann.move_to(bench, reason="there")
    assert (await moved)[2].channel == bench
    assert await code_of(ann.move_to(bot.channel("general"))) == (400, 50024)
    assert await code_of(ann.move_to(discord.Object(1))) == (404, 10003)
    [entry] = entries(green, 26)
    assert (entry.options, entry.target_id, entry.reason) == (
        {"channel_id": str(BENCH), "count": "1"},
        None,
        "there",
    )


async def test_those_who_are_thrown_out_one_after_the_other_are_counted_in_one_entry(green, sandbox, bot):
    permit(green, Permission.MOVE_MEMBERS)
    for name in ("ann", "ben"):
        sandbox.people.voice(name, channel_id="lounge")
        await bot.member(name).move_to(None)
    [entry] = [
        entry async for entry in bot.guild().audit_logs(action=discord.AuditLogAction.member_disconnect)
    ]
    assert entry.extra.count == 2
    assert len(heard(sandbox, "GUILD_AUDIT_LOG_ENTRY_CREATE")) == 1
    assert green.voice_states == {}


async def test_a_voice_state_can_be_asked_for(green, sandbox, bot, api):
    ann = id_of(sandbox, "ann")
    path = f"/guilds/{green.id}/voice-states/"
    assert (await api("GET", path + str(ann)))[1]["code"] == 10065
    assert (await api("GET", path + "@me"))[1]["code"] == 10065
    sandbox.people.voice("ann", channel_id="lounge", self_stream=True)
    status, state = await api("GET", path + str(ann))
    assert (status, set(state), state["self_stream"]) == (200, STATE_KEYS, True)
    sandbox.world.channels[LOUNGE].overwrites[green.id] = Overwrite(green.id, 0, 0, int(Permission.CONNECT))
    assert (await api("GET", path + str(ann)))[1]["code"] == 50013


async def test_voice_regions_are_listed(green, api):
    status, regions = await api("GET", "/voice/regions")
    assert (status, await api("GET", f"/guilds/{green.id}/regions")) == (200, (200, regions))
    assert sum(each["optimal"] for each in regions) == 1


def test_people_with_the_permissions_do_the_same_by_hand(green, sandbox):
    sandbox.people.voice("ann", channel_id="lounge")
    for action in ("mute", "deafen", "move", "disconnect"):
        with pytest.raises(Refused, match="50013"):
            sandbox.people.voice_moderate("max", action, "ann", channel_id="bench")
    for action in ("mute", "mute", "deafen", "undeafen", "move", "move"):
        sandbox.people.voice_moderate("olga", action, "ann", channel_id="bench")
    ann = id_of(sandbox, "ann")
    member = green.members[ann]
    assert (member.mute, member.deaf, green.voice_states[ann].channel_id) == (True, False, BENCH)
    sandbox.people.voice_moderate("olga", "disconnect", "ann")
    assert [entry.action_type for entry in green.audit] == [24, 24, 24, 26, 27]
    assert green.audit[3].options["count"] == "1"
    with pytest.raises(UnknownName, match="There is no action"):
        sandbox.people.voice_moderate("olga", "sing", "ann")


async def test_the_control_interface_knows_voice(green, sandbox, http):
    url = f"{sandbox.url}/sandbox/people/ann/voice"
    async with http.post(url, json={"channel_id": "lounge", "self_mute": True}) as answer:
        assert (answer.status, (await answer.json())["channel_id"]) == (200, str(LOUNGE))
    async with http.post(url, json={"channel_id": None}) as answer:
        assert (answer.status, (await answer.json())["channel_id"]) == (200, None)
    async with http.post(url, json={}) as answer:
        assert (answer.status, await answer.json()) == (400, {"error": "ann is in no voice channel."})
