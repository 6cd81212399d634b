"""What members are told: in whose words, by whom, once, before they are gone, and not at all if it did not happen."""

from typing import Any

import pytest
from e2e_play import Answer, Bot, Guild, Play, readable, until

from sandbox.server import Sandbox

SEND = "POST /channels/*/messages"


@pytest.fixture
async def guild(play: Play, bot: Bot) -> Guild:
    return await play.new_guild("Meadow")


async def told(guild: Guild, who: str) -> list[str]:
    """All that this person has read, of other servers, too: each test has a person or words of its own."""
    return [readable(message) for message in await guild.direct_messages(who)]


async def is_banned(guild: Guild, play: Play, who: str) -> bool:
    return guild.person(who) in str(await play.get(f"/sandbox/guilds/{guild.guild_id}/bans"))


async def read(guild: Guild, who: str, words: str) -> str:
    """The first direct message with these words, once it is there."""

    async def found() -> str | None:
        return next((text for text in await told(guild, who) if words in text), None)

    return str(await until(found))


async def case_says(guild: Guild, words: str, number: int = 1) -> Answer:
    async def shown() -> Answer | None:
        answer = await guild.slash("max", "case view", number=number)
        return answer if words in answer.text else None

    answer: Answer = await until(shown)
    return answer


async def template(guild: Guild, verb: str, **options: Any) -> str:
    return (await guild.slash("olga", f"config template {verb}", **options)).text


async def test_a_warning_is_told_in_the_servers_own_words(guild: Guild) -> None:
    text = r"Hello {member} of {server},\n{moderator} says: {reason}\n(case {case}) {until}"
    assert "in your own words now" in await template(guild, "set", kind="warn", text=text, why="kinder")

    await guild.slash("max", "warn", member="ann", reason="be *kind*")

    message = await read(guild, "ann", "be \\*kind\\*")
    assert "Hello ann of Meadow,\nmax says: be \\*kind\\*\n(case 1)" in message
    assert "You were warned in Meadow" in message
    assert "template:warn: none → Hello" in (await guild.slash("olga", "config history")).text.replace(
        "**", ""
    )
    assert "in Reeve's words now" in await template(guild, "reset", kind="warn")


async def test_the_moderator_can_be_hidden(guild: Guild) -> None:
    await guild.slash("olga", "config set hide-moderator", value=True)

    await guild.slash("mia", "warn", member="ben", reason="hidden one")

    message = await read(guild, "ben", "hidden one")
    assert "Moderator: the staff" in message.replace("*", "")
    assert "mia" not in message


@pytest.mark.parametrize("text", ["Bye {name}", "{reason.__class__}", "{reason", "100 %}"])
async def test_a_template_that_makes_no_sense_gets_one_sentence(guild: Guild, text: str) -> None:
    for verb in ("set", "preview"):
        answer = await template(guild, verb, kind="ban", text=text)
        assert "braces stand around one of these names and nowhere else: {server} {member}" in answer
    assert "your own words" not in await template(guild, "show")


async def test_a_preview_shows_what_a_member_would_see_and_changes_nothing(guild: Guild) -> None:
    tried = await template(guild, "preview", kind="ban", text="Gone until {until} ({duration})")
    usual = await template(guild, "preview", kind="ban")

    assert "Gone until <t:" in tried
    assert "(7d)" in tried
    assert "You were banned from Meadow" in usual
    assert "Moderator: olga" in usual.replace("*", "")
    assert "ban: Reeve’s words" in (await template(guild, "show")).replace("*", "")


async def test_a_template_is_written_in_a_form_that_holds_the_present_one(guild: Guild, play: Play) -> None:
    opened = await guild.slash("olga", "config template set", kind="ban")
    form = opened.body["modal"]
    assert "{reason}" in str(form)

    fields = {"text": "Farewell,\n{member}.", "why": "two lines"}
    body = {"interaction_id": opened.body["interaction_id"], "fields": fields}
    answer = Answer(await play.post("/sandbox/people/olga/submit", body))

    assert "in your own words now" in answer.text
    assert "Farewell,\n{member}." in await template(guild, "show", kind="ban")
    assert "two lines" in (await guild.slash("olga", "config history")).text


async def test_only_admins_touch_templates(guild: Guild) -> None:
    await guild.post("olga", "command-permissions", command="config", allow=["everyone"])
    for verb, more in (("show", {}), ("set", {"kind": "ban", "text": "x"}), ("reset", {"kind": "ban"})):
        answer = await guild.slash("max", f"config template {verb}", **more)
        assert "You need the permission Manage Server" in answer.text


