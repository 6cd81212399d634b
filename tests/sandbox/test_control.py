"""The control interface by its shapes: what INTERFACES.md promises."""

import base64

import aiohttp
import discord
import pytest
from discord import app_commands

from sandbox.seeds.seed import ORDINARY, STAFF


@pytest.fixture
def play(sandbox, http):
    async def call(method, path, body=None, **more):
        async with http.request(method, sandbox.url + "/sandbox" + path, json=body, **more) as response:
            return response.status, await response.json(content_type=None)

    return call


def small_bot(bot):
    @bot.tree.command()
    async def greet(
        interaction: discord.Interaction, who: discord.Member, proof: discord.Attachment | None = None
    ):
        view = discord.ui.View()
        button = discord.ui.Button(label="Again", custom_id="again")

        async def again(pressed):
            await pressed.response.edit_message(content="again")

        button.callback = again
        view.add_item(button)
        await interaction.response.send_message(f"hello {who.name} {proof and proof.filename}", view=view)

    @greet.error
    async def fail(_interaction, error):
        raise error

    @bot.tree.command()
    async def find(interaction: discord.Interaction, word: str):
        await interaction.response.send_message(word)

    @find.autocomplete("word")
    async def words(_interaction, typed: str):
        return [app_commands.Choice(name=typed.upper(), value=typed)]

    @bot.tree.context_menu(name="History")
    async def history(interaction: discord.Interaction, member: discord.Member):
        await interaction.response.send_message(member.name, ephemeral=True)


async def test_the_world_is_listed(sandbox, play, login):
    async with login(sandbox, small_bot):
        status, world = await play("GET", "/world")
    assert status == 200
    assert set(world) == {"guilds", "people", "applications"}
    green = next(guild for guild in world["guilds"] if guild["name"] == "Green")
    assert set(green) >= {"id", "name", "owner_id", "channels", "roles", "members"}
    assert [channel["name"] for channel in green["channels"]] == ["general", "staff", "mod-log", "reports"]
    roles = sorted(green["roles"], key=lambda role: role["position"])
    assert [role["name"] for role in roles] == [
        "@everyone",
        "member",
        "manager",
        "moderator",
        "senior",
        "Reeve",
        "owner",
    ]
    assert set(green["members"][0]) >= {"user_id", "nick", "role_ids"}
    names = {person["name"] for person in world["people"]}
    assert names >= {"olga", "oskar", *STAFF, *ORDINARY, "Reeve"}
    assert set(world["people"][0]) >= {"id", "name", "bot", "token"}
    application = world["applications"][0]
    assert set(application) == {"id", "name", "bot_user_id", "token", "commands"}
    assert sorted(application["commands"]) == ["History", "find", "greet"]


async def test_the_world_tells_what_a_page_has_to_draw(sandbox, play):
    sandbox.people.moderate("max", "timeout", "ann")
    _, world = await play("GET", "/world")
    green = world["guilds"][0]
    general, staff = green["channels"][:2]
    assert (general["topic"], general["permission_overwrites"]) == ("Whatever comes to mind.", [])
    assert staff["permission_overwrites"][0] == {"id": green["id"], "type": 0, "allow": "0", "deny": "1024"}
    assert next(role["color"] for role in green["roles"] if role["name"] == "moderator") == 0x3498DB
    ann = next(person for person in world["people"] if person["name"] == "ann")
    assert ann["global_name"] == "Ann"
    until = {one["user_id"]: one["communication_disabled_until"] for one in green["members"]}
    assert [user_id for user_id, moment in until.items() if moment] == [ann["id"]]


async def test_a_slash_command_is_played_by_ids_or_names(sandbox, play, login):
    proof = {"filename": "a.txt", "base64": base64.b64encode(b"x").decode()}
    guild = next(iter(sandbox.world.guilds.values()))
    async with login(sandbox, small_bot):
        body = {"guild_id": guild.id, "channel_id": str(guild.channel_ids[0]), "command": "greet"}
        status, by_id = await play(
            "POST", "/people/max/slash", body | {"options": {"who": "ann", "proof": proof}}
        )
        by_name = await play(
            "POST", "/people/max/slash", {"guild_id": "Green", "command": "greet", "options": {"who": "ben"}}
        )
    assert status == 200
    keys = {"interaction_id", "acknowledged_ms", "deferred", "ephemeral", "messages", "modal", "failed"}
    keys |= {"guild_id", "channel_id"}
    assert set(by_id) == keys
    assert by_id["messages"][0]["content"] == "hello ann a.txt"
    assert 0 < by_id["acknowledged_ms"] < 3000
    assert by_name[1]["messages"][0]["content"] == "hello ben None"


