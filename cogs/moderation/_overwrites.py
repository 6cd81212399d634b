"""What a lock takes from whom in a channel, and what gives it back: computed once, before anything is changed.

A saved lock is JSON: for each overwrite that the lock touches, its bits among SPEAKING before and under the lock. Only
those bits are ever set, so what people change meanwhile in others stays.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

import discord
from discord import Permissions

SPEAKING = Permissions(
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    create_private_threads=True,
    add_reactions=True,
).value
MODERATING = Permissions(manage_messages=True, moderate_members=True).value
ROLE, MEMBER = 0, 1

Saved: TypeAlias = dict[str, Any]
"""{"<id>": {"type": 0 or 1, "existed": bool, "bits": int, "before": [allow, deny], "locked": [allow, deny]}}"""


class Bits(NamedTuple):
    allow: int = 0
    deny: int = 0

    def over(self, held: int) -> int:
        return (held & ~self.deny) | self.allow


def overwrites_before(channel: discord.abc.GuildChannel) -> Saved:
    """For `act.payload["overwrites"]` of a lock and of its unlock. Who locks what is locked keeps the older one."""
    guild, me = channel.guild, channel.guild.me
    now = {
        target.id: Bits(*(one.value for one in pair.pair())) for target, pair in channel.overwrites.items()
    }
    types = {target.id: _type_of(target) for target in channel.overwrites}
    bits = SPEAKING & settable(channel)
    everyone = now.get(guild.default_role.id, Bits())
    locked = {guild.default_role.id: Bits(0, bits)}
    for role in guild.roles:
        if (
            not role.is_default()
            and role.permissions.value & MODERATING
            and not role.permissions.administrator
        ):
            own = now.get(role.id, Bits())
            held = own.over(everyone.over(guild.default_role.permissions.value | role.permissions.value))
            locked[role.id] = Bits(held & bits, own.deny & bits)
    for target_id, own in now.items():
        if target_id not in locked and own.allow & bits:
            locked[target_id] = Bits(0, own.deny & bits)
    if not me.guild_permissions.administrator:
        held = channel.permissions_for(me).value & bits
        through_roles = {role.id for role in me.roles if locked.get(role.id, Bits()).allow & held == held}
        if held and (me.id in now or not through_roles):
            locked[me.id] = Bits(held, 0)
            types[me.id] = MEMBER
    return {
        str(target_id): {
            "type": types.get(target_id, ROLE),
            "existed": target_id in now,
            "bits": bits,
            "before": [part & bits for part in now.get(target_id, Bits())],
            "locked": list(under_lock),
        }
        for target_id, under_lock in locked.items()
    }


def settable(channel: discord.abc.GuildChannel) -> int:
    """What Reeve may allow and deny here: what it has in the server or the category, or all if it manages
    permissions by an overwrite (Discord's reference, "Edit Channel Permissions")."""
    me = channel.guild.me
    own = [pair for target, pair in channel.overwrites.items() if target.id == me.id or target in me.roles]
    if me.guild_permissions.administrator or any(pair.manage_roles for pair in own):
        return Permissions.all().value
    in_category = channel.category.permissions_for(me).value if channel.category else 0
    return me.guild_permissions.value | in_category


def locked(now: Iterable[Mapping[str, Any]], saved: Saved) -> list[dict[str, Any]]:
    """`now`: the channel's overwrites as Discord describes them. All of them come back, as it wants them."""
    return _with(now, saved, "locked")


def unlocked(now: Iterable[Mapping[str, Any]], saved: Saved) -> list[dict[str, Any]]:
    return _with(now, saved, "before")


def shows(now: Iterable[Mapping[str, Any]], saved: Saved, which: str) -> bool:
    """Whether the saved bits are as they are to be `locked`, or were `before`."""
    has = {each["id"]: (int(each["allow"]), int(each["deny"])) for each in now}
    return all(
        [part & one["bits"] for part in has.get(target_id, (0, 0))] == one[which]
        for target_id, one in saved.items()
    )


def _with(now: Iterable[Mapping[str, Any]], saved: Saved, which: str) -> list[dict[str, Any]]:
    found = {each["id"]: dict(each) for each in now}
    for target_id, one in saved.items():
        old = found.get(target_id, {"allow": 0, "deny": 0})
        kept = ~one["bits"]
        allow, deny = (
            int(old[key]) & kept | bits for key, bits in zip(("allow", "deny"), one[which], strict=True)
        )
        if allow or deny or (one["existed"] and target_id in found):
            found[target_id] = {"id": target_id, "type": one["type"], "allow": str(allow), "deny": str(deny)}
        else:
            found.pop(target_id, None)
    return list(found.values())


def _type_of(target: discord.Role | discord.Member | discord.Object) -> int:
    is_role = isinstance(target, discord.Role) or getattr(target, "type", None) is discord.Role
    return ROLE if is_role else MEMBER
