"""What Discord's own AutoMod hits becomes a warning, where the server says so."""

from typing import Any

import pytest
from e2e_play import Bot, Guild, Play, readable, until

BLOCK, TIMEOUT = {"type": 1}, {"type": 3, "metadata": {"duration_seconds": 60}}


@pytest.fixture
async def guild(guild: Guild, play: Play) -> Guild:
    """Reeve sees its AutoMod: for that Discord wants Manage Server."""
    role = await guild.post("olga", "role", action="create", name="AutoMod", permissions=["MANAGE_GUILD"])
    reeve = next(each for each in play.world["applications"] if each["name"] == "Reeve")
    await guild.post("olga", "roles", user_id=reeve["bot_user_id"], add=[role["id"]])
    return guild


@pytest.fixture
async def words(guild: Guild) -> str:
    """A rule that blocks a word, times out who writes it, and tells the staff: three actions, three events."""
    alert = {"type": 2, "metadata": {"channel_id": guild.channels["staff"]}}
    return await rule(guild, "Bad *words*", BLOCK, alert, TIMEOUT)


async def rule(guild: Guild, name: str, *actions: dict[str, Any], keyword: str = "eggs") -> str:
    made = await guild.post(
        "olga",
        "automod",
        action="create",
        rule={
            "name": name,
            "event_type": 1,
            "trigger_type": 1,
            "trigger_metadata": {"keyword_filter": [keyword]},
            "actions": list(actions),
            "enabled": True,
        },
    )
    return str(made["id"])


async def case_of(guild: Guild, number: int) -> str:
    text = (await guild.slash("max", "case view", number=number)).text
    return "" if "There is no case" in text else text


async def told(guild: Guild, word: str) -> bool:
    return any(word in readable(message) for message in await guild.direct_messages("ann"))


async def blocked(guild: Guild, who: str, content: str) -> None:
    with pytest.raises(AssertionError, match="blocked"):
        await guild.say(who, content)


async def test_a_hit_with_three_actions_is_one_warning(guild: Guild, words: str) -> None:
    [choice] = await guild.autocomplete("olga", "config automod set", focused="rule", rule="bad")
    assert choice == {"name": "Bad *words*", "value": words}
    answer = await guild.slash("olga", "config automod set", rule=words, become="warn", points=3)
    assert "becomes a warning of 3 points" in answer.text

    await blocked(guild, "ann", "scrambled eggs")

    shown = await until(lambda: case_of(guild, 1))
    assert "AutoMod rule “Bad \\*words\\*”: eggs" in shown
    assert "Weight: 3" in shown
    assert "by AutoMod" in shown
    assert "Reeve" in shown
    assert await until(lambda: told(guild, "eggs"))
    assert len(await until(guild.log_posts)) == 1
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text
    figures = await guild.slash("max", "modstats")
    assert "Acts: **0**" in figures.text
    assert "Acts of Reeve by rule: 1" in figures.text


async def test_a_hit_that_is_not_blocked_may_become_a_note(guild: Guild) -> None:
    alert = {"type": 2, "metadata": {"channel_id": guild.channels["staff"]}}
    soft = await rule(guild, "Soft", alert, TIMEOUT, keyword="ham")
    await guild.slash("olga", "config automod set", rule="soft", become="note")
    before = await guild.told_before("cem")

    await guild.say("ben", "ham one")
    await guild.say("cem", "ham two")

    assert "📝" in await until(lambda: case_of(guild, 2))
    assert "There is no case 3" in (await guild.slash("max", "case view", number=3)).text
    assert not [
        each for each in await guild.direct_messages("cem", besides=before) if "ham" in readable(each)
    ]
    assert f"automod:{soft}" in (await guild.slash("olga", "config history")).text


async def test_a_rule_that_is_not_named_leads_to_nothing_and_one_can_be_taken_back(
    guild: Guild, words: str
) -> None:
    other = await rule(guild, "Other", BLOCK, keyword="toast")
    assert "Bad \\*words\\*: leads to nothing" in (await guild.slash("olga", "config automod list")).text
    await guild.slash("olga", "config automod set", rule=words)
    await guild.slash("olga", "config automod set", rule=other)
    listed = (await guild.slash("olga", "config automod list")).text
    assert "**Bad \\*words\\***: a warning" in listed

    answer = await guild.slash("olga", "config automod remove", rule="Bad *words*")
    assert "become nothing here" in answer.text
    await blocked(guild, "ann", "eggs")
    await blocked(guild, "ben", "toast")

    assert "Other" in await until(lambda: case_of(guild, 1)), "the hit before it came to nothing"
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text


async def test_what_stands_in_the_way_is_said(guild: Guild) -> None:
    assert (
        "AutoMod has no rule nonsense here"
        in (await guild.slash("olga", "config automod set", rule="nonsense")).text
    )
    answer = await guild.slash("olga", "config automod set", rule="x", become="note", points=2)
    assert "a note weighs nothing" in answer.text
    assert (await guild.slash("max", "config automod list")).failed, "it is the admins'"


async def test_without_its_permission_reeve_says_which_one_it_needs(play: Play, bot: Bot) -> None:
    guild = await play.new_guild("out of sight")

    for answer in (
        await guild.slash("olga", "config automod set", rule="x"),
        await guild.slash("olga", "config automod list"),
    ):
        assert "Give the role Reeve the permission Manage Server" in answer.text
