"""What a rule of AutoMod may say, and how it looks (reference, "Auto Moderation Rule Object")."""

from dataclasses import replace

from sandbox.automod.automod_matching import (
    KEYWORD,
    KEYWORD_PRESET,
    MEMBER_PROFILE,
    MENTION_SPAM,
    PRESETS,
    SPAM,
)
from sandbox.automod.automod_regex import BadPattern, Pattern
from sandbox.forms import Form, enumerate_text
from sandbox.rows import AutomodRule, Guild, Json

MESSAGE_SEND, MEMBER_UPDATE = 1, 2
BLOCK_MESSAGE, SEND_ALERT, TIMEOUT, BLOCK_INTERACTION = 1, 2, 3, 4
MOST_OF_TYPE = {KEYWORD: 6, SPAM: 1, KEYWORD_PRESET: 1, MENTION_SPAM: 1, MEMBER_PROFILE: 1}
EVENT_OF_TYPE = {each: MEMBER_UPDATE if each == MEMBER_PROFILE else MESSAGE_SEND for each in MOST_OF_TYPE}
MAY_TIME_OUT = (KEYWORD, MENTION_SPAM)
FOUR_WEEKS = 2_419_200  # seconds
LONGEST_NAME = 100
LONGEST_KEYWORD = 60
LONGEST_PATTERN = 260
LONGEST_CUSTOM_MESSAGE = 150
MOST_ACTIONS = 5
MOST_MENTIONS = 50


def payload(guild_id: int, rule: AutomodRule) -> Json:
    return {"id": str(rule.id), "guild_id": str(guild_id), "creator_id": str(rule.creator_id), **said(rule)}


def said(rule: AutomodRule) -> Json:
    """What a person or a bot decides about a rule."""
    return {
        "name": rule.name,
        "event_type": rule.event_type,
        "trigger_type": rule.trigger_type,
        "trigger_metadata": rule.trigger_metadata,
        "actions": rule.actions,
        "enabled": rule.enabled,
        "exempt_roles": [str(each) for each in rule.exempt_role_ids],
        "exempt_channels": [str(each) for each in rule.exempt_channel_ids],
    }


def read_new(guild: Guild, body: Json, *, rule_id: int, creator_id: int) -> AutomodRule:
    form = Form(body)
    name = form.text("name", least=1, most=LONGEST_NAME, required=True) or ""
    kind = form.choice("trigger_type", MOST_OF_TYPE, required=True) or 0
    event = form.choice("event_type", (MESSAGE_SEND, MEMBER_UPDATE), required=True) or 0
    form.finish()
    _check_kind(guild, form, kind, event)
    rule = AutomodRule(rule_id, creator_id, name, event, kind, _metadata(form, kind), [])
    _take_over(guild, form, rule)
    if "actions" not in form:
        form.wrong("actions", "BASE_TYPE_REQUIRED", "This field is required")
    form.finish()
    return rule


def read_change(guild: Guild, body: Json, rule: AutomodRule) -> AutomodRule:
    """The rule as it would be; its trigger type stays what it is."""
    form = Form(body)
    name = form.text("name", least=1, most=LONGEST_NAME)
    changed = replace(rule, name=name or rule.name)
    event = form.choice("event_type", (MESSAGE_SEND, MEMBER_UPDATE)) or rule.event_type
    _check_event(form, rule.trigger_type, event)
    if form.body.get("trigger_metadata") is not None:
        changed.trigger_metadata = _metadata(form, rule.trigger_type)
    _take_over(guild, form, changed)
    form.finish()
    return changed


def _check_kind(guild: Guild, form: Form, kind: int, event: int) -> None:
    _check_event(form, kind, event)
    alike = [each for each in guild.automod_rules.values() if each.trigger_type == kind]
    if len(alike) >= MOST_OF_TYPE[kind]:
        code = "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED"
        form.wrong("trigger_type", code, "Maximum number of rules of this type has been reached.")


def _check_event(form: Form, kind: int, event: int) -> None:
    if event != EVENT_OF_TYPE[kind]:
        form.wrong(
            "event_type", "AUTO_MODERATION_INVALID_EVENT_TYPE", "This trigger type needs another event."
        )


