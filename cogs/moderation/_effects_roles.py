"""Roles given and taken: one change of a member's whole list, made from what they have at this moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import discord

from bot.outcomes import Absent, Applied, Outcome, Refused, attempt, read
from bot.ranks import Rank, rank_of
from cogs.moderation._effects_members import GONE, member_now
from cogs.moderation._outcome_words import kept
from database.models import Act

if TYPE_CHECKING:
    from bot.client import Reeve


class Change(NamedTuple):
    """`wanted`: all role ids that the member should have. The rest could not be, and is as it was.

    `is_hopeless`: nothing of what was asked for is so or could be made so, and a higher place for Reeve would help.
    """

    wanted: frozenset[int]
    is_hopeless: bool
    too_high: Sequence[str]
    managed: Sequence[str]
    gone: int

    @property
    def note(self) -> str | None:
        if not (self.too_high or self.managed or self.gone):
            return None
        return kept(
            "roles_left",
            too_high=kept("too_high", names=", ".join(self.too_high)) if self.too_high else "",
            managed=kept("managed", names=", ".join(self.managed)) if self.managed else "",
            missing=kept("missing_one" if self.gone == 1 else "missing", count=self.gone)
            if self.gone
            else "",
        )


async def change_roles(bot: "Reeve", guild: discord.Guild, act: Act, reason: str) -> Outcome:
    """Payload: `give` and `take`, role ids. What Reeve cannot give or take is left out and named in the note.

    Raises DiscordAway if member and roles cannot be read: then nothing was sent.
    """
    member = await member_now(bot, guild, act.target_id)
    if member is None:
        return Absent()
    has, change = await _change(bot, guild, act.payload, member)
    if change.is_hopeless:
        return Refused(change.note or "")
    if change.wanted == has:
        return Applied(change.note)
    outcome = await attempt(
        lambda: bot.http.edit_member(guild.id, act.target_id, reason=reason, roles=sorted(change.wanted)),
        means=GONE,
    )
    return Applied(change.note) if isinstance(outcome, Applied) else outcome


async def has_roles(bot: "Reeve", guild: discord.Guild, act: Act, _since: datetime, _tag: str) -> bool | None:
    """Who is away gets theirs when they come back: False."""
    member = await member_now(bot, guild, act.target_id)
    if member is None:
        return False
    has, change = await _change(bot, guild, act.payload, member)
    return change.wanted == has and not change.is_hopeless


async def _change(
    bot: "Reeve", guild: discord.Guild, payload: Mapping[str, Any], member: Any
) -> tuple[frozenset[int], Change]:
    """What the member has, and the change."""
    listed = {int(role["id"]): role for role in await read(lambda: bot.http.get_roles(guild.id))}
    own = [role.id for role in guild.me.roles if role.id in listed and not role.is_default()]
    reach = rank_of((listed[role_id]["position"], role_id) for role_id in own)
    has = frozenset(int(role_id) for role_id in member["roles"])
    return has, changed(has, listed, reach, give=payload.get("give", ()), take=payload.get("take", ()))


def changed(
    has: frozenset[int],
    roles: Mapping[int, Mapping[str, Any]],
    reach: Rank,
    *,
    give: Sequence[int],
    take: Sequence[int],
) -> Change:
    """`roles`: all of the server, as Discord describes them. `reach`: Reeve's own rank. A role in both is given."""
    wanted = set(has)
    too_high, managed, gone = [], [], 0
    for role_id in sorted((set(give) - has) | ((set(take) & has) - set(give))):
        role = roles.get(role_id)
        if role is None:
            gone += 1
        elif role["managed"]:
            managed.append(role["name"])
        elif not rank_of([(role["position"], role_id)]) < reach:
            too_high.append(role["name"])
        else:
            wanted ^= {role_id}
    is_so = (set(give) & has) | (set(take) - set(give) - has)
    is_hopeless = bool(too_high) and wanted == has and not is_so
    return Change(frozenset(wanted), is_hopeless, too_high, managed, gone)
