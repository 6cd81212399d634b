"""What servers have chosen."""

from collections.abc import Sequence
from typing import Any

from database.actions import action
from database.config_cache import ConfigCache
from database.configuring import Change, locked_config
from database.controllers._base import BaseController
from database.errors import SettingNotAllowed, SettingUnknown
from database.local_days import time_zones
from database.models.automod import (
    AUTOMOD_RULES,
    AUTOMOD_SETTING,
    DROP_AUTOMOD_RULE,
    MOST_AUTOMOD_RULES,
    PUT_AUTOMOD_RULE,
    AutomodMode,
    AutomodRule,
)
from database.models.base import utc_now
from database.models.case import MOST_CASE_POINTS
from database.models.dm_template import (
    DROP_TEMPLATE,
    LONGEST_TEMPLATE,
    PUT_TEMPLATE,
    TEMPLATE_SETTING,
    TEMPLATES,
    TemplateKind,
)
from database.models.guild_config import (
    BOUNDS,
    FIND_CONFIG,
    FIND_CONFIGS,
    MOST_ROLES,
    ROLE_LISTS,
    GuildSettings,
    Language,
)
from database.models.level import BEGIN_SYNC
from database.texts import storable
from database.transaction import Transactions

COUNTED = {"version", "updated_at", "ladder_steps", "reason_presets"}
"""What follows from a change of something else."""
SETTINGS = frozenset(GuildSettings._fields) - {"guild_id", *COUNTED}
OF_LEVEL_ROLES = frozenset({"level_base", "level_linear", "level_square", "level_roles_stack"})
"""A change of these changes which roles members should have."""
CHUNK = 1_000
"""Servers that one query of a warm-up reads."""


