"""Reactions by bots and by hand: what Discord takes for an emoji, who may, and what everybody hears."""

import json

import discord
import pytest
from asking import code_of

from sandbox.errors import Refused
from sandbox.rows import Emoji

PARTY = Emoji(4_200_000_000_000_001, "party", animated=True)
FOREIGN = Emoji(4_200_000_000_000_002, "hills")


@pytest.fixture
def emojis(sandbox):
    green, hill = list(sandbox.world.guilds.values())[:2]
    green.emojis[PARTY.id] = PARTY
    hill.emojis[FOREIGN.id] = FOREIGN


async def test_a_reaction_is_counted_and_is_mine_only_to_me(sandbox, bot, api):
    said = sandbox.people.message("ann", "nice")
    path = f"/channels/{said.channel_id}/messages/{said.id}"
    assert (await api("GET", path))[1].get("reactions") is None
    assert (await api("PUT", f"{path}/reactions/%F0%9F%91%8D/@me"))[0] == 204
    sandbox.people.react("ben", message_id=said.id, emoji="👍")
    sandbox.people.react("ben", message_id=said.id, emoji="👍")
    whole = {
        "emoji": {"id": None, "name": "👍"},
        "count": 2,
        "count_details": {"burst": 0, "normal": 2},
        "burst_colors": [],
        "me": True,
        "me_burst": False,
    }
    assert (await api("GET", path))[1]["reactions"] == [whole]
    assert sandbox.people.sees("ben", "general")[0]["reactions"] == [whole]
    assert sandbox.people.sees("ann", "general")[0]["reactions"] == [{**whole, "me": False}]


async def test_a_bot_hears_who_reacted_to_whose_message(sandbox, bot):
    said = sandbox.people.message("ann", "nice")
    heard = bot.wait_for("raw_reaction_add")
    sandbox.people.react("ben", message_id=said.id, emoji="❤️")
    event = await heard
    assert (event.member.name, event.message_author_id, str(event.emoji)) == ("ben", said.author_id, "❤️")
    assert (event.burst, event.type) == (False, discord.ReactionType.normal)
    heard = bot.wait_for("raw_reaction_remove")
    sandbox.people.unreact("ben", message_id=said.id, emoji="❤")
    assert (await heard).user_id == bot.member("ben").id
    assert "reactions" not in sandbox.people.sees("ben", "general")[0]


async def test_reactions_have_intents_of_their_own(sandbox, login):
    intents = discord.Intents.all()
    intents.guild_reactions = False
    async with login(sandbox, intents=intents) as bot:
        said = sandbox.people.message("ann", "nice")
        direct = await bot.get_user(said.author_id).send("psst")
        heard = bot.wait_for("raw_reaction_add")
        sandbox.people.react("ann", message_id=said.id, emoji="👍")
        sandbox.people.react("ann", message_id=direct.id, emoji="👋")
        event = await heard
        assert (event.message_id, event.guild_id, event.member) == (direct.id, None, None)


async def test_guilds_have_emoji_of_their_own(sandbox, bot, emojis):
    said = await bot.channel().send("nice")
    heard = bot.wait_for("raw_reaction_add")
    await said.add_reaction(discord.PartialEmoji(name="party", id=PARTY.id))
    event = await heard
    assert (event.emoji.id, event.emoji.name, event.emoji.animated) == (PARTY.id, "party", True)
    sandbox.people.react("ann", message_id=said.id, emoji=":party:")
    [told] = sandbox.people.sees("ann", "general")[0]["reactions"]
    assert (told["count"], told["emoji"]) == (2, {"id": str(PARTY.id), "name": "party", "animated": True})
    assert await code_of(said.add_reaction("gone:4200000000000009")) == (404, 10014)
    await said.add_reaction(discord.PartialEmoji(name="hills", id=FOREIGN.id))
    people = sandbox.people
    people.set_channel_permissions(
        "olga", channel_id="general", role_id="Reeve", deny=["USE_EXTERNAL_EMOJIS"]
    )
    other = await bot.channel().send("again")
    assert await code_of(other.add_reaction(f"hills:{FOREIGN.id}")) == (403, 50013)


async def test_a_seed_may_give_a_guild_its_emoji(tmp_path, opened, login):
    seed = tmp_path / "seed.json"
    members = {"people": [{"name": "eve"}], "applications": [{"name": "Helper", "owner": "eve"}]}
    guild = {"name": "Fen", "owner": "eve", "members": {}, "emojis": ["frog"]}
    seed.write_text(json.dumps({**members, "guilds": [guild]}))
    async with opened(seed=seed) as sandbox, login(sandbox) as bot:
        [frog] = await bot.guild("Fen").fetch_emojis()
        assert (frog.name, await bot.guild("Fen").fetch_emoji(frog.id)) == ("frog", frog)
        assert await code_of(bot.guild("Fen").fetch_emoji(1)) == (404, 10014)
        said = sandbox.people.message("eve", "x")
        sandbox.people.react("eve", message_id=said.id, emoji="frog")
        assert sandbox.people.sees("eve", "general")[0]["reactions"][0]["emoji"]["id"] == str(frog.id)


