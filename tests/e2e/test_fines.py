"""Fines and freezes as moderators and members meet them, and a fine that goes with its ban whatever happens."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from e2e_play import Bot, Guild, Play, until

from sandbox.server import Sandbox
from soak.ledger_audit import mistakes_of


async def balance(guild: Guild, who: str = "ann") -> str:
    return (await guild.slash(who, "points balance")).text.strip()


async def rich(guild: Guild) -> None:
    assert (
        "100 points" in (await guild.slash("mel", "points award", member="ann", amount=100, reason="x")).text
    )


async def log_says(guild: Guild, words: str) -> None:
    async def said() -> bool:
        return any(words in post for post in await guild.log_posts())

    await until(said)


async def test_a_fine_is_said_everywhere_given_back_and_taken_again(guild: Guild) -> None:
    await rich(guild)
    before = await guild.told_before("ann")
    warned = await guild.slash("max", "warn", member="ann", reason="spam", points=2, fine=30)
    assert "Case 1: warned" in warned.text
    assert "Fine: 30 points." in warned.text
    assert "70 points" in await balance(guild)
    shown = (await guild.slash("max", "case view", number=1)).text
    assert "Weight: 2" in shown
    assert "Fine: 30 points" in shown
    await log_says(guild, "Fine: 30 points")
    assert "fined 30 points" in (await guild.context("max", "History", guild.person("ann"))).text

    async def told() -> str:
        return str(await guild.direct_messages("ann", besides=before))

    assert await until(lambda: has(told, "30 points"))
    voided = await guild.slash("max", "case void", number=1, reason="wrong person")
    assert "Fine: 30 points (given back)." in voided.text
    assert "100 points" in await balance(guild)
    await log_says(guild, "30 points (given back)")
    assert "fined" not in (await guild.context("max", "History", guild.person("ann"))).text
    await guild.slash("ann", "points give", member="ben", amount=90)
    restored = await guild.slash("max", "case restore", number=1)
    assert "Fine: 10 of 30 points: there were no more." in restored.text
    exported = await guild.slash("max", "case export", format="csv")
    assert b"fine,fined,fine_state" in await exported.file()
    assert b"30,10,taken" in await exported.file()


async def has(what: Any, words: str) -> bool:
    return words in await what()


async def test_frozen_points_move_again_when_the_case_is_over(guild: Guild) -> None:
    await rich(guild)
    warned = await guild.slash("max", "warn", member="ann", reason="spam", freeze_points=True)
    assert "Points frozen" in warned.text
    assert "frozen by the staff" in (await guild.slash("ann", "points give", member="ben", amount=1)).text
    await log_says(guild, "Points frozen: for as long as this stands")
    voided = await guild.slash("max", "case void", number=1, reason="x")
    assert "Points frozen: no longer by this: they move again" in voided.text
    await log_says(guild, "Points frozen: no longer by this: they move again, unless something else")
    assert "You gave 1 point" in (await guild.slash("ann", "points give", member="ben", amount=1)).text
    await guild.slash("max", "case restore", number=1)
    await log_says(guild, "Points frozen: for as long as this stands")


@pytest.mark.parametrize(
    ("label", "fields", "says"),
    [
        ("Kick", {"reason": "x", "fine": "30"}, "Fine: 30 points."),
        ("Timeout", {"duration": "1h", "reason": "", "fine": "1"}, "Fine: 1 point."),
        (
            "Ban",
            {"duration": "", "reason": "", "delete_messages": "", "fine": "200"},
            "Fine: 100 of 200 points",
        ),
        ("Warn", {"reason": "x", "points": "", "fine": "0"}, "A fine is a whole number from 1"),
    ],
)
async def test_forms_fine_too(guild: Guild, label: str, fields: dict[str, str], says: str) -> None:
    await rich(guild)
    panel = await guild.context("max", "Moderate", guild.person("ann"))
    form = await guild.click("max", panel, label)
    assert says in (await guild.submit("max", form, **fields)).text


async def test_a_bot_is_not_fined(play: Play, guild: Guild) -> None:
    [application] = play.world["applications"]
    answer = await guild.slash("olga", "ban", user=application["bot_user_id"], fine=5)
    assert "Case" not in answer.text


async def test_who_cannot_be_banned_is_not_fined(play: Play, guild: Guild) -> None:
    await rich(guild)
    await play.post(
        "/sandbox/faults", {"route": f"PUT /guilds/{guild.guild_id}/bans/*", "status": 403, "applied": False}
    )
    refused = await guild.slash("max", "ban", user="ann", reason="x", fine=30, freeze_points=True)
    await play.delete("/sandbox/faults")
    assert "not done" in refused.text
    assert "Fine: 30 points (not taken)." in refused.text
    assert "You have 100 points" in await balance(guild)


FAULTS: dict[str, dict[str, Any]] = {
    "502, applied": {"status": 502, "applied": True, "times": 6},
    "502, not applied": {"status": 502, "applied": False, "times": 6},
    "no answer, applied": {"status": "timeout", "applied": True},
    "no answer, not applied": {"status": "timeout", "applied": False},
}


@pytest.mark.parametrize("is_killed", [False, True], ids=["alive", "killed"])
async def test_fine_and_ban_agree_after_every_fault(own_dsn: str, tmp_path: Path, *, is_killed: bool) -> None:
    """A server for each fault. Until the ban is known, the fine is held and no more."""
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start(port=0)
    bot = Bot(sandbox.api_url, own_dsn, tmp_path)
    auditor = await asyncpg.connect(own_dsn)
    await auditor.execute("SET reeve.system = 'on'")
    async with Play(sandbox.url) as play:
        await bot.start()
        guilds = [await play.new_guild(name) for name in FAULTS]
        await asyncio.gather(*(rich(guild) for guild in guilds))
        for guild, fault in zip(guilds, FAULTS.values(), strict=True):
            await play.post("/sandbox/faults", {"route": f"PUT /guilds/{guild.guild_id}/bans/*", **fault})
        banning = asyncio.gather(
            *(guild.slash("max", "ban", user="ann", reason="raid", fine=30) for guild in guilds)
        )
        await until(lambda: hit(play))
        for guild in guilds[2:]:
            assert tuple(await points_of(auditor, guild)) == ("pending", "held", 100, 30)
        if is_killed:
            await bot.kill()
        await play.delete("/sandbox/faults")
        if is_killed:
            await bot.start()

        async def agree() -> bool:
            rows = [tuple(await points_of(auditor, guild)) for guild in guilds]
            are_banned = [await is_banned(play, guild) for guild in guilds]
            return rows == [("active", "taken", 70, 0)] * len(guilds) and all(are_banned)

        await until(agree)
        assert [await mistakes_of(auditor, int(guild.guild_id)) for guild in guilds] == [[]] * len(guilds)
        await banning
        assert await bot.stop() == 0
    await auditor.close()
    await sandbox.close()
    assert "Traceback" not in bot.log


async def hit(play: Play) -> bool:
    return all(fault["hits"] for fault in (await play.get("/sandbox/faults"))["faults"])


async def points_of(auditor: Any, guild: Guild) -> Any:
    return await auditor.fetchrow(
        "SELECT c.state, c.fine_state, a.balance, a.held_out FROM cases c "
        "JOIN point_accounts a ON a.guild_id = c.guild_id AND a.account_id = c.target_id WHERE c.guild_id = $1",
        int(guild.guild_id),
    )


async def is_banned(play: Play, guild: Guild) -> bool:
    bans = await play.get(f"/sandbox/guilds/{guild.guild_id}/bans")
    return guild.person("ann") in {str(each["user"]["id"]) for each in bans}
