"""The ladder over the wire: asked before a warning, decided with it, done at once, and said as it really was."""

import asyncio
import json
from typing import Any

import pytest
from e2e_play import Answer, Guild, Play, until


@pytest.fixture
async def ladder(guild: Guild) -> Guild:
    """A timeout at two points, a kick at four."""
    first = await guild.slash("olga", "config ladder step-add", points=2, kind="timeout", duration="1d")
    assert "At 2 points follows: timeout for 1d" in first.text
    await guild.slash("olga", "config ladder step-add", points=4, kind="kick")
    return guild


async def timed_out(guild: Guild, play: Play, who: str) -> bool:
    member = await play.get(f"/sandbox/guilds/{guild.guild_id}/members/{guild.person(who)}")
    return bool(member["communication_disabled_until"])


async def ids_of_words_to_ann(guild: Guild) -> set[str]:
    """Of the newest hundred: other tests have written to her, too."""
    return {message["id"] for message in await guild.direct_messages("ann")}


async def confirmed(guild: Guild, who: str, label: str, **options: Any) -> Answer:
    asked = await guild.slash(who, "warn", **options)
    return await guild.click(who, asked, label)


async def test_a_warning_is_previewed_and_its_step_is_taken_with_it(ladder: Guild) -> None:
    before = await ids_of_words_to_ann(ladder)
    asked = await ladder.slash("max", "warn", member="ann", reason="spam")
    assert "to 1 of 2 points (next: timeout for 1d) in 30 days" in asked.text
    assert "There is no case 1" in (await ladder.slash("max", "case view", number=1)).text
    first = await ladder.click("max", asked, "Warn")
    assert "Case 1: warned" in first.text
    assert "They stand at 1 of 2 points (next: timeout for 1d) in 30 days." in first.text

    asked = await ladder.slash("max", "warn", member="ann", reason="spam again")
    assert "to 2 of 2 points in 30 days: timeout for 1d follows." in asked.text
    second = await ladder.click("max", asked, "Warn and time out for 1d")
    assert "Case 2: warned" in second.text
    assert "Case 3 follows from it: timeout for 1d." in second.text
    assert "They stand at 2 of 4 points (next: kick)" in second.text

    shown = (await ladder.slash("max", "case view", number=3)).text
    assert "Reeve" in shown
    assert "Warnings reached 2 of 2 points in 30 days (case 2, max): spam again" in shown
    assert "1, 2" in shown
    assert "2 of 4 points" in (await ladder.slash("max", "history", user="ann")).text
    assert "2 of 4 points" in (await ladder.slash("max", "case view", number=1)).text

    async def told() -> bool:
        return len(await ids_of_words_to_ann(ladder) - before) == 3

    assert await until(told)


async def test_two_clicks_are_one_warning_and_one_step(ladder: Guild) -> None:
    asked = await ladder.slash("max", "warn", member="ann", reason="spam", points=2)
    answers = await asyncio.gather(
        *(ladder.click("max", asked, "Warn and time out for 1d") for _ in range(2))
    )
    assert any("Case 2 follows from it: timeout for 1d" in answer.text for answer in answers)
    assert "There is no case 3" in (await ladder.slash("max", "case view", number=3)).text


async def test_whoever_does_not_confirm_warns_nobody(ladder: Guild) -> None:
    asked = await ladder.slash("max", "warn", member="ann", reason="spam", points=2)
    assert "Nothing was done." in (await ladder.click("max", asked, "Do nothing")).text
    assert "There is no case 1" in (await ladder.slash("max", "case view", number=1)).text


async def test_what_was_changed_since_the_preview_decides_and_the_answer_says_it(ladder: Guild) -> None:
    asked = await ladder.slash("max", "warn", member="ann", reason="spam", points=2)
    await ladder.slash("olga", "config ladder step-remove", points=2)
    done = await ladder.click("max", asked, "Warn and time out for 1d")
    assert "Case 1: warned" in done.text
    assert "They stand at 2 of 4 points (next: kick)" in done.text
    assert "follows" not in done.text
    assert "There is no case 2" in (await ladder.slash("max", "case view", number=2)).text


async def test_who_is_kicked_reads_of_both_before(ladder: Guild) -> None:
    before = await ids_of_words_to_ann(ladder)
    done = await confirmed(ladder, "max", "Warn and kick", member="ann", reason="spam", points=4)
    assert "Case 2 follows from it: kick." in done.text
    assert "could not be told" not in done.text
    assert len(await ids_of_words_to_ann(ladder) - before) == 2


async def test_what_discord_does_not_let_reeve_do_is_said_and_the_warning_stands(ladder: Guild) -> None:
    """An administrator below Reeve and the moderator: nobody may time them out."""
    role = await ladder.post("olga", "role", action="create", name="Admins", permissions=["ADMINISTRATOR"])
    await ladder.post("olga", "roles", user_id=ladder.person("ann"), add=[role["id"]])
    done = await confirmed(ladder, "olga", "Warn and time out for 1d", member="ann", reason="spam", points=2)
    assert "Case 1: warned" in done.text
    assert "Case 2 follows from it: timeout for 1d (refused)." in done.text
    assert "nobody time out an administrator" in done.text


