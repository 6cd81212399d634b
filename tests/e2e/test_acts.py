"""Acts on members over the wire: what a moderator asks for, what Discord has, and what the case says."""

from e2e_play import Guild, Play, until


async def test_a_ban_is_a_case_and_a_ban(guild: Guild, play: Play) -> None:
    answer = await guild.slash("max", "ban", user="ann", reason="spam", duration="7d")

    assert "Case 1: banned" in answer.text
    assert "for 7d" in answer.text or "7 days" in answer.text
    bans = await play.get(f"/sandbox/guilds/{guild.guild_id}/bans")
    assert guild.person("ann") in str(bans)
    assert "[Reeve case 1] max: spam" in str(await play.get(f"/sandbox/guilds/{guild.guild_id}/audit-log"))

    async def posted() -> bool:
        return any("Case 1" in post for post in await guild.log_posts())

    assert await until(posted)
    assert any("banned" in str(message) for message in await guild.direct_messages("ann"))


async def test_unbanning_ends_the_ban_case(guild: Guild, play: Play) -> None:
    await guild.slash("max", "ban", user="ann", reason="spam")
    answer = await guild.slash("max", "unban", user=guild.person("ann"), reason="appealed")

    assert "Case 2: unbanned" in answer.text
    assert guild.person("ann") not in str(await play.get(f"/sandbox/guilds/{guild.guild_id}/bans"))
    assert "over" in (await guild.slash("max", "case view", number=1)).text


async def test_a_second_moderator_is_asked_and_can_go_on(guild: Guild, play: Play) -> None:
    await guild.slash("max", "ban", user="ann", reason="spam")
    answer = await guild.slash("mia", "ban", user="ann", reason="spam, too")
    assert "case 1" in answer.text
    assert answer.ephemeral

    done = await guild.click("mia", answer, "Ban anyway")
    assert "Case 2: banned" in done.text
    again = await guild.click("mia", answer, "Ban anyway")
    assert "Case 3" not in again.text


async def test_a_second_moderator_can_note_instead(guild: Guild, play: Play) -> None:
    await guild.slash("max", "ban", user="ann", reason="spam")
    answer = await guild.slash("mia", "ban", user="ann", reason="also posted scams")
    done = await guild.click("mia", answer, "Note it")
    assert "Noted on case 1" in done.text
    assert "also posted scams" in (await guild.slash("max", "case view", number=1)).text
