"""The ladder of a server, where somebody stands on it, and the reasons that its moderators choose from."""

from collections.abc import Sequence
from datetime import timedelta

from database.actions import action
from database.config_cache import ConfigCache
from database.configuring import Change, locked_config
from database.controllers._base import BaseController
from database.errors import SettingNotAllowed
from database.ladder import Climb, Rules, counting, points_at
from database.models.base import utc_now
from database.models.case import LONGEST_REASON, MOST_CASE_POINTS, Case, CaseKind
from database.models.guild_config import MOST_LADDER_STEPS, MOST_REASON_PRESETS
from database.models.ladder import (
    DROP_PRESET,
    DROP_STEP,
    FOUNDED_ON,
    HIGHEST_THRESHOLD,
    LADDER_OF,
    LADDER_SETTING,
    LONGEST_PRESET_NAME,
    PRESET_SETTING,
    PRESETS,
    PUT_PRESET,
    PUT_STEP,
    STEP_KINDS,
    STEPS,
    LadderStep,
    ReasonPreset,
)
from database.texts import storable
from database.transaction import Transactions

SHORTEST = timedelta(seconds=10)
LONGEST = {CaseKind.TIMEOUT: timedelta(days=365), CaseKind.BAN: timedelta(days=3_650)}
A_STEP, A_PRESET = "The step", "The preset"


