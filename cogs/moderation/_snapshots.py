"""A message as evidence: what it said and showed at that moment, kept though it be edited or deleted later."""

import asyncio
import json
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import discord

from database.models import LARGEST_EVIDENCE, EvidenceKind, Proof

READ_SECONDS = 20
"""For all attachments of a message together; what is not here by then is named as not kept."""
LARGEST_TOGETHER = 3 * LARGEST_EVIDENCE
"""Bytes of all attachments that one snapshot keeps."""


class MessageSnapshot(NamedTuple):
    """What is written down of a message. `attachments` say by their SHA-256 which files beside it they are."""

    message_id: int
    channel_id: int
    channel_name: str
    jump_url: str
    author_id: int
    author_name: str
    author_display_name: str
    author_is_bot: bool
    content: str
    sent_at: datetime
    edited_at: datetime | None
    taken_at: datetime
    attachments: list[dict[str, Any]]
    embeds: list[dict[str, Any]]
    stickers: list[str]
    forwarded: list[str]

    def document(self) -> bytes:
        """As JSON that a person can read, too."""
        facts = {name: _plain(value) for name, value in self._asdict().items()}
        return json.dumps(facts, ensure_ascii=False, indent=2).encode(errors="replace")

    @classmethod
    def read(cls, document: bytes) -> "MessageSnapshot":
        """The snapshot that `document` wrote; ValueError or KeyError for anything else."""
        facts = json.loads(document)
        moments = {
            name: datetime.fromisoformat(facts[name]) for name in ("sent_at", "taken_at") if facts[name]
        }
        edited_at = facts["edited_at"] and datetime.fromisoformat(facts["edited_at"])
        ids = {name: int(facts[name]) for name in ("message_id", "channel_id", "author_id")}
        known = {name: facts[name] for name in cls._fields}
        return cls(**{**known, **ids, **moments, "edited_at": edited_at})


async def snapshot(message: discord.Message, *, taken_at: datetime | None = None) -> list[Proof]:
    """The document of a message, then its attachments as files of their own.

    What an attachment's link no longer gives, and what is too large, stands in the document with the reason.
    """
    files, listed, together = list[Proof](), list[dict[str, Any]](), 0
    contents = await _contents(message.attachments)
    for attachment, content in zip(message.attachments, contents, strict=True):
        facts: dict[str, Any] = {
            "filename": attachment.filename,
            "size": attachment.size,
            "type": attachment.content_type,
        }
        if isinstance(content, bytes) and together + len(content) <= LARGEST_TOGETHER:
            together += len(content)
            files.append(Proof(attachment.filename, content))
            facts["sha256"] = sha256(content).hexdigest()
        else:
            facts["not_kept"] = content if isinstance(content, str) else "too large together with the others"
        listed.append(facts)
    return [_document(message, listed, taken_at), *files]


def document_of(message: discord.Message, *, taken_at: datetime | None = None) -> Proof:
    """What can be kept at once: all but the attachments' contents."""
    listed = [
        {"filename": each.filename, "size": each.size, "type": each.content_type, "not_kept": "not fetched"}
        for each in message.attachments
    ]
    return _document(message, listed, taken_at)


def _document(
    message: discord.Message, attachments: list[dict[str, Any]], taken_at: datetime | None
) -> Proof:
    document = _written(message, attachments, taken_at or discord.utils.utcnow()).document()
    return Proof(f"message-{message.id}.json", document, EvidenceKind.MESSAGE)


def _written(
    message: discord.Message, attachments: list[dict[str, Any]], taken_at: datetime
) -> MessageSnapshot:
    return MessageSnapshot(
        message_id=message.id,
        channel_id=message.channel.id,
        channel_name=getattr(message.channel, "name", None) or "",
        jump_url=message.jump_url,
        author_id=message.author.id,
        author_name=message.author.name,
        author_display_name=message.author.display_name,
        author_is_bot=message.author.bot,
        content=message.content,
        sent_at=message.created_at,
        edited_at=message.edited_at,
        taken_at=taken_at,
        attachments=attachments,
        embeds=[dict(embed.to_dict()) for embed in message.embeds],
        stickers=[sticker.name for sticker in message.stickers],
        forwarded=[forward.content for forward in message.message_snapshots],
    )


async def _contents(attachments: list[discord.Attachment]) -> list[bytes | str]:
    """Of each its bytes, or why there are none."""
    reading = [asyncio.create_task(_content(attachment)) for attachment in attachments]
    if reading:
        _, late = await asyncio.wait(reading, timeout=READ_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    return ["Discord did not send it in time" if task.cancelled() else task.result() for task in reading]


async def _content(attachment: discord.Attachment) -> bytes | str:
    if attachment.size > LARGEST_EVIDENCE:
        return f"larger than {LARGEST_EVIDENCE // 2**20} MiB"
    try:
        return await attachment.read() or "empty"
    except (discord.HTTPException, OSError):
        return "Discord no longer has it"


def _plain(value: Any) -> Any:
    """Ids as text: a number of that size does not survive every reader of JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
