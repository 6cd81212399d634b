"""A webhook starts posts in its forum (reference, "Execute Webhook")."""

import discord
import pytest
from asking import logged

from sandbox.rows import ForumTag

HELP, OFFICIAL = 71, 72


@pytest.fixture
def forum(sandbox, green):
    """`general` as one, before anybody looks; the bot may make webhooks there."""
    channel = sandbox.world.channels[green.channel_ids[0]]
    channel.type = 15
    channel.available_tags = [ForumTag(HELP, "help"), ForumTag(OFFICIAL, "official", moderated=True)]
    sandbox.people.set_channel_permissions(
        "olga", channel_id=channel.id, role_id="Reeve", allow=["MANAGE_WEBHOOKS"]
    )
    return channel


@pytest.fixture
async def hook(forum, bot):
    return await bot.get_channel(forum.id).create_webhook(name="News")


@pytest.fixture
def execute(api, hook):
    async def call(body, query=""):
        return await api("POST", f"/webhooks/{hook.id}/{hook.token}?wait=true{query}", body)

    return call


async def test_a_name_starts_a_post_and_its_id_goes_on_with_it(bot, forum, hook):
    made = bot.wait_for("thread_create")
    first = await hook.send("how?", thread_name="Question", username="Asker", wait=True)
    thread = await made
    assert (first.id, first.channel.id, first.author.name) == (thread.id, thread.id, "Asker")
    assert (thread.name, thread.parent_id, thread.owner_id) == ("Question", forum.id, hook.id)
    assert (thread.member_count, thread.message_count) == (0, 0)
    second = await hook.send("so!", thread=thread, wait=True)
    said = [one async for one in bot.get_channel(thread.id).history()]
    assert [(one.id, one.content, one.webhook_id) for one in said] == [
        (second.id, "so!", hook.id),
        (first.id, "how?", hook.id),
    ]
    [entry] = await logged(bot, discord.AuditLogAction.thread_create)
    assert (entry.target.id, entry.user_id) == (thread.id, hook.id)


async def test_a_post_gets_the_tags_that_are_asked_for(sandbox, forum, execute):
    status, one = await execute({"content": "x", "thread_name": "Q", "applied_tags": [str(HELP)]})
    assert (status, sandbox.world.channels[int(one["channel_id"])].thread.applied_tags) == (200, [HELP])
    assert (await execute({"content": "x", "thread_name": "Q", "applied_tags": ["5"]}))[1]["code"] == 10087
    moderated = {"content": "x", "thread_name": "Q", "applied_tags": [str(OFFICIAL)]}
    assert (await execute(moderated))[1]["code"] == 50013
    forum.flags |= 1 << 4
    assert (await execute({"content": "x", "thread_name": "Q"}))[1]["code"] == 40067
    assert len(forum.available_tags) == 2


async def test_a_forum_needs_one_of_name_and_thread_and_not_both(execute):
    status, refused = await execute({"content": "x"})
    assert (status, refused["code"]) == (400, 220001)
    _, one = await execute({"content": "x", "thread_name": "Q"})
    status, refused = await execute({"content": "x", "thread_name": "Q"}, f"&thread_id={one['channel_id']}")
    assert (status, refused["code"]) == (400, 220002)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"thread_name": "x" * 101}, "thread_name"),
        ({"thread_name": "Q", "applied_tags": [str(each) for each in range(6)]}, "applied_tags"),
    ],
)
async def test_a_posts_name_and_tags_have_limits(execute, more, field):
    status, refused = await execute({"content": "x", **more})
    assert (status, refused["code"], list(refused["errors"])) == (400, 50035, [field])


async def test_an_empty_post_is_refused_and_no_thread_is_left(sandbox, green, execute):
    assert (await execute({"thread_name": "Q"}))[1]["code"] == 50006
    assert green.thread_ids == []


async def test_a_poll_is_refused_wherever_a_message_could_have_one(api, bot, hook, execute):
    """And never passed over: this sandbox has none."""
    poll = {"question": {"text": "Tea?"}, "answers": [{"poll_media": {"text": "Yes"}}]}
    for status, refused in (
        await api("POST", f"/channels/{bot.channel('staff').id}/messages", {"content": "x", "poll": poll}),
        await execute({"content": "x", "thread_name": "Q", "poll": poll}),
    ):
        assert (status, refused["code"]) == (400, 50035)
        assert refused["errors"]["poll"]["_errors"][0]["message"] == "This sandbox has no polls"
