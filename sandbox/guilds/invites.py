"""Invites: made for a channel, good for a time and a number of people (reference, "Invite Resource")."""

import secrets
import string
from datetime import datetime, timedelta

from sandbox.channels import channel_types, channels
from sandbox.clock import timestamp
from sandbox.core import Core
from sandbox.errors import missing_permissions, too_many, unknown, wrong_channel_type
from sandbox.events import Audience, Intent
from sandbox.forms import Form
from sandbox.guilds import audit, changes, moderation, payloads
from sandbox.guilds.audit import Action
from sandbox.permissions import Permission, rank, standing
from sandbox.rows import Channel, Guild, Invite, Json

LONGEST = 7 * 86400  # seconds
USUAL = 86400
MOST_USES = 100
MOST = 1000  # a guild
ALPHABET = string.ascii_letters + string.digits
GUILD_KEYS = (
    "id",
    "name",
    "splash",
    "banner",
    "description",
    "icon",
    "features",
    "verification_level",
    "vanity_url_code",
    "nsfw_level",
    "nsfw",
    "premium_subscription_count",
)
ROLE_KEYS = ("id", "name", "position", "color", "colors", "icon", "unicode_emoji")


def payload(
    core: Core, one: Invite, *, with_counts: bool = False, with_metadata: bool = False, online: int = 1
) -> Json:
    guild, channel = core.world.guild(one.guild_id), core.world.channel(one.channel_id)
    whole = payloads.guild(guild)
    body: Json = {
        "type": 0,
        "code": one.code,
        "guild": {key: whole[key] for key in GUILD_KEYS},
        "guild_id": str(guild.id),
        "channel": {"id": str(channel.id), "name": channel.name, "type": channel.type},
        "inviter": payloads.user(core.world.user(one.inviter_id)),
        "expires_at": _written(expires_at(one)),
        "flags": 0,
    }
    if one.role_ids:
        roles = [payloads.role(guild.roles[each]) for each in one.role_ids if each in guild.roles]
        body["roles"] = [{key: role[key] for key in ROLE_KEYS} for role in roles]
    if with_counts:
        body.update(approximate_member_count=len(guild.members), approximate_presence_count=online)
    return {**body, **_metadata(one)} if with_metadata else body


def _metadata(one: Invite) -> Json:
    return {
        "uses": one.uses,
        "max_uses": one.max_uses,
        "max_age": one.max_age,
        "temporary": one.temporary,
        "created_at": timestamp(one.created_at),
    }


def _written(moment: datetime | None) -> str | None:
    return timestamp(moment) if moment else None


def expires_at(one: Invite) -> datetime | None:
    return one.created_at + timedelta(seconds=one.max_age) if one.max_age else None


def find(core: Core, code: str) -> Invite:
    """10006 also for one that is over."""
    one = core.world.invites.get(code)
    if one is None or not _is_good(core, one):
        raise unknown("invite")
    return one


def of_guild(core: Core, guild: Guild, *, channel_id: int | None = None) -> list[Invite]:
    return [
        each
        for each in core.world.invites.values()
        if each.guild_id == guild.id and channel_id in (None, each.channel_id) and _is_good(core, each)
    ]


def _is_good(core: Core, one: Invite) -> bool:
    ends = expires_at(one)
    return ends is None or core.now() < ends


def create(core: Core, channel: Channel, body: Json, *, actor_id: int, reason: str | None = None) -> Invite:
    """An equal one of the same maker is given again, unless `unique` is asked for."""
    guild = channels.guild_of(core, channel)
    channels.require(core, channel, actor_id, Permission.CREATE_INSTANT_INVITE)
    if channel.type == channel_types.CATEGORY:
        raise wrong_channel_type()
    form = Form(body)
    age, uses = (
        form.integer("max_age", least=0, most=LONGEST),
        form.integer("max_uses", least=0, most=MOST_USES),
    )
    for key in ("target_type", "target_user_id", "target_application_id"):
        if key in form and form.body[key] is not None:
            form.wrong(key, "INVITE_TARGET_UNAVAILABLE", "Nothing is streamed or played here")
    new = Invite(
        code="".join(secrets.choice(ALPHABET) for _ in range(10)),
        guild_id=guild.id,
        channel_id=channel.id,
        inviter_id=actor_id,
        created_at=core.now(),
        max_age=USUAL if age is None else age,
        max_uses=uses or 0,
        temporary=form.boolean("temporary"),
        role_ids=form.snowflakes("role_ids") or [],
    )
    unique = form.boolean("unique")
    form.finish()
    _refuse_roles(core, guild, new)
    same = None if unique else _equal(core, guild, new)
    return same or _keep(core, guild, new, reason)


