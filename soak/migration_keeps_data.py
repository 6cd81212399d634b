"""Each revision up, down and up on a full database, and killed in the middle: no row is lost, and all ends well."""
# ruff: noqa: E501  # rows are easier to read in one line

from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from database import migrations
from database.migrations import OURS, Chain
from database.migrations.connecting import connected
from database.migrations.differences import Catalog, catalog_of, differences
from soak.migrating import Moment, migrated
from soak.scenario import Ground, Outcome
from soak.servers import NEVER_CRASHES

SEEDS = {
    "0001": """
        INSERT INTO users SELECT n % 100, n, 'name ' || n, 'shown', now(), now() FROM generate_series(1, {tenth}) n;
        INSERT INTO case_counters SELECT n, {tenth} / 100 + 1 FROM generate_series(0, 99) n;
        INSERT INTO cases SELECT n % 100, n / 100 + 1, 'warn', 'active', 5000 + n % 997, 'a', 6, 'b', 'reason ' || n,
            1, NULL, n, 'none', NULL, NULL, NULL, 1, now() FROM generate_series(1, {tenth}) n;
        INSERT INTO case_revisions SELECT guild_id, number, 1, 'reason', 'x', reason, 7, interaction_id, now() FROM cases;
        INSERT INTO case_evidence SELECT guild_id, number, 1, 'a.png', '\\x00ff', sha256('\\x00ff'), 7, now() FROM cases;
        INSERT INTO outbox (guild_id, kind, case_number, generation, attempts, due_at, created_at)
            SELECT guild_id, 'case_log', number, 1, 0, now(), now() FROM cases;
        INSERT INTO guild_configs SELECT n, {tenth}, NULL, '{{1,2}}', '{{}}', 1, 60, 'en', 'UTC', now()
            FROM generate_series(0, 99) n;
        INSERT INTO guild_config_changes SELECT n % 100, n, 'points_per_message', '1', to_jsonb(n), 7, now()
            FROM generate_series(1, {tenth}) n;
        INSERT INTO point_accounts SELECT n % 100, 5000 + n, 'member', 2, NULL, now() FROM generate_series(1, {tenth}) n;
        INSERT INTO point_accounts SELECT n, 1, 'mint', 0, NULL, now() FROM generate_series(0, 99) n;
        INSERT INTO point_operations (guild_id, source, external_id, request_hash, kind, actor_id, note, answer, asked_at)
            SELECT guild_id, 'interaction', account_id, sha256('x'), CASE balance % 2 WHEN 0 THEN 'award' ELSE 'give' END,
            7, 'note', '{{"amount": 2}}', now() FROM point_accounts WHERE kind = 'member';
        INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, credit_balance, posted_at)
            SELECT guild_id, operation_id, 'post', 1, external_id, 2, 2, now() FROM point_operations;
        ANALYZE
    """,
    "0002": """
        INSERT INTO identify_slots VALUES (0, now(), now(), 3), (1, now(), now(), 4);
        INSERT INTO rest_budget VALUES (1, now());
        INSERT INTO shard_leases SELECT 16, n, 'a process', now(), now() FROM generate_series(0, 15) n
    """,
    "0004": """
        UPDATE guild_configs SET hide_moderator = true, appeal_limit = guild_id % 21, timeout_takes_role_ids = '{{1,2}}';
        INSERT INTO dm_templates SELECT n, 'ban', 'Farewell, {{member}}' FROM generate_series(0, 99) n;
        ANALYZE
    """,
    "0006": """
        INSERT INTO case_notes SELECT guild_id, number, 1, 'a note', 7, 'mia', interaction_id, now() FROM cases;
        INSERT INTO case_exports SELECT n, n, 'csv', '{{"kind": "warn"}}', 9, 7, now() FROM generate_series(0, 99) n;
        UPDATE cases SET state = 'void', revision = revision + 1, void_message = 'sent' WHERE number % 7 = 0;
        ANALYZE
    """,
    "0008": """
        UPDATE guild_configs SET ladder_days = 1 + guild_id % 90, ladder_halving_days = guild_id % 9, ladder_steps = 2;
        INSERT INTO ladder_steps SELECT n, m, 'timeout', 60 * m FROM generate_series(0, 99) n, generate_series(1, 2) m;
        INSERT INTO reason_presets SELECT n, 'spam ' || m, 'No spam.', m
            FROM generate_series(0, 99) n, generate_series(1, 9) m;
        INSERT INTO ladder_climbs SELECT guild_id, number, number - 1, 2, 0, now() FROM cases
            WHERE number % 2 = 0 AND EXISTS (SELECT FROM cases w
                WHERE w.guild_id = cases.guild_id AND w.number = cases.number - 1);
        ANALYZE
    """,
    "0009": """
        INSERT INTO report_counters SELECT guild_id, max(number) FROM cases GROUP BY guild_id;
        INSERT INTO reports (guild_id, number, target_id, target_name, channel_id, message_id, state, created_at)
            SELECT guild_id, number, target_id, 'a', 5, interaction_id, 'open', now() FROM cases;
        INSERT INTO report_voices SELECT guild_id, number, 6, 'b', 'rude', interaction_id, now() FROM cases;
        INSERT INTO report_files SELECT guild_id, interaction_id, 1, 'message', 'm.json', '\\x00', sha256('\\x00'), now()
            FROM cases;
        INSERT INTO report_steps SELECT guild_id, number, 1, 'taken', 7, interaction_id, now() FROM cases;
        INSERT INTO report_replies (guild_id, number, reporter_id, text, state, interaction_id, asked_at)
            SELECT guild_id, number, 6, 'thank you', 'sent', interaction_id, now() FROM cases;
        INSERT INTO outbox (guild_id, kind, subject_id, generation, attempts, due_at, created_at)
            SELECT guild_id, 'report_post', number, 1, 0, now(), now() FROM reports;
        ANALYZE
    """,
    "0012": """
        INSERT INTO automod_rules SELECT n, m, 'warn', m FROM generate_series(0, 99) n, generate_series(1, 9) m;
        INSERT INTO digests SELECT n, 202600 + m, 'posted', now(), now(), 5, 6
            FROM generate_series(0, 99) n, generate_series(1, 52) m;
        INSERT INTO outbox (guild_id, kind, subject_id, generation, attempts, due_at, created_at)
            SELECT guild_id, 'digest', 202653, 1, 0, now(), now() FROM guild_configs;
        ANALYZE
    """,
    "0013": """
        INSERT INTO audit_cursors SELECT n, n, false FROM generate_series(0, 99) n;
        ANALYZE
    """,
}
"""What is put in once a revision is there: ten tables with a tenth of the rows each."""
COLUMNS = """
    SELECT relname, array_agg(quote_ident(attname) ORDER BY attnum) FROM pg_class
    JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' GROUP BY relname
"""
INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid OR NOT indisready"
GIVEN_OUT = """
    SELECT sequencename, last_value FROM pg_sequences
    JOIN pg_depend ON objid = quote_ident(sequencename)::regclass AND classid = 'pg_class'::regclass AND deptype = 'i'
    WHERE refobjid = ANY ($1::text[]::regclass[]) ORDER BY 1
"""
END_THE_KILLED = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'reeve migrations'
"""
"""As where the machine died with it; otherwise PostgreSQL finishes the statement that it is at."""

Columns = dict[str, list[str]]


class Shape(NamedTuple):
    """What a revision makes where nobody disturbs it."""

    columns: Columns
    catalog: Catalog


@dataclass
class MigrationKeepsData:
    """`rows` in all tables together; `kills` of each revision after `begin`, spread over its statements."""

    name: ClassVar[str] = "migration_keeps_data"
    rows: int = 1_000_000
    kills: int = 12
    begin: str | None = None
    chain: Chain = field(default=OURS)

    async def run(self, ground: Ground) -> Outcome:
        server = await ground.server(**NEVER_CRASHES)  # PostgreSQL itself is not killed here
        trial = _Trial(ground, server.dsn, await ground.auditor(server), self.chain, self.rows)
        revisions = [step.revision for step in self.chain.after(self.begin)]
        await trial.see_shapes(self.begin, revisions)
        for before, revision in zip([self.begin, *revisions], revisions, strict=False):
            try:
                await trial.up_down_up(before, revision)
                await trial.kill(before, revision, self.kills)
            except Exception as error:  # a revision that cannot be run again ends in any error
                trial.outcome.require(False, f"{revision}: {type(error).__name__}: {error}")
                return trial.outcome
            await trial.fill(revision)
        told = await migrations.check(server.dsn, chain=self.chain)
        trial.outcome.require(not told, f"the check says {told}")
        return trial.outcome


class _Trial:
    def __init__(self, ground: Ground, dsn: str, auditor: Any, chain: Chain, rows: int) -> None:
        self.ground, self.dsn, self.auditor, self.chain = ground, dsn, auditor, chain
        self.outcome = Outcome({"revisions": 0, "rows compared": 0, "kills": 0, "done before the kill": 0})
        self._shapes: dict[str | None, Shape] = {}
        self._rows = rows
        self._seconds: list[float] = []

    async def see_shapes(self, begin: str | None, revisions: list[str]) -> None:
        await self._down(None)
        for earlier in [step.revision for step in self.chain.after(None)]:
            if begin is not None and earlier <= begin:
                await self._up(earlier)  # the rows of each fit its own tables
                await self.fill(earlier)
        self._shapes[begin] = await self._shape()
        for revision in revisions:
            await self._up(revision)
            self._shapes[revision] = await self._shape()
        await self._down(begin)

    async def fill(self, revision: str) -> None:
        if revision in SEEDS:
            self.ground.standing = f"fills what {revision} has made"
            await self.auditor.execute(SEEDS[revision].format(tenth=self._rows // 10))

    async def up_down_up(self, before: str | None, revision: str) -> None:
        self.ground.standing = f"revision {revision}: up, down, up"
        self._kept = self._surviving(before, revision)
        self._contents = await self._read()
        ended = await migrated(self.dsn, revision, chain=self.chain)
        self._seconds = ended.seconds
        self.outcome.require(ended.error is None, f"{revision}: {ended.error}")
        await self._compare(revision, f"{revision}, up")
        await self._down(before)
        await self._compare(before, f"{revision}, down again")
        await self._up(revision)
        await self._compare(revision, f"{revision}, up again")
        self.outcome.reached["revisions"] += 1

    async def kill(self, before: str | None, revision: str, kills: int) -> None:
        for number in range(kills):
            statement = number * len(self._seconds) // kills
            moment = Moment(statement, self._seconds[statement] * self.ground.dice.random())
            self.ground.standing = f"revision {revision}: kill {number + 1} of {kills}"
            await self._down(before)
            await migrated(self.dsn, revision, chain=self.chain, killed_at=moment)
            if self.ground.dice.random() < 0.5:
                await self.auditor.execute(END_THE_KILLED)
            self.outcome.reached["kills"] += 1
            self.outcome.reached["done before the kill"] += await migrations.current(self.dsn) == revision
            await self._up(revision)
            await self._compare(revision, f"{revision}, killed at statement {statement} and run again")

    async def _up(self, revision: str) -> None:
        await migrations.upgrade(self.dsn, revision, chain=self.chain, report=lambda _: None)

    async def _down(self, revision: str | None) -> None:
        await migrations.downgrade(self.dsn, revision or "base", chain=self.chain, report=lambda _: None)

    async def _compare(self, at: str | None, when: str) -> None:
        found = await self._catalog()
        told = differences(self._shapes[at].catalog, found)
        self.outcome.require(not told, f"{when}: {told}")
        self.outcome.require(await self.auditor.fetchval(INVALID) == 0, f"{when}: an index is invalid")
        self.outcome.require(await self._read() == self._contents, f"{when}: the rows are not what they were")

    def _surviving(self, before: str | None, after: str | None) -> Columns:
        """What both revisions have."""
        later = self._shapes[after].columns
        return {
            table: both
            for table, columns in self._shapes[before].columns.items()
            if (both := [column for column in columns if column in later.get(table, [])])
        }

    async def _shape(self) -> Shape:
        columns = {row[0]: row[1] for row in await self.auditor.fetch(COLUMNS)}
        return Shape(columns, await self._catalog())

    async def _catalog(self) -> Catalog:
        async with connected(self.dsn) as connection:
            return await catalog_of(connection)

    async def _read(self) -> list[Any]:
        """Of each table the number of rows and a checksum of its kept columns; the numbers that they have given out."""
        found: list[Any] = await self.auditor.fetch(GIVEN_OUT, [*self._kept])
        for table, columns in self._kept.items():
            row = await self.auditor.fetchrow(
                f"SELECT '{table}', count(*), sum(hashtextextended(ROW({', '.join(columns)})::text, 0)) FROM {table}"
            )
            found.append(row)
            self.outcome.reached["rows compared"] += row[1]
        return found
