"""Who is online, who types, and which bots hear of it."""

import discord
import pytest

from sandbox.errors import Refused


def heard(sandbox, name):
    return [
        each.response
        for each in sandbox.recorder.since()
        if each.kind == "gateway" and each.route == name and each.method == "SEND"
    ]


async def test_a_bot_sees_who_goes_online_and_what_they_do(sandbox, bot):
    changed = bot.wait_for("presence_update")
    sandbox.people.presence("ben", status="dnd", activities=[{"name": "chess", "type": 0}])
    before, after = await changed
    assert (before.status, after.status) == (discord.Status.offline, discord.Status.dnd)
    assert (after.desktop_status, after.activity.name) == (discord.Status.dnd, "chess")
    [told] = [one for one in heard(sandbox, "PRESENCE_UPDATE") if one["guild_id"] == str(bot.guild().id)]
    assert set(told) == {"user", "guild_id", "status", "activities", "client_status"}


async def test_every_shared_server_hears_it_once(sandbox, bot):
    sandbox.people.presence("ann", status="idle")
    assert len({one["guild_id"] for one in heard(sandbox, "PRESENCE_UPDATE")}) == 2
    assert len(heard(sandbox, "PRESENCE_UPDATE")) == 2


async def test_who_is_invisible_looks_as_if_offline(sandbox, bot):
    sandbox.people.presence("ann", status="online")
    sandbox.people.presence("ann", status="invisible", activities=[{"name": "chess"}])
    told = heard(sandbox, "PRESENCE_UPDATE")[-1]
    assert (told["status"], told["activities"], told["client_status"]) == ("offline", [], {})


async def test_a_bot_that_comes_later_finds_who_is_online(sandbox, login):
    sandbox.people.presence("ann", status="idle")
    async with login(sandbox) as bot:
        assert bot.member("ann").status is discord.Status.idle
        assert bot.member("ben").status is discord.Status.offline
    listed = next(one for one in heard(sandbox, "GUILD_CREATE") if one["name"] == "Hill")["presences"]
    assert sorted(one["status"] for one in listed) == ["idle", "online"]
    assert not any("guild_id" in one for one in listed)


async def test_without_the_intent_a_bot_neither_finds_nor_hears_presences(sandbox, login):
    sandbox.people.presence("ann", status="idle")
    intents = discord.Intents.all()
    intents.presences = False
    async with login(sandbox, intents=intents):
        sandbox.people.presence("ann", status="dnd")
    assert heard(sandbox, "PRESENCE_UPDATE") == []
    assert all(one["presences"] == [] for one in heard(sandbox, "GUILD_CREATE"))


def test_nonsense_is_refused(sandbox):
    for asked in (
        {"status": "asleep"},
        {"activities": [{"type": 0}]},
        {"activities": [{"name": "x", "type": 9}]},
    ):
        with pytest.raises(Refused, match="50035"):
            sandbox.people.presence("ann", **asked)


async def test_a_bot_says_its_own_presence(sandbox, bot, until):
    await bot.change_presence(status=discord.Status.idle, activity=discord.Game("with fire"))
    await until(lambda: heard(sandbox, "PRESENCE_UPDATE"))
    told = heard(sandbox, "PRESENCE_UPDATE")[-1]
    assert (told["client_status"], told["activities"][0]["name"]) == ({"web": "idle"}, "with fire")


async def test_a_bot_is_online_while_it_has_a_session(timed, clock, login, until):
    async with login(timed) as bot:
        me = timed.world.user(bot.user.id)
        assert (bot.guild().me.status, me.status) == (discord.Status.online, "online")
    await until(lambda: not timed.gateway.connections)
    clock.advance(601)
    timed.people.message("ann", "Is it gone?")
    assert me.status == "offline"


async def test_a_presence_that_makes_no_sense_closes_the_socket(sandbox, bot, until):
    closed = bot.wait_for("disconnect")
    await bot.ws.send('{"op": 3, "d": {"status": "asleep", "activities": [], "afk": false, "since": null}}')
    await closed
    assert heard(sandbox, "PRESENCE_UPDATE") == []


async def test_a_status_a_voice_state_and_a_rule_outlive_the_sandbox(opened, tmp_path):
    path = tmp_path / "world.json"
    rule = {"name": "Words", "event_type": 1, "trigger_type": 3, "actions": [{"type": 1}]}
    async with opened(world_file=path) as sandbox:
        sandbox.people.automod("olga", "create", rule=rule)
        sandbox.people.presence("ann", status="idle", activities=[{"name": "chess"}])
        green = next(guild for guild in sandbox.world.guilds.values() if guild.name == "Green")
        channel = sandbox.world.channels[green.channel_ids[0]]
        channel.type = 2
        sandbox.people.voice("ann", channel_id=channel.id, self_mute=True)
        kept = (green.voice_states, green.automod_rules, sandbox.world.users)
    async with opened(world_file=path) as sandbox:
        green = sandbox.world.guilds[green.id]
        assert (green.voice_states, green.automod_rules, sandbox.world.users) == kept


async def test_a_bot_hears_who_types_where(sandbox, bot):
    typing = bot.wait_for("typing")
    sandbox.people.typing("ann")
    channel, member, _ = await typing
    assert (channel, member.name) == (bot.channel(), "ann")
    [told] = heard(sandbox, "TYPING_START")
    assert set(told) == {"channel_id", "guild_id", "user_id", "timestamp", "member"}
    sandbox.people.typing("ann", to=bot.user.name)
    assert set(heard(sandbox, "TYPING_START")[-1]) == {"channel_id", "user_id", "timestamp"}


async def test_a_bots_own_typing_names_it_as_member(sandbox, bot):
    await bot.channel().typing()
    [told] = heard(sandbox, "TYPING_START")
    assert told["member"]["user"]["id"] == str(bot.user.id)


def test_nobody_types_where_they_cannot_write(sandbox):
    with pytest.raises(Refused, match="50001"):
        sandbox.people.typing("ann", channel_id="staff")


async def test_saying_the_same_status_again_tells_nobody(sandbox, bot):
    for _ in range(2):
        sandbox.people.presence("kim", status="dnd")
    assert len(heard(sandbox, "PRESENCE_UPDATE")) == 1