def _refuse_roles(core: Core, guild: Guild, new: Invite) -> None:
    if not new.role_ids:
        return
    actor = moderation.require(core, guild, new.inviter_id, Permission.MANAGE_ROLES)
    for role_id in new.role_ids:
        if role_id not in guild.roles:
            raise unknown("role")
        if standing(guild.roles[role_id]) >= rank(guild, actor):
            raise missing_permissions()


def _equal(core: Core, guild: Guild, new: Invite) -> Invite | None:
    keys = ("inviter_id", "max_age", "max_uses", "temporary", "role_ids")
    there = of_guild(core, guild, channel_id=new.channel_id)
    return next((old for old in there if all(getattr(old, key) == getattr(new, key) for key in keys)), None)


def _keep(core: Core, guild: Guild, new: Invite, reason: str | None) -> Invite:
    if len(of_guild(core, guild)) >= MOST:
        raise too_many(30016, "invites", MOST)
    core.world.invites[new.code] = new
    body: Json = {
        "channel_id": str(new.channel_id),
        "code": new.code,
        "guild_id": str(new.guild_id),
        "inviter": payloads.user(core.world.user(new.inviter_id)),
        "expires_at": _written(expires_at(new)),
        **_metadata(new),
    }
    if new.role_ids:
        body["role_ids"] = [str(each) for each in new.role_ids]
    _tell(core, "INVITE_CREATE", new, body)
    found = changes.between({}, _noted(new))
    audit.record(
        core,
        guild,
        Action.INVITE_CREATE,
        actor_id=new.inviter_id,
        target_id=None,
        reason=reason,
        changes=found,
    )
    return new


def _noted(one: Invite) -> Json:
    """What the audit log tells of it: the channel's id instead of the channel."""
    told = {**_metadata(one), "code": one.code, "channel_id": str(one.channel_id)}
    del told["created_at"]
    return {**told, "inviter_id": str(one.inviter_id), "flags": 0}


def _tell(core: Core, name: str, one: Invite, body: Json) -> None:
    """Only to bots that manage the channel (reference, "Invites" of the gateway events)."""
    audience = Audience(one.guild_id, one.channel_id, Intent.GUILD_INVITES, any_of=Permission.MANAGE_CHANNELS)
    core.events.emit(name, body, audience)


def delete(core: Core, one: Invite, *, actor_id: int, reason: str | None = None) -> None:
    """With MANAGE_CHANNELS there, or MANAGE_GUILD."""
    guild, channel = core.world.guild(one.guild_id), core.world.channel(one.channel_id)
    if not core.guild_permissions(guild, actor_id) & Permission.MANAGE_GUILD:
        channels.require(core, channel, actor_id, Permission.MANAGE_CHANNELS)
    _end(core, one)
    lost = changes.between(_noted(one), {})
    audit.record(
        core, guild, Action.INVITE_DELETE, actor_id=actor_id, target_id=None, reason=reason, changes=lost
    )


def _end(core: Core, one: Invite) -> None:
    del core.world.invites[one.code]
    body = {"channel_id": str(one.channel_id), "guild_id": str(one.guild_id), "code": one.code}
    _tell(core, "INVITE_DELETE", one, body)


def use(core: Core, one: Invite) -> None:
    """Somebody came by it; the last of its uses ends it."""
    one.uses += 1
    if one.max_uses and one.uses >= one.max_uses:
        _end(core, one)
