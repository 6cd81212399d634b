"""Whom a message mentions (reference, "Allowed Mentions Object")."""

import re

from sandbox.core import Core
from sandbox.message_rows import Message
from sandbox.messages.drafts import Draft
from sandbox.permissions import Permission
from sandbox.rows import Json

USER_MENTION = re.compile(r"<@!?(\d{1,19})>")
ROLE_MENTION = re.compile(r"<@&(\d{1,19})>")
EVERYONE_MENTION = re.compile(r"@(everyone|here)\b")
CODE = re.compile(
    r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL
)  # it shows what is written, and mentions nobody
EVERYTHING: Json = {"parse": ["users", "roles", "everyone"]}
USERS_ONLY: Json = {"parse": ["users"]}


def mention(core: Core, one: Message, draft: Draft) -> None:
    """Built anew from the new text: an edit takes away whom it no longer mentions."""
    text = "\n".join(draft.texts)
    text = CODE.sub(" ", text) if "@" in text else ""
    allowed = _allowed(one, draft)
    channel = core.world.channel(one.channel_id)
    guild = core.world.guild_of(channel)
    replied = one.mention_ids[:1] if one.pings_replied else []
    users = [each for each in _named(USER_MENTION, text, allowed, "users") if each in core.world.users]
    one.mention_ids = list(dict.fromkeys([*replied, *users]))
    everyone = "everyone" in allowed["parse"] and bool(EVERYONE_MENTION.search(text))
    roles = _named(ROLE_MENTION, text, allowed, "roles") if guild else []
    loud = (everyone or bool(roles)) and _is_loud(core, one)
    one.mention_everyone = everyone and loud
    found = [guild.roles[each] for each in roles if each in guild.roles] if guild else []
    one.mention_role_ids = [role.id for role in found if loud or role.mentionable]


def _allowed(one: Message, draft: Draft) -> Json:
    """What an interaction's or a webhook's message does not ask for is people's names only ("Default Settings")."""
    if draft.allowed_mentions is not None:
        return draft.allowed_mentions
    return EVERYTHING if one.application_id is None and one.webhook_id is None else USERS_ONLY


def _named(pattern: re.Pattern[str], text: str, allowed: Json, kind: str) -> list[int]:
    found = list(dict.fromkeys(map(int, pattern.findall(text))))
    return found if kind in allowed["parse"] else [each for each in found if each in allowed.get(kind, ())]


def _is_loud(core: Core, one: Message) -> bool:
    """Whether it reaches everyone, and roles that are not mentionable."""
    if one.webhook_id is not None:
        return True
    channel = core.world.channel(one.channel_id)
    return bool(core.channel_permissions(channel, one.author_id) & Permission.MENTION_EVERYONE)
