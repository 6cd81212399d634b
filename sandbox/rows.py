"""What exists: people, guilds, channels, messages. Plain rows; rules live elsewhere."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]

TEXT_CHANNEL = 0
DIRECT_MESSAGE = 1
ANNOUNCEMENT_CHANNEL = 5
ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD = 10, 11, 12
POSTS_ONLY = (15, 16)  # forum and media: nothing but threads in them


class Mass:
    """A row of which there may be 100,000. It says itself that it changed, because nobody can look through them all
    five times a second; so nothing that it holds may change in place (tests/sandbox/test_worlds.py)."""

    __slots__ = ("is_stored",)
    is_stored: bool

    def __setattr__(self, name: str, value: object) -> None:
        set_field(self, name, value)
        set_field(self, "is_stored", False)


class Announced:
    """A row of which there may be 1,000,000. An event with its id tells of each later change: clients show it."""

    __slots__ = ()


set_field = object.__setattr__


@dataclass(slots=True)
class User(Mass):
    id: int
    username: str
    global_name: str | None = None
    bot: bool = False
    avatar: str | None = None
    locale: str = "en-GB"
    dms_closed: bool = False
    blocked_ids: tuple[int, ...] = ()
    banner: str | None = None
    status: str = "offline"  # or online, idle, dnd; who is invisible shows as offline
    activities: tuple[Json, ...] = ()


@dataclass(slots=True)
class Role:
    id: int
    name: str
    permissions: int
    position: int
    color: int = 0
    hoist: bool = False
    managed: bool = False
    mentionable: bool = False
    bot_id: int | None = None


@dataclass(slots=True)
class Overwrite:
    id: int
    type: int  # 0 role, 1 member
    allow: int
    deny: int


@dataclass(slots=True)
class ForumTag:
    id: int
    name: str
    moderated: bool = False
    emoji_id: int | None = None
    emoji_name: str | None = None


@dataclass(slots=True)
class Emoji:
    """A guild's own."""

    id: int
    name: str
    animated: bool = False


@dataclass(slots=True)
class ThreadMember:
    user_id: int
    joined_at: datetime
    flags: int = 0


@dataclass(slots=True)
class Thread:
    """What a channel has besides when it is a thread. `archive_changed_at` is also the start of its inactivity."""

    owner_id: int
    created_at: datetime
    archive_changed_at: datetime
    auto_archive_duration: int  # minutes
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    message_count: int = 0
    total_message_sent: int = 0
    applied_tags: list[int] = field(default_factory=list)
    members: dict[int, ThreadMember] = field(default_factory=dict)


@dataclass(slots=True)
class Channel:
    id: int
    type: int
    guild_id: int | None = None
    name: str | None = None
    topic: str | None = None
    position: int = 0
    parent_id: int | None = None
    nsfw: bool = False
    rate_limit_per_user: int = 0
    last_message_id: int | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    recipient_ids: list[int] = field(default_factory=list)
    flags: int = 0
    bitrate: int = 64_000
    user_limit: int = 0
    rtc_region: str | None = None
    video_quality_mode: int = 1
    default_auto_archive_duration: int | None = None
    default_thread_rate_limit_per_user: int = 0
    available_tags: list[ForumTag] = field(default_factory=list)
    default_reaction_emoji: Json | None = None
    default_sort_order: int | None = None
    default_forum_layout: int = 0
    default_tag_setting: str | None = None
    written_at: dict[int, datetime] = field(default_factory=dict)  # of a slow channel: who wrote when last
    last_pin_at: datetime | None = None
    thread: Thread | None = None


@dataclass(slots=True)
class Member(Mass):
    user_id: int
    joined_at: datetime
    role_ids: tuple[int, ...] = ()
    nick: str | None = None
    communication_disabled_until: datetime | None = None
    mute: bool = False
    deaf: bool = False
    flags: int = 0
    avatar: str | None = None
    banner: str | None = None
    bio: str | None = None
    temporary: bool = False  # came by an invite that lets go whoever has no role and goes offline


@dataclass(slots=True)
class VoiceState:
    """Who is in a voice channel; mute and deaf by the server stand with the member and outlast it."""

    user_id: int
    channel_id: int
    session_id: str
    self_mute: bool = False
    self_deaf: bool = False
    self_video: bool = False
    self_stream: bool = False
    suppress: bool = False
    request_to_speak_at: datetime | None = None


@dataclass(slots=True)
class AutomodRule:
    """`trigger_metadata` and `actions` are as Discord answers them."""

    id: int
    creator_id: int
    name: str
    event_type: int
    trigger_type: int
    trigger_metadata: Json
    actions: list[Json]
    enabled: bool = False
    exempt_role_ids: list[int] = field(default_factory=list)
    exempt_channel_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Ban:
    user_id: int
    reason: str | None


@dataclass(slots=True)
class AuditEntry:
    id: int
    action_type: int
    user_id: int
    target_id: int | None
    changes: list[Json] = field(default_factory=list)
    options: Json | None = None
    reason: str | None = None


@dataclass(slots=True)
class Invite:
    """`max_age` (seconds) and `max_uses` are 0 for "no limit"."""

    code: str
    guild_id: int
    channel_id: int
    inviter_id: int
    created_at: datetime
    max_age: int = 86400
    max_uses: int = 0
    temporary: bool = False
    uses: int = 0
    role_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Guild:
    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict)
    channel_ids: list[int] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)
    bans: dict[int, Ban] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    command_permissions: dict[int, list[Json]] = field(default_factory=dict)
    preferred_locale: str = "en-US"
    features: list[str] = field(default_factory=list)
    description: str | None = None
    icon: str | None = None
    verification_level: int = 1
    default_message_notifications: int = 1
    explicit_content_filter: int = 0
    afk_channel_id: int | None = None
    afk_timeout: int = 300
    system_channel_id: int | None = None
    system_channel_flags: int = 0
    rules_channel_id: int | None = None
    public_updates_channel_id: int | None = None
    safety_alerts_channel_id: int | None = None
    premium_progress_bar_enabled: bool = False
    voice_states: dict[int, VoiceState] = field(default_factory=dict)
    automod_rules: dict[int, AutomodRule] = field(default_factory=dict)
    thread_ids: list[int] = field(default_factory=list)
    emojis: dict[int, Emoji] = field(default_factory=dict)
    former: dict[int, datetime | None] = field(
        default_factory=dict
    )  # who left, and how long they were timed out
