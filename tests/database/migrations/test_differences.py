"""Promise 15: the check finds each kind of drift, and nothing where there is none."""
# ruff: noqa: E501  # one drift a line

from typing import Any

import asyncpg
import pytest

from database import migrations
from database.migrations.connecting import connected
from database.migrations.differences import CATALOG, Catalog, catalog_of, differences
from database.models import metadata

# One line a drift: they are read as a table.
# fmt: off
DRIFTS = {
    "a column is missing": ("ALTER TABLE users DROP left_at CASCADE", "missing: column users.left_at"),
    "a column too many": ("ALTER TABLE users ADD motto text", "in no revision: column users.motto"),
    "another type": ("ALTER TABLE cases ALTER points TYPE bigint", "column cases.points: it should be integer"),
    "may be null": ("ALTER TABLE cases ALTER reason DROP NOT NULL", "column cases.reason: it should be not null"),
    "a default": ("ALTER TABLE cases ALTER points SET DEFAULT 7", "column cases.points: "),
    "identity is missing": ("ALTER TABLE outbox ALTER outbox_id DROP IDENTITY", "column outbox.outbox_id"),
    "a CHECK is missing": ("ALTER TABLE cases DROP CONSTRAINT ck_cases_reason", "missing: constraint cases.ck_cases_reason"),
    "a CHECK says something else": (
        "ALTER TABLE cases DROP CONSTRAINT ck_cases_points; ALTER TABLE cases ADD CONSTRAINT ck_cases_points "
        "CHECK (points BETWEEN 0 AND 1000)",
        "changed: constraint cases.ck_cases_points",
    ),
    "a CHECK was not validated": (
        "ALTER TABLE cases DROP CONSTRAINT ck_cases_number; ALTER TABLE cases ADD CONSTRAINT ck_cases_number "
        "CHECK (number > 0) NOT VALID",
        "changed: constraint cases.ck_cases_number",
    ),
    "an index is missing": ("DROP INDEX ix_outbox_due_at", "missing: index ix_outbox_due_at"),
    "an index too many": ("CREATE INDEX odd ON users (name)", "in no revision: index odd"),
    "an index over other columns": (
        "DROP INDEX ix_outbox_due_at; CREATE INDEX ix_outbox_due_at ON outbox (due_at, kind)",
        "changed: index ix_outbox_due_at",
    ),
    "an invalid index": (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_outbox_due_at'::regclass",
        "changed: index ix_outbox_due_at: it should be nothing, and is NOT VALID",
    ),
    "a unique key is missing": (
        "ALTER TABLE cases DROP CONSTRAINT uq_cases_guild_id_interaction_id_part",
        "missing: constraint cases.uq_cases_guild_id_interaction_id_part",
    ),
    "a foreign key is missing": (
        "ALTER TABLE case_evidence DROP CONSTRAINT fk_case_evidence_guild_id_number",
        "missing: constraint case_evidence.fk_case_evidence_guild_id_number",
    ),
    "a foreign key that cascades": (
        "ALTER TABLE case_evidence DROP CONSTRAINT fk_case_evidence_guild_id_number; ALTER TABLE case_evidence ADD CONSTRAINT "
        "fk_case_evidence_guild_id_number FOREIGN KEY (guild_id, number) REFERENCES cases ON DELETE CASCADE",
        "changed: constraint case_evidence.fk_case_evidence_guild_id_number",
    ),
    "foreign keys switched off": ("ALTER TABLE case_evidence DISABLE TRIGGER ALL", "triggers of constraints on case_evidence"),
    "a policy is missing": ("DROP POLICY one_guild ON outbox", "missing: policy outbox.one_guild"),
    "a policy that lets everybody in": ("ALTER POLICY one_guild ON users USING (true)", "changed: policy users.one_guild"),
    "a policy too many": ("CREATE POLICY open ON users USING (true)", "in no revision: policy users.open"),
    "security not forced": ("ALTER TABLE users NO FORCE ROW LEVEL SECURITY", "table users: it should be forced"),
    "security off": ("ALTER TABLE users DISABLE ROW LEVEL SECURITY", "table users: it should be row-level security on"),
    "a trigger is missing": ("DROP TRIGGER facts_stay ON cases", "missing: trigger cases.facts_stay"),
    "a trigger switched off": ("ALTER TABLE cases DISABLE TRIGGER facts_stay", "changed: trigger cases.facts_stay"),
    "a function does something else": (
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "changed: function refuse()",
    ),
    "a function with its owner's rights": ("ALTER FUNCTION refuse() SECURITY DEFINER", "SECURITY DEFINER"),
    "a grant to everybody": ("GRANT SELECT ON users TO PUBLIC", "changed: grants on users: it should be nothing, and is PUBLIC SELECT"),
    "a grant on a column": ("GRANT SELECT (name) ON users TO PUBLIC", "changed: column users.name"),
    "a view with its owner's eyes": ("ALTER VIEW audit_trail SET (security_invoker = false)", "changed: view audit_trail"),
    "another owner": ("ALTER TABLE users OWNER TO postgres", "changed: owner of users: it should be reeve, and is postgres"),
    "a table too many": ("CREATE TABLE odd (guild_id bigint)", "in no revision: table odd"),
    "a table is missing": ("DROP TABLE case_links", "missing: table case_links"),
    "another fillfactor": ("ALTER TABLE point_accounts RESET (fillfactor)", "changed: table point_accounts"),
    "a table that a crash empties": ("ALTER TABLE case_evidence SET UNLOGGED", "changed: table case_evidence"),
    "a sequence that turns round": ("ALTER SEQUENCE outbox_outbox_id_seq CYCLE", "changed: sequence outbox_outbox_id_seq"),
    "a rule": ("CREATE RULE odd AS ON DELETE TO users DO INSTEAD NOTHING", "in no revision: rule users.odd"),
}
# fmt: on


