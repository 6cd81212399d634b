"""TLS for PostgreSQL's own programs: those of the wheel are built without it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from ssl import SSLContext, SSLError

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
"""PostgreSQL's protocol, "SSLRequest": the answer S means that TLS begins."""
CHUNK = 1 << 16


@asynccontextmanager
async def relay(host: str, port: int, tls: SSLContext) -> AsyncIterator[Path]:
    """A folder with a Unix socket that nobody else may open; what is said to it travels on through TLS."""
    with tempfile.TemporaryDirectory(prefix="reeve-tls-") as folder:

        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, SSLError, asyncio.IncompleteReadError):
                far_reader, far_writer = await asyncio.open_connection(host, port)
                try:
                    far_writer.write(SSL_REQUEST)
                    if await far_reader.readexactly(1) == b"S":
                        await far_writer.start_tls(tls, server_hostname=host)
                        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
                finally:
                    far_writer.close()
            writer.close()

        server = await asyncio.start_unix_server(pass_on, str(Path(folder) / f".s.PGSQL.{port}"))
        try:
            yield Path(folder)
        finally:
            server.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Until one side has nothing more to say; then the other is told."""
    while chunk := await source.read(CHUNK):
        target.write(chunk)
        await target.drain()
    target.close()
