"""The types of guild channels and what each of them has (reference, "Channel Object" and "Modify Channel")."""

from sandbox.rows import Guild

TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16
NAMES = {
    "text": TEXT,
    "voice": VOICE,
    "category": CATEGORY,
    "announcement": ANNOUNCEMENT,
    "stage": STAGE,
    "forum": FORUM,
    "media": MEDIA,
}
VOCAL = frozenset({VOICE, STAGE})
POSTED = frozenset({FORUM, MEDIA})
WRITTEN = frozenset({TEXT, ANNOUNCEMENT}) | POSTED
ALL = VOCAL | WRITTEN | {CATEGORY}
IN_A_CATEGORY = ALL - {CATEGORY}

HAVING: dict[str, frozenset[int]] = {
    "topic": WRITTEN,
    "nsfw": IN_A_CATEGORY,
    "rate_limit_per_user": IN_A_CATEGORY - {ANNOUNCEMENT},
    "parent_id": IN_A_CATEGORY,
    "bitrate": VOCAL,
    "user_limit": VOCAL,
    "rtc_region": VOCAL,
    "video_quality_mode": VOCAL,
    "default_auto_archive_duration": WRITTEN,
    "default_thread_rate_limit_per_user": WRITTEN,
    "flags": IN_A_CATEGORY - {STAGE},
    "available_tags": POSTED,
    "default_reaction_emoji": POSTED,
    "default_sort_order": POSTED,
    "default_tag_setting": POSTED,
    "default_forum_layout": frozenset({FORUM}),
}
"""Which types have a field; name, position and overwrites have all."""

MOST_TOPIC = {FORUM: 4096, MEDIA: 4096}  # characters; 1024 for all others
MOST_BITRATE = {VOICE: 96_000, STAGE: 64_000}  # of a guild without boosts
MOST_USERS = {VOICE: 99, STAGE: 10_000}

REQUIRE_TAG, HIDE_MEDIA_DOWNLOAD_OPTIONS, IS_SPOILER_CHANNEL = 1 << 4, 1 << 15, 1 << 21
SETTABLE_FLAGS = {
    FORUM: REQUIRE_TAG | IS_SPOILER_CHANNEL,
    MEDIA: REQUIRE_TAG | HIDE_MEDIA_DOWNLOAD_OPTIONS | IS_SPOILER_CHANNEL,
}  # all others: IS_SPOILER_CHANNEL


def has(kind: int, field: str) -> bool:
    return kind in HAVING[field]


def creatable(guild: Guild) -> frozenset[int]:
    """Announcements need the guild's feature NEWS, stages COMMUNITY."""
    missing = {ANNOUNCEMENT: "NEWS", STAGE: "COMMUNITY"}
    return ALL - {kind for kind, feature in missing.items() if feature not in guild.features}


def sorted_among(kind: int) -> frozenset[int]:
    """A client lists categories, channels to write in and channels to talk in apart."""
    return next(each for each in (VOCAL, WRITTEN, frozenset({CATEGORY})) if kind in each)
