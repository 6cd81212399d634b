"""Discord's default avatars, as plain coloured squares: nobody in the sandbox has a picture of their own."""

import struct
import zlib

COLORS = (0x5865F2, 0x747F8D, 0x43B581, 0xFAA61A, 0xF04747, 0xE91E63)
SIDE = 64  # pixels


def default_avatar(number: int) -> bytes:
    """A PNG."""
    pixel = COLORS[number % len(COLORS)].to_bytes(3, "big")
    rows = (b"\x00" + pixel * SIDE) * SIDE
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
