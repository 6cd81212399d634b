"""How texts become frames: as they are, in one compressed stream, or each compressed by itself."""

import importlib
import zlib
from collections.abc import Callable
from typing import Any

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
    zstandard: Any = importlib.import_module("zstandard")
    stream = zstandard.ZstdCompressor().compressobj()
    return lambda text: stream.compress(text.encode()) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


TRANSPORTS: dict[str | None, Callable[[], Press]] = {
    None: lambda: as_is,
    "": lambda: as_is,
    "zlib-stream": zlib_stream,
    "zstd-stream": zstd_stream,
}
