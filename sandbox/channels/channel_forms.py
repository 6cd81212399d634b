"""Reading what somebody wants of a channel (reference, "Create Guild Channel" and "Modify Channel")."""

import re
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any

from sandbox.channels import channel_types
from sandbox.channels.channel_types import CATEGORY, IS_SPOILER_CHANNEL, MOST_BITRATE, SETTABLE_FLAGS, VOCAL
from sandbox.errors import Refused
from sandbox.forms import Form
from sandbox.rows import Channel, ForumTag, Guild, Json, Overwrite

MOST_SLOWMODE = 21_600  # seconds
MOST_OVERWRITES_IN_A_BODY = 100
MOST_TAGS = 20
MOST_BITS = (1 << 63) - 1
DEFAULTS = {each.name: None if each.default is MISSING else each.default for each in fields(Channel)}


def new(form: Form, guild: Guild) -> Json:
    """Fields of Channel. Whoever asks finishes the form."""
    kind = form.choice("type", channel_types.creatable(guild))
    kind = channel_types.TEXT if kind is None else kind
    form.text("name", least=1, most=100, required=True, trimmed=True)
    return {**wanted(form, kind), "type": kind}


def changed(form: Form, guild: Guild, channel: Channel) -> Json:
    """Fields of Channel, only those that are named. Whoever asks finishes the form."""
    convertible = {channel_types.TEXT, channel_types.ANNOUNCEMENT}
    allowed = channel_types.creatable(guild) & convertible if channel.type in convertible else {channel.type}
    kind = form.choice("type", allowed | {channel.type})
    kind = channel.type if kind is None else kind
    found = wanted(form, kind)
    will_be_nsfw = found.get("nsfw", channel.nsfw)
    if found.get("flags", 0) & IS_SPOILER_CHANNEL and will_be_nsfw:
        form.wrong("flags", "BASE_TYPE_BAD_VALUE", "An age-restricted channel cannot be a spoiler channel.")
    return found if kind == channel.type else {**found, "type": kind}


def flags_alone(form: Form, guild: Guild, channel: Channel) -> int | None:
    """As a change of the channel by itself would read them; nothing where they are not named."""
    given = {key: value for key, value in form.body.items() if key == "flags" and value is not None}
    flags: int | None = changed(Form(given, form.path, form.problems), guild, channel).get("flags")
    return flags


def wanted(form: Form, kind: int) -> Json:
    """Null stands for the default. A field that channels of that type do not have is passed over."""
    found = {
        field: read(form, kind)
        for field, read in READERS.items()
        if field in form and channel_types.has(kind, field)
    }
    found = {field: DEFAULTS[field] if value is None else value for field, value in found.items()}
    if "name" in form:
        found["name"] = proper_name(
            form.text("name", least=1, most=100, required=True, trimmed=True) or "", kind
        )
    if form.body.get("position") is not None:
        found["position"] = form.integer("position", least=0)
    if form.body.get("permission_overwrites") is not None:
        found["overwrites"] = {each.id: each for each in _overwrites(form)}
    if "available_tags" in form and channel_types.has(kind, "available_tags"):
        found["available_tags"] = _tags(form)
    return found


def proper_name(given: str, kind: int) -> str:
    """Where one writes, names are in small letters, with dashes for spaces."""
    if kind in VOCAL or kind == CATEGORY:
        return given
    return re.sub(r"\s+", "-", given.lower())


def read_overwrite(form: Form, overwrite_id: int, *, is_role: bool = True) -> Overwrite:
    kind = form.choice("type", (0, 1))
    allow, deny = (form.integer(key, least=0, most=MOST_BITS) or 0 for key in ("allow", "deny"))
    return Overwrite(overwrite_id, int(not is_role) if kind is None else kind, allow, deny)


def _overwrites(form: Form) -> list[Overwrite]:
    return [
        read_overwrite(each, each.snowflake("id", required=True) or 0)
        for each in form.forms("permission_overwrites", most=MOST_OVERWRITES_IN_A_BODY)
    ]


def _tags(form: Form) -> list[ForumTag]:
    tags = [_tag(each) for each in form.forms("available_tags", most=MOST_TAGS)]
    if not form.problems and len({each.name for each in tags}) < len(tags):
        raise Refused(400, 40061, "Tag names must be unique")
    return tags


def _tag(form: Form) -> ForumTag:
    """Without an id it is a new one: who keeps it gives it one."""
    emoji_id, emoji_name = form.snowflake("emoji_id"), form.text("emoji_name", most=100)
    if emoji_id and emoji_name:
        form.wrong("emoji_name", "BASE_TYPE_BAD_VALUE", "At most one of emoji_id and emoji_name may be set.")
    name = form.text("name", most=20, required=True) or ""
    return ForumTag(form.snowflake("id") or 0, name, form.boolean("moderated"), emoji_id, emoji_name)


def _reaction(form: Form, _kind: int) -> Json | None:
    inner = form.inner("default_reaction_emoji")
    if inner is None:
        return None
    emoji_id, emoji_name = inner.snowflake("emoji_id"), inner.text("emoji_name", most=100)
    if (emoji_id is None) == (emoji_name is None):
        form.wrong("default_reaction_emoji", "BASE_TYPE_BAD_VALUE", "Set one of emoji_id and emoji_name.")
    return {"emoji_id": str(emoji_id) if emoji_id else None, "emoji_name": emoji_name}


def _bitrate(form: Form, kind: int) -> int | None:
    found = form.integer("bitrate", least=8000)
    if found is not None and found > MOST_BITRATE[kind]:
        raise Refused(400, 30052, "Bitrate is too high for channel of this type")
    return found


def _flags(form: Form, kind: int) -> int | None:
    """Bits that nobody can set there are dropped."""
    found = form.integer("flags", least=0)
    return None if found is None else found & SETTABLE_FLAGS.get(kind, IS_SPOILER_CHANNEL)


def _setting(form: Form, _kind: int) -> str | None:
    found, allowed = form.text("default_tag_setting", most=20), ("match_all", "match_some")
    if found is not None and found not in allowed:
        form.wrong("default_tag_setting", "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")
    return found


def _nsfw(form: Form, _kind: int) -> bool:
    return form.boolean("nsfw")


READERS: dict[str, Callable[[Form, int], Any]] = {
    "topic": lambda form, kind: form.text("topic", most=channel_types.MOST_TOPIC.get(kind, 1024)),
    "nsfw": _nsfw,
    "rate_limit_per_user": lambda form, _: form.integer("rate_limit_per_user", least=0, most=MOST_SLOWMODE),
    "parent_id": lambda form, _: form.snowflake("parent_id"),
    "bitrate": _bitrate,
    "user_limit": lambda form, kind: form.integer("user_limit", least=0, most=channel_types.MOST_USERS[kind]),
    "rtc_region": lambda form, _: form.text("rtc_region", most=100),
    "video_quality_mode": lambda form, _: form.choice("video_quality_mode", (1, 2)),
    "default_auto_archive_duration": lambda form, _: form.choice(
        "default_auto_archive_duration", (60, 1440, 4320, 10080)
    ),
    "default_thread_rate_limit_per_user": lambda form, _: form.integer(
        "default_thread_rate_limit_per_user", least=0, most=MOST_SLOWMODE
    ),
    "flags": _flags,
    "default_reaction_emoji": _reaction,
    "default_sort_order": lambda form, _: form.choice("default_sort_order", (0, 1)),
    "default_tag_setting": _setting,
    "default_forum_layout": lambda form, _: form.choice("default_forum_layout", (0, 1, 2)),
}
