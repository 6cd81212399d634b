"""A second moderator: asked in the staff's channel, somebody else than who asked, with the same permission, and once.

No command of one person reaches the guard's limit of people, so the requests are kept here as a command keeps them.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count

import pytest
from e2e_play import Answer, Bot, Guild, Play, buttons, readable, until

from cogs.moderation._guard import SECOND
from cogs.moderation._request import Request
from database.models import CaseKind
from database.service import DatabaseService

KEYS = count(700_000_000_000_000_000)


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[DatabaseService]:
    database = DatabaseService(dsn)
    await database.open()
    yield database
    await database.close()


async def asked(
    database: DatabaseService, guild: Guild, *, who: str = "max", kept_for: timedelta = timedelta(days=1)
) -> None:
    """Max wants to ban Ann, which waits for somebody else."""
    request = Request(
        kind=CaseKind.BAN, target_id=int(guild.person("ann")), target_name="ann", reason="raid *all*",
        moderator_id=int(guild.person(who)), moderator_name=who, key=next(KEYS), is_told=True,
    )  # fmt: skip
    await database.drafts.keep(
        guild_id=int(guild.guild_id), interaction_id=request.key, question=SECOND,
        asked_by_id=request.moderator_id, request=request.to_json(), kept_for=kept_for, asks_staff=True,
    )  # fmt: skip


async def showing(guild: Guild, *words: str) -> Answer:
    async def found() -> list[dict[str, object]]:
        posts = await guild.messages("max", "reports")
        return [post for post in posts if all(word in readable(post) for word in ("🛡️", *words))]

    return Answer({"messages": (await until(found))[-1:]})


async def press(guild: Guild, who: str, post: Answer, label: str = "Approve") -> Answer:
    return await guild.click(who, post, label, channel="reports")


async def is_banned(guild: Guild, play: Play) -> bool:
    return guild.person("ann") in str(await play.get(f"/sandbox/guilds/{guild.guild_id}/bans"))


async def test_another_moderator_approves_and_the_case_is_of_who_asked(
    guild: Guild, database: DatabaseService, play: Play
) -> None:
    await asked(database, guild)
    post = await showing(guild, f"<@{guild.person('max')}>", r"raid \*all\*")
    assert "another moderator has to approve it" in (await press(guild, "max", post)).text
    assert not await is_banned(guild, play)
    assert "Case 1: banned" in (await press(guild, "mia", post)).text
    assert await is_banned(guild, play)
    done = await showing(guild, f"approved by <@{guild.person('mia')}> → 1")
    assert buttons(done.messages[0]) == []
    view = (await guild.slash("sam", "case view", number=1)).text
    assert f"Moderator: <@{guild.person('max')}>" in view
    assert "Approved by mia as the second moderator." in view


async def test_two_who_approve_at_once_make_one_case(guild: Guild, database: DatabaseService) -> None:
    await asked(database, guild)
    post = await showing(guild)
    async with guild.unedited("reports"):
        both = await asyncio.gather(
            press(guild, "mia", post), press(guild, "sam", post), press(guild, "mia", post)
        )
    assert any("Case 1: banned" in each.text for each in both)
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text


async def test_who_lacks_the_permission_approves_nothing(guild: Guild, database: DatabaseService) -> None:
    await asked(database, guild)
    post = await showing(guild)
    await guild.post("olga", "role", action="edit", role_id="moderator", permissions=["MODERATE_MEMBERS"])
    assert "You need the permission Ban Members" in (await press(guild, "mia", post)).text
    assert "There is no case 1" in (await guild.slash("mia", "case view", number=1)).text
    assert "Case 1: banned" in (await press(guild, "olga", post)).text


async def test_what_is_refused_or_withdrawn_or_too_old_is_not_done(
    guild: Guild, database: DatabaseService, play: Play
) -> None:
    await asked(database, guild)
    post = await showing(guild)
    async with guild.unedited("reports"):
        assert "Refused: nothing was done" in (await press(guild, "sam", post, "Refuse")).text
        assert "answered already" in (await press(guild, "mia", post)).text
    await showing(guild, f"refused by <@{guild.person('sam')}>")
    await asked(database, guild, who="mia")
    post = await showing(guild, f"<@{guild.person('mia')}> asks")
    assert "Refused" in (await press(guild, "mia", post, "Refuse")).text
    await asked(database, guild, who="sam", kept_for=timedelta(seconds=-1))
    late = await showing(guild, f"<@{guild.person('sam')}> asks", "nobody has answered in time")
    assert buttons(late.messages[0]) == []
    assert not await is_banned(guild, play)


async def test_the_question_outlives_a_restart(own_bot: Bot, play: Play, database: DatabaseService) -> None:
    await own_bot.start()
    guild = await play.new_guild("a second after a restart")
    await asked(database, guild)
    post = await showing(guild)
    await own_bot.kill()
    await own_bot.start()
    assert "Case 1: banned" in (await press(guild, "mia", post)).text
    await own_bot.stop()
