"""Permission bits and how Discord computes them (reference, "Permissions"), time-outs and hierarchy included."""

from collections.abc import Callable
from datetime import datetime
from enum import IntFlag
from functools import cache

from sandbox.rows import PRIVATE_THREAD, Channel, Guild, Member, Role


class Permission(IntFlag):
    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    PRIORITY_SPEAKER = 1 << 8
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    VIEW_GUILD_INSIGHTS = 1 << 19
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    DEAFEN_MEMBERS = 1 << 23
    MOVE_MEMBERS = 1 << 24
    USE_VAD = 1 << 25
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    MANAGE_GUILD_EXPRESSIONS = 1 << 30
    USE_APPLICATION_COMMANDS = 1 << 31
    REQUEST_TO_SPEAK = 1 << 32
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EMBEDDED_ACTIVITIES = 1 << 39
    MODERATE_MEMBERS = 1 << 40
    VIEW_CREATOR_MONETIZATION_ANALYTICS = 1 << 41
    USE_SOUNDBOARD = 1 << 42
    CREATE_GUILD_EXPRESSIONS = 1 << 43
    CREATE_EVENTS = 1 << 44
    USE_EXTERNAL_SOUNDS = 1 << 45
    SEND_VOICE_MESSAGES = 1 << 46
    SET_VOICE_CHANNEL_STATUS = 1 << 48
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52

    def __and__(self, other: int) -> "Permission":
        """Asked dozens of times for each message: the enum's own takes five times as long."""
        return as_permission(int(self) & int(other))

    __rand__ = __and__


as_permission = cache(Permission)  # few of the possible sets are ever seen

NONE = Permission(0)
ALL = ~NONE
ADMINISTRATOR, VIEW_CHANNEL = int(Permission.ADMINISTRATOR), int(Permission.VIEW_CHANNEL)  # plain: asked most
MUTE_WITHOUT_WORDS = int(Permission.EMBED_LINKS | Permission.ATTACH_FILES | Permission.MENTION_EVERYONE)
LEFT_IN_TIMEOUT = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
LEFT_IN_QUARANTINE = LEFT_IN_TIMEOUT | int(Permission.CHANGE_NICKNAME)  # the way out
EVERY_BIT = -1
CONNECT = int(Permission.CONNECT)
VOICE_CHANNELS = (2, 13)  # and stages
OUTSIDE_OF_VOICE = ~int(  # what is left to who cannot come in
    Permission.MANAGE_CHANNELS
    | Permission.MANAGE_ROLES
    | Permission.PRIORITY_SPEAKER
    | Permission.STREAM
    | Permission.SPEAK
    | Permission.MUTE_MEMBERS
    | Permission.DEAFEN_MEMBERS
    | Permission.MOVE_MEMBERS
    | Permission.USE_VAD
    | Permission.REQUEST_TO_SPEAK
    | Permission.SET_VOICE_CHANNEL_STATUS
)
QUARANTINED = 1 << 7  # a flag of a member whose name AutoMod blocks
IN_DIRECT_MESSAGES = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MENTION_EVERYONE
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.PIN_MESSAGES
)


def timed_out(member: Member, now: Callable[[], datetime]) -> bool:
    until = member.communication_disabled_until
    return until is not None and until > now()


def in_guild(guild: Guild, member: Member, now: Callable[[], datetime]) -> Permission:
    granted = _by_roles(guild, member)
    return as_permission(granted if granted & ADMINISTRATOR else granted & _left(member, now))


def _left(member: Member, now: Callable[[], datetime]) -> int:
    """What a time-out or AutoMod leaves of any permissions."""
    if timed_out(member, now):
        return LEFT_IN_TIMEOUT
    return LEFT_IN_QUARANTINE if member.flags & QUARANTINED else EVERY_BIT


def _by_roles(guild: Guild, member: Member) -> int:
    """The owner and administrators have all, and no time-out takes it from them."""
    if guild.owner_id == member.user_id:
        return int(ALL)
    granted = guild.roles[guild.id].permissions
    for role_id in member.role_ids:
        granted |= guild.roles[role_id].permissions
    return int(ALL) if granted & ADMINISTRATOR else granted


def in_channel(
    guild: Guild,
    member: Member,
    channel: Channel,
    now: Callable[[], datetime],
    *,
    speaks: Permission = Permission.SEND_MESSAGES,
) -> Permission:
    """Without `speaks` there is nothing to say there, with or without links, files and mentions; who cannot come
    into a voice channel cannot change it either (reference, "Implicit Permissions")."""
    granted = _by_roles(guild, member)
    if granted & ADMINISTRATOR:
        return ALL
    for allow, deny in _overwrites_in_order(guild, member, channel):
        granted = granted & ~deny | allow
    if not granted & VIEW_CHANNEL:
        return NONE
    if not granted & int(speaks):
        granted &= ~MUTE_WITHOUT_WORDS
    if channel.type in VOICE_CHANNELS and not granted & CONNECT:
        granted &= OUTSIDE_OF_VOICE
    return as_permission(granted & _left(member, now))


def in_thread(
    guild: Guild, member: Member, thread: Channel, parent: Channel, now: Callable[[], datetime]
) -> Permission:
    """Those of the parent; a private thread is for its members and for moderators (reference, "Threads")."""
    granted = in_channel(guild, member, parent, now, speaks=Permission.SEND_MESSAGES_IN_THREADS)
    inside = thread.thread is not None and member.user_id in thread.thread.members
    if thread.type == PRIVATE_THREAD and not inside and not granted & Permission.MANAGE_THREADS:
        return NONE
    return granted


def to_read_in(channel: Channel) -> Permission:
    """Of a voice channel only who may come in reads what is written (reference, "Get Channel Messages")."""
    return Permission.VIEW_CHANNEL | (Permission.CONNECT if channel.type in VOICE_CHANNELS else Permission(0))


def to_speak_in(channel: Channel) -> Permission:
    """SEND_MESSAGES has no effect in threads."""
    return Permission.SEND_MESSAGES if channel.thread is None else Permission.SEND_MESSAGES_IN_THREADS


def _overwrites_in_order(guild: Guild, member: Member, channel: Channel) -> list[tuple[int, int]]:
    if not channel.overwrites:
        return []
    everyone = channel.overwrites.get(guild.id)
    roles = [channel.overwrites[role_id] for role_id in member.role_ids if role_id in channel.overwrites]
    own = channel.overwrites.get(member.user_id)
    allow, deny = 0, 0
    for overwrite in roles:
        allow |= overwrite.allow
        deny |= overwrite.deny
    ordered = [(everyone.allow, everyone.deny)] if everyone else []
    ordered.append((allow, deny))
    return [*ordered, (own.allow, own.deny)] if own else ordered


def standing(role: Role) -> tuple[int, int]:
    """Of two roles at the same position the older one is the higher."""
    return role.position, -role.id


def rank(guild: Guild, member: Member) -> tuple[int, int]:
    """Where the highest role stands; the owner stands above all roles."""
    if guild.owner_id == member.user_id:
        return 1 << 31, 0
    return max((standing(guild.roles[role_id]) for role_id in member.role_ids), default=(0, -guild.id))


def outranks(guild: Guild, actor: Member, target: Member) -> bool:
    return target.user_id != guild.owner_id and rank(guild, actor) > rank(guild, target)
