"""Threads and posts: started, spoken in, archived, changed and removed, with who sees and hears of them."""

import io

import discord
import pytest
from asking import code_of, heard_in

from sandbox.errors import Refused
from sandbox.rows import ForumTag

HOUR = 3600


@pytest.fixture
def channel_of_type(sandbox):
    """Turns a channel of Green into one of another type, before anybody looks."""

    def turn(name, kind, **fields):
        guild = next(iter(sandbox.world.guilds.values()))
        channel = next(each for each in sandbox.world.guild_channels(guild) if each.name == name)
        channel.type = kind
        for key, value in fields.items():
            setattr(channel, key, value)
        return channel

    return turn


async def test_a_thread_from_a_message_has_its_id_and_begins_with_it(sandbox, bot, until):
    source = sandbox.people.message("ann", "let us talk")
    sandbox.people.message("ben", "later")
    message = await bot.channel().fetch_message(source.id)
    thread = await message.create_thread(name="Talk", auto_archive_duration=60, reason="off topic")
    assert (thread.id, thread.type.name, thread.owner_id) == (source.id, "public_thread", bot.user.id)
    assert (thread.parent, thread.auto_archive_duration, thread.member_count) == (bot.channel(), 60, 1)
    again = await bot.channel().fetch_message(source.id)
    assert again.flags.has_thread
    assert again.thread.name == "Talk"
    [starter] = [one async for one in thread.history()]
    assert starter.type is discord.MessageType.thread_starter_message
    assert starter.reference.resolved.content == "let us talk"
    [newest] = [one async for one in bot.channel().history(limit=1)]
    assert (newest.type, newest.content) == (discord.MessageType.thread_created, "Talk")
    assert await code_of(message.create_thread(name="Twice")) == (400, 160004)
    [entry] = [one async for one in bot.guild().audit_logs(action=discord.AuditLogAction.thread_create)]
    assert (entry.target.id, entry.reason, entry.after.name) == (thread.id, "off topic", "Talk")


async def test_of_a_thread_from_the_newest_message_its_channel_says_nothing(sandbox, bot):
    source = sandbox.people.message("ann", "new")
    await (await bot.channel().fetch_message(source.id)).create_thread(name="Talk")
    assert [one.type.value async for one in bot.channel().history()] == [0]


async def test_threads_start_without_a_message(api, bot):
    path = f"/channels/{bot.channel().id}/threads"
    for kind, expected in ((11, 11), (12, 12), (None, 12)):
        status, thread = await api("POST", path, {"name": "T", **({"type": kind} if kind else {})})
        assert (status, thread["type"], thread["member"]["user_id"]) == (201, expected, str(bot.user.id))
        assert ("invitable" in thread["thread_metadata"]) == (expected == 12)
    status, refusal = await api("POST", path, {"name": "T", "type": 10})
    assert (status, refusal["code"]) == (400, 50024)
    status, refusal = await api("POST", path, {"name": "", "auto_archive_duration": 61})
    assert set(refusal["errors"]) == {"name", "auto_archive_duration"}


async def test_an_announcement_channel_has_threads_of_its_own_kind(channel_of_type, api):
    news = channel_of_type("general", 5)
    status, thread = await api("POST", f"/channels/{news.id}/threads", {"name": "T", "type": 10})
    assert (status, thread["type"]) == (201, 10)
    status, refusal = await api("POST", f"/channels/{news.id}/threads", {"name": "T", "type": 12})
    assert (status, refusal["code"]) == (400, 50024)


async def test_a_post_is_a_thread_and_its_first_message_under_one_id(channel_of_type, login, sandbox):
    tag, locked = ForumTag(71, "help"), ForumTag(72, "official", moderated=True)
    forum = channel_of_type("general", 15, available_tags=[tag, locked], default_thread_rate_limit_per_user=5)
    async with login(sandbox) as bot:
        place = bot.get_channel(forum.id)
        made = await place.create_thread(
            name="Q",
            content="how?",
            applied_tags=place.available_tags,
            file=discord.File(io.BytesIO(b"x"), "x.txt"),
        )
        thread, first = made
        assert thread.id == first.id == first.channel.id
        assert (thread.slowmode_delay, thread.message_count) == (5, 0)
        assert [each.name for each in thread.applied_tags] == ["help", "official"]
        assert [each.filename for each in first.attachments] == ["x.txt"]
        assert await code_of(
            bot.http.send_message(forum.id, params=discord.http.handle_message_parameters("x"))
        ) == (
            400,
            40058,
        )
        assert await code_of(place.create_thread(name="Q")) == (400, 50006)
    with pytest.raises(Refused, match="50013"):
        sandbox.people.thread("ann", "create", channel_id=forum.id, name="x", content="x", tags=["official"])
    post = sandbox.people.thread(
        "ann", "create", channel_id=forum.id, name="mine", content="x", tags=["help"]
    )
    assert (post["applied_tags"], post["member_count"]) == (["71"], 1)
    assert [one["content"] for one in sandbox.people.sees("ben", "mine")] == ["x"]


