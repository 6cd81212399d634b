"""What a person does from a shell beside commands: mark, manage, be there; and time that is moved."""

import pytest

from sandbox.clock import SystemClock
from sandbox.shell import clock_errand, errands
from sandbox.shell.clock_errand import seconds_in
from sandbox.shell.words import Failed


@pytest.fixture
def person(sandbox):
    async def act(*words):
        return await errands.run([*map(str, words), "--url", sandbox.url])

    return act


@pytest.fixture
def clock_word(sandbox):
    async def tell(*words):
        return await clock_errand.run([*words, "--url", sandbox.url])

    return tell


def newest(sandbox, name="general"):
    return sandbox.people.sees("olga", name)[-1]


def green(sandbox):
    return next(iter(sandbox.world.guilds.values()))


async def test_the_newest_message_is_marked_unless_one_is_named(sandbox, person):
    first = sandbox.people.message("ann", "first")
    second = sandbox.people.message("ben", "second")
    told = f"max reacted with 👍 to ben's message {second.id} in Green #general"
    assert await person("max", "react", "👍") == (0, told)
    assert newest(sandbox)["reactions"][0]["emoji"]["name"] == "👍"
    await person("max", "react", "👎", "--message", first.id)
    assert sandbox.people.sees("max", "general")[0]["reactions"][0]["emoji"]["name"] == "👎"
    await person("max", "unreact", "👍")
    assert newest(sandbox).get("reactions", []) == []
    assert await person("max", "pin") == (0, f"max pinned ben's message {second.id} in Green #general")
    assert [one["content"] for one in sandbox.people.pinned("ann", "general")] == ["second"]
    await person("max", "unpin")
    assert sandbox.people.pinned("ann", "general") == []


async def test_the_newest_own_message_is_edited(sandbox, person):
    sandbox.people.message("ann", "mine")
    sandbox.people.message("ben", "not mine")
    code, text = await person("ann", "edit", "a=b", "better")
    assert (code, "a=b better" in text) == (0, True)
    assert [one["content"] for one in sandbox.people.sees("ann", "general")] == ["a=b better", "not mine"]
    assert await person("cem", "edit", "x") == (1, "✗ There is no such message: name one with --message.")


async def test_threads_channels_and_roles_are_managed(sandbox, person):
    code, text = await person("max", "thread", "create", "Plans")
    plans = next(one for one in sandbox.world.channels.values() if one.name == "Plans")
    assert (code, text) == (0, f"max thread create: Plans ({plans.id}) in Green #general")
    await person("max", "thread", "rename", "Plans", "name=Other plans")
    await person("max", "thread", "archive", "Other plans")
    thread = next(one for one in sandbox.world.channels.values() if one.name == "Other plans")
    assert thread.thread.archived
    await person("olga", "channel", "create", "lobby", "slowmode=5", "nsfw=true", "topic=5")
    lobby = next(one for one in sandbox.world.channels.values() if one.name == "lobby")
    assert (lobby.rate_limit_per_user, lobby.nsfw, lobby.topic) == (5, True, "5")
    await person("olga", "channel", "delete", "lobby")
    assert lobby.id not in sandbox.world.channels
    await person("olga", "role", "create", "judge", "permissions=KICK_MEMBERS,BAN_MEMBERS", "color=255")
    judge = next(role for role in green(sandbox).roles.values() if role.name == "judge")
    assert (judge.permissions, judge.color) == (6, 255)
    assert await person("olga", "roles", "ann", "add=judge") == (0, "ann has member, judge in Green")
    ann = next(user.id for user in sandbox.world.users.values() if user.username == "ann")
    assert judge.id in green(sandbox).members[ann].role_ids


async def test_a_person_is_there(sandbox, person):
    await person("olga", "channel", "create", "Lounge", "type=voice")
    told = "ann is in voice in Green #Lounge"
    assert await person("ann", "voice", "Lounge", "self_mute=true") == (0, told)
    (state,) = green(sandbox).voice_states.values()
    assert state.self_mute
    assert await person("ann", "voice") == (0, "ann left voice in Green")
    assert green(sandbox).voice_states == {}
    assert await person("ann", "presence", "idle") == (0, "ann is idle")
    assert await person("ann", "typing") == (0, "ann types in Green #general")
    assert await person("ann", "typing", "--to", "Reeve") == (0, "ann types to Reeve")
    code, invite = await person("max", "invite", "max_uses=1")
    assert (code, sandbox.world.invites[invite].max_uses) == (0, 1)
    sandbox.people.join("zoe", invite=invite)
    assert invite not in sandbox.world.invites


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("max react", "Say which emoji."),
        ("max react 👍 👎", "'👎' is one word too many"),
        ("max pin this", "pin takes no words: 'this' is one too many."),
        ("max thread create", "Say what and which: thread create plans."),
        ("max role create judge red", "'red' is not name=value."),
        ("max voice Lounge Hall", "'Hall' is one word too many"),
        ("max edit", "Say the new text."),
    ],
)
async def test_a_word_that_makes_no_sense_is_64(person, words, sentence):
    code, text = await person(*words.split())
    assert (code, text[: len(sentence) + 2]) == (64, f"✗ {sentence}")


async def test_what_the_control_interface_refuses_is_its_own_sentence(person):
    refused = "✗ The field 'slowmode' must be a whole number, not a text."
    assert await person("olga", "channel", "create", "x", "slowmode=soon") == (1, refused)
    code, text = await person("ann", "channel", "create", "x")
    assert (code, text.startswith("✗ Discord refuses that: ")) == (1, True)


async def test_time_is_told_and_moved(sandbox, clock_word):
    assert isinstance(sandbox.clock, SystemClock)
    code, text = await clock_word()
    assert (code, text.endswith(" UTC")) == (0, True)
    before = sandbox.clock.now()
    code, text = await clock_word("+30d")
    assert (code, text.endswith(" UTC, 30 days, 0:00:00 ahead of real time")) == (0, True)
    assert (sandbox.clock.now() - before).days == 30
    assert (await clock_word())[1].endswith("30 days, 0:00:00 ahead of real time")
    assert (await clock_word("9000w"))[0] == 1


def test_distances_are_read_as_reeve_reads_durations():
    read = {each: seconds_in(each) for each in ("+30d", "90m", "2h", "1d12h", "5s", "1w")}
    assert read == {"+30d": 2592000, "90m": 5400, "2h": 7200, "1d12h": 129600, "5s": 5, "1w": 604800}


@pytest.mark.parametrize("wrong", ["", "+", "30", "d", "12h1d", "-1d", "1.5h", "999999999w"])
def test_what_is_no_distance_is_64(wrong):
    with pytest.raises(Failed) as failed:
        seconds_in(wrong)
    assert failed.value.code == 64
