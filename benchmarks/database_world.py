"""A database of the size of a busy public bot: 1,000 guilds, 100,000 members, 200,000 cases, 1,000,000 ledger rows.

Written by SQL in sets. It is consistent: balances are the sums of the rows, running balances and counters are right.
"""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

import asyncpg

from database import migrations
from database.embedded import EmbeddedServer
from soak.servers import scratch_folder

FIRST_GUILD, FIRST_MEMBER, FIRST_KEY = 10**18, 2 * 10**18, 3 * 10**18
MEMBERS = 100
"""In each guild."""
CASES = 200
"""Of each guild."""
LARGE_GUILDS, LARGE = 32, 1000
"""So many guilds (the last ones) have so many accounts, most of them empty: batches go there."""
ROUNDS = 10
"""Transfers for each member: one award, then each gives one point and gets one from another, nine times."""


@dataclass(frozen=True)
class World:
    """Where it is, and whom to act with."""

    dsn: str
    guilds: int
    keys: "count[int]"
    first_member: int = FIRST_MEMBER
    members: int = MEMBERS

    def guild(self, dice: random.Random) -> int:
        return FIRST_GUILD + dice.randrange(self.guilds)

    def member(self, dice: random.Random) -> int:
        return self.first_member + dice.randrange(self.members)

    @property
    def one_guild(self) -> int:
        return FIRST_GUILD

    def large_guild(self, dice: random.Random) -> int:
        return FIRST_GUILD + self.guilds - 1 - dice.randrange(min(LARGE_GUILDS, self.guilds))


@asynccontextmanager
async def seeded(guilds: int = 1000) -> AsyncIterator[World]:
    """On an embedded server in a temporary folder, as long as the block runs."""
    with scratch_folder() as folder:
        server = EmbeddedServer(folder)
        dsn = await server.start()
        try:
            await migrations.upgrade(dsn)
            await _fill(server.superuser_dsn.replace("@/postgres", "@/reeve"), guilds)
            yield World(dsn, guilds, count(FIRST_KEY))
        finally:
            await server.stop()


async def _fill(superuser_dsn: str, guilds: int) -> None:
    connection = await asyncpg.connect(superuser_dsn)
    try:
        # Foreign keys hold by construction: to check them row by row would take longer than to write the rows.
        await connection.execute("SET session_replication_role = replica")
        for statement in STATEMENTS:
            await connection.execute(statement.format(last_guild=guilds - 1, **SIZES))
        for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
            await connection.execute(statement)
    finally:
        await connection.close()


SIZES = {
    "guild": FIRST_GUILD,
    "member": FIRST_MEMBER,
    "last_member": MEMBERS - 1,
    "last_large": LARGE_GUILDS - 1,
    "last_of_large": LARGE - 1,
    "members": MEMBERS,
    "cases": CASES,
    "last_round": ROUNDS - 1,
    "transfers": MEMBERS * ROUNDS,
}

STATEMENTS = (
    """
    INSERT INTO guild_configs (guild_id, version, moderator_role_ids, manager_role_ids, points_per_message,
        message_cooldown_seconds, language, time_zone, updated_at)
    SELECT {guild} + g, 0, ARRAY[g, g + 1], ARRAY[g], 1, 60, 'en', 'UTC', now() FROM generate_series(0, {last_guild}) g
    """,
    """
    INSERT INTO users (guild_id, user_id, name, display_name, first_seen_at, last_seen_at)
    SELECT {guild} + g, {member} + m, 'member' || m, 'Member ' || m, now(), now()
    FROM generate_series(0, {last_guild}) g, generate_series(0, {last_member}) m
    """,
    """
    INSERT INTO case_counters (guild_id, last_number)
    SELECT {guild} + g, {cases} FROM generate_series(0, {last_guild}) g
    """,
    """
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, channel_id, interaction_id, part, origin, direct_message, revision, created_at)
    SELECT {guild} + g, c, 'warn', 'active', {member} + c * 7 % {members}, 'member' || c * 7 % {members},
        {member} + c % 5, 'member' || c % 5, 'reason number ' || c, c % 3, 1, c, 0, 'command', 'sent', 0,
        now() - c * interval '1h'
    FROM generate_series(0, {last_guild}) g, generate_series(1, {cases}) c
    """,
    # What each member was awarded at first differs, so that there is a leaderboard.
    """
    CREATE TEMPORARY TABLE moves AS
    SELECT {guild} + g AS guild_id, g * {transfers}::bigint + r * {members} + m + 1 AS id, r, m,
        (m + r) % {members} AS other, 10000 + m * 7919 % 5000 AS own,
        10000 + (m + r) % {members} * 7919 % 5000 AS others
    FROM generate_series(0, {last_guild}) g, generate_series(0, {last_round}) r, generate_series(0, {last_member}) m
    """,
    # Step m of round r: m gives to m + r, and has been given to before if m >= r; so has the other, if later than m.
    """
    CREATE TEMPORARY TABLE posted AS
    SELECT guild_id, id, CASE r WHEN 0 THEN 'award' ELSE 'give' END AS kind,
        CASE r WHEN 0 THEN 1 ELSE {member} + m END AS debit_id, {member} + other AS credit_id,
        CASE r WHEN 0 THEN own ELSE 1 END AS amount,
        CASE r WHEN 0 THEN NULL ELSE own - (m < r)::int END AS debit_balance,
        CASE r WHEN 0 THEN own ELSE others + (other > m)::int END AS credit_balance
    FROM moves
    """,
    """
    INSERT INTO point_accounts (guild_id, account_id, kind, balance, earned, opened_at)
    SELECT {guild} + g, 1, 'mint', 0, 0, now() FROM generate_series(0, {last_guild}) g
    UNION ALL SELECT guild_id, credit_id, 'member', amount, amount, now() FROM posted WHERE debit_id = 1
    UNION ALL SELECT {guild} + {last_guild} - g, {member} + m, 'member', 0, 0, now()
    FROM generate_series(0, least({last_large}, {last_guild})) g, generate_series({members}, {last_of_large}) m
    """,
    """
    INSERT INTO point_operations (guild_id, operation_id, source, external_id, request_hash, kind, actor_id, answer,
        asked_at) OVERRIDING SYSTEM VALUE
    SELECT guild_id, id, 'interaction', id, sha256(id::text::bytea), kind, {member},
        jsonb_build_object('amount', amount, 'giver_balance', debit_balance, 'receiver_balance', credit_balance), now()
    FROM posted ORDER BY id
    """,
    """
    INSERT INTO point_transfers (guild_id, transfer_id, operation_id, phase, debit_id, credit_id, amount, debit_balance,
        credit_balance, posted_at) OVERRIDING SYSTEM VALUE
    SELECT guild_id, id, id, 'post', debit_id, credit_id, amount, debit_balance, credit_balance, now()
    FROM posted ORDER BY id
    """,
    """
    INSERT INTO point_boards (guild_id, board, user_id, points, is_hidden)
    SELECT guild_id, 0, account_id, balance, false FROM point_accounts WHERE balance > 0
    """,
    """
    INSERT INTO point_board_counts (guild_id, board, level, node, people)
    SELECT guild_id, 0, level, balance >> (6 * level), count(*) FROM point_accounts, generate_series(0, 6) level
    WHERE balance > 0 GROUP BY 1, 3, 4
    """,
    "SELECT setval(pg_get_serial_sequence('point_operations', 'operation_id'), max(id)) FROM posted",
    "SELECT setval(pg_get_serial_sequence('point_transfers', 'transfer_id'), max(id)) FROM posted",
    "DROP TABLE moves, posted",
)
