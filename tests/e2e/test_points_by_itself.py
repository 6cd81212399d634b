"""What nobody asks for: damage is found, holds end, batches go on after a kill; and a ledger is proved in a shell."""

import asyncio
import base64
import os
import sys
from argparse import Namespace
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from e2e_play import PROJECT, Bot, Guild, Play, until
from sqlalchemy import make_url

from bot.exits import Exit
from bot.ledger_commands import execute_verify
from bot.settings import Settings
from database.models.points import SHOP, Source
from database.service import DatabaseService
from sandbox.server import Sandbox
from soak.ledger_audit import mistakes_of

HOUR = timedelta(hours=1)
BETWEEN_SESSIONS = timedelta(seconds=6)
DAMAGE = "UPDATE point_accounts SET balance = balance + $1 WHERE guild_id = $2 AND account_id = $3"
LOCK = "SELECT FROM point_accounts WHERE guild_id = $1 AND account_id = $2 FOR UPDATE"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
HALF_DONE = (
    "SELECT count(*) FROM point_batches WHERE guild_id = ANY($1) AND finished_at IS NULL AND done = 1000"
)
FINISHED = "SELECT count(*) FROM point_batches WHERE guild_id = ANY($1) AND finished_at IS NOT NULL"
GOT = """
    SELECT count(*), count(DISTINCT t.credit_id), min(t.amount), max(t.amount)
    FROM point_transfers t JOIN point_operations o USING (guild_id, operation_id)
    WHERE guild_id = $1 AND o.source IN ('batch', 'import')
"""


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """Of these tests alone: nobody else's time is moved."""
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start()
    yield sandbox
    await sandbox.close()


@pytest.fixture(scope="module")
async def play(sandbox: Sandbox) -> AsyncIterator[Play]:
    async with Play(sandbox.url) as play:
        yield play


