"""The one DatabaseService: it owns the pool, and all transactions begin here."""

import time
from typing import NamedTuple

from database.absence import Absence
from database.config_cache import CacheStatus, ConfigCache
from database.controllers.acts import ActController
from database.controllers.appeals import AppealController
from database.controllers.audit import AuditController
from database.controllers.batches import BatchController
from database.controllers.boards import BoardsController
from database.controllers.by_hand import ByHandController
from database.controllers.case_edits import CaseEditController
from database.controllers.case_evidence import CaseEvidenceController
from database.controllers.case_exports import CaseExportController
from database.controllers.case_notes import CaseNoteController
from database.controllers.cases import CaseController
from database.controllers.checks import CheckController
from database.controllers.digests import DigestController
from database.controllers.drafts import DraftController
from database.controllers.earning_rules import EarningRulesController
from database.controllers.earnings import EarningsController
from database.controllers.fines import FineController
from database.controllers.guild_configs import GuildConfigController
from database.controllers.holds import HoldsController
from database.controllers.jobs import JobController
from database.controllers.ladders import LadderController
from database.controllers.ledger_exports import LedgerExportController
from database.controllers.levels import LevelsController
from database.controllers.mass_jobs import MassJobController
from database.controllers.mass_work import MassWorkController
from database.controllers.outbox import OutboxController
from database.controllers.points import PointsController
from database.controllers.processes import ProcessController
from database.controllers.purchase_work import PurchaseWorkController
from database.controllers.purchases import PurchasesController
from database.controllers.reports import ReportController
from database.controllers.restrictions import RestrictionController
from database.controllers.seasons import SeasonsController
from database.controllers.shop import ShopController
from database.controllers.staff_guards import StaffGuardController
from database.controllers.staff_points import StaffPointsController
from database.controllers.statistics import StatisticsController
from database.controllers.users import UserController
from database.figures import Figures
from database.listening import Listener
from database.models.guild_config import CHANGES_CHANNEL
from database.pool import Pool, PoolStatus
from database.replica import Replica, ReplicaStatus
from database.report import Report
from database.schema_watch import SchemaWatch
from database.settings import PoolSettings
from database.slow_statements import SlowStatements
from database.transaction import Scope
from database.waiting import Turns, be_patient


class Health(NamedTuple):
    latency_ms: float


