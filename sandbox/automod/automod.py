"""Rules of AutoMod are made, changed and removed (reference, "Auto Moderation Resource")."""

from sandbox.automod import automod_rules
from sandbox.automod.automod_rules import TIMEOUT
from sandbox.core import Core
from sandbox.errors import not_found
from sandbox.events import Audience, Intent
from sandbox.guilds import audit
from sandbox.guilds.audit import Action
from sandbox.guilds.moderation import require
from sandbox.permissions import Permission
from sandbox.rows import AutomodRule, Guild, Json


def rule_of(guild: Guild, rule_id: int) -> AutomodRule:
    """Discord's list of codes has none for a rule."""
    rule = guild.automod_rules.get(rule_id)
    if rule is None:
        raise not_found()
    return rule


def create(core: Core, guild: Guild, body: Json, *, actor_id: int, reason: str | None = None) -> AutomodRule:
    require(core, guild, actor_id, Permission.MANAGE_GUILD)
    rule = automod_rules.read_new(guild, body, rule_id=core.ids.next(), creator_id=actor_id)
    _require_for_actions(core, guild, rule, actor_id)
    guild.automod_rules[rule.id] = rule
    changes = [{"key": key, "new_value": value} for key, value in automod_rules.said(rule).items()]
    _tell(core, guild, rule, "CREATE", changes, actor_id=actor_id, reason=reason)
    return rule


def change(
    core: Core, guild: Guild, rule_id: int, body: Json, *, actor_id: int, reason: str | None = None
) -> AutomodRule:
    require(core, guild, actor_id, Permission.MANAGE_GUILD)
    before = rule_of(guild, rule_id)
    rule = automod_rules.read_change(guild, body, before)
    _require_for_actions(core, guild, rule, actor_id)
    changes = _changes(automod_rules.said(before), automod_rules.said(rule))
    if changes:
        guild.automod_rules[rule.id] = rule
        _tell(core, guild, rule, "UPDATE", changes, actor_id=actor_id, reason=reason)
    return rule


def delete(core: Core, guild: Guild, rule_id: int, *, actor_id: int, reason: str | None = None) -> None:
    require(core, guild, actor_id, Permission.MANAGE_GUILD)
    rule = rule_of(guild, rule_id)
    del guild.automod_rules[rule_id]
    changes = [{"key": key, "old_value": value} for key, value in automod_rules.said(rule).items()]
    _tell(core, guild, rule, "DELETE", changes, actor_id=actor_id, reason=reason)


def _require_for_actions(core: Core, guild: Guild, rule: AutomodRule, actor_id: int) -> None:
    if any(each["type"] == TIMEOUT for each in rule.actions):
        require(core, guild, actor_id, Permission.MODERATE_MEMBERS)


def _changes(before: Json, after: Json) -> list[Json]:
    """Lists of the trigger tell what was added to them and what removed, as clients expect it."""
    pairs = {key: (before[key], after[key]) for key in after if key != "trigger_metadata"}
    changes = [
        {"key": key, "old_value": old, "new_value": new} for key, (old, new) in pairs.items() if old != new
    ]
    old_trigger, new_trigger = before["trigger_metadata"], after["trigger_metadata"]
    if old_trigger == new_trigger:
        return changes
    if not any(isinstance(each, list) for each in new_trigger.values()):
        return [*changes, {"key": "trigger_metadata", "old_value": old_trigger, "new_value": new_trigger}]
    for key, new in new_trigger.items():
        added = [each for each in new if each not in old_trigger[key]]
        removed = [each for each in old_trigger[key] if each not in new]
        changes += [{"key": f"$add_{key}", "new_value": added}] if added else []
        changes += [{"key": f"$remove_{key}", "new_value": removed}] if removed else []
    return changes


def _tell(
    core: Core,
    guild: Guild,
    rule: AutomodRule,
    what: str,
    changes: list[Json],
    *,
    actor_id: int,
    reason: str | None,
) -> None:
    audience = Audience(guild.id, intent=Intent.AUTO_MODERATION_CONFIGURATION, any_of=Permission.MANAGE_GUILD)
    name = f"AUTO_MODERATION_RULE_{what}"
    core.events.emit(name, automod_rules.payload(guild.id, rule), audience)
    audit.record(
        core, guild, Action[name], actor_id=actor_id, target_id=rule.id, reason=reason, changes=changes
    )
