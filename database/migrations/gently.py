"""Two words that revisions may use beside Alembic's own, for tables that are large and in use.

    op.build_index("ix_users_name", "users", ["guild_id", "name"])
    op.in_batches("users", "UPDATE users SET motto = '' WHERE {rows} AND motto IS NULL")

Both commit as they go, so a revision that uses one does nothing else: killed in the middle and run again, it goes on.
A revision is frozen: what these words mean may not change.
"""

# ruff: noqa: S608  # names of tables and columns come from revisions and from the catalog

import json
import time
from typing import Any

from alembic.operations import MigrateOperation, Operations
from sqlalchemy import BigInteger, Connection, bindparam, text
from sqlalchemy.util import await_only

from database.clock import clock

IS_REHEARSAL = "is_rehearsal"
PROGRESS = "migration_progress"
FIRST_BATCH_ROWS = 500
BATCH_SECONDS = 0.05
"""What a batch is made to take: so long at most does anybody wait for a row of it."""
TOLD_EVERY_SECONDS = 2
INDEX_LOCK_TIMEOUT = "10min"
"""An index that is built concurrently waits for older transactions, and nobody waits for it meanwhile."""

INVALID = "SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid)"
KEY = """
    SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
    WHERE indrelid = to_regclass(:name) AND indisprimary ORDER BY array_position(indkey::int2[], attnum)
"""


@Operations.register_operation("build_index")
class BuildIndex(MigrateOperation):
    def __init__(self, name: str, table: str, columns: list[Any], options: dict[str, Any]) -> None:
        self.name, self.table, self.columns, self.options = name, table, columns, options

    @classmethod
    def build_index(
        cls, operations: Operations, name: str, table: str, columns: list[Any], **options: Any
    ) -> None:
        """Build an index while the table is in use; an invalid one of that name, left by a kill, is dropped first."""
        operations.invoke(cls(name, table, columns, options))


@Operations.implementation_for(BuildIndex)
def _build_index(operations: Operations, index: BuildIndex) -> None:
    context = operations.migration_context
    with context.autocommit_block():
        operations.execute(f"SET lock_timeout = '{INDEX_LOCK_TIMEOUT}'")
        if context.as_sql or operations.get_bind().scalar(text(INVALID), {"name": index.name}):
            operations.drop_index(index.name, index.table, postgresql_concurrently=True, if_exists=True)
        operations.create_index(
            index.name,
            index.table,
            index.columns,
            postgresql_concurrently=True,
            if_not_exists=True,
            **index.options,
        )
        operations.execute("SET lock_timeout = '100ms'")


@Operations.register_operation("in_batches")
class InBatches(MigrateOperation):
    def __init__(self, table: str, statement: str) -> None:
        self.table, self.statement = table, statement

    @classmethod
    def in_batches(cls, operations: Operations, table: str, statement: str) -> None:
        """Run an UPDATE or DELETE over all rows, some at a time, each batch committed with the place that it reached.

        `{rows}` in its WHERE stands for the batch: a range of the table's primary key, which is of numbers.
        """
        operations.invoke(cls(table, statement))


@Operations.implementation_for(InBatches)
def _in_batches(operations: Operations, batches: InBatches) -> None:
    context = operations.migration_context
    if context.as_sql or context.opts.get(IS_REHEARSAL):
        operations.execute(batches.statement.replace("{rows}", "true"))
        return
    with context.autocommit_block():
        walk = _Walk(operations.get_bind(), batches, context.opts["report"])
        while walk.step():
            await_only(clock.sleep(walk.seconds))  # half of the time belongs to the others


class _Walk:
    """From key to key. The place is a row of a table that lives until the revision is done (`forget_progress`)."""

    def __init__(self, connection: Connection, batches: InBatches, report: Any) -> None:
        self._connection, self._table, self._report = connection, batches.table, report
        self._statement = batches.statement
        self._size = FIRST_BATCH_ROWS
        self._told = time.monotonic()
        self.seconds = 0.0
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {PROGRESS} "
                "(task text PRIMARY KEY, reached text NOT NULL, rows bigint NOT NULL)"
            )
        )
        self._key = list(connection.scalars(text(KEY), {"name": self._table}))
        reached = connection.scalar(
            text(f"SELECT reached FROM {PROGRESS} WHERE task = :task"), {"task": self._statement}
        )
        self._after: list[int] | None = None if reached is None else json.loads(reached)

    def step(self) -> bool:
        """One batch; False at the end of the table."""
        started = time.monotonic()
        upto = self._end_of_batch()
        if upto is None:
            return False
        after, values = self._after_reached()
        columns = ", ".join(self._key)
        rows = f"{after} AND ({columns}) <= ({', '.join(f':upto_{at}' for at in range(len(upto)))})"
        values |= {f"upto_{at}": value for at, value in enumerate(upto)}
        statement = self._statement.replace("{rows}", rows)
        done = self._connection.scalar(
            _of_numbers(
                f"WITH batch AS ({statement} RETURNING 1) "
                f"INSERT INTO {PROGRESS} VALUES (:task, :reached, (SELECT count(*) FROM batch)) "
                "ON CONFLICT (task) DO UPDATE SET reached = excluded.reached, "
                f"rows = {PROGRESS}.rows + excluded.rows RETURNING rows",
                values,
            ),
            {**values, "task": self._statement, "reached": json.dumps(upto)},
        )
        self._after, self.seconds = upto, time.monotonic() - started
        self._size = max(1, min(self._size * 2, round(self._size * BATCH_SECONDS / max(self.seconds, 0.001))))
        if time.monotonic() - self._told >= TOLD_EVERY_SECONDS:
            self._told = time.monotonic()
            self._report(f"{self._table}: {done:,} rows changed, up to {', '.join(map(str, upto))}")
        return True

    def _end_of_batch(self) -> list[int] | None:
        after, values = self._after_reached()
        columns, backwards = ", ".join(self._key), ", ".join(f"{name} DESC" for name in self._key)
        row = self._connection.execute(
            _of_numbers(
                f"SELECT {columns} FROM (SELECT {columns} FROM {self._table} WHERE {after} "
                f"ORDER BY {columns} LIMIT {self._size}) AS batch ORDER BY {backwards} LIMIT 1",
                values,
            ),
            values,
        ).first()
        return None if row is None else list(row)

    def _after_reached(self) -> tuple[str, dict[str, Any]]:
        if self._after is None:
            return "true", {}
        names = ", ".join(f":after_{at}" for at in range(len(self._after)))
        return f"({', '.join(self._key)}) > ({names})", {
            f"after_{at}": value for at, value in enumerate(self._after)
        }


def _of_numbers(statement: str, values: dict[str, Any]) -> Any:
    return text(statement).bindparams(*(bindparam(name, type_=BigInteger()) for name in values))


def forget_progress(connection: Connection) -> None:
    """Goes with the step's own transaction: until it is committed, the batches are known to be done."""
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": PROGRESS}) is not None:
        connection.execute(text(f"DROP TABLE {PROGRESS}"))
