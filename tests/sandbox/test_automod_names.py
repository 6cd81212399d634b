"""AutoMod looks at titles of threads and at how members call themselves."""

import discord
import pytest

from sandbox.errors import Refused
from sandbox.permissions import Permission
from sandbox.rows import ForumTag

QUARANTINED = 1 << 7
ALERT = {"type": 2, "metadata": {"channel_id": "mod-log"}}


@pytest.fixture
def managed(green):
    """The bot may manage the server, and so hears of AutoMod."""
    role = next(role for role in green.roles.values() if role.bot_id)
    role.permissions |= int(Permission.MANAGE_GUILD)
    return green


def make(sandbox, kind, *actions, **more):
    rule = {
        "name": "Words",
        "event_type": 2 if kind == 6 else 1,
        "trigger_type": kind,
        "enabled": True,
        "actions": list(actions),
        "trigger_metadata": {"keyword_filter": ["*spam*"], "allow_list": ["spamalot"]},
    }
    sandbox.people.automod("olga", "create", rule={**rule, **more})


def member_of(sandbox, guild, name):
    return guild.members[next(user.id for user in sandbox.world.users.values() if user.username == name)]


def forum(sandbox, guild):
    channel = sandbox.world.channels[guild.channel_ids[0]]
    channel.type, channel.available_tags = 15, [ForumTag(71, "help")]


@pytest.mark.parametrize("how", ["alone", "from a message", "as a post", "renamed"])
def test_a_title_with_a_blocked_word_is_refused(sandbox, managed, how):
    said = sandbox.people.message("ann", "hello")
    thread = sandbox.people.thread("ann", "create", name="Talk")
    make(sandbox, 1, {"type": 1, "metadata": {"custom_message": "No."}})
    asked = {"name": "spam here"}
    if how == "as a post":
        forum(sandbox, managed)
        asked["content"] = "fine"
    if how == "from a message":
        asked["message_id"] = said.id
    act, where = ("rename", {"channel_id": thread["id"]}) if how == "renamed" else ("create", {})
    with pytest.raises(Refused, match=r"Title was blocked by automatic moderation: No \(200001\)"):
        sandbox.people.thread("ann", act, **asked, **where)
    assert [sandbox.world.channels[each].name for each in managed.thread_ids] == ["Talk"]
    sandbox.people.thread("ann", act, **{**asked, "name": "ham"}, **where)


async def test_what_is_only_flagged_keeps_its_title(sandbox, managed, bot):
    make(sandbox, 1, ALERT)
    executed = bot.wait_for("automod_action")
    thread = sandbox.people.thread("ann", "create", name="spam here")
    execution = await executed
    assert (execution.content, execution.message_id, thread["name"]) == ("spam here", None, "spam here")


async def test_a_member_with_a_blocked_nickname_may_only_look_and_take_another(sandbox, managed, bot):
    make(sandbox, 6, {"type": 4}, ALERT)
    changed, executed = (
        bot.wait_for("member_update", check=_is_held),
        bot.wait_for("automod_action"),
    )
    sandbox.people.moderate("ann", "nick", "ann", nick="Dr. Spam")
    ann = member_of(sandbox, managed, "ann")
    assert (await changed)[1].id == ann.user_id
    execution = await executed
    assert (execution.content, execution.matched_content, execution.channel_id) == ("Dr. Spam", "Spam", None)
    assert [entry.action_type for entry in managed.audit[-2:]] == [146, 144]
    with pytest.raises(Refused, match="50013"):
        sandbox.people.message("ann", "hello")
    assert sandbox.people.sees("ann", "general") == []
    sandbox.people.moderate("ann", "nick", "ann", nick="Ann")
    assert ann.flags & QUARANTINED == 0
    sandbox.people.message("ann", "hello")


def _is_held(_before, after):
    return bool(after.flags.value & discord.MemberFlags.automod_quarantined_username.flag)


@pytest.mark.parametrize(("name", "is_held"), [("spammer", True), ("spamalot", False), ("zoe", False)])
def test_who_comes_with_a_blocked_name_is_held(sandbox, managed, name, is_held):
    make(sandbox, 6, {"type": 4})
    member = sandbox.people.join(name)
    assert bool(member.flags & QUARANTINED) is is_held


def test_profiles_are_not_messages_and_exempt_people_are_spared(sandbox, managed):
    make(sandbox, 6, {"type": 4}, exempt_roles=["moderator"])
    sandbox.people.message("ann", "spam")
    for name in ("olga", "max"):
        sandbox.people.moderate(name, "nick", name, nick="spam")
        assert member_of(sandbox, managed, name).flags == 0


def test_an_alert_alone_holds_nobody(sandbox, managed):
    make(sandbox, 6, ALERT)
    sandbox.people.moderate("ann", "nick", "ann", nick="spam")
    assert member_of(sandbox, managed, "ann").flags == 0
    [told] = sandbox.people.sees("max", "mod-log")
    assert told["embeds"][0]["description"] == "spam"
