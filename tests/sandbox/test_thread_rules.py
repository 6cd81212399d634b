"""Who may do what in a thread, and when it goes to the archive."""

import asyncio

import discord
import pytest
from asking import code_of, heard_in

from sandbox.errors import Refused
from sandbox.rows import Thread

HOUR = 3600


def _id(sandbox, name):
    return next(each.id for each in sandbox.world.channels.values() if each.name == name)


async def test_a_private_thread_is_seen_by_its_members_and_by_moderators(sandbox, api):
    people = sandbox.people
    people.set_channel_permissions("olga", channel_id="general", role_id="Reeve", deny=["MANAGE_THREADS"])
    thread = people.thread("ann", "create", name="secret", private=True)
    assert (await api("GET", f"/channels/{thread['id']}"))[1]["code"] == 50001
    assert people.sees("max", "secret") == []
    with pytest.raises(LookupError, match="does not see"):
        people.sees("ben", "secret")
    people.message("ann", f"come in, <@{people._names.user('ben').id}>", channel_id="secret")
    assert people.sees("ben", "secret")[0]["position"] == 1
    assert heard_in(sandbox, "MESSAGE_CREATE") == []
    people.thread("ann", "remove", channel_id="secret", user_id="ben")
    with pytest.raises(LookupError, match="does not see"):
        people.sees("ben", "secret")


async def test_only_moderators_bring_people_into_a_thread_that_is_not_open_to_invitations(api, sandbox, bot):
    body = {"name": "closed", "type": 12, "invitable": False}
    _, thread = await api("POST", f"/channels/{bot.channel().id}/threads", body)
    sandbox.people.thread("max", "add", channel_id="closed", user_id="ann")
    with pytest.raises(Refused, match="50013"):
        sandbox.people.thread("ann", "add", channel_id="closed", user_id="ben")
    assert thread["thread_metadata"]["invitable"] is False


async def test_send_messages_has_no_effect_in_threads(sandbox, bot):
    people = sandbox.people
    thread = await bot.channel().create_thread(name="Talk", type=discord.ChannelType.public_thread)
    people.set_channel_permissions("olga", channel_id="general", role_id="Reeve", deny=["SEND_MESSAGES"])
    await thread.send(embed=discord.Embed(title="x"))
    people.set_channel_permissions(
        "olga", channel_id="general", role_id="Reeve", deny=["SEND_MESSAGES_IN_THREADS"]
    )
    assert await code_of(thread.send("x")) == (403, 50013)
    assert await code_of(thread.typing().__aenter__()) == (403, 50013)
    people.set_channel_permissions(
        "olga", channel_id="general", role_id="Reeve", deny=["CREATE_PUBLIC_THREADS"]
    )
    made = bot.channel().create_thread(name="No", type=discord.ChannelType.public_thread)
    assert await code_of(made) == (403, 50013)
    people.set_channel_permissions(
        "olga", channel_id="general", role_id="member", deny=["SEND_MESSAGES_IN_THREADS"]
    )
    with pytest.raises(Refused, match="50013"):
        people.message("ann", "x", channel_id="Talk")


async def test_an_archived_thread_lets_nothing_be_changed_until_somebody_writes(sandbox, bot):
    thread = await bot.channel().create_thread(name="Talk", type=discord.ChannelType.public_thread)
    sent = await thread.send("one")
    await thread.edit(archived=True)
    assert await code_of(sent.edit(content="x")) == (400, 50083)
    assert await code_of(sent.add_reaction("👍")) == (400, 50083)
    assert await code_of(sent.pin()) == (400, 50083)
    assert await code_of(thread.edit(name="x")) == (400, 50083)
    assert await code_of(thread.add_user(bot.member("ann"))) == (400, 50083)
    assert await code_of(thread.leave()) == (400, 50083)
    with pytest.raises(Refused, match="50083"):
        sandbox.people.thread("ben", "join", channel_id="Talk")
    updates = len(heard_in(sandbox, "THREAD_UPDATE"))
    sandbox.people.message("ann", "still here?", channel_id="Talk")
    assert not (await bot.fetch_channel(thread.id)).archived
    assert len(heard_in(sandbox, "THREAD_UPDATE")) == updates + 1
    [mine] = heard_in(sandbox, "THREAD_MEMBER_UPDATE")
    assert (mine.response["user_id"], mine.response["guild_id"]) == (str(bot.user.id), str(bot.guild().id))


async def test_a_locked_thread_is_for_moderators(sandbox, bot):
    people = sandbox.people
    people.thread("ann", "create", name="Talk")
    said = people.message("ann", "one", channel_id="Talk")
    people.thread("max", "lock", channel_id="Talk")
    for attempt in (
        lambda: people.message("ann", "x", channel_id="Talk"),
        lambda: people.edit("ann", message_id=said.id, content="x"),
        lambda: people.thread("ann", "rename", channel_id="Talk", name="x"),
        lambda: people.thread("ann", "unlock", channel_id="Talk"),
    ):
        with pytest.raises(Refused, match="160005"):
            attempt()
    people.react("ann", message_id=said.id, emoji="👍")
    people.message("max", "enough", channel_id="Talk")
    people.thread("max", "archive", channel_id="Talk")
    with pytest.raises(Refused, match="50083"):
        people.delete_message("ann", message_id=said.id)
    with pytest.raises(Refused, match="160005"):
        people.thread("ann", "unarchive", channel_id="Talk")
    people.message("max", "one more", channel_id="Talk")
    assert not (await bot.fetch_channel(_id(sandbox, "Talk"))).archived