async def test_a_longer_timeout_stays_as_it_is(ladder: Guild) -> None:
    await ladder.slash("max", "timeout", member="ann", duration="7d", reason="rude")
    done = await confirmed(ladder, "max", "Warn and time out for 1d", member="ann", reason="spam", points=2)
    assert "was left out: a longer timeout stands" in done.text
    assert "follows from it" not in done.text


async def test_voiding_the_warning_offers_to_lift_what_followed(ladder: Guild, play: Play) -> None:
    await confirmed(ladder, "max", "Warn and time out for 1d", member="ann", reason="spam", points=2)
    assert await timed_out(ladder, play, "ann")
    void = await ladder.slash("max", "case void", number=1, reason="it was somebody else")
    assert "Case 2 (timeout) followed from it by the ladder and would not follow now." in void.text
    lifted = await ladder.click("max", void, "Lift the timeout of case 2")
    assert "Case 2: the timeout is lifted." in lifted.text
    assert not await timed_out(ladder, play, "ann")


async def test_a_preset_that_is_too_long_for_a_choice_is_kept_whole_wherever_it_is_chosen(
    guild: Guild,
) -> None:
    text = "No advertising, in no channel, neither for servers nor for shops nor for yourself: rule 3. " * 2
    await guild.slash("olga", "config preset add", name="Ads", text=text, points=3)

    async def chosen(command: str, **more: Any) -> str:
        [choice, *_] = await guild.autocomplete("max", command, focused="reason", reason="ad", **more)
        return str(choice["value"])

    await guild.slash("max", "kick", member="ben", reason=await chosen("kick"))
    await guild.slash("max", "warn", member="ann", reason="spam")
    await guild.slash("max", "case edit", number=2, reason=await chosen("case edit", number=2))
    for number in (1, 2):
        assert text.strip() in (await guild.slash("max", "case view", number=number)).text
    await guild.slash("max", "case void", number=1, reason=await chosen("case void", number=1))
    exported = json.loads(await (await guild.slash("max", "case export", format="json")).file())
    whys = [each["why"] for case in exported["cases"] for each in case["revisions"] if case["number"] == 1]
    assert whys == [text.strip()]


async def test_a_preset_is_chosen_by_name_with_its_weight(guild: Guild) -> None:
    await guild.slash("olga", "config preset add", name="Ads", text="No advertising: rule *3*.", points=3)
    [choice, *_] = await guild.autocomplete("max", "warn", focused="reason", reason="ad")
    assert choice == {
        "name": "Ads: No advertising: rule *3*. (3 points)",
        "value": "No advertising: rule *3*.",
    }
    assert "Case 1: warned" in (await guild.slash("max", "warn", member="ann", reason="ads")).text
    shown = (await guild.slash("max", "case view", number=1)).text
    assert r"No advertising: rule \*3\*." in shown
    assert "Weight: 3" in shown
    await guild.slash("olga", "config preset edit", name="ads", points=1)
    assert "(1 point)" in (await guild.slash("olga", "config preset list")).text
    await guild.slash("olga", "config preset remove", name="ads")
    assert "There is none yet" in (await guild.slash("olga", "config preset list")).text
    assert "none with that name" in (await guild.slash("olga", "config preset remove", name="ads")).text


async def test_the_ladder_is_set_shown_and_refused_in_plain_words(ladder: Guild) -> None:
    shown = (await ladder.slash("olga", "config ladder show")).text
    assert "**2** points: timeout for 1d" in shown
    assert "**4** points: kick" in shown
    assert "for 30 days, in full" in shown
    for options, said in (
        ({"points": 6, "kind": "timeout"}, "a timeout needs a duration"),
        ({"points": 4, "kind": "ban"}, "there is one at 4 already"),
        ({"points": 6, "kind": "kick", "duration": "1d"}, "a kick has no duration"),
    ):
        assert said in (await ladder.slash("olga", "config ladder step-add", **options)).text
    assert "none at that sum" in (await ladder.slash("olga", "config ladder step-remove", points=9)).text
    assert "for 10 days" in (await ladder.slash("olga", "config ladder window", days=10)).text
    assert "half of them after 5 days" in (await ladder.slash("olga", "config ladder decay", days=5)).text
    history = (await ladder.slash("olga", "config history")).text
    assert "ladder:2" in history
    assert "ladder-window" in history


async def test_without_a_ladder_nothing_is_asked(guild: Guild) -> None:
    done = await guild.slash("max", "warn", member="ann", reason="spam", points=9)
    assert "Case 1: warned" in done.text
    assert "stand at" not in done.text