async def test_a_forum_may_require_a_tag_that_it_has(channel_of_type, api):
    forum = channel_of_type("general", 15, flags=1 << 4, available_tags=[ForumTag(71, "help")])
    body = {"name": "Q", "message": {"content": "x"}}
    path = f"/channels/{forum.id}/threads"
    assert (await api("POST", path, body))[1]["code"] == 40067
    assert (await api("POST", path, {**body, "applied_tags": ["5"]}))[1]["code"] == 10087
    assert (await api("POST", path, {"name": "Q"}))[1]["errors"]["message"]
    assert (await api("POST", path, {**body, "applied_tags": ["71"]}))[0] == 201


async def test_one_post_of_a_forum_can_be_pinned_until_it_is_archived(channel_of_type, api):
    forum = channel_of_type("general", 15)
    body = {"name": "Q", "message": {"content": "x"}}
    one, other = [(await api("POST", f"/channels/{forum.id}/threads", body))[1]["id"] for _ in range(2)]
    assert (await api("PATCH", f"/channels/{one}", {"flags": 2}))[1]["flags"] == 2
    assert (await api("PATCH", f"/channels/{other}", {"flags": 2}))[1]["code"] == 30047
    assert (await api("PATCH", f"/channels/{one}", {"archived": True}))[1]["flags"] == 0
    assert (await api("PATCH", f"/channels/{other}", {"flags": 2}))[0] == 200


async def test_events_tell_of_a_thread_from_its_start_to_its_end(sandbox, bot, until):
    made = bot.wait_for("thread_create")
    body = sandbox.people.thread("ann", "create", name="Talk")
    thread = await made
    assert (thread.id, thread.owner.name, thread.me) == (int(body["id"]), "ann", None)
    changed = bot.wait_for("thread_update")
    sandbox.people.thread("ann", "rename", channel_id="Talk", name="Chat")
    assert [one.name for one in await changed] == ["Talk", "Chat"]
    renamed = sandbox.people.sees("ann", "Chat")[-1]
    assert (renamed["type"], renamed["content"]) == (4, "Chat")
    joined = bot.wait_for("thread_member_join")
    sandbox.people.thread("ben", "join", channel_id="Chat")
    assert (await joined).id == bot.member("ben").id
    left = bot.wait_for("thread_member_remove")
    sandbox.people.thread("ben", "leave", channel_id="Chat")
    assert (await left).id == bot.member("ben").id
    gone = bot.wait_for("raw_thread_delete")
    sandbox.people.thread("max", "delete", channel_id="Chat")
    assert (await gone).thread_id == thread.id
    assert await code_of(bot.fetch_channel(thread.id)) == (404, 10003)
    [entry] = [one async for one in bot.guild().audit_logs(action=discord.AuditLogAction.thread_delete)]
    assert (entry.user.name, entry.before.name) == ("max", "Chat")


async def test_a_bot_that_is_added_is_told_of_the_thread_first(sandbox, bot):
    place = {"channel_id": "general", "role_id": "Reeve"}
    sandbox.people.set_channel_permissions("olga", **place, deny=["MANAGE_THREADS"])
    heard = bot.wait_for("thread_join")
    sandbox.people.thread("ann", "create", name="secret", private=True)
    sandbox.people.thread("ann", "add", channel_id="secret", user_id="Reeve")
    thread = await heard
    assert thread.me is not None
    events = heard_in(sandbox, "THREAD_CREATE", "THREAD_MEMBERS_UPDATE")
    assert [each.route for each in events] == ["THREAD_CREATE", "THREAD_MEMBERS_UPDATE"]
    assert events[0].response["member"]["user_id"] == str(bot.user.id)
    added = sandbox.people.sees("ann", "secret")[-1]
    assert (added["type"], added["mentions"][0]["id"]) == (1, str(bot.user.id))


async def test_members_of_a_thread_are_listed_whole_on_request(api, sandbox, bot):
    _, thread = await api("POST", f"/channels/{bot.channel().id}/threads", {"name": "T", "type": 11})
    path = f"/channels/{thread['id']}/thread-members"
    ann = bot.member("ann")
    for _ in range(2):
        assert (await api("PUT", f"{path}/{ann.id}"))[0] == 204
    _, listed = await api("GET", path)
    assert {each["user_id"] for each in listed} == {str(bot.user.id), str(ann.id)}
    _, [second] = await api("GET", f"{path}?with_member=true&limit=1&after={min(ann.id, bot.user.id)}")
    assert second["member"]["user"]["id"] == str(max(ann.id, bot.user.id))
    assert (await api("GET", f"{path}/{ann.id}"))[1]["id"] == thread["id"]
    assert (await api("DELETE", f"{path}/{ann.id}"))[0] == 204
    assert (await api("GET", f"{path}/{ann.id}"))[1]["code"] == 10007
    assert (await api("DELETE", f"{path}/@me"))[0] == 204
    assert "member" not in (await api("GET", f"/channels/{thread['id']}"))[1]
    assert (await api("PUT", f"{path}/@me"))[0] == 204
    assert (await api("GET", f"/channels/{bot.channel().id}/thread-members"))[1]["code"] == 50024


