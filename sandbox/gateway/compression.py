"""How texts become frames: as they are, in one compressed stream, or each compressed by itself."""

import importlib
import logging
import zlib
from collections.abc import Callable
from typing import Any

from sandbox.closes import Closes

log = logging.getLogger(__name__)

Press = Callable[[str], bytes | str]
SMALL = 1024  # characters; "not all payloads will be compressed" (gateway, "Payload Compression")


def as_is(text: str) -> str:
    return text


def each_by_itself(text: str) -> bytes | str:
    return text if len(text) < SMALL else zlib.compress(text.encode())


def zlib_stream() -> Press:
    """One stream for the whole connection, flushed after every message."""
    stream = zlib.compressobj()
    return lambda text: stream.compress(text.encode()) + stream.flush(zlib.Z_SYNC_FLUSH)


def zstd_stream() -> Press:
    """Raises Closes where its library is missing: the sandbox is of use without it."""
    try:
        zstandard: Any = importlib.import_module("zstandard")
    except ImportError as missing:
        log.warning("A bot asks for zstd-stream, and the sandbox has no zstandard: pip install zstandard.")
        raise Closes(4002, "The sandbox lacks zstandard: pip install zstandard where it runs.") from missing
    stream = zstandard.ZstdCompressor().compressobj()
    return lambda text: stream.compress(text.encode()) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


TRANSPORTS: dict[str | None, Callable[[], Press]] = {
    None: lambda: as_is,
    "": lambda: as_is,
    "zlib-stream": zlib_stream,
    "zstd-stream": zstd_stream,
}
