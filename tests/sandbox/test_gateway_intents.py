"""Who hears what: intents, permissions, and what people wrote."""

import asyncio
import json

import discord
import pytest
from gateway_client import identify, in_session, raw, told, until_event

from sandbox.events import Audience, Intent
from sandbox.seeds import crowd

MESSAGES = int(Intent.GUILDS | Intent.GUILD_MESSAGES)
PRESENCES = int(Intent.GUILDS | Intent.GUILD_PRESENCES)


async def test_privileged_intents_have_to_be_granted(opened, login, tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"applications": [{"name": "Reeve", "intents": ["GUILD_MEMBERS"]}]}))
    async with opened(seed=seed) as sandbox:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with login(sandbox):
                pass


async def test_without_message_content_only_what_concerns_the_bot_is_readable(sandbox, login):
    intents = discord.Intents.all()
    intents.message_content = False
    async with login(sandbox, intents=intents) as bot:
        heard: asyncio.Queue[discord.Message] = asyncio.Queue()
        bot.on_message = heard.put
        sandbox.people.message("ann", "among us", attachments=[{"filename": "a.txt", "base64": ""}])
        sandbox.people.message("ann", f"<@{bot.user.id}> help")
        sandbox.people.message("ann", "private", to="Reeve")
        await bot.channel().send("own")
        contents = [await heard.get() for _ in range(4)]
    assert [one.content for one in contents] == ["", f"<@{bot.user.id}> help", "private", "own"]
    assert contents[0].attachments == []


async def test_events_go_only_to_who_asked_for_them_and_may_see_them(sandbox, http):
    async with raw(sandbox, http) as socket:
        await identify(
            socket, sandbox, intents=int(Intent.GUILDS | Intent.GUILD_MESSAGES | Intent.GUILD_MODERATION)
        )
        await until_event(socket, "GUILD_CREATE")
        sandbox.people.leave("lou", "Green")
        sandbox.people.set_channel_permissions(
            "olga", channel_id="staff", role_id="Reeve", deny=["VIEW_CHANNEL"]
        )
        sandbox.people.message("max", "secret", channel_id="staff")
        sandbox.people.moderate("max", "ban", "ann")
        sandbox.people.message("max", "public")
        await until_event(socket, "MESSAGE_CREATE")
    names = [one.route for one in sandbox.recorder.since() if one.kind == "gateway" and one.method == "SEND"]
    assert "GUILD_MEMBER_REMOVE" not in names
    assert names.count("MESSAGE_CREATE") == 1
    assert "GUILD_BAN_ADD" in names


async def test_what_was_told_does_not_change_with_the_world(sandbox, bot):
    sandbox.people.message("ann", "before")
    message = next(iter(sandbox.world.messages.values()))
    next(iter(message.values())).content = "after"
    told = [one.response for one in sandbox.recorder.since() if one.route == "MESSAGE_CREATE"]
    assert told[0]["content"] == "before"


async def test_without_message_content_also_the_message_that_is_answered_is_empty(sandbox, http):
    async with in_session(sandbox, http, intents=MESSAGES) as (socket, _):
        first = sandbox.people.message("ann", "the secret")
        sandbox.people.message("ben", "seen", reply_to=str(first.id))
        await until_event(socket, "MESSAGE_CREATE")
        answer = (await until_event(socket, "MESSAGE_CREATE"))["d"]
    assert answer["referenced_message"]["content"] == answer["content"] == ""


async def test_a_message_is_whole_but_for_what_people_wrote(sandbox, http):
    async with in_session(sandbox, http, intents=MESSAGES) as (_socket, _):
        sandbox.people.message("ann", "x", attachments=[{"filename": "a.txt", "base64": ""}])
    stripped = told(sandbox, "MESSAGE_CREATE")[0]
    assert {key: stripped[key] for key in ("content", "embeds", "attachments", "components")} == {
        "content": "",
        "embeds": [],
        "attachments": [],
        "components": [],
    }
    assert stripped["author"]["username"] == "ann"


async def test_what_automod_found_is_content_too(sandbox, http):
    guild = next(iter(sandbox.world.guilds.values()))
    found = {
        "guild_id": str(guild.id),
        "action": {"type": 1, "metadata": {}},
        "rule_id": "7",
        "rule_trigger_type": 1,
        "user_id": str(guild.owner_id),
        "content": "a bad word",
        "matched_keyword": "bad",
        "matched_content": "bad",
    }
    audience = Audience(guild.id, intent=Intent.AUTO_MODERATION_EXECUTION)
    async with in_session(sandbox, http, intents=int(Intent.AUTO_MODERATION_EXECUTION)):
        sandbox.core.events.emit("AUTO_MODERATION_ACTION_EXECUTION", found, audience)
    assert told(sandbox, "AUTO_MODERATION_ACTION_EXECUTION") == [
        {**found, "content": "", "matched_content": ""}
    ]


async def test_of_the_members_only_itself_is_heard_without_the_intent(sandbox, http):
    async with in_session(sandbox, http) as (socket, _):
        sandbox.people.moderate("olga", "nick", "ann", nick="Annie")
        sandbox.people.moderate("olga", "nick", "Reeve", nick="Bailiff")
        assert (await until_event(socket, "GUILD_MEMBER_UPDATE"))["d"]["nick"] == "Bailiff"


async def test_without_the_guilds_intent_no_guild_is_told(sandbox, http):
    async with in_session(sandbox, http, intents=0) as (_socket, ready):
        sandbox.people.moderate("olga", "kick", "Reeve")
    assert len(ready["guilds"]) == 2
    assert told(sandbox, "GUILD_CREATE") == told(sandbox, "GUILD_DELETE") == []


@pytest.mark.parametrize(
    ("intents", "threshold", "listed"),
    [
        (1, 250, (1, False)),
        (PRESENCES, 250, (78, False)),
        (PRESENCES, 77, (20, True)),
        (PRESENCES, 78, (78, False)),
    ],
)
async def test_members_are_listed_by_intent_and_size(sandbox, http, intents, threshold, listed):
    """Without presences the bot alone; of a large guild those who are online, have a role or a nickname."""
    guild = next(iter(sandbox.world.guilds.values()))
    crowd.add_members(sandbox.world, guild, 60)
    newcomers = [member for member in guild.members.values() if not member.role_ids]
    newcomers[0].nick, sandbox.world.user(newcomers[1].user_id).status = "known", "idle"
    async with in_session(sandbox, http, intents=intents, large_threshold=threshold) as (socket, _):
        body = (await until_event(socket, "GUILD_CREATE"))["d"]
    assert (len(body["members"]), body["large"]) == listed
    assert body["member_count"] == 78


async def test_the_flags_say_which_intents_were_granted_to_a_small_bot(opened, tmp_path, login):
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"applications": [{"name": "Reeve", "intents": ["GUILD_MEMBERS"]}]}))
    async with opened(seed=seed) as sandbox, login(sandbox, intents=discord.Intents(guilds=True)) as bot:
        flags = (await bot.application_info()).flags
        assert flags.gateway_guild_members_limited
        assert not flags.gateway_guild_members
        assert not flags.gateway_presence_limited
        assert bot.application_flags == flags