class LadderController(BaseController):
    topic = "ladders"

    def __init__(self, transactions: Transactions, cache: ConfigCache) -> None:
        super().__init__(transactions)
        self._cache = cache

    @action(repeatable=True)
    async def steps(self, *, guild_id: int) -> Sequence[LadderStep]:
        """The lowest first."""
        async with self._read(guild_id=guild_id) as tx:
            return await STEPS.find(tx, guild_id=guild_id)

    @action(repeatable=True)
    async def presets(self, *, guild_id: int) -> Sequence[ReasonPreset]:
        async with self._read(guild_id=guild_id) as tx:
            return await PRESETS.find(tx, guild_id=guild_id)

    @action(repeatable=True)
    async def standing(self, *, guild_id: int, target_id: int, points: int | None = 0) -> Climb | None:
        """Where somebody stands, and would with a warning of so many points (None: one that nobody has weighed).

        None for a server without a ladder.
        """
        async with self._read(guild_id=guild_id) as tx:
            now = utc_now()
            ladder = (await tx.exec(LADDER_OF, guild_id=guild_id, target_id=target_id, now=now)).first()
        if ladder is None or not ladder.steps:
            return None
        rules = Rules(ladder.days, ladder.halving_days, ladder.steps)
        before = points_at(counting(ladder.warnings, now, ladder.days), now, ladder.halving_days)
        return Climb(rules, before, before + (1 if points is None else points))

    @action(repeatable=True)
    async def consequences_of(self, *, guild_id: int, number: int) -> Sequence[Case]:
        """The steps that were taken because of this case, stand, and would not be taken by what still counts of it."""
        async with self._read(guild_id=guild_id) as tx:
            found = (await tx.exec(FOUNDED_ON, guild_id=guild_id, number=number)).all()
        return [
            case
            for case, climb, causes in found
            if points_at(causes, climb.decided_at, climb.halving_days) < climb.threshold
        ]

    @action(repeatable=True)
    async def add_step(
        self,
        *,
        guild_id: int,
        threshold: int,
        kind: CaseKind,
        seconds: int | None = None,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> None:
        """Let something follow at a sum, and record it as a change of settings.

        Raises SettingNotAllowed for a step that makes no sense, or where the ladder has one at this sum.
        """
        _require_step(threshold, kind, seconds)
        step = LadderStep(guild_id=guild_id, threshold=threshold, kind=kind, seconds=seconds)
        change = Change(
            guild_id, f"{LADDER_SETTING}{threshold}", step.said, changed_by_id, interaction_id, why
        )
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                steps = {each.threshold: each for each in await STEPS.find(tx, guild_id=guild_id)}
                there = steps.get(threshold)
                if there is not None and there.said != step.said:
                    raise SettingNotAllowed(A_STEP, f"there is one at {threshold} already, remove that first")
                if there is None and len(steps) >= MOST_LADDER_STEPS:
                    raise SettingNotAllowed(A_STEP, f"a ladder has at most {MOST_LADDER_STEPS}, remove one")
                version = config.version
                config = await change.record(
                    tx, config, there.said if there else None, ladder_steps=len(steps) + 1
                )
                if config.version != version:
                    await tx.exec(
                        PUT_STEP, guild_id=guild_id, threshold=threshold, kind=kind, seconds=seconds
                    )
            self._cache.put(config, look)

    @action(repeatable=True)
    async def remove_step(
        self,
        *,
        guild_id: int,
        threshold: int,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> None:
        """Let nothing follow at a sum any more, and record it. A step that is not there is no change."""
        change = Change(guild_id, f"{LADDER_SETTING}{threshold}", None, changed_by_id, interaction_id, why)
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                steps = {each.threshold: each for each in await STEPS.find(tx, guild_id=guild_id)}
                there, version = steps.get(threshold), config.version
                config = await change.record(
                    tx, config, there.said if there else None, ladder_steps=len(steps) - 1
                )
                if config.version != version:
                    await tx.exec(DROP_STEP, of_guild_id=guild_id, of_threshold=threshold)
            self._cache.put(config, look)

    @action(repeatable=True)
    async def put_preset(
        self,
        *,
        guild_id: int,
        name: str,
        reason: str,
        weight: int,
        is_new: bool,
        changed_by_id: int,
        interaction_id: int,
        why: str | None = None,
    ) -> None:
        """Add a reason to choose from, or change one, and record it as a change of settings.

        Raises SettingNotAllowed for a name that is taken (upper or lower case alike) or not there, and for what is
        too long or too much.
        """
        name, text = storable(name).strip(), storable(reason).strip()
        _require_preset(name, text, weight)
        preset = ReasonPreset(guild_id=guild_id, name=name, text=text, weight=weight)
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                presets = {each.name.casefold(): each for each in await PRESETS.find(tx, guild_id=guild_id)}
                there = presets.get(name.casefold())
                if is_new and there is not None and there.said != preset.said:
                    raise SettingNotAllowed(A_PRESET, "there is one with that name already, edit that")
                if not is_new and there is None:
                    raise SettingNotAllowed(A_PRESET, "there is none with that name, add it")
                if there is None and len(presets) >= MOST_REASON_PRESETS:
                    raise SettingNotAllowed(A_PRESET, f"there are at most {MOST_REASON_PRESETS}, remove one")
                called = there.name if there else name
                change = Change(
                    guild_id, f"{PRESET_SETTING}{called}", preset.said, changed_by_id, interaction_id, why
                )
                before, version = there.said if there else None, config.version
                count = len(presets) + (there is None)
                config = await change.record(tx, config, before, reason_presets=count)
                if config.version != version:
                    await tx.exec(PUT_PRESET, guild_id=guild_id, name=called, text=text, weight=weight)
            self._cache.put(config, look)

    @action(repeatable=True)
    async def remove_preset(
        self, *, guild_id: int, name: str, changed_by_id: int, interaction_id: int, why: str | None = None
    ) -> None:
        """Take a reason away, and record it. Cases keep what they say. One that is not there is no change."""
        change = Change(guild_id, f"{PRESET_SETTING}{name}", None, changed_by_id, interaction_id, why)
        with self._cache.looking(guild_id) as look:
            async with self._transaction(guild_id=guild_id) as tx:
                config = await locked_config(tx, guild_id)
                presets = {each.name: each for each in await PRESETS.find(tx, guild_id=guild_id)}
                there, version = presets.get(name), config.version
                config = await change.record(
                    tx, config, there.said if there else None, reason_presets=len(presets) - 1
                )
                if config.version != version:
                    await tx.exec(DROP_PRESET, of_guild_id=guild_id, of_name=name)
            self._cache.put(config, look)


def _require_step(threshold: int, kind: CaseKind, seconds: int | None) -> None:
    if not 1 <= threshold <= HIGHEST_THRESHOLD:
        raise SettingNotAllowed(A_STEP, f"it is reached at 1 to {HIGHEST_THRESHOLD:,} points")
    if kind not in STEP_KINDS:
        raise SettingNotAllowed(A_STEP, f"choose one of {', '.join(STEP_KINDS)}")
    if kind is CaseKind.TIMEOUT and seconds is None:
        raise SettingNotAllowed(A_STEP, "a timeout needs a duration, for example 1d")
    if seconds is None:
        return
    if (longest := LONGEST.get(kind)) is None:
        raise SettingNotAllowed(A_STEP, f"a {kind} has no duration, leave it out")
    if not SHORTEST <= timedelta(seconds=seconds) <= longest:
        raise SettingNotAllowed(A_STEP, f"a {kind} lasts from 10 seconds to {longest.days:,} days")


def _require_preset(name: str, text: str, weight: int) -> None:
    if not 1 <= len(name) <= LONGEST_PRESET_NAME:
        raise SettingNotAllowed(A_PRESET, f"a name has from 1 to {LONGEST_PRESET_NAME} characters")
    if not 1 <= len(text) <= LONGEST_REASON:
        raise SettingNotAllowed(A_PRESET, f"a reason has from 1 to {LONGEST_REASON:,} characters")
    if not 0 <= weight <= MOST_CASE_POINTS:
        raise SettingNotAllowed(A_PRESET, f"it weighs from 0 to {MOST_CASE_POINTS}")
