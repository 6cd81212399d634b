"""The numbers for Prometheus, in its text format; few enough to be written by hand."""

import time
from typing import TYPE_CHECKING

from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve

STARTED_AT = time.time()


def exposition(bot: "Reeve") -> str:
    """https://prometheus.io/docs/instrumenting/exposition_formats/"""
    lines: list[str] = []
    lines += _family("reeve_up", "gauge", "1 while the process runs.", {"": 1})
    lines += _family("process_start_time_seconds", "gauge", "Unix time of the start.", {"": STARTED_AT})
    lines += _family("reeve_gateway_latency_seconds", "gauge", "Heartbeat round trip.", {"": bot.latency})
    lines += _family(
        "reeve_gateway_ready", "gauge", "1 when Discord has sent READY.", {"": int(bot.is_ready())}
    )
    lines += _family("reeve_guilds", "gauge", "Servers that Reeve is in.", {"": len(bot.guilds)})
    lines += _family("reeve_database_connections", "gauge", "Connections by state.", _connections(bot))
    lines += _family("reeve_commands_total", "counter", "Commands by how they ended.", _commands(bot))
    return "\n".join(lines) + "\n"


def _connections(bot: "Reeve") -> dict[str, float]:
    try:
        pool = bot.database.pool_status()
    except DatabaseUnavailable:
        return {}
    counts = {"used": pool.checked_out, "idle": pool.idle, "most": pool.most}
    return {_labels(state=state): count for state, count in counts.items()}


def _commands(bot: "Reeve") -> dict[str, float]:
    return {
        _labels(command=command, outcome=outcome): count
        for (command, outcome), count in sorted(bot.counters.counts.items())
    }


def _family(name: str, kind: str, meaning: str, samples: dict[str, float]) -> list[str]:
    head = [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
    return head + [f"{name}{labels} {_number(value)}" for labels, value in samples.items()]


def _number(value: float) -> str:
    return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}.get(repr(value), repr(value))


def _labels(**labels: str) -> str:
    def escaped(text: str) -> str:
        return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

    return "{" + ",".join(f'{name}="{escaped(value)}"' for name, value in labels.items()) + "}"