class GuildConfigController(BaseController):
    topic = "guild_configs"

    def __init__(self, transactions: Transactions, cache: ConfigCache) -> None:
        super().__init__(transactions)
        self._cache = cache

    async def get(self, *, guild_id: int) -> GuildSettings:
        """What this process remembers, or else `read`. A server that changed nothing has the defaults.

        A change by this process shows at once, one by another process as soon as it is heard of, and in any case
        after the cache's lifetime.
        """
        remembered = self._cache.get(guild_id)
        return remembered if remembered is not None else await self._cache.load(guild_id, self.read)

    @action(repeatable=True)
    async def read(self, *, guild_id: int) -> GuildSettings:
        """What stands in the database."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(FIND_CONFIG, guild_id=guild_id)).first() or GuildSettings(guild_id)

    @action(repeatable=True)
    async def warm_up(self, *, guild_ids: Sequence[int]) -> None:
        """Remember these servers, as many as there is room for, before they are asked for one by one."""
        wanted = guild_ids[: self._cache.most]
        async with self._transaction(system=True) as tx:
            for begin in range(0, len(wanted), CHUNK):
                chunk = wanted[begin : begin + CHUNK]
                with self._cache.looking(*chunk) as look:
                    found = (await tx.exec(FIND_CONFIGS, guild_ids=chunk)).all()
                    configs = {config.guild_id: config for config in found}
                    for guild_id in chunk:
                        self._cache.put(configs.get(guild_id) or GuildSettings(guild_id), look)

    @action(repeatable=True)
    async def change(
        self,
        *,
        guild_id: int,
        setting: str,
        value: Any,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> GuildSettings:
        """Set one setting and record who did it, from what, to what and why. A change to the same value is none.

        The same interaction again changes nothing more, but one that changed nothing leaves no trace to know it by.
        Raises SettingUnknown, and SettingNotAllowed for a value out of its range.
        """
        _require_allowed(setting, value)
        value = tuple(value) if isinstance(value, list) else value
        change = Change(guild_id, setting, value, changed_by_id, interaction_id, why)
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                version = config.version
                config = await change.record(tx, config, getattr(config, setting), **{setting: value})
                if setting in OF_LEVEL_ROLES and config.version != version:
                    await tx.exec(BEGIN_SYNC, guild_id=guild_id, now=utc_now())
            self._cache.put(config, look)
        return config

    @action(repeatable=True)
    async def templates(self, *, guild_id: int) -> dict[TemplateKind, str]:
        """The direct messages that the server has words of its own for."""
        async with self._read(guild_id=guild_id) as tx:
            return {row.kind: row.text for row in await TEMPLATES.find(tx, guild_id=guild_id)}

    @action(repeatable=True)
    async def change_template(
        self,
        *,
        guild_id: int,
        template: TemplateKind,
        text: str | None,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> None:
        """Set the server's own words for a direct message, or take them back (None), and record it as `change` does.

        Raises SettingNotAllowed for a text that is empty or too long; what is in it is the caller's to judge.
        """
        text = None if text is None else storable(text).strip()
        if text is not None and not 1 <= len(text) <= LONGEST_TEMPLATE:
            raise SettingNotAllowed("A template", f"write from 1 to {LONGEST_TEMPLATE:,} characters")
        change = Change(guild_id, f"{TEMPLATE_SETTING}{template}", text, changed_by_id, interaction_id, why)
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                found = await TEMPLATES.get(tx, guild_id=guild_id, kind=template)
                before, version = found.text if found else None, config.version
                config = await change.record(tx, config, before)
                if config.version != version and text is None:
                    await tx.exec(DROP_TEMPLATE, of_guild_id=guild_id, of_kind=template)
                elif config.version != version:
                    await tx.exec(PUT_TEMPLATE, guild_id=guild_id, kind=template, text=text)
            self._cache.put(config, look)

    @action(repeatable=True)
    async def automod_rules(self, *, guild_id: int) -> Sequence[AutomodRule]:
        """The rules of Discord's AutoMod whose hits become cases."""
        async with self._read(guild_id=guild_id) as tx:
            return await AUTOMOD_RULES.find(tx, guild_id=guild_id)

    @action(repeatable=True)
    async def change_automod_rule(
        self,
        *,
        guild_id: int,
        rule_id: int,
        mode: AutomodMode | None,
        points: int = 0,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> None:
        """Say what hits of a rule become, or that they become nothing (None), and record it as `change` does.

        Raises SettingNotAllowed where there are too many rules, or points for a note.
        """
        if not 0 <= points <= (MOST_CASE_POINTS if mode is AutomodMode.WARN else 0):
            raise SettingNotAllowed("The points", f"give a warning from 0 to {MOST_CASE_POINTS}, a note none")
        rule = mode and AutomodRule(guild_id=guild_id, rule_id=rule_id, mode=mode, points=points)
        after = rule.said if rule else None
        change = Change(guild_id, f"{AUTOMOD_SETTING}{rule_id}", after, changed_by_id, interaction_id, why)
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                rules = {each.rule_id: each for each in await AUTOMOD_RULES.find(tx, guild_id=guild_id)}
                if rule is not None and rule_id not in rules and len(rules) >= MOST_AUTOMOD_RULES:
                    raise SettingNotAllowed("The list of rules", f"remove one: it holds {MOST_AUTOMOD_RULES}")
                before, version = rules[rule_id].said if rule_id in rules else None, config.version
                config = await change.record(tx, config, before)
                if config.version != version and rule is None:
                    await tx.exec(DROP_AUTOMOD_RULE, of_guild_id=guild_id, of_rule_id=rule_id)
                elif config.version != version:
                    await tx.exec(
                        PUT_AUTOMOD_RULE, guild_id=guild_id, rule_id=rule_id, mode=mode, points=points
                    )
            self._cache.put(config, look)


def _require_allowed(setting: str, value: Any) -> None:
    """Say in words what the table's CHECKs hold."""
    if setting not in SETTINGS:
        raise SettingUnknown(setting)
    if (bounds := BOUNDS.get(setting)) is not None and not bounds.least <= value <= bounds.most:
        raise SettingNotAllowed(bounds.called, bounds.rule)
    if setting in ROLE_LISTS and len(value) > MOST_ROLES:
        raise SettingNotAllowed("The list of roles", f"name at most {MOST_ROLES} roles")
    if setting == "language" and value not in set(Language):
        raise SettingNotAllowed("The language", f"choose one of {', '.join(Language)}")
    if setting == "time_zone" and value not in time_zones():
        raise SettingNotAllowed("The time zone", "name one as Europe/Berlin is named, or UTC")
