"""Row-level security: the second wall between guilds, for statements that forgot `guild_id`."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from database.clock import clock
from database.errors import DatabaseAddressUnusable
from database.models import (
    AutomodMode,
    CaseFilter,
    CaseKind,
    Escalating,
    ExportFormat,
    Progress,
    Proof,
    Shards,
    Target,
    TemplateKind,
    metadata,
    plan_ban,
)
from database.models.case import CASES
from database.models.earning import BoostSubject, Earner, Earning, RuleSubject
from database.models.point_batch import BatchKind
from database.models.shop import Buyer, ShopItem
from database.server import running_database
from database.service import DatabaseService
from database.session_starts import StartLimits
from database.settings import DatabaseSettings

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PROOF = Proof("proof.png", b"x")
GUILD_TABLES = sorted(name for name, table in metadata.tables.items() if not table.info.get("system"))
SYSTEM_TABLES = sorted(metadata.tables.keys() - set(GUILD_TABLES))
CONTEXTS = [
    "SELECT 1",
    "BEGIN; SET LOCAL reeve.guild_id = '5'; COMMIT",
    "SET reeve.guild_id = ''",
    "SET reeve.system = 'off'",
]


@pytest.fixture
async def stranger(database: DatabaseService, dsn: str) -> AsyncIterator[Any]:
    """The application's own role, with hand-made statements."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def two_guilds(
    database: DatabaseService, new_id: Callable[[], int], open_case: Any, auditor: Any
) -> tuple[int, int]:
    """Both have a row in every table."""
    ours, theirs = new_id(), new_id()
    for guild_id in (ours, theirs):
        await database.users.seen(guild_id=guild_id, user_id=5000, name="a", display_name="a", seen_at=NOW)
        await open_case(guild_id=guild_id, proof=[PROOF], target_id=5009, freezes_points=True)
        await database.cases.edit_reason(
            guild_id=guild_id, number=1, reason="x", editor_id=1, interaction_id=new_id()
        )
        await database.guild_configs.change(
            guild_id=guild_id, setting="points_per_message", value=5, changed_by_id=1, interaction_id=new_id()
        )
        await database.points.award(
            guild_id=guild_id, receiver_id=5000, receiver_is_bot=False, amount=9, reason="r", actor_id=1,
            interaction_id=new_id(),
        )  # fmt: skip
        await auditor.execute("INSERT INTO point_ledgers VALUES ($1, NULL, NULL)", guild_id)
        await earn(database, guild_id, new_id)
        await prove(database, guild_id, new_id)
        await sell(database, guild_id, new_id)
        await report(database, guild_id, new_id)
        await moderate(database, guild_id, new_id, open_case)
        await choose(database, guild_id, new_id)
        await escalate(database, guild_id, new_id, open_case)
    return ours, theirs


