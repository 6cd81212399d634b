"""Kicks and bans: the same rules for a bot's call and for a person's hand."""

from datetime import timedelta

from sandbox.core import Core
from sandbox.errors import Refused, missing_access, missing_permissions, unknown
from sandbox.guilds import audit, membership
from sandbox.guilds.audit import Action
from sandbox.messages import messages
from sandbox.permissions import Permission, in_guild, outranks
from sandbox.rows import Ban, Guild, Json, Member


def require(core: Core, guild: Guild, actor_id: int, permission: Permission) -> Member:
    actor = guild.members.get(actor_id)
    if actor is None:
        raise missing_access()
    if not in_guild(guild, actor, core.now) & permission:
        raise missing_permissions()
    return actor


def target_below(core: Core, guild: Guild, actor: Member, target_id: int) -> Member:
    target = core.world.member(guild, target_id)
    if not outranks(guild, actor, target):
        raise missing_permissions()
    return target


def kick(core: Core, guild: Guild, *, actor_id: int, target_id: int, reason: str | None = None) -> None:
    actor = require(core, guild, actor_id, Permission.KICK_MEMBERS)
    target_below(core, guild, actor, target_id)
    membership.leave(core, guild, target_id)
    audit.record(core, guild, Action.MEMBER_KICK, actor_id=actor_id, target_id=target_id, reason=reason)


def ban(
    core: Core,
    guild: Guild,
    *,
    actor_id: int,
    target_id: int,
    reason: str | None = None,
    delete_message_seconds: int = 0,
) -> bool:
    """False for a second ban of the same person: it changes nothing, as on Discord."""
    actor = require(core, guild, actor_id, Permission.BAN_MEMBERS)
    core.world.user(target_id)
    if target_id in guild.members:
        target_below(core, guild, actor, target_id)
    if target_id in guild.bans:
        return False
    one = guild.bans[target_id] = Ban(target_id, reason)
    membership.banned(core, guild, one, lifted=False)
    if target_id in guild.members:
        membership.leave(core, guild, target_id)
    audit.record(core, guild, Action.MEMBER_BAN_ADD, actor_id=actor_id, target_id=target_id, reason=reason)
    _delete_recent(core, guild, target_id, timedelta(seconds=delete_message_seconds))
    return True


def ban_many(
    core: Core,
    guild: Guild,
    *,
    actor_id: int,
    target_ids: list[int],
    reason: str | None = None,
    delete_message_seconds: int = 0,
) -> tuple[list[int], list[int]]:
    """Who was banned, and who could not be or was before. Raises when it is nobody at all."""
    for permission in (Permission.BAN_MEMBERS, Permission.MANAGE_GUILD):
        require(core, guild, actor_id, permission)
    banned: list[int] = []
    failed: list[int] = []
    who: Json = {"actor_id": actor_id, "reason": reason, "delete_message_seconds": delete_message_seconds}
    for target_id in dict.fromkeys(target_ids):
        try:
            is_new = ban(core, guild, target_id=target_id, **who)
        except Refused:
            is_new = False
        (banned if is_new else failed).append(target_id)
    if not banned:
        raise Refused(400, 500000, "Failed to ban users")
    return banned, failed


def _delete_recent(core: Core, guild: Guild, author_id: int, period: timedelta) -> None:
    since = core.now() - period
    for channel in (*core.world.guild_channels(guild), *core.world.threads_of(guild)):
        recent = [
            one
            for one in messages.public(core, channel)
            if one.author_id == author_id and one.created_at > since
        ]
        messages.delete_many(core, recent)


def unban(core: Core, guild: Guild, *, actor_id: int, target_id: int, reason: str | None = None) -> None:
    require(core, guild, actor_id, Permission.BAN_MEMBERS)
    one = guild.bans.pop(target_id, None)
    if one is None:
        raise unknown("ban")
    membership.banned(core, guild, one, lifted=True)
    audit.record(core, guild, Action.MEMBER_BAN_REMOVE, actor_id=actor_id, target_id=target_id, reason=reason)