def _take_over(guild: Guild, form: Form, rule: AutomodRule) -> None:
    if form.body.get("enabled") is not None:
        rule.enabled = form.boolean("enabled")
    if "exempt_roles" in form:
        rule.exempt_role_ids = form.snowflakes("exempt_roles", most=20) or []
    if "exempt_channels" in form:
        rule.exempt_channel_ids = form.snowflakes("exempt_channels", most=50) or []
    if "actions" in form:
        form.array("actions", least=1, most=MOST_ACTIONS, required=True)
        rule.actions = [_action(guild, each, rule.trigger_type) for each in form.forms("actions")]


def _metadata(form: Form, kind: int) -> Json:
    asked = form.inner("trigger_metadata") or Form({}, (*form.path, "trigger_metadata"), form.problems)
    if kind in (KEYWORD, MEMBER_PROFILE):
        return {
            "keyword_filter": _texts(asked, "keyword_filter", most=1000, longest=LONGEST_KEYWORD),
            "regex_patterns": _patterns(asked),
            "allow_list": _texts(asked, "allow_list", most=100, longest=LONGEST_KEYWORD),
        }
    if kind == KEYWORD_PRESET:
        return {
            "presets": _presets(asked),
            "allow_list": _texts(asked, "allow_list", most=1000, longest=LONGEST_KEYWORD),
        }
    if kind == MENTION_SPAM:
        limit = asked.integer("mention_total_limit", least=0, most=MOST_MENTIONS)
        return {
            "mention_total_limit": MOST_MENTIONS if limit is None else limit,
            "mention_raid_protection_enabled": asked.boolean("mention_raid_protection_enabled"),
        }
    return {}


def _texts(form: Form, key: str, *, most: int, longest: int) -> list[str]:
    each = Form(dict(enumerate_text(form.array(key, most=most) or [])), (*form.path, key), form.problems)
    found = [each.text(place, least=1, most=longest, required=True) for place in each.body]
    return [text for text in found if text is not None]


def _patterns(form: Form) -> list[str]:
    written = _texts(form, "regex_patterns", most=10, longest=LONGEST_PATTERN)
    for place, text in enumerate(written):
        try:
            Pattern(text)
        except BadPattern as wrong:
            path = (*form.path, "regex_patterns", str(place))
            form.problems.add(path, "AUTO_MODERATION_INVALID_REGEX", f"Invalid regex pattern: {wrong}.")
    return written


def _presets(form: Form) -> list[int]:
    path = (*form.path, "presets")
    each = Form(dict(enumerate_text(form.array("presets") or [])), path, form.problems)
    found = (each.choice(place, PRESETS, required=True) for place in each.body)
    return list(dict.fromkeys(number for number in found if number is not None))


def _action(guild: Guild, form: Form, kind: int) -> Json:
    fits = {
        BLOCK_MESSAGE: kind != MEMBER_PROFILE,
        SEND_ALERT: True,
        TIMEOUT: kind in MAY_TIME_OUT,
        BLOCK_INTERACTION: kind == MEMBER_PROFILE,
    }
    action = form.choice("type", fits, required=True)
    if action in fits and not fits[action]:
        code = "AUTO_MODERATION_INVALID_ACTION_TYPE"
        form.wrong("type", code, "This action cannot be used with this trigger type.")
    asked = form.inner("metadata") or Form({}, (*form.path, "metadata"), form.problems)
    return {"type": action, "metadata": _action_metadata(guild, asked, action)}


def _action_metadata(guild: Guild, form: Form, action: int | None) -> Json:
    if action == BLOCK_MESSAGE:
        custom = form.text("custom_message", most=LONGEST_CUSTOM_MESSAGE)
        return {"custom_message": custom} if custom else {}
    if action == SEND_ALERT:
        channel_id = form.snowflake("channel_id", required=True)
        if channel_id is not None and channel_id not in guild.channel_ids:
            form.wrong("channel_id", "CHANNEL_NOT_IN_GUILD", "This channel is not in the server.")
        return {"channel_id": str(channel_id)}
    if action == TIMEOUT:
        return {"duration_seconds": form.integer("duration_seconds", least=1, most=FOUR_WEEKS, required=True)}
    return {}