@pytest.fixture(scope="module")
async def bot(sandbox: Sandbox, own_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """It sees who has a role."""
    bot = Bot(sandbox.api_url, own_dsn, tmp_path_factory.mktemp("bot"), REEVE_MEMBERS_INTENT="true")
    await bot.start()
    yield bot
    assert await bot.stop() == 0
    assert "incident" not in bot.log, bot.log
    assert "Traceback" not in bot.log, bot.log


@pytest.fixture
async def superuser(own_dsn: str) -> AsyncIterator[Any]:
    connection: Any = await asyncpg.connect(make_url(own_dsn).set(username="postgres").render_as_string())
    yield connection
    await connection.close()


@pytest.fixture
async def database(own_dsn: str) -> AsyncIterator[DatabaseService]:
    service = DatabaseService(own_dsn)
    await service.open()
    yield service
    await service.close()


async def awarded(guild: Guild, member: str, amount: int) -> None:
    answer = await guild.slash("mel", "points award", member=member, amount=amount, reason="test")
    assert "Awarded" in answer.text


async def skip(play: Play, period: timedelta) -> None:
    await play.post("/sandbox/clock", {"seconds": period.total_seconds()})


async def test_damage_is_found_within_the_hour_by_itself(play: Play, bot: Bot, superuser: Any) -> None:
    healthy, moved, still = [await play.new_guild(name) for name in ("healthy", "moved", "still")]
    for guild in (healthy, moved, still):
        await awarded(guild, "ann", 50)
    await skip(play, HOUR)

    async def are_summed_up() -> bool:
        return bool(await superuser.fetchval("SELECT count(*) FROM point_proofs") == 3)

    assert await until(are_summed_up)
    await awarded(moved, "ann", 1)
    for guild in (moved, still):
        await superuser.execute(DAMAGE, 5, int(guild.guild_id), int(guild.person("ann")))

    await skip(play, HOUR)

    for guild in (moved, still):

        async def told(guild: Guild = guild) -> list[str]:
            return [post for post in await guild.log_posts() if "do not add up" in post]

        [post] = await until(told)
        assert "is +5 from what its transfers come to" in post
        assert "No point moves" in (await guild.slash("ann", "points give", member="ben", amount=1)).text
    assert "You gave 1 point" in (await healthy.slash("ann", "points give", member="ben", amount=1)).text
    assert await healthy.log_posts() == []


async def test_what_is_held_for_too_long_is_its_owners_again(
    play: Play, bot: Bot, database: DatabaseService
) -> None:
    guild = await play.new_guild("holds")
    await awarded(guild, "ann", 50)
    now = datetime.fromisoformat((await play.get("/sandbox/clock"))["now"])
    ann, ben = int(guild.person("ann")), int(guild.person("ben"))
    for to, amount, lasts in ((SHOP, 20, HOUR), (ben, 7, 3 * HOUR)):
        await database.holds.hold(
            guild_id=int(guild.guild_id), debit_id=ann, credit_id=to, amount=amount, note=None, actor_id=ann,
            source=Source.JOB, external_id=amount, expires_at=now + lasts,
        )  # fmt: skip
    assert "50 points, 27 of them held" in (await guild.slash("ann", "points history")).text

    await skip(play, HOUR)

    async def is_let_go() -> bool:
        return "50 points, 7 of them held" in (await guild.slash("ann", "points history")).text

    assert await until(is_let_go)
    assert "left" in (await guild.slash("ann", "points give", member="cem", amount=43)).text


class Shell:
    """`python -m bot` as an operator types it."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.folder, self._dsn = folder, dsn

    async def run(self, *words: str, with_database: bool = False) -> tuple[int, str]:
        """The exit code, and all that was said."""
        settings = {"REEVE_DATA_DIR": str(self.folder / "data")}
        if with_database:
            settings["DATABASE_URL"] = self._dsn
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words,
            cwd=PROJECT, env={**os.environ, **settings}, stdout=PIPE, stderr=STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()


@pytest.fixture
def shell(own_dsn: str, tmp_path: Path) -> Shell:
    return Shell(tmp_path, own_dsn)


async def test_a_ledger_is_taken_out_and_proved_in_a_shell(play: Play, bot: Bot, shell: Shell) -> None:
    guild = await play.new_guild("shell")
    await awarded(guild, "ann", 50)
    await guild.slash("ann", "points give", member="ben", amount=20)
    file = shell.folder / "ledger.jsonl"

    code, said = await shell.run("export-ledger", guild.guild_id, str(file), with_database=True)

    assert (code, said.splitlines()[-1]) == (0, "3 accounts, 2 operations, 2 transfers")
    changed = shell.folder / "changed.jsonl"
    changed.write_bytes(file.read_bytes().replace(b'"amount":20', b'"amount":21'))
    code, said = await shell.run("verify-ledger", str(file))
    assert code == 0
    assert f"The ledger of server {guild.guild_id} adds up" in said
    assert "50 points with members" in said
    foreign = shell.folder / "points.csv"
    foreign.write_text("user_id,points\n" + "5001,3\n" * 30)
    code, said = await shell.run("verify-ledger", str(foreign))
    assert code == 64
    assert f"{foreign} is no export of Reeve's ledger: name a file of" in said
    assert "Line 1" not in said
    told: list[str] = []
    code = await execute_verify(Namespace(file=changed), Settings(), told.append)
    assert code == Exit.CONFIGURATION
    assert "its transfers come to 21" in told[-1]
    assert not (shell.folder / "data").exists(), "neither needs a database of its own"


def file_of(member_ids: Iterable[int]) -> dict[str, str]:
    rows = "".join(f"{member_id},3\n" for member_id in member_ids)
    return {"filename": "points.csv", "base64": base64.b64encode(rows.encode()).decode()}


async def test_batches_that_a_kill_cut_short_go_on_and_nobody_gets_it_twice(
    play: Play, bot: Bot, database: DatabaseService, superuser: Any
) -> None:
    """Each second piece waits for an account that somebody else has locked: there the process is killed."""
    by_role, by_file = await play.new_guild("by role", members=1_100), await play.new_guild("by file")
    bots = {person["id"] for person in play.world["people"] if person["bot"]}
    ids = {each["user_id"] for each in (await play.guild_facts(by_role.guild_id))["members"]}
    people = sorted(map(int, ids - bots))
    strangers = range(10**17, 10**17 + 1_100)
    asked = {
        by_role: await by_role.slash("mel", "points bulk award", role=by_role.guild_id, amount=3, reason="x"),
        by_file: await by_file.slash("mel", "points import", file=file_of(strangers)),
    }
    assert f"to each of {len(people):,} members" in asked[by_role].text
    assert "1,100 members, 1,100 of them new here" in asked[by_file].text
    locked = {by_role: people[1_050], by_file: strangers[1_050]}
    for number, (guild, member_id) in enumerate(locked.items()):
        await database.points.award(
            guild_id=int(guild.guild_id), receiver_id=member_id, receiver_is_bot=False, amount=1, reason="x",
            actor_id=1, interaction_id=number,
        )  # fmt: skip
    guild_ids = [int(guild.guild_id) for guild in locked]

    async with superuser.transaction():
        for guild, member_id in locked.items():
            await superuser.execute(LOCK, int(guild.guild_id), member_id)
        clicks = [asyncio.create_task(guild.click("mel", asked[guild], "Yes")) for guild in locked]

        async def wait() -> bool:
            waiting: int = await superuser.fetchval(WAITING)
            return waiting == len(clicks) and await superuser.fetchval(HALF_DONE, guild_ids) == len(clicks)

        assert await until(wait)
        await bot.kill()
    for click in clicks:
        click.cancel()
    await skip(play, BETWEEN_SESSIONS)
    await bot.start()

    async def are_finished() -> bool:
        return bool(await superuser.fetchval(FINISHED, guild_ids) == len(clicks))

    assert await until(are_finished)
    for guild, members in ((by_role, people), (by_file, list(strangers))):
        got = await superuser.fetchrow(GOT, int(guild.guild_id))
        assert tuple(got) == (len(members), len(members), 3, 3)
        assert await mistakes_of(superuser, int(guild.guild_id)) == []
        assert (
            f"Done: {3 * len(members):,} points moved" in (await guild.click("mel", asked[guild], "Yes")).text
        )
        assert tuple(await superuser.fetchrow(GOT, int(guild.guild_id))) == tuple(got), "a late click"