async def test_its_owner_may_change_some_and_a_moderator_all(sandbox):
    people = sandbox.people
    people.thread("ann", "create", name="Talk")
    people.thread("ann", "archive", channel_id="Talk")
    people.thread("ben", "unarchive", channel_id="Talk")
    for action in ("archive", "lock", "rename"):
        with pytest.raises(Refused, match="50013"):
            people.thread("ben", action, channel_id="Talk", name="x")
    for action in ("lock", "delete"):
        with pytest.raises(Refused, match="50013"):
            people.thread("ann", action, channel_id="Talk")


async def test_a_quiet_thread_goes_to_the_archive_by_itself(timed, clock, login, until):
    told = []
    timed.core.events.listen(lambda event: told.append(event.name))
    async with login(timed) as bot:
        thread = await bot.channel().create_thread(
            name="Talk", type=discord.ChannelType.public_thread, auto_archive_duration=60
        )
        clock.advance(0.9 * HOUR)
        await thread.send("still here")
        clock.advance(0.9 * HOUR)
        assert not (await bot.fetch_channel(thread.id)).archived
        clock.advance(0.2 * HOUR)
        await until(lambda: "THREAD_UPDATE" in told)
        found = await bot.fetch_channel(thread.id)
        assert (found.archived, found.archive_timestamp) == (True, clock.now())


async def test_lists_of_threads_come_in_their_order_with_what_is_left(timed, clock, login):
    async with login(timed) as bot:
        general = bot.channel()
        kinds = (discord.ChannelType.public_thread, discord.ChannelType.private_thread)
        made = []
        for number in range(3):
            for kind in kinds:
                made.append(await general.create_thread(name=f"{kind} {number}", type=kind))
        active = await bot.guild().active_threads()
        assert [each.id for each in active] == sorted((each.id for each in made), reverse=True)
        for thread in reversed(made):
            clock.advance(1)
            await thread.edit(archived=True)
        public = [each.name async for each in general.archived_threads(limit=None)]
        assert public == [f"{kinds[0]} {number}" for number in range(3)]
        joined = [each.name async for each in general.archived_threads(private=True, joined=True)]
        assert joined == [f"{kinds[1]} {number}" for number in (2, 1, 0)]
        private = [each.name async for each in general.archived_threads(private=True)]
        assert private == [f"{kinds[1]} {number}" for number in range(3)]
        first = await bot.http.get_public_archived_threads(general.id, limit=2)
        assert (len(first["threads"]), len(first["members"]), first["has_more"]) == (2, 2, True)
        assert await bot.guild().active_threads() == []
        timed.people.set_channel_permissions(
            "olga", channel_id="general", role_id="Reeve", deny=["MANAGE_THREADS"]
        )
        assert await code_of(bot.http.get_private_archived_threads(general.id)) == (403, 50013)


async def test_a_guild_has_room_for_a_thousand_active_threads(sandbox, bot):
    people = sandbox.people
    guild, now = next(iter(sandbox.world.guilds.values())), sandbox.core.now()
    parent = sandbox.world.channel(bot.channel().id)
    for number in range(1000):
        thread = type(parent)(number + 1, 11, guild.id, f"T{number}", parent_id=parent.id)
        thread.thread = Thread(bot.user.id, now, now, 1440)
        sandbox.world.channels[thread.id] = thread
        guild.thread_ids.append(thread.id)
    made = bot.channel().create_thread(name="One more", type=discord.ChannelType.public_thread)
    assert await code_of(made) == (400, 160006)
    people.thread("max", "archive", channel_id="T7")
    await bot.channel().create_thread(name="One more", type=discord.ChannelType.public_thread)
    assert await code_of(bot.http.edit_channel(8, archived=False)) == (400, 160006)


async def test_nothing_waits_for_a_thread_of_a_sandbox_that_closed(opened):
    before = asyncio.all_tasks()  # of other tests' sandboxes, too
    async with opened() as sandbox:
        sandbox.people.thread("ann", "create", name="Talk")
    await asyncio.sleep(0)
    assert [each for each in asyncio.all_tasks() - before if "Archiver" in repr(each)] == []


async def test_who_comes_to_see_a_channel_is_shown_its_threads(sandbox, bot):
    people = sandbox.people
    place = {"channel_id": "general", "role_id": "Reeve"}
    mine = await bot.channel().create_thread(name="mine", type=discord.ChannelType.public_thread)
    people.set_channel_permissions("olga", **place, deny=["VIEW_CHANNEL"])
    people.thread("ann", "create", name="theirs")
    assert await code_of(bot.fetch_channel(mine.id)) == (403, 50001)
    people.set_channel_permissions("olga", **place, deny=["ATTACH_FILES"])
    people.set_channel_permissions("olga", **place, deny=[])
    [told] = heard_in(sandbox, "THREAD_LIST_SYNC")
    assert told.response["channel_ids"] == [str(bot.channel().id)]
    assert [each["name"] for each in told.response["threads"]] == ["mine", "theirs"]
    assert [each["id"] for each in told.response["members"]] == [str(mine.id)]