async def earn(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> None:
    """A row in each table of earning."""
    here, by = {"guild_id": guild_id}, {"guild_id": guild_id, "changed_by_id": 1}
    earning = Earning(new_id(), 5000, clock.now())
    await database.earnings.earn(**here, earner=Earner.MESSAGE, earnings=[earning])
    await database.earnings.daily(**here, user_id=5000, interaction_id=new_id())
    await database.earnings.thank(
        **here, giver_id=5000, receiver_id=5001, receiver_is_bot=False, note=None, interaction_id=new_id()
    )
    rule = {"subject": RuleSubject.ROLE, "subject_id": 7, "percent": 200}
    await database.earning_rules.change(**by, **rule, interaction_id=new_id())
    boosted = {**rule, "subject": BoostSubject.ROLE}
    await database.earning_rules.boost(**by, **boosted, lasts=timedelta(hours=1), interaction_id=new_id())


async def sell(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> None:
    """A row in each table of the shop."""
    item = await database.shop.add(
        ShopItem(guild_id=guild_id, name="Pear", price=1, interaction_id=new_id(), added_by_id=1)
    )
    await database.purchases.buy(
        guild_id=guild_id, item_id=item.item_id, buyer=Buyer(5000), shown_price=1, proposal_id=new_id()
    )


async def moderate(
    database: DatabaseService, guild_id: int, new_id: Callable[[], int], open_case: Any
) -> None:
    """A row in each table of what is done about cases."""
    here, by = {"guild_id": guild_id}, {"guild_id": guild_id, "interaction_id": new_id()}
    await open_case(guild_id=guild_id, kind=CaseKind.BAN, plan=plan_ban(until=NOW), causes=[1])
    await database.drafts.keep(**by, question="moment_ago", asked_by_id=1, request={}, proof=[PROOF])
    await database.case_notes.write(**by, number=1, note="n", author_id=1, author_name="max")
    await database.case_exports.note(
        **by, matching=CaseFilter(), format=ExportFormat.CSV, cases=1, exported_by_id=1
    )
    await database.by_hand.begin(**here, entry_id=1)
    by_max = {"moderator_id": 22, "moderator_name": "max", "reason": "raid"}
    await database.mass_jobs.begin(**here, interaction_id=new_id(), **by_max, targets=[Target(7, "raider")])
    await database.jobs.alerted(**here, case_number=2, channel_id=1, message_id=2)
    await database.digests.plan(**here, week=202647, due_at=NOW)
    await database.seasons.start(**by, name="one", actor_id=1)
    while await database.boards.refresh(**here, now=NOW) is Progress.MORE:
        pass
    await database.users.left(**here, user_id=5000, name="a", display_name="a", left_at=NOW)


async def choose(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> None:
    """A row in each table of what a server chooses beside its settings."""

    def by() -> dict[str, int]:
        return {"guild_id": guild_id, "interaction_id": new_id(), "changed_by_id": 1}

    configs, ladders = database.guild_configs, database.ladders
    await database.levels.add_reward(**by(), level=1, role_id=1)
    await configs.change(**by(), setting="level_channel_id", value=1)
    await database.points.award_many(
        guild_id=guild_id, amounts={5001: 100}, reason="r", actor_id=1, interaction_id=new_id()
    )
    await configs.change_template(**by(), template=TemplateKind.BAN, text="Bye.")
    await configs.change_automod_rule(**by(), rule_id=1, mode=AutomodMode.WARN)
    await ladders.put_preset(**by(), name="spam", reason="Spam.", weight=2, is_new=True)
    await ladders.add_step(**by(), threshold=1, kind=CaseKind.KICK)


async def escalate(
    database: DatabaseService, guild_id: int, new_id: Callable[[], int], open_case: Any
) -> None:
    """A row in each table of what follows from warnings, and of who appeals against it."""
    ladder = Escalating(1, "Reeve", lambda _: "Too often.", most_acts=9)
    case = await open_case(guild_id=guild_id, kind=CaseKind.WARN, points=1, escalating=ladder)
    await database.appeals.make(
        guild_id=guild_id, interaction_id=new_id(), case_number=case.number, appellant_id=case.target_id,
        appeal="It was not me.", limit=3, cooldown_days=7,
    )  # fmt: skip


async def prove(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> None:
    """A row in each table of what proves points, and of what the staff does to many."""
    while (await database.checks.follow(guild_id=guild_id, now=NOW)).is_behind:
        pass
    await database.batches.open(
        guild_id=guild_id,
        interaction_id=new_id(),
        change=BatchKind.AWARD,
        amounts={5000: 1},
        reason="r",
        actor_id=1,
    )


async def report(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> None:
    """A row in each table of reports."""
    began = {"guild_id": guild_id, "interaction_id": new_id()}
    await database.reports.keep_snapshot(**began, proofs=[PROOF])
    who = {"target_id": 11, "target_name": "ann", "reporter_id": 33, "reporter_name": "ben"}
    made = await database.reports.make(**began, **who, reason="rude")
    pressed = {"guild_id": guild_id, "number": made.number, "moderator_id": 22, "interaction_id": new_id()}
    await database.reports.answer(**pressed, answer="Thank you.")


@pytest.mark.parametrize("table", GUILD_TABLES)
async def test_another_guilds_rows_are_neither_shown_nor_written(
    stranger: Any, two_guilds: tuple[int, int], auditor: Any, table: str
) -> None:
    ours, theirs = two_guilds
    assert await auditor.fetchval(f"SELECT count(DISTINCT guild_id) FROM {table}") == 2
    await stranger.execute(f"SET reeve.guild_id = '{ours}'")
    assert await stranger.fetchval(f"SELECT array_agg(DISTINCT guild_id) FROM {table}") == [ours]
    before = await auditor.fetch(f"SELECT * FROM {table} WHERE guild_id = {theirs}")
    await writes_nothing(stranger, f"UPDATE {table} SET guild_id = guild_id WHERE guild_id = {theirs}")
    await writes_nothing(stranger, f"DELETE FROM {table} WHERE guild_id = {theirs}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await stranger.execute(copying_a_row(table, theirs))
    assert await auditor.fetch(f"SELECT * FROM {table} WHERE guild_id = {theirs}") == before


async def writes_nothing(connection: Any, statement: str) -> None:
    """It finds no row, or the rows of that table are only added."""
    try:
        assert (await connection.execute(statement)).endswith(" 0")
    except asyncpg.InsufficientPrivilegeError as error:
        assert "permission denied for table" in str(error)  # noqa: PT017  # either way is right


def copying_a_row(table: str, guild_id: int) -> str:
    """INSERT of what is ours as if it were another guild's."""
    columns = [column.name for column in metadata.tables[table].columns if column.name != "guild_id"]
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} (guild_id, {names}) OVERRIDING SYSTEM VALUE SELECT {guild_id}, {names} FROM {table}"


@pytest.mark.parametrize("context", CONTEXTS)
async def test_who_says_no_guild_sees_and_writes_nothing(
    stranger: Any, two_guilds: tuple[int, int], context: str
) -> None:
    await stranger.execute(context)
    for table in metadata.tables:
        assert await stranger.fetchval(f"SELECT count(*) FROM {table}") == 0
        await writes_nothing(stranger, f"DELETE FROM {table}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await stranger.execute("INSERT INTO case_counters VALUES (7, 7)")


@pytest.mark.parametrize("table", SYSTEM_TABLES)
async def test_what_processes_share_is_shown_to_the_system_alone(
    database: DatabaseService, stranger: Any, guild_id: int, table: str
) -> None:
    await share_everything(database)
    await stranger.execute(f"SET reeve.guild_id = '{guild_id}'")
    assert await stranger.fetchval(f"SELECT count(*) FROM {table}") == 0
    await writes_nothing(stranger, f"DELETE FROM {table}")
    await stranger.execute("SET reeve.system = 'on'")
    assert await stranger.fetchval(f"SELECT count(*) FROM {table}") > 0


async def share_everything(database: DatabaseService) -> None:
    """A row in each table of the system."""
    limits = StartLimits(total=1000, remaining=1000, resets_at=NOW)
    await database.processes.take_turn(slot=0, slots=1, limits=limits, least_seconds=5)
    await database.processes.draw_requests()
    await database.processes.renew_leases(holder="a", shards=Shards((0,), 1))


async def test_a_row_cannot_be_given_to_another_guild(stranger: Any, two_guilds: tuple[int, int]) -> None:
    ours, theirs = two_guilds
    await stranger.execute(f"SET reeve.guild_id = '{ours}'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await stranger.execute(f"UPDATE users SET guild_id = {theirs}, user_id = 77")


async def test_our_own_statements_stay_in_their_guild_too(
    database: DatabaseService, two_guilds: tuple[int, int]
) -> None:
    ours, theirs = two_guilds
    async with database.transaction(guild_id=ours) as tx:
        assert await CASES.get(tx, guild_id=theirs, number=1) is None


async def test_the_role_cannot_look_over_the_wall(stranger: Any) -> None:
    role = await stranger.fetchrow("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    assert tuple(role) == (False, False)


async def test_reeve_refuses_to_run_as_a_role_that_the_wall_does_not_stop(mortal_server: Any) -> None:
    superuser = DatabaseSettings(database_url=SecretStr(mortal_server.server.superuser_dsn))
    with pytest.raises(DatabaseAddressUnusable, match=r"superuser.*connect as a plain role"):
        async with running_database(superuser):
            pass
    connection = await asyncpg.connect(mortal_server.server.superuser_dsn)
    await connection.execute("ALTER ROLE reeve BYPASSRLS")
    await connection.close()
    with pytest.raises(DatabaseAddressUnusable, match="bypasses row-level security"):
        async with running_database(DatabaseSettings(database_url=SecretStr(mortal_server.dsn))):
            pass
