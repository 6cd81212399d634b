"""Uploaded bytes, and the little that Discord tells about them: size, type, and an image's measures."""

import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.images import image_type, measures
from sandbox.message_rows import Attachment

LIMIT = 10 * 1024 * 1024  # bytes, for a guild without boosts (reference, "Uploading Files")
LONGEST_NAME = 200  # bytes: file systems take 255
IS_SPOILER = 1 << 3


@dataclass(frozen=True)
class Upload:
    filename: str
    content: bytes
    content_type: str | None = None
    description: str | None = None
    is_spoiler: bool = False


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
        spoiler = upload.is_spoiler or filename.startswith("SPOILER_")
        return Attachment(
            id=attachment_id,
            filename=filename,
            size=len(upload.content),
            path=path,
            content_type=content_type(filename, upload.content) or _told(upload.content_type),
            description=upload.description,
            width=width,
            height=height,
            ephemeral=ephemeral,
            flags=IS_SPOILER if spoiler else 0,
        )

    def forget(self, gone: Iterable[Attachment]) -> None:
        for each in gone:
            self.contents.pop(each.path, None)

    def forget_all_of(self, owner_id: int) -> None:
        """A channel that is deleted takes all its files along."""
        folder = f"/attachments/{owner_id}/"
        self.contents = {path: kept for path, kept in self.contents.items() if not path.startswith(folder)}


def clean_name(filename: str) -> str:
    """Discord keeps letters, digits, dot, dash and underscore."""
    name = re.sub(r"[^\w.\-]", "_", filename.rsplit("/", 1)[-1])
    stem, dot, ending = name.rpartition(".")
    room = LONGEST_NAME - len((dot + ending).encode())
    name = _cut(stem, room) + dot + ending if room > 0 else _cut(name, LONGEST_NAME)
    return name if name.strip(".") else "unknown"


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")


def content_type(filename: str, content: bytes) -> str | None:
    """By what it is, then by its ending; a text is told with its encoding."""
    kind = image_type(content) or mimetypes.guess_type(filename)[0]
    return f"{kind}; charset=utf-8" if kind and kind.startswith("text/") else kind


def _told(kind: str | None) -> str | None:
    """What an uploader says who knows: libraries send octet-stream for everything."""
    return None if kind == "application/octet-stream" else kind