class DatabaseService:
    """Open it, use its controllers, close it.

    `dsn` is a PostgreSQL address; without `settings` the pool has its defaults. `direct_dsn`: the same database
    without a pooler in between, where there is one; nothing can be listened to through it. `replica_dsn`: a standby
    that serves reports.
    """

    def __init__(
        self,
        dsn: str,
        settings: PoolSettings | None = None,
        *,
        direct_dsn: str | None = None,
        replica_dsn: str | None = None,
    ) -> None:
        settings = settings or PoolSettings.model_construct()
        self.figures = Figures()
        self._pool = Pool(dsn, settings, self.figures)
        self._slow = SlowStatements(settings, self.figures)
        self.schema_watch = SchemaWatch(dsn)
        self.absence = Absence()
        self.points_moved: set[int] = set()
        """Guilds whose leaderboards are to follow what this process has committed."""
        self.turns = Turns(settings)
        self._replica: Replica | None = None
        if replica_dsn is not None:
            self._replica = Replica(replica_dsn, settings, self.figures, self._pool, self._slow)
        self.config_cache = ConfigCache(settings.config_cache_size, settings.config_cache_seconds)
        self._listener: Listener | None = None
        if settings.has_session or direct_dsn not in (None, dsn):
            self._listener = Listener(
                direct_dsn or dsn,
                settings,
                CHANGES_CHANNEL,
                hear=self.config_cache.hear,
                missed=self.config_cache.forget,
            )
        self._carry()
        self._carry_points()

    def _carry(self) -> None:
        self.guild_configs = GuildConfigController(self, self.config_cache)
        self.ladders = LadderController(self, self.config_cache)
        self.users = UserController(self)
        self.cases = CaseController(self)
        self.case_edits = CaseEditController(self)
        self.case_notes = CaseNoteController(self)
        self.case_evidence = CaseEvidenceController(self)
        self.case_exports = CaseExportController(self)
        self.acts = ActController(self)
        self.restrictions = RestrictionController(self)
        self.by_hand = ByHandController(self)
        self.drafts = DraftController(self)
        self.mass_jobs = MassJobController(self)
        self.mass_work = MassWorkController(self)
        self.jobs = JobController(self)
        self.outbox = OutboxController(self)
        self.audit = AuditController(self)
        self.reports = ReportController(self)
        self.appeals = AppealController(self)
        self.processes = ProcessController(self)
        self.staff_guards = StaffGuardController(self, self.config_cache)
        self.statistics = StatisticsController(self)
        self.digests = DigestController(self)

    def _carry_points(self) -> None:
        self.points = PointsController(self)
        self.boards = BoardsController(self)
        self.seasons = SeasonsController(self)
        self.earnings = EarningsController(self)
        self.earning_rules = EarningRulesController(self, self.config_cache)
        self.levels = LevelsController(self, self.config_cache)
        self.holds = HoldsController(self)
        self.staff_points = StaffPointsController(self)
        self.fines = FineController(self)
        self.shop = ShopController(self)
        self.purchases = PurchasesController(self)
        self.purchase_work = PurchaseWorkController(self)
        self.checks = CheckController(self)
        self.batches = BatchController(self)
        self.ledger_exports = LedgerExportController(self)

    async def open(self) -> None:
        """Raise DatabaseUnavailable if no connection can be had, ReplicaOfAnotherServer for a wrong replica."""
        await self._pool.open()
        if self._replica is not None:
            await self._replica.open()
        if self._listener is not None:
            self._listener.open()
        self.schema_watch.open()

    async def close(self) -> None:
        """Let running actions end (at most 5 s), then close all connections."""
        await self.schema_watch.close()
        if self._listener is not None:
            await self._listener.close()
        if self._replica is not None:
            await self._replica.close()
        await self._pool.close()

    def transaction(self, *, guild_id: int | None = None, system: bool = False) -> Scope:
        """Commit when the block ends, roll back when it raises.

        A transaction says for which guild it runs, or that it is the system's own (claiming due work):
        row-level security shows it nothing else. BEGIN and that word travel in one message; it ends with the
        transaction. Raises DatabaseUnavailable where the outcome may be unknown, too.
        """
        if (guild_id is None) is not system:
            raise TypeError("a transaction runs for one guild, or for the system")
        return Scope(self._pool, self._slow, guild_id=guild_id, points_moved=self.points_moved)

    def read(self, *, guild_id: int) -> Scope:
        """A transaction of one guild in which PostgreSQL refuses to write."""
        return Scope(self._pool, self._slow, guild_id=guild_id, read_only=True)

    def snapshot(self, *, guild_id: int) -> Scope:
        """As `read`, with all statements at one moment: for what must fit together and takes several."""
        return Scope(self._pool, self._slow, guild_id=guild_id, read_only=True, one_moment=True)

    def report(self, *, guild_id: int) -> Scope | Report:
        """As `read`, on the replica where there is one that is not far behind: never for what is decided upon."""
        primary = self.read(guild_id=guild_id)
        if self._replica is None:
            return primary
        standby = Scope(self._replica.pool, self._slow, guild_id=guild_id, read_only=True)
        return Report(self._replica, standby=standby, primary=primary)

    async def health(self) -> Health:
        """One round trip; DatabaseUnavailable if there is no answer."""
        started = time.perf_counter()
        async with self.transaction(system=True):
            return Health(latency_ms=(time.perf_counter() - started) * 1000)

    @staticmethod
    def be_patient() -> None:
        """For a task that nobody waits for: see `waiting`."""
        be_patient(is_person_waiting=False)

    def pool_status(self) -> PoolStatus:
        return self._pool.status()

    def replica_status(self) -> ReplicaStatus | None:
        """None where no replica is configured."""
        return None if self._replica is None else self._replica.status()

    def config_cache_status(self) -> CacheStatus:
        return self.config_cache.status()

    @property
    def is_listening(self) -> bool:
        """Whether changes in other processes are heard of at once."""
        return self._listener is not None and self._listener.is_listening
