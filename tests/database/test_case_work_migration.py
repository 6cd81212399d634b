"""Revision 0006 with rows in the tables: what was there stays, up, down and up again."""

from typing import Any

import asyncpg

from database import migrations

FILL_0005 = """
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, interaction_id, part, origin, direct_message, revision, created_at)
    SELECT 1, n, 'warn', 'active', 5, 'a', 6, 'b', 'reason', 0, n, 0, 'command', 'none', 0, now()
    FROM generate_series(1, 50) n;
    INSERT INTO case_evidence (guild_id, number, position, filename, content, sha256, added_by_id, added_at)
    SELECT 1, n, 1, 'a.png', 'x', sha256('x'), 6, now() FROM generate_series(1, 50) n;
"""
FILL_0006 = """
    INSERT INTO case_notes SELECT 1, n, 1, 'a note', 7, 'mia', n, now() FROM generate_series(1, 50) n;
    INSERT INTO case_exports VALUES (1, 1, 'csv', '{"kind": "warn"}', 9, 7, now());
    INSERT INTO case_evidence (guild_id, number, position, filename, content, sha256, added_by_id, added_at, kind,
        interaction_id) VALUES (1, 1, 2, 'm.json', '{}', sha256('{}'), 6, now(), 'message', 77);
    UPDATE case_evidence SET content = NULL, former_size = length(content), gone_at = now() WHERE number = 2;
    UPDATE cases SET state = 'void', revision = 1, void_message = 'sent' WHERE number = 3;
"""
KEPT = """
    SELECT (SELECT sum(hashtextextended(ROW(number, kind, state, reason, interaction_id)::text, 0)) FROM cases),
        (SELECT count(*) FROM case_evidence WHERE sha256(content) = sha256)
"""


async def test_what_was_there_stays_up_down_and_up_again(mortal_server: Any) -> None:
    dsn = mortal_server.dsn
    await migrations.downgrade(dsn, "0005")
    connection = await asyncpg.connect(dsn, server_settings={"reeve.system": "on"})
    await connection.execute(FILL_0005)
    before = await connection.fetchrow(KEPT)

    await migrations.upgrade(dsn, "0006")
    assert await connection.fetchrow(KEPT) == before
    await connection.execute(FILL_0006)
    trail = "SELECT count(*) FROM audit_trail WHERE field IN ('note', 'evidence', 'csv')"
    assert await connection.fetchval(trail) == 50 + 1 + 1
    worked = await connection.fetchrow(KEPT)

    await migrations.downgrade(dsn, "0005")
    assert await connection.fetchrow(KEPT) == worked, "only the name of what was let go is forgotten"
    assert await connection.fetchval("SELECT count(*) FROM audit_trail") == 50
    await migrations.upgrade(dsn)
    assert await migrations.check(dsn) == []
    assert await connection.fetchrow(KEPT) == worked
    await connection.close()