@pytest.fixture(scope="module")
async def wanted(empty_server: str, superuser: Any) -> Catalog:
    await superuser.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION reeve")
    await migrations.upgrade(empty_server)
    assert await migrations.check(empty_server) == []
    async with connected(empty_server) as connection:
        return await catalog_of(connection)


@pytest.fixture(scope="module")
async def superuser(empty_server: str) -> Any:
    """Some drifts need more rights than Reeve has: somebody's hands did them."""
    connection = await asyncpg.connect(empty_server, user="postgres")
    yield connection
    await connection.close()


@pytest.mark.parametrize("kind", DRIFTS)
async def test_each_kind_of_drift_is_found(kind: str, wanted: Catalog, superuser: Any) -> None:
    drift, words = DRIFTS[kind]
    await superuser.execute("BEGIN")
    try:
        await superuser.execute(drift)
        found = {row["what"]: row["definition"] for row in await superuser.fetch(CATALOG)}
    finally:
        await superuser.execute("ROLLBACK")
    said = differences(wanted, found)
    assert any(words in line for line in said), said


async def test_what_belongs_to_an_extension_is_the_hosts(wanted: Catalog, superuser: Any) -> None:
    await superuser.execute("BEGIN")
    try:
        await superuser.execute(
            "CREATE EXTENSION vector SCHEMA public; CREATE TABLE theirs (id serial PRIMARY KEY, name text CHECK (name > ''));"
            "ALTER EXTENSION vector ADD TABLE theirs; ALTER EXTENSION vector ADD SEQUENCE theirs_id_seq"
        )
        found = {row["what"]: row["definition"] for row in await superuser.fetch(CATALOG)}
    finally:
        await superuser.execute("ROLLBACK")
    assert differences(wanted, found) == []


async def test_the_check_says_so_itself_and_leaves_nothing_behind(
    wanted: Catalog, empty_server: str, superuser: Any
) -> None:
    await superuser.execute(
        "CREATE SCHEMA reeve_rehearsal AUTHORIZATION reeve; CREATE TABLE reeve_rehearsal.left_by_a_kill ()"
    )
    await superuser.execute("CREATE INDEX odd ON users (name)")
    assert await migrations.check(empty_server) == [
        "in no revision: index odd (CREATE INDEX odd ON users USING btree (name))"
    ]
    await superuser.execute("DROP INDEX odd")
    assert await migrations.check(empty_server) == []
    assert await superuser.fetchval("SELECT to_regnamespace('reeve_rehearsal')") is None


async def test_a_mark_that_is_lost_or_changed_is_found(
    wanted: Catalog, empty_server: str, superuser: Any
) -> None:
    """It tells older code whether it may run here."""
    mark = f"runs_with={(await migrations.standing(empty_server)).runs_with}"
    for comment in ("NULL", "'runs_with=9999'"):
        await superuser.execute(f"COMMENT ON TABLE alembic_version IS {comment}")
        [found] = await migrations.check(empty_server)
        assert found.startswith("changed: the mark that tells which code may run here")
        [statement] = [part for part in found.split("`") if part.startswith("COMMENT")]
        await superuser.execute(statement)
        assert await migrations.check(empty_server) == []
    assert mark in statement


async def test_the_models_say_what_the_revisions_make(wanted: Catalog) -> None:
    """`alembic check` compares the rest; CHECKs it does not know."""
    checks = {
        f"constraint {table.name}.{rule.name}"
        for table in metadata.tables.values()
        for rule in table.constraints
    }
    assert checks - wanted.keys() == set()
