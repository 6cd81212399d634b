"""TLS for PostgreSQL's own programs: those of the wheel are built without it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from ssl import SSLContext, SSLError

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
"""PostgreSQL's protocol, "SSLRequest": the answer S means that TLS begins."""
SASL = (10).to_bytes(4, "big")
"""An authentication request that lists what the server knows, the strongest first."""
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
                        await asyncio.gather(_copy(reader, far_writer), _answer(far_reader, writer))
                finally:
                    far_writer.close()
            writer.close()

        server = await asyncio.start_unix_server(pass_on, str(Path(folder) / f".s.PGSQL.{port}"))
        try:
            yield Path(folder)
        finally:
            server.close()


async def _answer(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """What the server says; but its offer to bind the password to the TLS channel is not for who speaks none."""
    kind = b""
    while kind not in (b"R", b"E"):  # how to authenticate, or an error; before it come words on the protocol
        kind, length = await source.readexactly(1), await source.readexactly(4)
        body = await source.readexactly(int.from_bytes(length, "big") - 4)
        if kind == b"R" and body.startswith(SASL):
            body = body.replace(b"SCRAM-SHA-256-PLUS\0", b"")
        target.write(kind + (len(body) + 4).to_bytes(4, "big") + body)
    await _copy(source, target)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Until one side has nothing more to say; then the other is told."""
    while chunk := await source.read(CHUNK):
        target.write(chunk)
        await target.drain()
    target.close()
