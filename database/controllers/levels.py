"""Levels: where a member stands, the roles that levels give, and what is to be done about them on Discord."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from database.actions import action
from database.config_cache import ConfigCache
from database.configuring import Change, locked_config
from database.controllers._base import BaseController
from database.errors import SettingNotAllowed
from database.levels import HIGHEST_LEVEL
from database.models.base import utc_now
from database.models.guild_config import FIND_CONFIG, GuildSettings
from database.models.ledger_steps import ACCOUNTS
from database.models.level import (
    ASK_ALERT,
    ASK_ROLES,
    BEGIN_SYNC,
    DROP_REWARD,
    MOST_REWARDS,
    NEWEST_LEVEL,
    NEXT_OF_SYNC,
    PUT_REWARD,
    REWARD_SETTING,
    REWARDS,
    SYNCED_PART,
    TOLD,
    LevelReward,
    PointLevel,
    SyncPart,
)
from database.models.restriction import STANDING, RestrictionKind
from database.role_reasons import bought, curve_of, given_by_level
from database.transaction import Transactions

A_REWARD = "The reward"


class Standing(NamedTuple):
    """`since` and `until`: what the level and the next one take; None beside the highest."""

    level: int
    earned: int
    since: int
    until: int | None


class WantedRoles(NamedTuple):
    """`wanted`: of `rewards`, those that the level gives. `withheld`: which of them a timeout takes, and until when."""

    level: int
    rewards: frozenset[int]
    wanted: frozenset[int]
    withheld: frozenset[int]
    until: datetime | None


class LevelsController(BaseController):
    topic = "levels"

    def __init__(self, transactions: Transactions, cache: ConfigCache) -> None:
        super().__init__(transactions)
        self._cache = cache

    @action(repeatable=True)
    async def standing(self, *, guild_id: int, user_id: int) -> Standing:
        async with self._read(guild_id=guild_id) as tx:
            config = (await tx.exec(FIND_CONFIG, guild_id=guild_id)).first() or GuildSettings(guild_id)
            account = await ACCOUNTS.get(tx, guild_id=guild_id, account_id=user_id)
        curve, earned = curve_of(config), account.earned if account else 0
        level = curve.level_of(earned)
        until = curve.points_for(level + 1) if level < HIGHEST_LEVEL else None
        return Standing(level, earned, curve.points_for(level), until)

    @action(repeatable=True)
    async def rewards(self, *, guild_id: int) -> Sequence[LevelReward]:
        """The lowest level first."""
        async with self._read(guild_id=guild_id) as tx:
            return await REWARDS.find(tx, guild_id=guild_id)

    @action(repeatable=True)
    async def add_reward(
        self,
        *,
        guild_id: int,
        level: int,
        role_id: int,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> None:
        """Let a level give a role, record it as a change of settings, and have all members looked through.

        Raises SettingNotAllowed where the level has another role, the role another level, or there are too many.
        """
        if not 1 <= level <= HIGHEST_LEVEL:
            raise SettingNotAllowed("The level", f"choose from 1 to {HIGHEST_LEVEL:,}")
        change = Change(guild_id, f"{REWARD_SETTING}{level}", role_id, changed_by_id, interaction_id, why)
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                version, rewards = config.version, await REWARDS.find(tx, guild_id=guild_id)
                there = next((each.role_id for each in rewards if each.level == level), None)
                _require_room(rewards, level, role_id)
                config = await change.record(tx, config, there)
                if config.version != version:
                    await tx.exec(PUT_REWARD, guild_id=guild_id, level=level, role_id=role_id)
                    await tx.exec(BEGIN_SYNC, guild_id=guild_id, now=utc_now())
            self._cache.put(config, look)

    @action(repeatable=True)
    async def remove_reward(
        self,
        *,
        guild_id: int,
        level: int,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> int | None:
        """The level gives no role any more: which one it was. Who has it keeps it: it is no reward any more.

        None if there is none, which is no change.
        """
        change = Change(guild_id, f"{REWARD_SETTING}{level}", None, changed_by_id, interaction_id, why)
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                there = await REWARDS.get(tx, guild_id=guild_id, level=level)
                role_id = there.role_id if there else None
                config = await change.record(tx, config, role_id)
                if there is not None:
                    await tx.exec(DROP_REWARD, of_guild_id=guild_id, of_level=level)
                    await tx.exec(BEGIN_SYNC, guild_id=guild_id, now=utc_now())
            self._cache.put(config, look)
        return role_id

    @action(repeatable=True)
    async def roles(self, *, guild_id: int, user_id: int) -> WantedRoles:
        """Which roles a member's level gives at this moment. What they bought is no affair of their level."""
        async with self._read(guild_id=guild_id) as tx:
            config, level, rewards, wanted = await given_by_level(tx, guild_id, user_id)
            now = utc_now()
            theirs = await bought(tx, guild_id, user_id, now)
            standing = await tx.exec(STANDING, guild_id=guild_id, subject_id=user_id, now=now)
            restrictions = standing.all()
        taken, until = frozenset[int](), None
        for each in restrictions:
            if each.kind is RestrictionKind.ROLES:
                taken, until = (
                    frozenset({*each.payload.get("taken", ()), *config.timeout_takes_role_ids}),
                    each.until,
                )
        return WantedRoles(level, rewards - (theirs - wanted), wanted - taken, wanted & taken, until)

    @action(repeatable=True)
    async def newest(self, *, guild_id: int, user_id: int) -> PointLevel | None:
        """The highest level of a member that was, or is to be, announced."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(NEWEST_LEVEL, guild_id=guild_id, user_id=user_id)).first()

    @action(repeatable=True)
    async def ask_roles(self, *, guild_id: int, user_ids: Collection[int]) -> None:
        """Have these members' roles brought in line with their levels; nothing where no level has a reward."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(ASK_ROLES, guild_id=guild_id, user_ids=sorted(user_ids), now=utc_now())

    @action(repeatable=True)
    async def sync(self, *, guild_id: int) -> None:
        """Likewise those of all members, one after the other."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(BEGIN_SYNC, guild_id=guild_id, now=utc_now())

    @action(repeatable=True)
    async def next_of_sync(self, *, guild_id: int, limit: int) -> SyncPart | None:
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(NEXT_OF_SYNC, guild_id=guild_id, limit=limit)).first()

    @action(repeatable=True)
    async def synced(self, *, guild_id: int, part: SyncPart, reached_id: int) -> None:
        """All up to this member are done: go on beyond. Nothing if all was begun again meanwhile."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(
                SYNCED_PART, guild_id=guild_id, of_round=part.round, reached_id=reached_id, now=utc_now()
            )

    @action(repeatable=True)
    async def cannot_give(self, *, guild_id: int, role_id: int) -> None:
        """Have the staff told, once for each role."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(ASK_ALERT, guild_id=guild_id, role_id=role_id, now=utc_now())

    @action(repeatable=True)
    async def told(self, *, guild_id: int, role_id: int) -> None:
        """The staff knows."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(TOLD, of_guild_id=guild_id, of_role_id=role_id, told_at=utc_now())

    @action(repeatable=True)
    async def can_give(self, *, guild_id: int, role_id: int) -> None:
        """Nothing is in the way any more: who went without it gets it."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(TOLD, of_guild_id=guild_id, of_role_id=role_id, told_at=None)
            await tx.exec(BEGIN_SYNC, guild_id=guild_id, now=utc_now())


def _require_room(rewards: Sequence[LevelReward], level: int, role_id: int) -> None:
    for each in rewards:
        if each.level == level and each.role_id != role_id:
            raise SettingNotAllowed(A_REWARD, f"level {level} has one already, remove that first")
        if each.role_id == role_id and each.level != level:
            raise SettingNotAllowed(A_REWARD, f"level {each.level} gives that role already, choose another")
    if len(rewards) >= MOST_REWARDS and all(each.level != level for each in rewards):
        raise SettingNotAllowed(A_REWARD, f"there are at most {MOST_REWARDS}, remove one")
