"""WebSocket frames of a server (RFC 6455, 5.2): whole, and without a mask, so that many go out in one write."""

import struct

TEXT, BINARY = 0x81, 0x82  # each with the bit of a last fragment
LONGEST_SHORT, LONGEST_MIDDLE = 125, 0xFFFF


def frame(told: str | bytes) -> bytes:
    kind, body = (TEXT, told.encode()) if isinstance(told, str) else (BINARY, told)
    length = len(body)
    if length <= LONGEST_SHORT:
        return struct.pack(">BB", kind, length) + body
    if length <= LONGEST_MIDDLE:
        return struct.pack(">BBH", kind, 126, length) + body
    return struct.pack(">BBQ", kind, 127, length) + body
