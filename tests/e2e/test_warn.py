"""A moderator warns: the reply, the case, the post in the mod log, the word to the member."""

import base64

from e2e_play import Guild, Play, readable, until


async def test_a_moderator_warns_a_member(guild: Guild) -> None:
    answer = await guild.slash("max", "warn", member="ann", reason="spam")

    assert "Case 1" in answer.text
    assert guild.person("ann") in answer.text
    assert answer.ephemeral
    assert answer.failed is None


async def test_the_case_shows_in_the_mod_log(guild: Guild) -> None:
    await guild.slash("max", "warn", member="ann", reason="spam in general")

    [post] = await until(guild.log_posts)

    assert "Case 1 · Warning" in post
    assert "spam in general" in post
    assert guild.person("ann") in post
    assert guild.person("max") in post


async def test_the_member_is_told(guild: Guild) -> None:
    await guild.slash("max", "warn", member="ann", reason="be kind")

    async def told() -> bool:
        return any("be kind" in readable(message) for message in await guild.direct_messages("ann"))

    async def noted() -> bool:
        return "Direct message: delivered" in (await guild.slash("max", "case view", number=1)).text

    assert await until(told)
    assert await until(noted)
    [post] = await guild.messages("max", "mod-log")
    assert post["edited_timestamp"] is None, "what the post shows has not changed"


async def test_the_log_says_if_the_member_accepts_no_direct_messages(guild: Guild, play: Play) -> None:
    await play.post("/sandbox/people/lou/preferences", {"dms_closed": True})

    await guild.slash("max", "warn", member="lou", reason="be kind")

    async def noted() -> bool:
        return "Direct message: not accepted" in "".join(await guild.log_posts())

    assert await until(noted)
    await play.post("/sandbox/people/lou/preferences", {"dms_closed": False})


async def test_a_warning_carries_points_and_proof(guild: Guild) -> None:
    proof = {"filename": "chat.txt", "base64": base64.b64encode(b"evidence").decode()}
    await guild.slash("max", "warn", member="ann", reason="spam", points=3, proof=proof)

    shown = await guild.slash("mia", "case view", number=1)

    assert "Weight: 3" in shown.text
    assert "chat.txt (8 bytes" in shown.text
    evidence = await guild.click("mia", shown, "Evidence")
    assert evidence.messages[-1]["attachments"][0]["filename"] == "chat.txt"


async def test_numbers_count_up_in_each_server_on_its_own(guild: Guild, play: Play) -> None:
    other = await play.new_guild("another")

    assert "Case 1" in (await guild.slash("max", "warn", member="ann", reason="a")).text
    assert "Case 2" in (await guild.slash("mia", "warn", member="ben", reason="b")).text
    assert "Case 1" in (await other.slash("max", "warn", member="ann", reason="c")).text
    assert "There is no case 2" in (await other.slash("max", "case view", number=2)).text


async def test_a_member_cannot_warn(guild: Guild) -> None:
    answer = await guild.slash("ann", "warn", member="ben", reason="no")

    assert answer.failed
    assert await guild.log_posts() == []


async def test_a_member_cannot_warn_even_if_an_admin_opened_the_command_to_all(guild: Guild) -> None:
    await guild.post("olga", "command-permissions", command="warn", allow=["everyone"])

    answer = await guild.slash("ann", "warn", member="ben", reason="no")

    assert "You need the permission Timeout Members" in answer.text
    assert answer.ephemeral
    assert "There is no case 1" in (await guild.slash("max", "case view", number=1)).text


async def test_nobody_warns_somebody_of_their_own_rank_or_above(guild: Guild) -> None:
    assert "not below yours" in (await guild.slash("max", "warn", member="mia", reason="x")).text
    assert "not below yours" in (await guild.slash("max", "warn", member="sam", reason="x")).text
    assert "owner" in (await guild.slash("sam", "warn", member="olga", reason="x")).text
    assert "Case 1" in (await guild.slash("sam", "warn", member="max", reason="x")).text


async def test_nobody_warns_themselves(guild: Guild) -> None:
    assert "yourself" in (await guild.slash("max", "warn", member="max", reason="x")).text


async def test_an_empty_reason_is_refused(guild: Guild) -> None:
    answer = await guild.slash("max", "warn", member="ann", reason="   ")

    assert "A reason needs from 1 to 1,000 characters" in answer.text


async def test_mentions_in_a_reason_ping_nobody(guild: Guild) -> None:
    await guild.slash("max", "warn", member="ann", reason="@everyone look")

    await until(guild.log_posts)
    [message] = await guild.messages("max", "mod-log")

    assert not message["mention_everyone"]
    assert message["mentions"] == []