async def test_clicks_menus_and_autocomplete_are_played(sandbox, play, login):
    async with login(sandbox, small_bot):
        _, told = await play("POST", "/people/max/slash", {"command": "greet", "options": {"who": "ann"}})
        message = told["messages"][0]
        where = {"channel_id": message["channel_id"], "message_id": message["id"]}
        _, clicked = await play("POST", "/people/max/click", where | {"custom_id": "again"})
        _, menu = await play("POST", "/people/max/context", {"command": "History", "target_id": "ann"})
        _, choices = await play(
            "POST",
            "/people/max/autocomplete",
            {"command": "find", "options": {"word": "ab"}, "focused": "word"},
        )
        _, offered = await play("GET", "/people/ann/commands?guild_id=Green")
    assert clicked["messages"][0]["content"] == "again"
    assert (menu["ephemeral"], menu["messages"][0]["content"]) == (True, "ann")
    assert choices == {"choices": [{"name": "AB", "value": "ab"}]}
    assert sorted(each["name"] for each in offered) == ["History", "find", "greet"]


async def test_a_person_who_may_not_gets_a_sentence_and_nothing_is_sent(sandbox, play):
    status, told = await play("POST", "/people/max/slash", {"command": "nothing"})
    assert (status, told["failed"]) == (200, "There is no command /nothing; registered are: none.")


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/people/nobody/message", {"content": "x"}, "There is no person 'nobody'; there is olga"),
        (
            "/people/ann/message",
            {"content": "x", "channel_id": "attic"},
            "There is no channel 'attic'; there is",
        ),
        ("/people/ann/slash", {}, "The body needs 'command'."),
        ("/people/ann/moderate", {"action": "dance", "target_id": "ben"}, "There is no action 'dance'"),
        ("/people/ann/click", {"label": "none"}, "ann sees no component 'none' there: no message"),
        ("/people/ann/slash", [], "The body must be a JSON object."),
        ("/people/ann/leave", {"wrong": 1}, "There is no field 'wrong'; there is guild_id."),
        ("/guilds", {"name": "xy", "members": -1}, "The field 'members' must be between 0"),
    ],
)
async def test_bad_input_is_one_sentence(play, path, body, sentence):
    status, told = await play("POST", path, body)
    assert (status, list(told)) == (400, ["error"])
    assert told["error"].startswith(sentence)


async def test_what_discord_refuses_a_person_is_403(play):
    status, told = await play("POST", "/people/ann/moderate", {"action": "kick", "target_id": "ben"})
    assert (status, told) == (403, {"error": "Discord refuses that: Missing Permissions (50013)."})


async def test_messages_are_read_oldest_first_and_limited(play):
    for number in range(3):
        await play("POST", "/people/ann/message", {"channel_id": "general", "content": str(number)})
    _, seen = await play("GET", "/people/ben/channels/general/messages?limit=2")
    assert [one["content"] for one in seen] == ["1", "2"]
    assert (await play("GET", "/people/ben/channels/staff/messages"))[0] == 400


async def test_direct_messages_are_read(sandbox, play, bot):
    await bot.member("ann").send("hello")
    assert [one["content"] for one in (await play("GET", "/people/ann/dms"))[1]] == ["hello"]
    assert (await play("GET", "/people/ben/dms"))[1] == []


async def test_a_guild_grows_with_its_staff_and_members(sandbox, play, bot):
    joined = bot.wait_for("guild_join")
    status, guild = await play("POST", "/guilds", {"name": "Vale", "members": 15})
    assert status == 200
    assert (await joined).name == "Vale"
    assert len(guild["members"]) == 15 + 5 + 1
    assert [channel["name"] for channel in guild["channels"]] == ["general", "staff", "mod-log", "reports"]
    _, world = await play("GET", "/world")
    assert guild in world["guilds"]


