"""Messages and what is on them, as plain rows."""

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.rows import Announced, Json

EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_EMBEDS = 1 << 2
HAS_THREAD = 1 << 5
COMPONENTS_V2 = 1 << 15


@dataclass(slots=True)
class Attachment:
    id: int
    filename: str
    size: int
    path: str  # below the sandbox's address
    content_type: str | None = None
    description: str | None = None
    width: int | None = None
    height: int | None = None
    ephemeral: bool = False
    flags: int = 0


@dataclass(slots=True)
class Reaction:
    """Who reacted with an emoji, in their order. Without an id the name is the emoji itself."""

    name: str
    emoji_id: int | None = None
    animated: bool = False
    user_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Message(Announced):
    id: int
    channel_id: int
    author_id: int
    created_at: datetime
    guild_id: int | None = None
    type: int = 0
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    mention_ids: list[int] = field(default_factory=list)
    mention_role_ids: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    flags: int = 0
    tts: bool = False
    pinned: bool = False
    edited_at: datetime | None = None
    reference: Json | None = None
    nonce: str | int | None = None
    application_id: int | None = None  # set when it answers an interaction
    interaction: Json | None = None
    ephemeral_to: int | None = None
    webhook_id: int | None = None  # its author is then no user: name and picture are the message's own
    author_name: str | None = None
    author_avatar: str | None = None
    pings_replied: bool = False  # a reply that mentions whom it answers, whatever it is edited to
    reactions: list[Reaction] = field(default_factory=list)
    pinned_at: datetime | None = None
    position: int | None = None  # in a thread
    snapshots: list[Json] = field(default_factory=list)  # of a forward: what it carries, as it was then
