"""Revision 0003 with rows in the tables: nothing is lost but what the older schema has no place for."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from database import migrations
from database.models import AuditFilter, CaseKind, Proof
from database.service import DatabaseService

TABLES = (
    "cases", "case_evidence", "case_revisions", "guild_configs", "guild_config_changes", "outbox",
    "point_operations", "point_accounts", "point_transfers",
)  # fmt: skip
WARNED = {
    "kind": CaseKind.WARN,
    "target_id": 5011,
    "target_name": "a",
    "moderator_id": 1,
    "moderator_name": "b",
}


@pytest.fixture
async def filled(mortal_server: Any) -> AsyncIterator[DatabaseService]:
    database = DatabaseService(mortal_server.dsn)
    await database.open()
    guild: dict[str, Any] = {"guild_id": 1}
    await database.cases.open(**guild, **WARNED, reason="r", interaction_id=1, proof=[Proof("a.png", b"x")])
    await database.cases.edit_reason(
        **guild, number=1, reason="s", editor_id=2, interaction_id=2, why="mistyped"
    )
    await database.guild_configs.change(
        **guild, setting="points_per_message", value=5, changed_by_id=3, interaction_id=3, why="a party"
    )
    await database.points.award(
        **guild, receiver_id=5011, receiver_is_bot=False, amount=7, reason="t", actor_id=4, interaction_id=4
    )
    yield database
    await database.close()


NEWER = {
    ("case_revisions", "why"),
    ("guild_config_changes", "why"),
    ("guild_config_changes", "interaction_id"),
}


async def rows(connection: Any, older: dict[str, list[Any]] | None = None) -> dict[str, list[Any]]:
    """Without what only the newer schema has a place for; or of the older one's columns those that it still has."""
    return {
        table: [
            {
                name: value
                for name, value in row.items()
                if (table, name) not in NEWER and (older is None or name in older[table][0])
            }
            for row in await connection.fetch(f"SELECT * FROM {table}")
        ]
        for table in TABLES
    }


async def test_down_and_up_again_keeps_the_trail_and_gives_the_rights_back_in_between(
    filled: DatabaseService, mortal_server: Any
) -> None:
    dsn = mortal_server.dsn
    before = [entry._replace(why=None) for entry in await trail(filled)]
    await migrations.downgrade(dsn, "0002")

    connection = await asyncpg.connect(dsn, server_settings={"reeve.system": "on"})
    for table in TABLES:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            assert await connection.fetchval("SELECT has_table_privilege($1, $2)", table, right), (
                table,
                right,
            )
    kept = await rows(connection)
    assert all(kept.values())
    await connection.execute("BEGIN; UPDATE cases SET moderator_id = 9; DELETE FROM outbox; ROLLBACK")

    await migrations.upgrade(dsn)
    assert await migrations.check(dsn) == []
    renamed = {"outbox": [{k: v for k, v in row.items() if k != "case_number"} for row in kept["outbox"]]}
    assert await rows(connection, kept) == {**kept, **renamed}
    assert [entry._replace(why=None) for entry in await trail(filled)] == before
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DELETE FROM cases")
    await connection.close()


async def trail(database: DatabaseService) -> list[Any]:
    return [*await database.audit.page(guild_id=1, matching=AuditFilter())]


LEFT_BY_A_KILL = """
    ALTER TABLE guild_config_changes ADD COLUMN why text;
    ALTER TABLE guild_config_changes ADD CONSTRAINT ck_guild_config_changes_why CHECK (length(why) > 0) NOT VALID;
    CREATE INDEX ix_point_operations_by_staff ON point_operations (guild_id, asked_at)
        WHERE kind NOT IN ('give', 'talk');
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER never_deleted BEFORE DELETE ON cases FOR EACH ROW EXECUTE FUNCTION refuse();
    REVOKE DELETE ON cases FROM CURRENT_USER;
"""


async def test_a_run_that_was_killed_in_between_is_finished_by_the_next(
    filled: DatabaseService, mortal_server: Any
) -> None:
    dsn = mortal_server.dsn
    await migrations.downgrade(dsn, "0002")
    connection = await asyncpg.connect(dsn, server_settings={"reeve.system": "on"})
    await connection.execute(LEFT_BY_A_KILL)
    await connection.close()
    await migrations.upgrade(dsn)
    assert await migrations.check(dsn) == []
    assert len(await trail(filled)) == 4