@pytest.mark.parametrize("emoji", ["👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "1️⃣", "©️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "⁉️", "❤"])
async def test_an_emoji_may_be_made_of_several_characters(bot, emoji):
    said = await bot.channel().send("x")
    await said.add_reaction(emoji)
    assert [each.emoji for each in (await said.fetch()).reactions] == [emoji]


@pytest.mark.parametrize("text", ["x", "👍👍", "thumbsup", ":thumbsup:", "1", "%F0%9F%91%8D"])
async def test_what_is_no_emoji_is_unknown(bot, text):
    said = await bot.channel().send("x")
    assert await code_of(said.add_reaction(text)) == (404, 10014)
    assert await code_of(said.clear_reaction("👍")) == (404, 10014)


async def test_a_message_takes_twenty_different_emoji(sandbox, bot):
    said = await bot.channel().send("x")
    for number in range(20):
        sandbox.people.react("ann", message_id=said.id, emoji=chr(0x1F600 + number))
    assert await code_of(said.add_reaction("👍")) == (400, 30010)
    await said.add_reaction("\U0001f600")


async def test_only_who_begins_a_reaction_needs_the_permission_to_add_one(sandbox, bot):
    people = sandbox.people
    said = people.message("ann", "x")
    people.set_channel_permissions("olga", channel_id="general", role_id="member", deny=["ADD_REACTIONS"])
    with pytest.raises(Refused, match="50013"):
        people.react("ben", message_id=said.id, emoji="👍")
    people.react("olga", message_id=said.id, emoji="👍")
    people.react("ben", message_id=said.id, emoji="👍")
    people.set_channel_permissions(
        "olga", channel_id="general", role_id="member", deny=["READ_MESSAGE_HISTORY"]
    )
    with pytest.raises(Refused, match="50013"):
        people.react("cem", message_id=said.id, emoji="👍")


async def test_who_is_blocked_cannot_react(sandbox):
    people = sandbox.people
    said = people.message("ann", "x")
    sandbox.world.user(said.author_id).blocked_ids = [people._names.user("ben").id]
    with pytest.raises(Refused, match="90001"):
        people.react("ben", message_id=said.id, emoji="👍")


async def test_who_reacted_is_listed_in_pages(sandbox, bot, api):
    said = await bot.channel().send("x")
    for name in ("ann", "ben", "cem"):
        sandbox.people.react(name, message_id=said.id, emoji="👍")
    ids = sorted(bot.member(name).id for name in ("ann", "ben", "cem"))
    path = f"/channels/{said.channel.id}/messages/{said.id}/reactions/%F0%9F%91%8D"
    assert [int(each["id"]) for each in (await api("GET", path))[1]] == ids
    assert [int(each["id"]) for each in (await api("GET", f"{path}?limit=1&after={ids[0]}"))[1]] == [ids[1]]
    assert (await api("GET", f"{path}?type=1"))[1] == []
    assert (await api("GET", f"{path}?type=2"))[1]["code"] == 50035
    reaction = (await said.fetch()).reactions[0]
    assert sorted([user.id async for user in reaction.users()]) == ids


async def test_moderators_take_reactions_of_others_away(sandbox, bot):
    people, said = sandbox.people, await bot.channel().send("x")
    for emoji in ("👍", "👎"):
        for name in ("ann", "ben"):
            people.react(name, message_id=said.id, emoji=emoji)
    removed = bot.wait_for("raw_reaction_remove")
    await said.remove_reaction("👍", bot.member("ann"))
    assert (await removed).user_id == bot.member("ann").id
    cleared = bot.wait_for("raw_reaction_clear_emoji")
    await said.clear_reaction("👍")
    assert (await cleared).emoji.name == "👍"
    gone = bot.wait_for("raw_reaction_clear")
    await said.clear_reactions()
    assert (await gone).message_id == said.id
    assert (await said.fetch()).reactions == []
    people.react("ann", message_id=said.id, emoji="👍")
    with pytest.raises(Refused, match="50013"):
        people.unreact("ben", message_id=said.id, emoji="👍", user_id="ann")
    people.unreact("max", message_id=said.id, emoji="👍", user_id="ann")
    people.set_channel_permissions("olga", channel_id="general", role_id="Reeve", deny=["MANAGE_MESSAGES"])
    assert await code_of(said.clear_reactions()) == (403, 50013)


async def test_the_page_is_told_which_message_was_reacted_to(sandbox):
    told = []
    sandbox.core.events.listen(lambda event: told.append(sandbox.people.notices("cem", event)))
    said = sandbox.people.message("ann", "x")
    sandbox.people.react("ben", message_id=said.id, emoji="👍")
    assert [each["message_id"] for each in told] == [str(said.id)] * 2


async def test_people_react_over_the_control_interface(sandbox, http):
    said = sandbox.people.message("ann", "x")
    for verb, left in (("react", 1), ("unreact", 0)):
        body = {"message_id": str(said.id), "emoji": "👍"}
        async with http.post(f"{sandbox.url}/sandbox/people/ben/{verb}", json=body) as response:
            assert response.status == 200
        assert len(sandbox.people.sees("ben", "general")[0].get("reactions", [])) == left
