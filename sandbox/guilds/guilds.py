"""A guild's own settings, and who is pruned from it."""

from datetime import datetime, timedelta

from sandbox.core import Core
from sandbox.errors import Refused, boosts_needed, invalid_form, missing_permissions, unknown
from sandbox.guilds import audit, changes, membership, payloads
from sandbox.guilds.audit import Action
from sandbox.guilds.guild_settings import CHANNELS_BY_FIELD, COMMUNITY_CHANNELS, updated
from sandbox.guilds.moderation import require
from sandbox.permissions import Permission
from sandbox.rows import Guild, Json, Member

MUTABLE_FEATURES = ("COMMUNITY", "INVITES_DISABLED", "RAID_ALERTS_DISABLED")
REQUIRED_OF_A_COMMUNITY = ("rules_channel_id", "public_updates_channel_id")
NOTED = (
    "name",
    "description",
    "icon",
    "features",
    "verification_level",
    "default_message_notifications",
    "explicit_content_filter",
    "afk_timeout",
    "system_channel_flags",
    "preferred_locale",
    "premium_progress_bar_enabled",
    *CHANNELS_BY_FIELD,
)


def edit(core: Core, guild: Guild, wanted: Json, *, actor_id: int, reason: str | None = None) -> None:
    """`wanted` holds fields of Guild with their new values."""
    require(core, guild, actor_id, Permission.MANAGE_GUILD)
    _check_channels(core, guild, wanted)
    if "features" in wanted:
        wanted["features"] = _features(core, guild, wanted, actor_id)
    before = _noted(guild)
    for key, value in wanted.items():
        setattr(guild, key, value)
    found = changes.between(before, _noted(guild))
    if found:
        updated(core, guild)
        audit.record(
            core,
            guild,
            Action.GUILD_UPDATE,
            actor_id=actor_id,
            target_id=guild.id,
            reason=reason,
            changes=found,
        )


def _noted(guild: Guild) -> Json:
    """The audit log calls the icon `icon_hash`, as the reference's template object does."""
    body = payloads.guild(guild)
    return {"icon_hash" if key == "icon" else key: body[key] for key in NOTED}


def _check_channels(core: Core, guild: Guild, wanted: Json) -> None:
    for key, kinds in CHANNELS_BY_FIELD.items():
        channel_id = wanted.get(key)
        if channel_id is None:
            continue
        if channel_id not in guild.channel_ids:
            raise unknown("channel")
        if core.world.channels[channel_id].type not in kinds:
            raise (
                Refused(400, 50086, "Community server channels must be text channels")
                if (key in COMMUNITY_CHANNELS)
                else Refused(400, 50024, "Cannot execute action on this channel type")
            )


def _features(core: Core, guild: Guild, wanted: Json, actor_id: int) -> list[str]:
    """Of the features only some are for a guild to choose; a community also gets announcement channels."""
    chosen = [each for each in MUTABLE_FEATURES if each in wanted["features"]]
    was, will_be = "COMMUNITY" in guild.features, "COMMUNITY" in chosen
    if was != will_be and not core.guild_permissions(guild, actor_id) & Permission.ADMINISTRATOR:
        raise missing_permissions()
    if will_be:
        missing = [key for key in REQUIRED_OF_A_COMMUNITY if not wanted.get(key, getattr(guild, key))]
        problem = {"code": "BASE_TYPE_REQUIRED", "message": "This field is required"}
        if missing:
            raise invalid_form({key: {"_errors": [problem]} for key in missing})
    kept = [each for each in guild.features if each not in (*MUTABLE_FEATURES, "NEWS")]
    return [*kept, *chosen, *(["NEWS"] if will_be else [])]


def refuse_pictures_of_boosted_guilds(given: Json) -> None:
    if any(given.get(key) for key in ("splash", "discovery_splash", "banner", "home_header")):
        raise boosts_needed()


def prunable(core: Core, guild: Guild, *, actor_id: int, days: int, role_ids: list[int]) -> list[Member]:
    """Who was not there for so many days and has no role besides those."""
    for permission in (Permission.MANAGE_GUILD, Permission.KICK_MEMBERS):
        require(core, guild, actor_id, permission)
    since, last = core.now() - timedelta(days=days), _last_seen(core, guild)
    return [
        each
        for each in guild.members.values()
        if set(each.role_ids) <= set(role_ids)
        and each.user_id != guild.owner_id
        and not core.world.user(each.user_id).bot
        and last.get(each.user_id, each.joined_at) < since
    ]


def _last_seen(core: Core, guild: Guild) -> dict[int, datetime]:
    """Here whoever writes is there."""
    found: dict[int, datetime] = {}
    for channel in core.world.guild_channels(guild):
        for one in core.world.messages.get(channel.id, {}).values():
            found[one.author_id] = max(one.created_at, found.get(one.author_id, one.created_at))
    return found


def prune(
    core: Core, guild: Guild, *, actor_id: int, days: int, role_ids: list[int], reason: str | None = None
) -> int:
    found = prunable(core, guild, actor_id=actor_id, days=days, role_ids=role_ids)
    for each in found:
        membership.leave(core, guild, each.user_id)
    audit.record(
        core,
        guild,
        Action.MEMBER_PRUNE,
        actor_id=actor_id,
        target_id=None,
        reason=reason,
        options={"delete_member_days": str(days), "members_removed": str(len(found))},
    )
    return len(found)
