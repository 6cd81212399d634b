"""How channels look on the wire, each type with what it has."""

from dataclasses import asdict

from sandbox.channels import channel_types
from sandbox.clock import timestamp
from sandbox.rows import Channel, ForumTag, Json, Overwrite

NOT_NOTED = frozenset({"id", "guild_id", "last_message_id", "last_pin_timestamp"})


def overwrite(one: Overwrite) -> Json:
    return {"id": str(one.id), "type": one.type, "allow": str(int(one.allow)), "deny": str(int(one.deny))}


def tag(one: ForumTag) -> Json:
    return {**asdict(one), "id": str(one.id), "emoji_id": str(one.emoji_id) if one.emoji_id else None}


def guild_channel(one: Channel) -> Json:
    values: Json = {
        "topic": one.topic,
        "nsfw": one.nsfw,
        "rate_limit_per_user": one.rate_limit_per_user,
        "bitrate": one.bitrate,
        "user_limit": one.user_limit,
        "rtc_region": one.rtc_region,
        "video_quality_mode": one.video_quality_mode,
        "default_thread_rate_limit_per_user": one.default_thread_rate_limit_per_user,
        "available_tags": [tag(each) for each in one.available_tags],
        "default_reaction_emoji": one.default_reaction_emoji,
        "default_sort_order": one.default_sort_order,
        "default_forum_layout": one.default_forum_layout,
        "default_tag_setting": one.default_tag_setting,
    }
    if one.default_auto_archive_duration:
        values["default_auto_archive_duration"] = one.default_auto_archive_duration
    return {
        "id": str(one.id),
        "type": one.type,
        "guild_id": str(one.guild_id),
        "name": one.name,
        "position": one.position,
        "permission_overwrites": [overwrite(each) for each in one.overwrites.values()],
        "parent_id": str(one.parent_id) if one.parent_id else None,
        "flags": one.flags,
        "last_message_id": str(one.last_message_id) if one.last_message_id else None,
        "last_pin_timestamp": timestamp(one.last_pin_at) if one.last_pin_at else None,
        **{key: value for key, value in values.items() if channel_types.has(one.type, key)},
    }


def noted(one: Channel) -> Json:
    """What the audit log tells of a channel."""
    return {key: value for key, value in guild_channel(one).items() if key not in NOT_NOTED}
