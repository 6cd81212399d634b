"""Who stands above whom, and what bars a deed: Discord's rules over plain numbers.

https://discord.com/developers/docs/topics/permissions#permission-hierarchy: one acts only on members whose highest
role is lower than one's own; roles of the same position are sorted by id, the older one is higher. The owner stands
above all. Discord checks that for Reeve alone: for whom Reeve acts, nobody else does.
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import NamedTuple, TypeAlias

Rank: TypeAlias = tuple[int, int]
"""Of a role: its position, and among equals the older one is higher. Of a person: that of their highest role."""
NO_ROLES: Rank = (-1, 0)
"""Of whom has @everyone alone: below each role."""
OUTSIDE: Rank = (-2, 0)
"""Of who is not in the server: below everybody."""


class Person(NamedTuple):
    id: int
    rank: Rank = NO_ROLES
    is_admin: bool = False


class Bar(Enum):
    """What stands in the way of a deed, and so who can clear it."""

    YOURSELF = auto()
    REEVE = auto()
    OWNER = auto()
    NOT_ABOVE = auto()
    REEVE_NOT_ABOVE = auto()
    ADMINISTRATOR = auto()


def rank_of(roles: Iterable[tuple[int, int]]) -> Rank:
    """`roles`: position and id of each, without @everyone."""
    return max(((position, -role_id) for position, role_id in roles), default=NO_ROLES)


def bar_to_moderator(moderator: Person, target: Person, *, owner_id: int, reeve_id: int) -> Bar | None:
    """Discord has no such rule: it knows only that Reeve acts."""
    if target.id == moderator.id:
        return Bar.YOURSELF
    if target.id == reeve_id:
        return Bar.REEVE
    if target.id == owner_id:
        return Bar.OWNER
    if moderator.id == owner_id or target.rank < moderator.rank:
        return None
    return Bar.NOT_ABOVE


def bar_to_reeve(reeve: Person, target: Person, *, owner_id: int, is_timeout: bool) -> Bar | None:
    """For kick, ban, timeout and its end. Nobody can time out an administrator, whatever their rank."""
    if target.id == reeve.id:
        return Bar.REEVE
    if target.id == owner_id:
        return Bar.OWNER
    if reeve.id != owner_id and target.rank >= reeve.rank:
        return Bar.REEVE_NOT_ABOVE
    return Bar.ADMINISTRATOR if is_timeout and target.is_admin else None
