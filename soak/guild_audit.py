"""What another guild must never notice, looked at from outside: whole rows, and answers that change with neighbours."""

from collections.abc import Collection
from typing import Any

import asyncpg

from soak.servers import MortalServer

GUILD_TABLES = """
    SELECT t.relname FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
    WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace AND a.attname = 'guild_id' ORDER BY t.relname
"""

NOBODY = 9
"""A guild that is in no call."""

Checksums = dict[tuple[str, int], tuple[int, int]]
"""By table and guild: how many rows, and a sum over all that is in them."""


class Auditor:
    """A superuser's eye on all guilds, and a hand that takes guilds out of the world."""

    def __init__(self, dsn: str, connection: Any, tables: list[str]) -> None:
        self._dsn, self._connection, self._tables = dsn, connection, tables
        self._checksums = " UNION ALL ".join(
            f"SELECT '{table}' AS name, guild_id, count(*) AS rows, sum(hashtextextended(t::text, 0)) AS content "
            f"FROM {table} t GROUP BY guild_id"
            for table in tables
        )

    @classmethod
    async def of(cls, server: MortalServer) -> "Auditor":
        address = server.server.superuser_dsn.replace("@/postgres?", "@/reeve?")
        connection = await asyncpg.connect(address)
        return cls(server.dsn, connection, [row["relname"] for row in await connection.fetch(GUILD_TABLES)])

    async def close(self) -> None:
        await self._connection.close()

    async def set_wall(self, up: bool) -> None:
        """Row-level security for connections that are made from now on."""
        await self._connection.execute(f"ALTER ROLE reeve {'NO' if up else ''}BYPASSRLS")

    async def freeze_ledger(self, guild_id: int) -> None:
        """As a check does that finds damage."""
        await self._connection.execute(
            "INSERT INTO point_ledgers (guild_id, frozen_at, frozen_why) VALUES ($1, now(), 'a story') "
            "ON CONFLICT (guild_id) DO UPDATE SET frozen_at = now(), frozen_why = 'a story'",
            guild_id,
        )

    async def wall_is_up(self) -> bool:
        """Whether somebody who says no guild sees nothing, as Reeve's own role."""
        connection = await asyncpg.connect(self._dsn)
        await self._connection.execute(f"INSERT INTO case_counters VALUES ({NOBODY}, 1)")
        seen = await connection.fetchval("SELECT count(*) FROM case_counters")
        await self.forget()
        await connection.close()
        return bool(seen == 0)

    async def checksums(self, guilds: Collection[int]) -> Checksums:
        rows = await self._connection.fetch(self._checksums)
        return {
            (row["name"], row["guild_id"]): (row["rows"], row["content"])
            for row in rows
            if row["guild_id"] in guilds
        }

    async def forget(self, *, but: int = 0) -> None:
        """Take all rows away but one guild's; past the triggers that keep rows for ever."""
        async with self._connection.transaction():
            await self._connection.execute("SET LOCAL session_replication_role = replica")
            for table in self._tables:
                await self._connection.execute(f"DELETE FROM {table} WHERE guild_id <> {but}")