async def test_mentions_in_a_template_ping_nobody(guild: Guild) -> None:
    await template(guild, "set", kind="warn", text=f"@everyone <@{guild.person('max')}> {{reason}}")
    await guild.slash("max", "warn", member="eli", reason="<@&1> @here quiet")

    await read(guild, "eli", "quiet")
    message = next(each for each in await guild.direct_messages("eli") if "quiet" in readable(each))
    assert not message["mention_everyone"]
    assert message["mentions"] == []
    assert message["content"] == ""


async def test_closed_direct_messages_are_noted_and_hold_up_nothing(guild: Guild, play: Play) -> None:
    await play.post("/sandbox/people/fay/preferences", {"dms_closed": True})
    try:
        answer = await guild.slash("sam", "ban", user="fay", reason="a closed door")
        await case_says(guild, "Direct message: not accepted")
    finally:
        await play.post("/sandbox/people/fay/preferences", {"dms_closed": False})

    assert "Case 1" in answer.text
    assert await is_banned(guild, play, "fay")


async def test_a_ban_is_told_before_it_is_done(guild: Guild, play: Play) -> None:
    """Afterwards they share no server: Discord would deliver nothing."""
    await guild.slash("sam", "ban", user="gus", reason="told in time", duration="7d")

    message = await read(guild, "gus", "told in time")
    assert "You were banned from Meadow" in message
    assert "(7d)" in message
    assert await is_banned(guild, play, "gus")
    await case_says(guild, "Direct message: delivered")


async def test_a_direct_message_that_takes_too_long_holds_up_no_ban(guild: Guild, play: Play) -> None:
    """The channel is open, as it may be from before: Reeve opens one to each person once, and remembers it."""
    elsewhere = await play.new_guild("Elsewhere")  # here, a ban so soon after a warning would be asked about
    await elsewhere.slash("max", "warn", member="hal", reason="a channel to hal")
    await read(guild, "hal", "a channel to hal")
    channel_id = (await guild.direct_messages("hal"))[0]["channel_id"]
    route = f"POST /channels/{channel_id}/messages"
    await play.post("/sandbox/faults", {"route": route, "status": "timeout", "applied": False})
    try:
        answer = await guild.slash("sam", "ban", user="hal", reason="slow post")
        [fault] = (await play.get("/sandbox/faults"))["faults"]
    finally:
        await play.delete("/sandbox/faults")

    assert "Case 1" in answer.text
    assert fault["hits"] == 1
    assert await is_banned(guild, play, "hal")


async def test_a_direct_channel_that_takes_too_long_to_open_holds_up_no_ban(
    sandbox: Sandbox, play: Play, bot: Bot
) -> None:
    """Nobody has written to this person before: the channel is still to be opened."""
    guild, world = await play.new_guild("Crowd", members=60), sandbox.core.world
    [application] = play.world["applications"]
    stranger = next(
        each
        for each in world.guild(int(guild.guild_id)).members
        if world.users[each].username.startswith("person")
        and world.direct_channel(int(application["bot_user_id"]), each) is None
    )
    await play.post("/sandbox/faults", {"route": "POST /users/@me/channels", "status": "timeout"})
    try:
        answer = await guild.slash("sam", "ban", user=str(stranger), reason="slow to open")
        [fault] = (await play.get("/sandbox/faults"))["faults"]
        assert "Case 1: banned" in answer.text
        assert stranger in world.guild(int(guild.guild_id)).bans
    finally:
        await play.delete("/sandbox/faults")

    assert fault["hits"] == 1


async def test_what_was_told_of_a_ban_that_discord_refuses_is_taken_back(guild: Guild, play: Play) -> None:
    await play.post("/sandbox/faults", {"route": "PUT /guilds/*/bans/*", "status": 403, "applied": False})
    try:
        answer = await guild.slash("sam", "ban", user="ivy", reason="not this time")
    finally:
        await play.delete("/sandbox/faults")

    message = await read(guild, "ivy", "This did not happen")
    assert "Nothing has changed for you." in message
    assert not [text for text in await told(guild, "ivy") if "not this time" in text]
    assert not await is_banned(guild, play, "ivy")
    assert answer.text


async def test_a_message_whose_answer_was_lost_is_not_sent_again(guild: Guild, play: Play) -> None:
    """Discord has it; Reeve does not know, and asks once more."""
    await play.post("/sandbox/faults", {"route": SEND, "status": "reset", "applied": True, "times": 2})
    await guild.slash("max", "warn", member="jon", reason="only once")

    await case_says(guild, "Direct message: delivered")

    assert len([text for text in await told(guild, "jon") if "only once" in text]) == 1


async def test_the_history_of_long_templates_fits_a_page(guild: Guild) -> None:
    for number in range(7):
        await template(guild, "set", kind="ban", text=f"{number}" + "*_~|`" * 290, why="*" * 500)

    history = await guild.slash("olga", "config history")

    assert history.text.count("template:ban") == 6
    assert len(history.messages[0]["embeds"][0]["description"]) <= 4096
