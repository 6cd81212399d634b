"""The numbers for Prometheus: read where they are kept, at the moment they are asked for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import generate_latest

from bot.clock import clock
from bot.shards import connections
from database.config_cache import CacheStatus
from database.errors import DatabaseUnavailable
from database.figures import BUCKETS, Figures
from database.models import Waiting
from database.pool import PoolStatus
from database.replica import ReplicaState, ReplicaStatus

if TYPE_CHECKING:
    from bot.client import Reeve


class ActFigures:
    """Of the acts of all servers; asked of the database before they are collected, as collecting cannot wait."""

    def __init__(self) -> None:
        self.waiting: Waiting | None = None

    def collect(self) -> Iterator[Metric]:
        """Nothing while the database does not answer."""
        if self.waiting is None:
            return
        states = GaugeMetricFamily(
            "reeve_acts_open",
            "Acts on Discord that are not settled, and those of them in trouble.",
            labels=["which"],
        )
        states.add_metric(["all"], self.waiting.open)
        states.add_metric(["failed"], self.waiting.failed)
        states.add_metric(["overdue"], self.waiting.overdue)
        yield states
        yield GaugeMetricFamily(
            "reeve_acts_overdue_seconds",
            "For how long the oldest act is due.",
            value=overdue_seconds(self.waiting),
        )


def overdue_seconds(waiting: Waiting) -> float:
    if waiting.oldest_due_at is None:
        return 0.0
    return round((clock.now() - waiting.oldest_due_at).total_seconds(), 1)


def registry(bot: "Reeve", acts: ActFigures) -> CollectorRegistry:
    """One for each bot: nothing is kept in the process between two of them."""
    made = CollectorRegistry()
    made.register(acts)
    ProcessCollector(registry=made)
    PlatformCollector(registry=made)
    GCCollector(registry=made)
    made.register(_Reeve(bot))
    return made


def exposition(made: CollectorRegistry) -> bytes:
    """https://prometheus.io/docs/instrumenting/exposition_formats/"""
    return generate_latest(made)


class _Reeve:
    def __init__(self, bot: "Reeve") -> None:
        self._bot = bot

    def collect(self) -> Iterator[Metric]:
        bot = self._bot
        yield GaugeMetricFamily("reeve_up", "1 while the process runs.", value=1)
        yield GaugeMetricFamily("reeve_gateway_latency_seconds", "Heartbeat round trip.", value=bot.latency)
        yield GaugeMetricFamily("reeve_gateway_ready", "1 when Discord has sent READY.", value=bot.is_ready())
        yield from _shards(bot)
        yield GaugeMetricFamily("reeve_guilds", "Servers that Reeve is in.", value=len(bot.guilds))
        commands = CounterMetricFamily(
            "reeve_commands", "Commands by how they ended.", labels=["command", "outcome"]
        )
        for (command, outcome), count in sorted(bot.counters.counts.items()):
            commands.add_metric([command, outcome], count)
        yield commands
        try:
            yield from _pool(bot.database.pool_status())
        except DatabaseUnavailable:  # not open, or closed already
            return
        yield from _remembered(bot.database.config_cache_status(), is_listening=bot.database.is_listening)
        yield from _replica(bot.database.replica_status())
        yield from _actions(bot.database.figures)


def _shards(bot: "Reeve") -> Iterator[Metric]:
    """Which shards this process has, and what it leaves of the two budgets that it shares."""
    connected = GaugeMetricFamily(
        "reeve_shard_connected", "1 while the shard is connected.", labels=["shard", "of"]
    )
    ages = GaugeMetricFamily(
        "reeve_shard_heartbeat_age_seconds", "Since Discord acknowledged a heartbeat.", labels=["shard", "of"]
    )
    for shard in connections(bot):
        labels = [str(shard.shard_id), str(bot.own_shards.count)]
        connected.add_metric(labels, shard.trouble is None)
        if shard.heartbeat_age_seconds is not None:
            ages.add_metric(labels, shard.heartbeat_age_seconds)
    yield connected
    yield ages
    if (left := bot.turns.starts_left) is not None:
        yield GaugeMetricFamily("reeve_session_starts_left", "Of this day, at the last start.", value=left)
    requests = CounterMetricFamily(
        "reeve_discord_requests", "Requests to Discord by the budget that paid them.", labels=["budget"]
    )
    for budget, count in sorted(bot.rest_budget.spent.items()):
        requests.add_metric([budget], count)
    yield requests


