"""What a shell says of an act: where it landed, until when, by whose time; and each verb in a line."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.shell import errands


@pytest.fixture
def person(sandbox):
    async def act(*words):
        return await errands.run([*map(str, words), "--url", sandbox.url])

    return act


def member(sandbox, name, guild="Green"):
    user = next(each.id for each in sandbox.world.users.values() if each.username == name)
    return next(each for each in sandbox.world.guilds.values() if each.name == guild).members[user]


async def test_an_act_that_lands_in_another_server_says_so(sandbox, person):
    assert (await person("ben", "message", "hi"))[1].splitlines()[-1] == "in Green #general"
    await person("max", "moderate", "ban", "ben", "--guild", "Green")
    assert (await person("ben", "message", "hi"))[1].splitlines()[-1] == "in Hill #general"
    assert (await person("ben", "see"))[1].splitlines()[-1] == "in Hill #general"
    assert (await person("ben", "edit", "ho"))[1].splitlines()[-1] == "in Hill #general"


async def test_direct_messages_are_no_server(person):
    assert (await person("ann", "message", "psst", "--to", "Reeve"))[1].endswith("\nin direct messages")


@pytest.mark.parametrize(
    ("words", "length", "reason"),
    [
        ("2h calm down", timedelta(hours=2), "calm down"),
        ("1d12h", timedelta(hours=36), None),
        ("calm down", timedelta(minutes=10), "calm down"),
    ],
)
async def test_a_time_out_has_a_length_and_says_until_when(timed, words, length, reason):
    url = ("--url", timed.url)
    code, text = await errands.run(["max", "moderate", "timeout", "ann", *words.split(), *url])
    until = timed.clock.now() + length
    assert (code, text) == (0, f"timeout ann in Green until {until:%Y-%m-%d %H:%M:%S} UTC")
    assert member(timed, "ann").communication_disabled_until == until
    green = next(iter(timed.world.guilds.values()))
    assert green.audit[-1].reason == reason


async def test_a_bare_number_is_neither_a_length_nor_passed_over(sandbox, person):
    code, text = await person("max", "moderate", "timeout", "ann", "600")
    assert (code, text) == (64, "✗ '600' has no unit: say 600m, 2h or 1d12h, and the reason behind it.")
    assert member(sandbox, "ann").communication_disabled_until is None
    assert await person("max", "moderate", "ban", "lou", "3") == (0, "ban lou in Green")
    assert next(iter(next(iter(sandbox.world.guilds.values())).bans.values())).reason == "3"


async def test_a_nickname_is_given_and_taken(sandbox, person):
    assert await person("max", "moderate", "nick", "ann", "Queen", "Ann") == (0, "nick ann in Green")
    assert member(sandbox, "ann").nick == "Queen Ann"
    await person("max", "moderate", "nick", "ann")
    assert member(sandbox, "ann").nick is None


async def test_relative_times_go_by_the_sandboxs_clock(sandbox, person):
    sandbox.clock.advance(30 * 86_400)
    moment = int((sandbox.clock.now() + timedelta(minutes=5, seconds=30)).timestamp())
    assert "in 5 minutes" in (await person("ann", "message", f"<t:{moment}:R>"))[1]
    here = sandbox.clock.now().astimezone(datetime.now(UTC).astimezone().tzinfo)
    assert not (await person("ann", "see"))[1].startswith(f"{here:%Y-}")


def test_help_explains_each_verb_in_a_line():
    lines = errands.arguments().format_help().splitlines()
    for verb in errands.VERBS:
        (line,) = [each for each in lines if each.startswith(f"  {verb} ")]
        assert len(line.split()) > 2, verb
    assert "partial" not in "\n".join(lines)
