"""AutoMod reads what people write and how they call themselves (reference, "Auto Moderation")."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sandbox.automod.automod_matching import Match, match_of
from sandbox.automod.automod_regex import Effort
from sandbox.automod.automod_rules import (
    BLOCK_INTERACTION,
    BLOCK_MESSAGE,
    MEMBER_UPDATE,
    MESSAGE_SEND,
    SEND_ALERT,
    TIMEOUT,
)
from sandbox.core import Core
from sandbox.errors import Refused
from sandbox.events import Audience, Intent
from sandbox.guilds import audit, membership
from sandbox.guilds.audit import Action
from sandbox.message_rows import Message
from sandbox.messages import messages
from sandbox.messages.drafts import Draft
from sandbox.permissions import QUARANTINED, Permission
from sandbox.rows import AutomodRule, Channel, Guild, Json, Member
from sandbox.voice import voice

ALERT = 24  # the type of the message that tells of it
EXEMPT = Permission.ADMINISTRATOR | Permission.MANAGE_GUILD
AUDITED = {
    BLOCK_MESSAGE: Action.AUTO_MODERATION_BLOCK_MESSAGE,
    SEND_ALERT: Action.AUTO_MODERATION_FLAG_TO_CHANNEL,
    TIMEOUT: Action.AUTO_MODERATION_USER_COMMUNICATION_DISABLED,
    BLOCK_INTERACTION: Action.AUTO_MODERATION_QUARANTINE_USER,
}
Done = TypeVar("Done")


def screened(
    core: Core,
    channel: Channel,
    author_id: int,
    content: str,
    post: Callable[[], Done],
    *,
    title: bool = False,
) -> Done:
    """Posts (or edits) what a person wrote, or gives a thread its title, unless a rule blocks it; then does what the
    rules that it set off want."""
    guild = core.world.guild_of(channel)
    if guild is None:
        return post()
    found = _set_off(core, guild, author_id, content, channel)
    blocking = [action for rule, _ in found for action in rule.actions if action["type"] == BLOCK_MESSAGE]
    done = None if blocking else post()
    message = done if isinstance(done, Message) else None
    for rule, match in found:
        Execution(core, guild, author_id, content, rule, match, channel, message).run()
    if blocking:
        raise _blocked(blocking[0], title=title)
    return done  # type: ignore[return-value]  # nothing blocked it, so it is done


def _blocked(action: Json, *, title: bool) -> Refused:
    custom = action["metadata"].get("custom_message")
    sentence = f"{'Title' if title else 'Message'} was blocked by automatic moderation"
    code = 200001 if title else 200000
    return Refused(400, code, f"{sentence}: {custom.rstrip('.')}" if custom else sentence)


def screen_profile(core: Core, guild: Guild, member: Member) -> None:
    """A member who came, or took another nickname, may no more than look as long as one of their names is blocked."""
    user = core.world.user(member.user_id)
    names = [name for name in (user.username, user.global_name, member.nick) if name]
    found = {
        rule.id: (rule, match, name) for name in names for rule, match in _set_off(core, guild, user.id, name)
    }
    is_held = any(each["type"] == BLOCK_INTERACTION for rule, _, _ in found.values() for each in rule.actions)
    flags = member.flags & ~QUARANTINED | (QUARANTINED if is_held else 0)
    if flags != member.flags:
        member.flags = flags
        membership.updated(core, guild, member)
    for rule, match, name in found.values():
        Execution(core, guild, user.id, name, rule, match).run()


def _set_off(
    core: Core, guild: Guild, author_id: int, content: str, channel: Channel | None = None
) -> list[tuple[AutomodRule, Match]]:
    """By a text in a channel, or by a name."""
    if not guild.automod_rules:
        return []
    member = guild.members[author_id]
    if core.world.user(author_id).bot or core.guild_permissions(guild, author_id) & EXEMPT:
        return []
    places = {channel.id, channel.parent_id} if channel else set()
    event = MESSAGE_SEND if channel else MEMBER_UPDATE
    heard = [
        rule
        for rule in guild.automod_rules.values()
        if rule.enabled
        and rule.event_type == event
        and not places & set(rule.exempt_channel_ids)
        and not set(member.role_ids) & set(rule.exempt_role_ids)
    ]
    effort = Effort()
    return [(rule, match) for rule in heard if (match := match_of(rule, content, effort))]


@dataclass(frozen=True)
class Execution:
    """One rule that was set off; `message` is what was posted all the same, if nothing blocked it."""

    core: Core
    guild: Guild
    author_id: int
    content: str
    rule: AutomodRule
    match: Match
    channel: Channel | None = None
    message: Message | None = None

    def run(self) -> None:
        for action in self.rule.actions:
            alert = self._alert(action) if action["type"] == SEND_ALERT else None
            if action["type"] == TIMEOUT:
                self._time_out(action)
            self._tell(action, alert)

    def _alert(self, action: Json) -> Message | None:
        """Nothing where the channel is gone since."""
        channel = self.core.world.channels.get(int(action["metadata"]["channel_id"]))
        if channel is None:
            return None
        embed = {
            "type": "auto_moderation_message",
            "description": self.content,
            "fields": [
                {"name": name, "value": value, "inline": False} for name, value in self._facts() if value
            ],
        }
        draft = Draft(given=frozenset(("embeds",)), embeds=[embed])
        return messages.create(self.core, channel, self.author_id, draft, answer_to={"type": ALERT})

    def _facts(self) -> list[tuple[str, str | None]]:
        return [
            ("rule_name", self.rule.name),
            ("channel_id", str(self.channel.id) if self.channel else None),
            ("decision_id", str(self.core.ids.next())),
            ("keyword", self.match.keyword),
            ("keyword_matched_content", self.match.content),
            ("flagged_message_id", str(self.message.id) if self.message else None),
        ]

    def _time_out(self, action: Json) -> None:
        member = self.guild.members[self.author_id]
        lasts = timedelta(seconds=action["metadata"]["duration_seconds"])
        member.communication_disabled_until = self.core.now() + lasts
        voice.disconnect(self.core, self.guild, self.author_id)
        membership.updated(self.core, self.guild, member)

    def _tell(self, action: Json, alert: Message | None) -> None:
        rule, guild = self.rule, self.guild
        place = {"channel_id": str(self.channel.id)} if self.channel else {}
        body: Json = {
            "guild_id": str(guild.id),
            "action": action,
            "rule_id": str(rule.id),
            "rule_trigger_type": rule.trigger_type,
            "user_id": str(self.author_id),
            "content": self.content,
            "matched_keyword": self.match.keyword,
            "matched_content": self.match.content,
            **place,
        }
        if self.message:
            body["message_id"] = str(self.message.id)
        if alert:
            body["alert_system_message_id"] = str(alert.id)
        audience = Audience(guild.id, intent=Intent.AUTO_MODERATION_EXECUTION, any_of=Permission.MANAGE_GUILD)
        self.core.events.emit("AUTO_MODERATION_ACTION_EXECUTION", body, audience)
        audit.record(
            self.core,
            guild,
            AUDITED[action["type"]],
            actor_id=self.author_id,
            target_id=self.author_id,
            options={
                **place,
                "auto_moderation_rule_name": rule.name,
                "auto_moderation_rule_trigger_type": str(rule.trigger_type),
            },
        )
