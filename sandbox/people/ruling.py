"""A person makes, changes and removes rules of AutoMod, as in the server's settings."""

from collections.abc import Callable
from typing import Annotated, Any

from sandbox.automod import automod, automod_rules
from sandbox.automod.automod_rules import SEND_ALERT
from sandbox.errors import UnknownName
from sandbox.fitting import Within
from sandbox.names import as_id
from sandbox.people.places import Given, Places
from sandbox.rows import AutomodRule, Guild, Json


class Ruling(Places):
    def automod(
        self,
        person: Given,
        action: str,
        *,
        guild_id: Given = None,
        rule_id: Given = None,
        rule: Json | None = None,
        reason: Annotated[str, Within(0, 512)] | None = None,
    ) -> Json:
        """create, edit or delete a rule of AutoMod, in Discord's fields; names stand for roles and channels too."""
        user = self._names.user(person)
        guild = self._here(user, guild_id)
        who: Json = {"actor_id": user.id, "reason": reason}
        body = self._with_ids(guild, rule or {})
        if action == "create":
            return automod_rules.payload(guild.id, automod.create(self._core, guild, body, **who))
        if action not in ("edit", "delete"):
            raise UnknownName(f"There is no action {action!r}; there is create, edit, delete.")
        found = self._rule_named(guild, rule_id)
        if action == "edit":
            found = automod.change(self._core, guild, found.id, body, **who)
        else:
            automod.delete(self._core, guild, found.id, **who)
        return automod_rules.payload(guild.id, found)

    def _rule_named(self, guild: Guild, given: Given) -> AutomodRule:
        for rule in guild.automod_rules.values():
            if rule.id == as_id(given) or rule.name.casefold() == str(given).casefold():
                return rule
        raise UnknownName(f"{guild.name} has no rule {given!r}.")

    def _with_ids(self, guild: Guild, rule: Json) -> Json:
        named: dict[str, Callable[[Any], Any]] = {
            "exempt_roles": lambda given: self._names.role(guild, given).id,
            "exempt_channels": lambda given: self._names.channel(given, guild).id,
            "actions": lambda given: self._with_alert_channel(guild, given),
        }
        return {
            key: [named[key](each) for each in value] if key in named and isinstance(value, list) else value
            for key, value in rule.items()
        }

    def _with_alert_channel(self, guild: Guild, action: Json) -> Json:
        metadata = action.get("metadata") if isinstance(action, dict) else None
        if not isinstance(metadata, dict) or action.get("type") != SEND_ALERT or "channel_id" not in metadata:
            return action
        channel_id = self._names.channel(metadata["channel_id"], guild).id
        return {**action, "metadata": {**metadata, "channel_id": channel_id}}