async def test_who_writes_is_in_the_thread_and_messages_are_counted(sandbox, bot):
    sandbox.people.thread("ann", "create", name="Talk")
    thread = await bot.fetch_channel(_id(sandbox, "Talk"))
    sent = await thread.send("one")
    sandbox.people.message("ben", "two", channel_id="Talk")
    await sent.delete()
    told = await bot.fetch_channel(thread.id)
    assert (told.message_count, told.total_message_sent, told.member_count) == (1, 2, 3)
    assert told.me.id == bot.user.id
    assert [one.position for one in [each async for each in thread.history()]] == [2]


def _id(sandbox, name):
    return next(each.id for each in sandbox.world.channels.values() if each.name == name)


async def test_a_new_session_is_shown_the_active_threads_that_it_sees(sandbox, login):
    people = sandbox.people
    people.set_channel_permissions("olga", channel_id="general", role_id="Reeve", deny=["MANAGE_THREADS"])
    people.thread("ann", "create", name="open")
    people.thread("ann", "create", name="quiet")
    people.thread("ann", "archive", channel_id="quiet")
    people.thread("ann", "create", name="secret", private=True)
    async with login(sandbox) as bot:
        assert [each.name for each in bot.guild().threads] == ["open"]
        [told] = [one for one in heard_in(sandbox, "GUILD_CREATE") if one.response["name"] == "Green"]
        assert "member" not in told.response["threads"][0]
        await bot.guild().threads[0].join()
    async with login(sandbox) as bot:
        assert bot.guild().threads[0].me is not None


async def test_threads_go_with_their_channel(sandbox, bot):
    thread = await bot.channel("reports").create_thread(name="T", type=discord.ChannelType.public_thread)
    gone = bot.wait_for("thread_delete")
    await bot.channel("reports").delete()
    assert (await gone).id == thread.id
    assert heard_in(sandbox, "THREAD_DELETE") == []
    assert await code_of(bot.fetch_channel(thread.id)) == (404, 10003)
    assert await bot.guild().active_threads() == []


async def test_who_leaves_the_guild_leaves_its_threads(sandbox, bot):
    people = sandbox.people
    body = people.thread("ann", "create", name="Talk")
    people.leave("ann", "Green")
    assert (await bot.http.get_channel(int(body["id"])))["member_count"] == 0


async def test_a_ban_deletes_what_was_written_in_threads_too(sandbox, bot):
    thread = await bot.channel().create_thread(name="T", type=discord.ChannelType.public_thread)
    sandbox.people.message("ann", "spam", channel_id="T")
    await bot.guild().ban(bot.member("ann"), delete_message_seconds=60)
    assert [one async for one in thread.history()] == []


async def test_commands_and_buttons_work_in_a_thread(sandbox, login):
    def prepare(bot):
        @bot.tree.command(description="Where are we?")
        async def where(interaction: discord.Interaction, other: discord.Thread) -> None:
            view = discord.ui.View()
            button = discord.ui.Button(label="Go", custom_id="go")
            button.callback = lambda pressed: pressed.response.send_message(pressed.channel.name)
            view.add_item(button)
            place = interaction.channel
            assert isinstance(place, discord.Thread)
            await interaction.response.send_message(
                f"{place.parent.name}/{place.name} {other.name}", view=view
            )

    people = sandbox.people
    people.thread("ann", "create", name="Talk")
    people.thread("ann", "create", name="Other")
    async with login(sandbox, prepare) as bot:
        answer = await people.slash("ann", "where", channel_id="Talk", options={"other": "Other"})
        assert answer.messages[0]["content"] == "general/Talk Other"
        [asked] = heard_in(sandbox, "INTERACTION_CREATE")
        assert asked.response["channel"]["thread_metadata"]["archived"] is False
        [resolved] = asked.response["data"]["resolved"]["channels"].values()
        assert resolved["parent_id"] == str(bot.channel().id)
        assert (await people.click("ann", channel_id="Talk", label="Go")).messages[0]["content"] == "Talk"
        people.thread("ann", "archive", channel_id="Talk")
        answer = await people.slash("ann", "where", channel_id="Talk", options={"other": "Other"})
        assert answer.failed == "Talk is archived: nobody can use commands there."


async def test_a_world_file_keeps_threads(tmp_path, opened, login):
    file = tmp_path / "world.json"
    async with opened(world_file=file) as sandbox:
        sandbox.people.thread("ann", "create", name="Talk")
        said = sandbox.people.message("ben", "hi", channel_id="Talk")
        sandbox.people.react("ann", message_id=said.id, emoji="👍")
        sandbox.people.pin("max", message_id=said.id)
    async with opened(world_file=file) as sandbox, login(sandbox) as bot:
        [thread] = bot.guild().threads
        assert {each.id for each in await thread.fetch_members()} == {
            bot.member(name).id for name in ("ann", "ben")
        }
        [pin] = [one async for one in thread.pins()]
        assert (pin.content, pin.reactions[0].count) == ("hi", 1)
