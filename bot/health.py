"""What a supervisor and Prometheus ask: /livez, /readyz with a reason for each part, /metrics."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.clock import clock
from bot.exits import CannotRun, Exit
from bot.metrics import ActFigures, exposition, overdue_seconds, registry
from bot.shards import connections
from database.errors import DatabaseUnavailable, SchemaMismatch
from database.migrations import require_schema
from database.models import Waiting

if TYPE_CHECKING:
    from bot.client import Reeve

PART_SECONDS = 3.0
MOST_NAMED = 5

Part = dict[str, Any]


@asynccontextmanager
async def health_endpoint(bot: "Reeve", dsn: str) -> AsyncIterator[str]:
    """Serve for as long as the block runs; gives the address. Raises CannotRun when the port is taken."""
    host, port = bot.settings.http_host, bot.settings.http_port
    runner = web.AppRunner(application(bot, dsn), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await _start(site, host, port)
        name, taken_port = runner.addresses[0][:2]
        yield f"http://{f'[{name}]' if ':' in name else name}:{taken_port}"
    finally:
        await runner.cleanup()


def application(bot: "Reeve", dsn: str) -> web.Application:
    async def livez(_request: web.Request) -> web.Response:
        asked = time.perf_counter()
        await asyncio.sleep(0)  # once around the event loop
        return web.json_response(
            {"status": "ok", "loop_lag_ms": round((time.perf_counter() - asked) * 1000, 2)}
        )

    async def readyz(_request: web.Request) -> web.Response:
        database, schema, acts = await asyncio.gather(
            _bounded(_database(bot)), _bounded(_schema(dsn)), _acts(bot)
        )
        parts = {
            "database": database,
            "schema": schema,
            "gateway": _gateway(bot),
            "acts": acts,
            **_replica(bot),
        }
        ready = all(part["ok"] for part in parts.values())
        body = {"status": "ok" if ready else "not ready", **parts}
        return web.json_response(body, status=200 if ready else 503)

    async def metrics(_request: web.Request) -> web.Response:
        acts.waiting = await _waiting(bot)
        return web.Response(body=exposition(figures), headers={"Content-Type": CONTENT_TYPE_LATEST})

    acts = ActFigures()
    figures = registry(bot, acts)
    app = web.Application()
    app.add_routes([web.get("/livez", livez), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    return app


async def _start(site: web.TCPSite, host: str, port: int | None) -> None:
    try:
        await site.start()
    except OSError as error:
        raise CannotRun(
            Exit.CONFIGURATION,
            f"The health endpoint cannot listen on {host}:{port} ({error.strerror or 'not possible'}): set "
            "REEVE_HTTP_PORT to a free port, or unset it.",
        ) from error


async def _bounded(part: Awaitable[Part]) -> Part:
    try:
        async with asyncio.timeout(PART_SECONDS):
            return await part
    except TimeoutError:
        return {"ok": False, "reason": f"no answer within {PART_SECONDS:.0f} s"}


async def _database(bot: "Reeve") -> Part:
    try:
        health = await bot.database.health()
    except DatabaseUnavailable as error:
        return {"ok": False, "reason": str(error)}
    return {"ok": True, "reason": "answers", "latency_ms": round(health.latency_ms, 2)}


async def _acts(bot: "Reeve") -> Part:
    """Always ok: another process cannot do what is late any better, and some of it waits for a server's permission."""
    waiting = await _waiting(bot)
    if waiting is None:
        return {"ok": True, "reason": "not known while the database does not answer"}
    seconds = overdue_seconds(waiting)
    reason = f"{waiting.overdue} overdue" if waiting.overdue else "none overdue"
    return {
        "ok": True,
        "reason": reason,
        "open": waiting.open,
        "failed": waiting.failed,
        "oldest_due_for_s": seconds,
    }


async def _waiting(bot: "Reeve") -> Waiting | None:
    try:
        async with asyncio.timeout(PART_SECONDS):
            return await bot.database.jobs.waiting(now=clock.now())
    except (DatabaseUnavailable, TimeoutError):
        return None


def _replica(bot: "Reeve") -> dict[str, Part]:
    """Where one is configured. The primary stands in for it, so nothing is amiss when it is away."""
    status = bot.database.replica_status()
    if status is None:
        return {}
    lag = {} if status.lag_seconds is None else {"lag_s": round(status.lag_seconds, 2)}
    return {"replica": {"ok": True, "reason": status.sentence, **lag}}


async def _schema(dsn: str) -> Part:
    try:
        await require_schema(dsn)
    except SchemaMismatch as error:
        return {"ok": False, "reason": str(error)}
    except Exception as error:  # the driver's errors at connecting are many; the part "database" tells which
        return {"ok": False, "reason": f"could not be read ({type(error).__name__})"}
    return {"ok": True, "reason": "up to date"}


def _gateway(bot: "Reeve") -> Part:
    """Every shard of this process must be connected; the reason names those that are not."""
    shards = connections(bot)
    trouble = [f"shard {shard.shard_id} {shard.trouble}" for shard in shards if shard.trouble]
    if bot.is_closed() or trouble:
        return {"ok": False, "reason": "; ".join(trouble[:MOST_NAMED]) or "Reeve is leaving Discord"}
    if not bot.is_ready():
        return {"ok": False, "reason": "Discord has not told of all servers yet"}
    oldest = max(shard.heartbeat_age_seconds or 0 for shard in shards)
    part = {
        "ok": True,
        "reason": "connected",
        "shards": str(bot.own_shards),
        "last_heartbeat_ack_age_s": round(oldest, 1),
    }
    latencies = [shard.latency_seconds for shard in shards if shard.latency_seconds is not None]
    return part | ({"latency_ms": round(max(latencies) * 1000, 2)} if latencies else {})
