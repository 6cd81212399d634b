"""What an upgrade will do: each statement with the locks it takes, and whether it reads or rewrites a whole table."""

import io
import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from alembic import command
from alembic.util import CommandError
from sqlalchemy import Connection, event, text

from database.errors import SchemaMismatch
from database.migrations.chain import OURS, Chain, Revision
from database.migrations.connecting import ONE_AT_A_TIME, connected
from database.migrations.rehearsal import CONCURRENTLY, SPOKEN, empty_stage, play
from database.migrations.skew import is_compatible, require, standing
from database.migrations.stepping import MIGRATION_LOCK

MEANING = {
    "ACCESS EXCLUSIVE": "nobody reads or writes it until the step ends",
    "EXCLUSIVE": "it is read, not written until the step ends",
    "SHARE ROW EXCLUSIVE": "it is read, not written until the step ends",
    "SHARE": "it is read, not written until the step ends",
    "SHARE UPDATE EXCLUSIVE": "reads and writes go on",
    "ROW EXCLUSIVE": "reads and writes go on, except of the same rows",
}
"""What a lock means to others, the strongest first: PostgreSQL's documentation, "Explicit Locking"."""

HEADER = """\
-- What `python -m bot db upgrade` runs on this database, from {found} to {wanted}: for a review.
-- psql may run it, too (psql -v ON_ERROR_STOP=1 -f FILE), but it does not try again: a lock that is not there within
-- 0.1 s ends it. What was committed by then stays; make this file anew, or go on with `db upgrade`.
-- {lock} is the advisory lock of Reeve's migrations: one at a time.

"""
TRANSACTION = re.compile(r"^(BEGIN;\n\n.*?^COMMIT;\n\n)", re.MULTILINE | re.DOTALL)
OUTSIDE = """\
-- Outside of a transaction, each statement committed by itself: no lock outlives the statement that needs it, and
-- what is built CONCURRENTLY allows no transaction around it.

"""
UNTOUCHED = "       No table that is in use is touched."

TABLES = """
    SELECT relname AS name, c.oid::bigint, relfilenode::bigint AS file, pg_stat_get_xact_numscans(c.oid) AS scans,
        ARRAY(SELECT mode FROM pg_locks WHERE relation = c.oid AND pid = pg_backend_pid()) AS locks
    FROM pg_class c WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace = current_schema()::regnamespace
"""
# Nothing here may wait for a lock, as pg_relation_size would.
ROWS = """
    SELECT c.relname, CASE WHEN reltuples >= 0 THEN reltuples::bigint ELSE nullif(n_live_tup, 0) END
    FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
"""


@dataclass
class Effect:
    """What a statement does to a table that was there before its step."""

    table: str
    lock: str | None
    rewrites: bool
    scans: bool
    rows: int | None
    """Estimated; None: unknown."""

    def in_words(self) -> str:
        rows = "an unknown number of rows" if self.rows is None else f"about {self.rows:,} rows"
        words = [f"{self.table} ({rows})"]
        if self.lock:
            words.append(f"{self.lock}: {MEANING.get(self.lock, 'see the documentation')}")
        words += ["writes the whole table anew"] * self.rewrites
        words += ["reads the whole table"] * (self.scans and not self.rewrites)
        return "; ".join(words)


@dataclass
class PlannedStatement:
    sql: str
    effects: list[Effect] = field(default_factory=list)


@dataclass
class PlannedStep:
    revision: str
    sentence: str
    statements: list[PlannedStatement] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def in_words(self) -> list[str]:
        lines = [f"{self.revision}  {self.sentence}"]
        for number, statement in enumerate(self.statements, start=1):
            lines.append(f"  {number:3}. {' '.join(statement.sql.split())}")
            lines += [f"         {effect.in_words()}" for effect in statement.effects]
        return lines if self._effects() else [*lines, UNTOUCHED]

    def in_short(self) -> list[str]:
        """Without the statements: what they do together to each table that is in use."""
        count = len(self.statements)
        effects = [f"       {effect.in_words()}" for effect in self._effects()]
        return [f"{self.revision}  {self.sentence} ({count} statements)", *(effects or [UNTOUCHED])]

    def _effects(self) -> list[Effect]:
        """One a table: the strongest lock, and whether any statement reads or writes all of it."""
        met: dict[str, Effect] = {}
        for effect in (effect for statement in self.statements for effect in statement.effects):
            before = met.get(effect.table, replace(effect, lock=None))
            locks = [lock for lock in MEANING if lock in (before.lock, effect.lock)]
            met[effect.table] = replace(
                effect,
                lock=locks[0] if locks else None,
                rewrites=before.rewrites or effect.rewrites,
                scans=before.scans or effect.scans,
            )
        return [*met.values()]


