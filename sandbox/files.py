"""Uploaded bytes, and the little that Discord tells about them: size, type, and an image's measures."""

import mimetypes
import re
import struct
from dataclasses import dataclass

from sandbox.rows import Attachment

LIMIT = 10 * 1024 * 1024  # bytes, for a guild without boosts (reference, "Uploading Files")


@dataclass(frozen=True)
class Upload:
    filename: str
    content: bytes
    content_type: str | None = None
    description: str | None = None


class Files:
    """Bytes by the path under which the CDN serves them."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def keep(
        self, upload: Upload, *, attachment_id: int, owner_id: int, ephemeral: bool = False
    ) -> Attachment:
        """`owner_id` is the channel, or the application for a file that only an interaction carries."""
        filename = clean_name(upload.filename)
        folder = "ephemeral-attachments" if ephemeral else "attachments"
        path = f"/{folder}/{owner_id}/{attachment_id}/{filename}"
        self.contents[path] = upload.content
        width, height = measures(upload.content)
        return Attachment(
            id=attachment_id,
            filename=filename,
            size=len(upload.content),
            path=path,
            content_type=upload.content_type or mimetypes.guess_type(filename)[0],
            description=upload.description,
            width=width,
            height=height,
            ephemeral=ephemeral,
        )


def clean_name(filename: str) -> str:
    """Discord keeps letters, digits, dot, dash and underscore."""
    name = re.sub(r"[^\w.\-]", "_", filename.rsplit("/", 1)[-1])[:200]
    return name if name.strip(".") else "unknown"


def measures(content: bytes) -> tuple[int | None, int | None]:
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    return _jpeg_measures(content) if content.startswith(b"\xff\xd8") else (None, None)


def _jpeg_measures(content: bytes) -> tuple[int | None, int | None]:
    place = 2
    while place + 9 < len(content):
        marker, length = struct.unpack(">HH", content[place : place + 4])
        if 0xFFC0 <= marker <= 0xFFC3:  # the frame headers that carry the measures
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None, None
