"""How `alembic/env.py` takes the schema from step to step while the bot is at work.

A step that waits for a table's lock stops everybody who comes after it: so it waits for 0.1 s, lets them pass, and
tries again.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import dropwhile
from typing import Any

import asyncpg
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_only

from database.clock import clock
from database.migrations.chain import runs_with
from database.migrations.connecting import cause_of
from database.migrations.gently import forget_progress
from database.migrations.skew import marked

MIGRATION_LOCK = 0x5EEE_0001
"""One advisory lock: many processes may start at once, each revision runs once."""
LOOK_AGAIN_SECONDS = 0.2
LOCK_TIMEOUT = "100ms"
PATIENCE_SECONDS = 300
"""How long a revision is tried again before the operator is asked to make room."""
LONGEST_PAUSE_SECONDS = 5

SESSION = (
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
    "SET reeve.system = 'on'",  # a revision that moves rows must see them
    f"SET lock_timeout = '{LOCK_TIMEOUT}'",
)

Report = Callable[[str], None]


class Steps:
    """What a command chose to run: each revision once, however often the run is begun again."""

    def __init__(self, chosen: Callable[..., Iterable[Any]], report: Report) -> None:
        self._chosen, self._report = chosen, report
        self._all: list[Any] | None = None

    def __call__(self, heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
        """From where the database is. Relative words ("-2") count from where it was when the run began."""
        if self._all is None:
            self._all = list(self._chosen(heads, context))
        for step in dropwhile(lambda step: set(step.from_revisions_no_deps) != set(heads), self._all):
            started = time.perf_counter()
            name = " ".join(step.short_log.split())  # "upgrade 0001 -> 0002"
            self._report(f"{name}: {step.doc}")
            yield step  # it is committed when the next one is asked for
            self._report(f"{name}: done in {time.perf_counter() - started:.2f} s")


def migrate(connection: Connection, context: Any, options: dict[str, Any], report: Report) -> None:
    """Run what the command chose; `context` is the module `alembic.context`.

    The advisory lock goes with the connection, which nobody uses afterwards.
    """
    _wait_for_turn(connection, report)
    context.configure(connection=connection, **options)
    steps = Steps(context.get_context().opts["fn"], report)
    context.configure(connection=connection, fn=steps, report=report, **options)
    for pause in pauses():
        _begin_session(connection)
        try:
            with context.begin_transaction():
                context.run_migrations()
        except DBAPIError as error:
            if pause is None or not isinstance(cause_of(error), asyncpg.LockNotAvailableError):
                raise
            await_only(clock.sleep(pause))
        else:
            return


def _begin_session(connection: Connection) -> None:
    """Before each try: one that failed may have left a setting of its own, as an index that is built has."""
    with connection.begin():
        for statement in SESSION:
            connection.execute(text(statement))


def _wait_for_turn(connection: Connection, report: Report) -> None:
    """Ask again and again. Who waits within a statement has a snapshot, and an index that is built concurrently waits
    for all snapshots: each would wait for the other.
    """
    is_told = False
    while True:
        with connection.begin():
            if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": MIGRATION_LOCK}):
                return
        if not is_told:
            report("another process migrates this database: waiting for it")
            is_told = True
        await_only(clock.sleep(LOOK_AGAIN_SECONDS))


def pauses() -> Iterator[float | None]:
    """Seconds before each next try, longer and longer, then None."""
    left, pause = float(PATIENCE_SECONDS), 0.1
    while left > 0:
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS, left)
        left -= pause
        yield pause * random.uniform(0.5, 1)  # noqa: S311  # not a secret: two that wait must not stay in step
    yield None


def conclude(ctx: MigrationContext, heads: set[str], **_: Any) -> None:
    """In the step's own transaction: tell older code whether it may run on this schema."""
    if ctx.connection is not None and not ctx.as_sql:
        forget_progress(ctx.connection)
    scripts: ScriptDirectory = ctx.opts["script"]
    ctx.execute(marked(runs_with(scripts, next(iter(heads))) if heads else None))
