"""Checksums: any changed value changes them, and nothing else does."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from database.backups import Backup
from database.backups.contents import contents_of
from database.backups.restore import restore_dump
from database.backups.session import whole_view

Blank = Callable[[], Awaitable[str]]

COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS kind, a.attgenerated <> '' AS is_made
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
    ORDER BY 1, 2
"""
ANOTHER = {
    "bigint": "{} + 1",
    "integer": "{} + 1",
    "text": "{} || ' '",
    "character varying(32)": "{} || ' '",
    "bytea": "set_byte({0}, length({0}) - 1, get_byte({0}, length({0}) - 1) # 1)",
    "timestamp with time zone": "{} + interval '1 microsecond'",
    "jsonb": "jsonb_build_array({})",
    "bigint[]": "{} || 1::bigint",
    "boolean": "NOT {}",
    "date": "{} + 1",
}


async def sums(connection: Any) -> dict[str, str]:
    return {name: table.checksum for name, table in (await contents_of(connection)).tables.items()}


async def test_any_change_of_one_value_of_one_row_changes_them(backup: Backup, blank: Blank) -> None:
    """In copies without rules or triggers, each column of each table in turn."""
    target = await blank()
    await restore_dump(target, backup, lambda _: None)
    tried = 0
    async with whole_view(target) as connection:
        columns = await connection.fetch(COLUMNS)
        for table in {row["relname"] for row in columns}:
            await connection.execute(
                f"CREATE TABLE copy_of_{table} AS TABLE {table}; DROP TABLE {table} CASCADE; "
                f"ALTER TABLE copy_of_{table} RENAME TO {table}"
            )
        before = await sums(connection)
        for table, column, kind, _ in columns:
            changing = connection.transaction()
            await changing.start()
            value = ANOTHER[kind].format(f'"{column}"')
            changed = await connection.execute(
                f'UPDATE {table} SET "{column}" = {value} WHERE ctid = '
                f'(SELECT min(ctid) FROM {table} WHERE "{column}" IS NOT NULL)'
            )
            after = await sums(connection)
            differs = {name for name in before if before[name] != after[name]}
            assert differs == ({table} if changed == "UPDATE 1" else set()), (table, column)
            await changing.rollback()
            tried += changed == "UPDATE 1"
        await connection.execute("INSERT INTO users SELECT * FROM users")
        assert (await sums(connection))["users"] != before["users"], "rows that are there twice"
    assert tried > 60


async def test_they_hang_on_no_setting_and_no_order(dsn: str, backup: Backup, blank: Blank) -> None:
    target = await blank()
    await restore_dump(target, backup, lambda _: None)
    connection = await asyncpg.connect(target)
    name = await connection.fetchval("SELECT current_database()")
    for setting in (
        "timezone = 'Asia/Tokyo'",
        "datestyle = 'German'",
        "bytea_output = 'escape'",
        "extra_float_digits = 0",
    ):
        await connection.execute(f"ALTER DATABASE {name} SET {setting}")
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(
        "UPDATE users SET name = name WHERE guild_id = 1"
    )  # goes to the end of the table
    await connection.close()
    async with whole_view(target) as restored:
        assert (await contents_of(restored)).tables == backup.tables