async def test_moderating_by_hand_shows_in_bans_log_and_members(play):
    body = {"guild_id": "Green", "action": "ban", "target_id": "ann", "reason": "spam"}
    status, told = await play("POST", "/people/max/moderate", body)
    assert (status, told["user"]["username"], told["communication_disabled_until"]) == (200, "ann", None)
    assert (await play("GET", "/guilds/Green/bans"))[1][0]["reason"] == "spam"
    entry = (await play("GET", "/guilds/Green/audit-log"))[1]["audit_log_entries"][0]
    assert (entry["action_type"], entry["reason"]) == (22, "spam")
    assert (await play("GET", "/guilds/Green/members/ann"))[0] == 404
    assert (await play("GET", "/guilds/Green/members/ben"))[1]["user"]["username"] == "ben"


async def test_people_come_and_go(play):
    assert await play("POST", "/people/lou/leave", {"guild_id": "Green"}) == (200, {})
    status, member = await play("POST", "/people/lou/join", {"guild_id": "Green"})
    assert (status, member["roles"]) == (200, [])
    assert (await play("POST", "/people/newcomer/join", {"guild_id": "Green"}))[1]["user"][
        "username"
    ] == "newcomer"


async def test_exchanges_are_numbered_and_whole(sandbox, play, bot):
    await bot.channel().send("x")
    _, told = await play("GET", "/exchanges?since=0")
    numbers = [one["number"] for one in told["exchanges"]]
    assert numbers == list(range(1, told["last"] + 1))
    sent = next(one for one in told["exchanges"] if one["route"] == "/channels/{channel_id}/messages")
    assert (sent["method"], sent["status"], sent["request"]["content"]) == ("POST", 200, "x")
    assert sent["response"]["content"] == "x"
    assert sent["path"] == f"/channels/{bot.channel().id}/messages"
    _, later = await play("GET", f"/exchanges?since={told['last']}")
    assert later["exchanges"] == []


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}]
)
async def test_foreign_pages_and_names_are_refused(play, headers):
    status, told = await play("GET", "/world", headers=headers)
    assert (status, list(told)) == (403, ["error"])


async def test_an_unknown_word_is_404(play):
    assert (await play("POST", "/people/ann/dance", {}))[0] == 404


async def test_who_is_in_no_guild_has_a_stream_too(sandbox, http):
    sandbox.people.join("zoe")
    sandbox.people.leave("zoe")
    async with http.ws_connect(f"{sandbox.url}/sandbox/people/zoe/stream") as stream:
        written = sandbox.people.message("zoe", "let me in", to="Reeve")
        assert (await stream.receive_json(timeout=30))["changed"]["message_id"] == str(written.id)
    with pytest.raises(aiohttp.WSServerHandshakeError, match="400"):
        await http.ws_connect(f"{sandbox.url}/sandbox/people/nobody/stream")


async def test_who_is_kicked_hears_it(sandbox, http):
    async with http.ws_connect(f"{sandbox.url}/sandbox/people/lou/stream") as stream:
        sandbox.people.moderate("max", "kick", "lou")
        assert (await stream.receive_json(timeout=30))["changed"]["event"] == "GUILD_MEMBER_REMOVE"


async def test_the_stream_tells_what_changes_for_that_person(sandbox, http, login):
    async with (
        login(sandbox, small_bot),
        http.ws_connect(f"{sandbox.url}/sandbox/people/ann/stream") as stream,
    ):
        sandbox.people.message("max", "for staff", channel_id="staff")
        said = sandbox.people.message("max", "for all")
        told = (await stream.receive_json(timeout=30))["changed"]
        assert (told["event"], told["message_id"]) == ("MESSAGE_CREATE", str(said.id))
        await sandbox.people.context("max", "History", target_id="ben")
        await sandbox.people.context("ann", "History", target_id="ben")
        answer = (await stream.receive_json(timeout=30))["changed"]
        assert answer["message_id"] == sandbox.people.sees("ann", "general")[-1]["id"]
