"""How people, guilds and channels look on the wire: whole objects, as Discord's OpenAPI file lists them."""

from sandbox.bot_rows import Application
from sandbox.channels import channel_payloads
from sandbox.clock import timestamp
from sandbox.guilds import presences
from sandbox.permissions import Permission
from sandbox.rows import DIRECT_MESSAGE, Ban, Channel, Emoji, Guild, Json, Member, Role, User
from sandbox.threads import thread_payloads
from sandbox.voice import voice_states
from sandbox.world import World

LARGEST_LISTED = 75_000  # members
PRIVILEGED_FLAGS = {1 << 1: 1 << 14, 1 << 8: 1 << 12, 1 << 15: 1 << 18}  # gateway bit -> application flag
GUILDS_OF_A_LARGE_BOT = 100  # with fewer it has the "limited" flag instead, the next bit
COMMAND_BADGE = 1 << 23


def user(one: User) -> Json:
    body: Json = {
        "id": str(one.id),
        "username": one.username,
        "discriminator": "0000" if one.bot else "0",
        "global_name": one.global_name,
        "avatar": one.avatar,
        "avatar_decoration_data": None,
        "banner": one.banner,
        "accent_color": None,
        "public_flags": 0,
        "flags": 0,
        "collectibles": None,
        "primary_guild": None,
    }
    return {**body, "bot": True} if one.bot else body


def own_user(one: User) -> Json:
    return {
        **user(one),
        "mfa_enabled": True,
        "locale": "en-US",
        "premium_type": 0,
        "email": None,
        "verified": True,
    }


def application(world: World, one: Application) -> Json:
    guild_count = len(world.guilds_of(one.bot_user_id))
    flags = sum(flag for bit, flag in PRIVILEGED_FLAGS.items() if one.intents & bit)
    flags <<= guild_count < GUILDS_OF_A_LARGE_BOT
    if any(each.application_id == one.id and each.guild_id is None for each in world.commands.values()):
        flags |= COMMAND_BADGE
    return {
        "id": str(one.id),
        "name": one.name,
        "icon": None,
        "description": one.description,
        "type": None,
        "bot": user(world.user(one.bot_user_id)),
        "bot_public": True,
        "bot_require_code_grant": False,
        "integration_types_config": {"0": {}},
        "verify_key": f"{one.id:064x}",
        "flags": flags,
        "flags_new": str(flags),
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
        "event_webhooks_types": [],
        "explicit_content_filter": 0,
        "owner": user(world.user(one.owner_id)),
        "team": None,
        "approximate_guild_count": guild_count,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "eligible_oauth2_scopes": [],
    }


def role(one: Role) -> Json:
    body: Json = {
        "id": str(one.id),
        "name": one.name,
        "permissions": str(int(one.permissions)),
        "position": one.position,
        "color": one.color,
        "colors": {"primary_color": one.color, "secondary_color": None, "tertiary_color": None},
        "hoist": one.hoist,
        "managed": one.managed,
        "mentionable": one.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return {**body, "tags": {"bot_id": str(one.bot_id)}} if one.bot_id else body


def channel(world: World, one: Channel, reader_id: int | None = None) -> Json:
    """`reader_id`: whose membership of a thread is told."""
    if one.thread:
        return thread_payloads.thread(one, reader_id)
    last = str(one.last_message_id) if one.last_message_id else None
    if one.type == DIRECT_MESSAGE:
        recipients = [user(world.user(user_id)) for user_id in one.recipient_ids]
        people = [person for person in recipients if not person.get("bot")]
        return {"id": str(one.id), "type": 1, "flags": 0, "last_message_id": last, "recipients": people}
    return channel_payloads.guild_channel(one)


def bare_member(one: Member) -> Json:
    """Without the user, as in messages."""
    until = one.communication_disabled_until
    return {
        "avatar": one.avatar,
        "avatar_decoration_data": None,
        "banner": one.banner,
        "collectibles": None,
        "communication_disabled_until": timestamp(until) if until else None,
        "deaf": one.deaf,
        "mute": one.mute,
        "flags": one.flags,
        "joined_at": timestamp(one.joined_at),
        "nick": one.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role_id) for role_id in one.role_ids],
    }