async def plan(dsn: str, revision: str = "head", *, chain: Chain = OURS) -> list[PlannedStep]:
    """The pending steps up to the revision, in order. Raises SchemaMismatch, MigrationRefused, DatabaseUnavailable."""
    found, pending = await pending_steps(dsn, revision, chain)
    if not pending:
        return []
    async with connected(dsn, **{"reeve.system": "on"}) as connection:
        rows = {row[0]: row[1] for row in await connection.execute(text(ROWS))}
    done = chain.after(None)[: len(chain.after(None)) - len(chain.after(found))]
    async with empty_stage(dsn) as connection:
        await connection.run_sync(play, chain, done)
        return await connection.run_sync(_observed, chain, pending, rows)


async def pending_steps(
    dsn: str, revision: str = "head", chain: Chain = OURS
) -> tuple[str | None, list[Revision]]:
    """The database's revision, and what is between it and the wanted one."""
    found = await standing(dsn)
    if is_compatible(found, chain):
        return found.revision, []
    if found.revision is not None and not chain.knows(found.revision):
        require(found, chain)
    try:
        wanted = chain.scripts.get_revision(revision).revision
    except CommandError as error:
        raise SchemaMismatch(f"{error}. `python -m bot db history` lists the revisions.") from error
    later = {step.revision for step in chain.after(wanted)}
    return found.revision, [step for step in chain.after(found.revision) if step.revision not in later]


def _observed(
    connection: Connection, chain: Chain, pending: list[Revision], rows: dict[str, int | None]
) -> list[PlannedStep]:
    seen = _Observer(connection, rows)
    event.listen(connection, "after_cursor_execute", seen.after)
    play(connection, chain, pending, seen.begins)
    return seen.steps


class _Observer:
    """Looks at the tables before and after each statement. Its own queries run in the middle of another's execution:
    nothing that is written here counts, so nothing can get lost by that."""

    def __init__(self, connection: Connection, rows: dict[str, int | None]) -> None:
        self._connection, self._rows = connection, rows
        self._looking = False
        self._tables: dict[int, Any] = {}
        self._there_before: set[int] = set()
        self.steps: list[PlannedStep] = []

    def begins(self, revision: Revision) -> None:
        self._tables = self._look()
        self._there_before = set(self._tables)
        self.steps.append(PlannedStep(revision.revision, revision.sentence))

    def after(self, *_: Any) -> None:
        spoken: str = self._connection.info[SPOKEN]
        if self._looking or not self.steps or "alembic_version" in spoken or "pg_catalog" in spoken:
            return
        statement = PlannedStatement(spoken.strip())
        is_concurrent, now = CONCURRENTLY.search(spoken) is not None, self._look()
        for oid in sorted(self._there_before & set(self._tables), key=lambda oid: self._tables[oid].name):
            if effect := self._effect(self._tables[oid], now.get(oid), is_concurrent=is_concurrent):
                statement.effects.append(effect)
        self.steps[-1].statements.append(statement)
        self._tables = now

    def _effect(self, before: Any, after: Any, *, is_concurrent: bool) -> Effect | None:
        held, now = _strongest(before.locks), _strongest(after.locks if after else ["AccessExclusiveLock"])
        lock = None if now == held else now  # a weaker one beside it tells nobody anything
        if is_concurrent and lock:
            lock = "SHARE UPDATE EXCLUSIVE"
        rewrites = after is not None and after.file != before.file
        scans = after is not None and after.scans > before.scans
        if lock or rewrites or scans:
            return Effect(before.name, lock, rewrites, scans, self._rows.get(before.name))
        return None

    def _look(self) -> dict[int, Any]:
        self._looking = True
        try:
            return {row.oid: row for row in self._connection.execute(text(TABLES))}
        finally:
            self._looking = False


def _strongest(modes: list[str]) -> str | None:
    """Of pg_locks' words ("AccessExclusiveLock"), as the documentation spells it; None: none that stops anybody."""
    spelled = {re.sub(r"(?<!^)(?=[A-Z])", " ", mode.removesuffix("Lock")).upper() for mode in modes}
    return next((mode for mode in MEANING if mode in spelled), None)


async def sql(dsn: str, revision: str = "head", *, chain: Chain = OURS) -> str:
    """The pending steps as SQL for a review, or for psql. Empty where nothing is pending."""
    found, pending = await pending_steps(dsn, revision, chain)
    if not pending:
        return ""
    config = chain.config()
    config.output_buffer = io.StringIO()
    async with ONE_AT_A_TIME:
        command.upgrade(config, f"{found or 'base'}:{pending[-1].revision}", sql=True)
    header = HEADER.format(found=found or "nothing", wanted=pending[-1].revision, lock=MIGRATION_LOCK)
    return header + _readable(config.output_buffer.getvalue())


def _readable(script: str) -> str:
    """Without Alembic's transactions in which nothing happens, and with a word where there is none."""
    session, *rest = TRANSACTION.split(script)
    parts, is_told = [session], False
    for at, part in enumerate(rest):
        if at % 2 == 0:  # a transaction
            inside = part.split("\n\n")[1:-2]
            is_empty = all(line.startswith("--") for line in inside)
            parts.append("".join(f"{line}\n\n" for line in inside) if is_empty else part)
            is_told = is_told and is_empty
        elif part.strip():
            parts += [part] if is_told else [OUTSIDE, part]
            is_told = True
    return "".join(parts)
