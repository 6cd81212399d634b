"""People ban by hand while Reeve is away, and while its session is lost: each ban is one case, in few requests."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from sandbox.guilds import moderation
from sandbox.rows import Guild
from sandbox.seeds.growth import Growth
from sandbox.server import Sandbox
from soak.scenario import Ground, Outcome

PAGE = 100
PATIENCE_SECONDS = 600.0
LOOK_SECONDS = 0.1
SETTLED_SECONDS = 3.0
"""So long after the last case a second one of the same ban would have come."""
COUNT = "SELECT count(*) FROM cases WHERE guild_id = $1 AND origin = 'by_hand'"
CASES = """
    SELECT interaction_id, target_id, moderator_id, reason FROM cases
    WHERE guild_id = $1 AND origin = 'by_hand' AND kind = 'ban' ORDER BY number
"""


@dataclass
class MissedByHand:
    """`night`: bans while the process is away. `lost`: bans while the gateway has ended the session (op 9)."""

    name: ClassVar[str] = "missed_by_hand"
    night: int = 500
    lost: int = 500

    async def run(self, ground: Ground) -> Outcome:
        server = await ground.server()
        database = await ground.auditor(server)
        async with Sandbox(rate_limits=False) as sandbox:
            guild = await Growth(sandbox.core).new_guild("night", members=self.night + self.lost)
            sandbox.clock.advance(60 * (self.night + self.lost + 10))  # they join one a minute
            people = ordinary(sandbox, guild)[: self.night + self.lost]
            async with bot(sandbox, server.dsn):
                await until(database, "SELECT count(*) FROM audit_cursors WHERE guild_id = $1", guild, 1)
            ban(sandbox, guild, people[: self.night])
            before = pages(sandbox)
            async with bot(sandbox, server.dsn):
                ground.standing = "reads what was done in the night"
                await until(database, COUNT, guild, self.night)
                night_pages = pages(sandbox) - before
                sandbox.gateway.invalidate(resumable=False)
                ban(sandbox, guild, people[self.night :])
                ground.standing = "reads what was done while the session was lost"
                await until(database, COUNT, guild, len(people))
                await asyncio.sleep(SETTLED_SECONDS)
            cases = [tuple(row) for row in await database.fetch(CASES, guild.id)]
        return judged(sandbox, guild, cases, people, night_pages)


def judged(
    sandbox: Sandbox, guild: Guild, cases: Sequence[Any], people: Sequence[int], night_pages: int
) -> Outcome:
    outcome = Outcome({"bans by hand": len(people), "cases": len(cases), "pages for the night": night_pages})
    mia = moderator(sandbox)
    entries = {
        each.id: (each.target_id, mia, f"of {each.target_id}") for each in guild.audit if each.user_id == mia
    }
    outcome.require(len(cases) == len(entries), "there are more or fewer cases than bans")
    outcome.require({row[0]: row[1:] for row in cases} == entries, "a case does not say what its entry says")
    most = len(people) // PAGE + 2 * len(sandbox.world.guilds) + 1
    outcome.require(night_pages <= most, f"more than {most} pages were asked for")
    return outcome


def ordinary(sandbox: Sandbox, guild: Guild) -> list[int]:
    """Members without a rank."""
    staff = [sandbox.world.user_named(name) for name in ("olga", "oskar", "sam", "max", "mia", "mel")]
    above = {user.id for user in staff if user} | {
        each.bot_user_id for each in sandbox.world.applications.values()
    }
    return [user_id for user_id in guild.members if user_id not in above]


def moderator(sandbox: Sandbox) -> int:
    mia = sandbox.world.user_named("mia")
    assert mia is not None
    return mia.id


def ban(sandbox: Sandbox, guild: Guild, people: Sequence[int]) -> None:
    for user_id in people:
        moderation.ban(
            sandbox.core, guild, actor_id=moderator(sandbox), target_id=user_id, reason=f"of {user_id}"
        )


def pages(sandbox: Sandbox) -> int:
    return len(sandbox.recorder.rest_calls("GET", "/guilds/{guild_id}/audit-logs"))


async def until(database: Any, count: str, guild: Guild, wanted: int) -> None:
    """Until the database counts so many."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await database.fetchval(count, guild.id) < wanted:  # noqa: ASYNC110  # another process writes it
            await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def bot(sandbox: Sandbox, dsn: str) -> AsyncIterator[None]:
    """`python -m bot run`, killed at the end."""
    with tempfile.TemporaryDirectory(prefix="reeve-s-") as folder:
        settings = {"REEVE_DISCORD_API_URL": sandbox.api_url, "DATABASE_URL": dsn, "REEVE_DATA_DIR": folder}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run",
            env={**os.environ, **settings}, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield
        finally:
            process.kill()
            await process.wait()