def _pool(status: PoolStatus) -> Iterator[Metric]:
    connections = GaugeMetricFamily("reeve_database_connections", "Connections by state.", labels=["state"])
    for state in ("checked_out", "idle", "overflow", "most", "waiting"):
        connections.add_metric([state], getattr(status, state))
    yield connections
    yield CounterMetricFamily(
        "reeve_database_waits", "Times that an action waited for a connection.", value=status.waits
    )
    yield CounterMetricFamily(
        "reeve_database_waited_seconds", "For how long, together.", value=status.waited_seconds
    )


def _remembered(status: CacheStatus, *, is_listening: bool) -> Iterator[Metric]:
    """The memory of servers' settings."""
    reads = CounterMetricFamily("reeve_config_reads", "By where the answer was.", labels=["from"])
    reads.add_metric(["memory"], status.hits)
    reads.add_metric(["database"], status.misses)
    dropped = CounterMetricFamily("reeve_config_dropped", "Forgotten before their time.", labels=["why"])
    dropped.add_metric(["full"], status.evictions)
    dropped.add_metric(["outdated"], status.outdated)
    yield from (reads, dropped)
    yield GaugeMetricFamily("reeve_config_remembered", "Servers in memory.", value=status.size)
    yield GaugeMetricFamily(
        "reeve_config_listening", "1 while changes in other processes are heard of.", value=is_listening
    )


def _replica(status: ReplicaStatus | None) -> Iterator[Metric]:
    if status is None:
        return
    is_serving = status.state is ReplicaState.SERVES
    yield GaugeMetricFamily("reeve_replica_serves", "1 while reports run on the replica.", value=is_serving)
    if status.lag_seconds is not None:
        yield GaugeMetricFamily(
            "reeve_replica_lag_seconds", "At most so far behind the primary.", value=status.lag_seconds
        )
    reports = CounterMetricFamily("reeve_reports", "Reports by the server that made them.", labels=["server"])
    reports.add_metric(["replica"], status.served)
    reports.add_metric(["primary"], status.fell_back)
    yield reports


def _actions(figures: Figures) -> Iterator[Metric]:
    seconds = HistogramMetricFamily("reeve_action_seconds", "Actions on the database.", labels=["action"])
    statements = _by_action("reeve_action_statements", "Statements that actions ran.")
    refused = _by_action("reeve_action_refusals", "Actions that a rule refused.")
    errors = _by_action("reeve_action_errors", "Actions that failed.", "error")
    repeats = _by_action("reeve_action_repeats", "Transactions that were run again.", "cause")
    for action in figures:
        seconds.add_metric([action.name], _histogram(action.buckets), sum_value=action.seconds)
        statements.add_metric([action.name], action.statements)
        refused.add_metric([action.name], action.refused)
        for family, counts in ((errors, action.errors), (repeats, action.repeats)):
            for cause, count in sorted(counts.items()):
                family.add_metric([action.name, cause], count)
    yield from (seconds, statements, refused, errors, repeats)
    yield CounterMetricFamily(
        "reeve_slow_statements", "Statements over the limit, each in the log.", value=figures.slow_statements
    )
    yield CounterMetricFamily(
        "reeve_connections_held_too_long", "Each named in the log.", value=figures.held_too_long
    )


def _by_action(name: str, meaning: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(name, meaning, labels=["action", *labels])


def _histogram(counts: list[int]) -> list[tuple[str, int]]:
    """Prometheus counts all that is no slower than a bucket's end."""
    ends = [*map(str, BUCKETS), "+Inf"]
    return [(end, sum(counts[: place + 1])) for place, end in enumerate(ends)]
