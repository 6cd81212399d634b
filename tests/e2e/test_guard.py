"""The guard on staff over the wire: a moderator who goes too far is paused, the owner is told, an admin ends it."""

from e2e_play import Bot, Guild, Play, readable, until


async def allow(guild: Guild, acts: int) -> None:
    answer = await guild.slash("olga", "config set guard-acts-per-hour", value=acts)
    assert "guard-acts-per-hour is now" in answer.text


async def told(guild: Guild, who: str, *words: str) -> list[str]:
    """What was told of this server's guard."""
    shown = [readable(message) for message in await guild.direct_messages(who)]
    return [text for text in shown if all(word in text for word in ("A moderator is paused", *words))]


async def test_beyond_the_limit_a_moderator_is_paused_and_the_owner_told_once(guild: Guild) -> None:
    await allow(guild, 2)
    assert "Case 1: kicked" in (await guild.slash("max", "kick", member="ann", reason="raid")).text
    assert "Case 2: banned" in (await guild.slash("max", "ban", user="ben", reason="raid")).text
    for command, option in (("kick", "member"), ("ban", "user"), ("softban", "member")):
        refused = await guild.slash("max", command, reason="raid", **{option: "cem"})
        assert "You are paused, and nothing was done: this server allows 2 kicks and bans" in refused.text
    assert "There is no case 3" in (await guild.slash("mia", "case view", number=3)).text
    assert "Case 3: warned" in (await guild.slash("max", "warn", member="cem", reason="words go on")).text
    assert "Case 4: kicked" in (await guild.slash("mia", "kick", member="dia", reason="spam")).text

    async def alarm() -> bool:
        posts = [post for post in await guild.log_posts() if "A moderator is paused" in post]
        assert len(posts) <= 1
        return bool(posts) and bool(await told(guild, "olga", f"<@{guild.person('max')}>"))

    assert await until(alarm)

    shown = await guild.slash("olga", "config guard show")
    assert f"<@{guild.person('max')}> is paused since" in shown.text
    assert "is not offered to max" in (await guild.slash("max", "config guard resume", member="max")).text
    resumed = await guild.slash("olga", "config guard resume", member="max", why="we talked")
    assert "may kick and ban again" in resumed.text
    assert "Case 5: kicked" in (await guild.slash("max", "kick", member="cem", reason="raid")).text
    history = (await guild.slash("olga", "config history")).text
    assert f"guard:{guild.person('max')}" in history
    assert "we talked" in history


async def test_the_owner_is_not_paused(guild: Guild) -> None:
    await allow(guild, 1)
    for number, name in enumerate(["ann", "ben", "cem"], 1):
        assert (
            f"Case {number}: kicked" in (await guild.slash("olga", "kick", member=name, reason="raid")).text
        )


async def test_a_pause_outlives_a_restart(own_bot: Bot, play: Play) -> None:
    await own_bot.start()
    guild = await play.new_guild("a pause outlives a restart")
    await allow(guild, 1)
    await guild.slash("max", "kick", member="ann", reason="raid")
    assert "You are paused" in (await guild.slash("max", "kick", member="ben", reason="raid")).text
    await own_bot.kill()
    await own_bot.start()
    assert "You are paused" in (await guild.slash("max", "kick", member="ben", reason="raid")).text
    await own_bot.stop()