def member_in_message(one: Member) -> Json:
    """Who is pending cannot write: events that are not of a guild leave `pending` out (reference, "Guild Member")."""
    body = bare_member(one)
    del body["pending"]
    return body


def member(world: World, one: Member) -> Json:
    return {**bare_member(one), "user": user(world.user(one.user_id))}


def resolved_member(one: Member, permissions: Permission) -> Json:
    """In an interaction's `resolved`: no user, deaf and mute, but permissions (reference, "Resolved Data")."""
    body = bare_member(one)
    del body["deaf"], body["mute"]
    return {**body, "permissions": str(int(permissions))}


def emoji(one: Emoji) -> Json:
    """Whoever uploaded it may read that: nobody did."""
    return {
        "id": str(one.id),
        "name": one.name,
        "roles": [],
        "require_colons": True,
        "managed": False,
        "animated": one.animated,
        "available": True,
    }


def _text(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)


def guild(one: Guild) -> Json:
    return {
        "id": str(one.id),
        "name": one.name,
        "icon": one.icon,
        "description": one.description,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": list(one.features),
        "banner": None,
        "owner_id": str(one.owner_id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": _text(one.afk_channel_id),
        "afk_timeout": one.afk_timeout,
        "system_channel_id": _text(one.system_channel_id),
        "system_channel_flags": one.system_channel_flags,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": one.verification_level,
        "roles": [role(each) for each in one.roles.values()],
        "default_message_notifications": one.default_message_notifications,
        "mfa_level": 0,
        "explicit_content_filter": one.explicit_content_filter,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": one.preferred_locale,
        "rules_channel_id": _text(one.rules_channel_id),
        "safety_alerts_channel_id": _text(one.safety_alerts_channel_id),
        "public_updates_channel_id": _text(one.public_updates_channel_id),
        "premium_progress_bar_enabled": one.premium_progress_bar_enabled,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [emoji(each) for each in one.emojis.values()],
        "stickers": [],
        "incidents_data": None,
    }


def counts(world: World, one: Guild) -> Json:
    """Bots are always there."""
    people = (world.user(user_id) for user_id in one.members)
    present = sum(each.bot or each.status != "offline" for each in people)
    return {"approximate_member_count": len(one.members), "approximate_presence_count": present}


def guild_preview(world: World, one: Guild) -> Json:
    body = guild(one)
    keys = ("id", "name", "icon", "description", "home_header", "splash", "discovery_splash", "features")
    shown = {key: body[key] for key in (*keys, "emojis", "stickers")}
    return {**shown, **counts(world, one)}


def guild_create(
    world: World, one: Guild, bot_user_id: int, *, with_presences: bool, large_threshold: int = 250
) -> Json:
    shown = _listed(world, one, bot_user_id, with_presences=with_presences, large_threshold=large_threshold)
    people = (world.user(each.user_id) for each in shown)
    online = [each for each in people if each.status != "offline"]
    return {
        **guild(one),
        "joined_at": timestamp(one.members[bot_user_id].joined_at),
        "large": len(one.members) > large_threshold,
        "unavailable": False,
        "member_count": len(one.members),
        "voice_states": [voice_states.payload(one, each) for each in one.voice_states.values()],
        "members": [member(world, each) for each in shown],
        "channels": [channel(world, each) for each in world.guild_channels(one)],
        "threads": [],
        "presences": [presences.payload(each) for each in online] if with_presences else [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _listed(
    world: World, one: Guild, bot_user_id: int, *, with_presences: bool, large_threshold: int
) -> list[Member]:
    """The bot and who is in voice without the presence intent and in the largest guilds; everybody in a small one; in a
    large one also who is online, has a role or a nickname (gateway events, "Request Guild Members")."""
    always = {bot_user_id: None, **one.voice_states}
    if not with_presences or len(one.members) > LARGEST_LISTED:
        return [one.members[user_id] for user_id in always]
    everybody = list(one.members.values())
    if len(everybody) <= large_threshold:
        return everybody
    return [
        each
        for each in everybody
        if each.role_ids
        or each.nick
        or each.user_id in always
        or world.user(each.user_id).status != "offline"
    ]


def ban(world: World, one: Ban) -> Json:
    return {"user": user(world.user(one.user_id)), "reason": one.reason}
