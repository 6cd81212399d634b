"""What an image's first bytes tell: its type and its measures."""

import struct

Measures = tuple[int | None, int | None]
UNKNOWN: Measures = (None, None)


def image_type(content: bytes) -> str | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def measures(content: bytes) -> Measures:
    """Width and height, as far as the header is there."""
    try:
        return _READERS[image_type(content) or ""](content)
    except (KeyError, struct.error):
        return UNKNOWN


def _png(content: bytes) -> Measures:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _gif(content: bytes) -> Measures:
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _jpeg(content: bytes) -> Measures:
    place = 2
    while place + 9 < len(content):
        marker, length = struct.unpack(">HH", content[place : place + 4])
        if 0xFFC0 <= marker <= 0xFFC3:  # the frame headers that carry the measures
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return UNKNOWN


def _webp(content: bytes) -> Measures:
    """Three kinds: extended, lossless, lossy (the container's specification, RFC 9649)."""
    kind, body = content[12:16], content[20:30]
    if kind == b"VP8X":
        return _three_bytes(body[4:7]) + 1, _three_bytes(body[7:10]) + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", body[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _three_bytes(body: bytes) -> int:
    low, high = struct.unpack("<HB", body)
    return int(low | high << 16)


_READERS = {"image/png": _png, "image/gif": _gif, "image/jpeg": _jpeg, "image/webp": _webp}
