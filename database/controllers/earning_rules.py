"""What channels and roles earn, and boosts for a time. Every change is one of the server's settings."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from database.actions import action
from database.config_cache import ConfigCache
from database.configuring import Change, locked_config
from database.controllers._base import BaseController
from database.errors import SettingNotAllowed
from database.models.base import utc_now
from database.models.earning import (
    LEAST_BOOST,
    MOST_PERCENT,
    MOST_RULES,
    BoostSubject,
    PointBoost,
    PointRule,
    RuleSubject,
)
from database.models.earning_steps import BOOSTS, DROP_RULE, END_BOOST, PUT_RULE, RULES, RUNNING_BOOSTS
from database.transaction import Transactions

RULE_SETTING = "points-rule:"
"""How the history of settings names a rule: `points-rule:channel:1234`; and a boost by the request for it."""
BOOST_SETTING = "points-boost:"
SHORTEST_BOOST, LONGEST_BOOST = timedelta(minutes=1), timedelta(days=90)
FULL = 100


class WhatEarns(NamedTuple):
    """The rules of a server, and its boosts that run."""

    rules: Sequence[PointRule]
    boosts: Sequence[PointBoost]


class EarningRulesController(BaseController):
    topic = "earning_rules"

    def __init__(self, transactions: Transactions, cache: ConfigCache) -> None:
        super().__init__(transactions)
        self._cache = cache

    @action(repeatable=True)
    async def all(self, *, guild_id: int) -> WhatEarns:
        async with self._read(guild_id=guild_id) as tx:
            rules = await RULES.find(tx, guild_id=guild_id)
            boosts = await tx.exec(RUNNING_BOOSTS, guild_id=guild_id, now=utc_now())
            return WhatEarns(rules, boosts.all())

    @action(repeatable=True)
    async def change(
        self,
        *,
        guild_id: int,
        subject: RuleSubject,
        subject_id: int,
        percent: int,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> None:
        """Let a channel, a category or a role earn so much, and record it as a change of settings. 100: no rule.

        Raises SettingNotAllowed.
        """
        if not 0 <= percent <= MOST_PERCENT:
            raise SettingNotAllowed("The percentage", f"choose from 0 to {MOST_PERCENT:,}")
        after = None if percent == FULL else percent
        change = Change(
            guild_id, f"{RULE_SETTING}{subject}:{subject_id}", after, changed_by_id, interaction_id, why
        )
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                rules = {
                    (each.subject, each.subject_id): each.percent
                    for each in await RULES.find(tx, guild_id=guild_id)
                }
                before, version = rules.get((subject, subject_id)), config.version
                if before is None and after is not None and len(rules) >= MOST_RULES:
                    raise SettingNotAllowed("The list of rules", f"remove one: it holds {MOST_RULES}")
                config = await change.record(tx, config, before)
                if config.version != version and after is None:
                    await tx.exec(
                        DROP_RULE, of_guild_id=guild_id, of_subject=subject, of_subject_id=subject_id
                    )
                elif config.version != version:
                    await tx.exec(
                        PUT_RULE, guild_id=guild_id, subject=subject, subject_id=subject_id, percent=percent
                    )
            self._cache.put(config, look)

    @action(repeatable=True)
    async def boost(
        self,
        *,
        guild_id: int,
        subject: BoostSubject,
        subject_id: int | None = None,
        percent: int,
        lasts: timedelta,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> PointBoost:
        """Let the whole server, a channel or a role earn more from now on, until a time, and record it.

        The same interaction again finds the boost that it made. Raises SettingNotAllowed.
        """
        if not LEAST_BOOST <= percent <= MOST_PERCENT:
            raise SettingNotAllowed("The percentage", f"choose from {LEAST_BOOST} to {MOST_PERCENT:,}")
        if not SHORTEST_BOOST <= lasts <= LONGEST_BOOST:
            raise SettingNotAllowed("The duration", f"choose from 1 minute to {LONGEST_BOOST.days} days")
        now = utc_now()
        boost = PointBoost(
            guild_id=guild_id,
            boost_id=interaction_id,
            subject=subject,
            subject_id=subject_id,
            percent=percent,
            made_by_id=changed_by_id,
            begins_at=now,
            ends_at=now + lasts,
        )
        change = Change(
            guild_id, f"{BOOST_SETTING}{interaction_id}", boost.said, changed_by_id, interaction_id, why
        )
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                made = await BOOSTS.get(tx, guild_id=guild_id, boost_id=interaction_id)
                if made is None:
                    running = await tx.exec(RUNNING_BOOSTS, guild_id=guild_id, now=now)
                    if len(running.all()) >= MOST_RULES:
                        raise SettingNotAllowed("The list of boosts", f"end one: {MOST_RULES} run")
                    config = await change.record(tx, config, None)
                    await BOOSTS.insert(tx, [boost])
            self._cache.put(config, look)
        return made or boost

    @action(repeatable=True)
    async def end_boost(
        self,
        *,
        guild_id: int,
        boost_id: int,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> PointBoost | None:
        """End a boost before its time, and record it. None: there is none that runs."""
        change = Change(guild_id, f"{BOOST_SETTING}{boost_id}", None, changed_by_id, interaction_id, why)
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config, now = await locked_config(tx, guild_id), utc_now()
                boost = await BOOSTS.get(tx, guild_id=guild_id, boost_id=boost_id)
                is_running = boost is not None and boost.ends_at > now
                if boost is not None and is_running:
                    config = await change.record(tx, config, boost.said)
                    await tx.exec(END_BOOST, of_guild_id=guild_id, of_boost_id=boost_id, now=now)
            self._cache.put(config, look)
        return boost if is_running else None
