"""Roles that a server gives and takes for as long as a timeout lasts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import discord

from bot.ranks import rank_of
from bot.typed import one_line
from database.models import RestrictionKind

if TYPE_CHECKING:
    from bot.client import Reeve


class TimeoutRoles(NamedTuple):
    """`remark`: which roles are out of Reeve's reach, and what to do about it."""

    payload: Mapping[str, Sequence[int]]
    remark: str


async def roles_of_timeout(bot: "Reeve", member: discord.Member) -> TimeoutRoles:
    """Only what the member has is taken, and given what they lack: the end gives and takes the same again.

    With what a timeout that still stands has given and taken: the longer of both ends it all.
    """
    guild = member.guild
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    before = await bot.database.restrictions.get(
        guild_id=guild.id, subject_id=member.id, kind=RestrictionKind.ROLES
    )
    kept = before.payload if before is not None and before.wanted else {}
    has = {role.id for role in member.roles}
    give = {config.timeout_role_id} - has if config.timeout_role_id is not None else set[int]()
    take = set(config.timeout_takes_role_ids) & has
    too_high = [role for role in map(guild.get_role, give | take) if role is not None and not _reaches(role)]
    left = {role.id for role in too_high}
    known = {role.id for role in guild.roles}
    payload = {
        "give": sorted({*kept.get("given", ()), *((give - left) & known)}),
        "take": sorted({*kept.get("taken", ()), *(take - left)}),
    }
    names = ", ".join(one_line(role.name, 60) for role in sorted(too_high))
    remark = f"Roles that I cannot change were left as they are: move the role Reeve above {names}."
    return TimeoutRoles(payload if any(payload.values()) else {}, remark if too_high else "")


def _reaches(role: discord.Role) -> bool:
    """Whether it is below Reeve's own. That Reeve lacks Manage Roles is told by the act, which names it."""
    mine = rank_of((each.position, each.id) for each in role.guild.me.roles if not each.is_default())
    return not role.managed and rank_of([(role.position, role.id)]) < mine
