"""Everything that passes over the wire as lines of JSON in a file: it outlives the process, and nobody has to ask."""

import json
import os
from pathlib import Path

from sandbox.recorder import Exchange

VARIABLE = "REEVE_SANDBOX_WIRE_LOG"


class WireLog:
    """Each line is one append without a buffer, so that several sandboxes may share a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    @classmethod
    def named(cls, path: Path | None) -> "WireLog | None":
        """At that path, else where the environment says, else none."""
        given = path or os.environ.get(VARIABLE)
        return cls(Path(given)) if given else None

    def __call__(self, exchange: Exchange) -> None:
        if self._file is None:
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(self._file, line_of(exchange))

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def line_of(exchange: Exchange) -> bytes:
    facts = {"process": os.getpid(), **exchange.facts()}
    head = json.dumps(facts, separators=(",", ":"))[:-1]
    bodies = [
        f',"{key}":{on_one_line(text)}'
        for key, text in (("request", exchange.request_text), ("response", exchange.response_text))
        if text is not None
    ]
    return f"{head}{''.join(bodies)}}}\n".encode()


def on_one_line(text: str) -> str:
    """JSON goes in as it is: a line break can only stand between its words. Cloudflare's answers are no JSON."""
    if text[:1] not in '{["':
        try:
            json.loads(text)
        except ValueError:
            return json.dumps(text)
    return text.replace("\r", " ").replace("\n", " ")
