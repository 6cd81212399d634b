"""Who may act on whom, against the rule written once more from Discord's documentation."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.ranks import NO_ROLES, OUTSIDE, Bar, Person, bar_to_moderator, bar_to_reeve, rank_of

REEVE, OTHER_BOT = 1, 2
PEOPLE = (REEVE, OTHER_BOT, 3, 4, 5)


class Role(NamedTuple):
    id: int
    position: int
    is_admin: bool


class Server(NamedTuple):
    owner: int
    roles: Sequence[Role]
    held: dict[int, Sequence[Role] | None]
    """Of each person; None: not in the server."""


@st.composite
def servers(draw: st.DrawFn) -> Server:
    """Few positions, so that many are equal, and in another order than the ids."""
    is_admin = st.sampled_from([False, False, True])
    count = draw(st.integers(0, 5))
    roles = [Role(100 + number, draw(st.integers(1, 3)), draw(is_admin)) for number in range(count)]
    masks = st.integers(0, 2**count - 1)
    held: dict[int, Sequence[Role] | None] = {}
    for who in PEOPLE:
        mask = draw(masks)
        held[who] = [role for number, role in enumerate(roles) if mask >> number & 1]
    if draw(st.booleans()):
        held[PEOPLE[-1]] = None
    return Server(draw(st.sampled_from(PEOPLE[:-1])), roles, held)


class Draw(NamedTuple):
    server: Server
    moderator: int
    target: int
    is_timeout: bool

    @property
    def owner(self) -> int:
        return self.server.owner

    @property
    def held(self) -> dict[int, Sequence[Role] | None]:
        return self.server.held


def draws(server: Server) -> Iterator[Draw]:
    """Everybody who is there acts on everybody."""
    for moderator, target, is_timeout in product(PEOPLE, PEOPLE, (False, True)):
        if server.held[moderator] is not None:
            yield Draw(server, moderator, target, is_timeout)


def person(draw: Draw, who: int) -> Person:
    held = draw.held[who]
    if held is None:
        return Person(who, OUTSIDE)
    is_admin = who == draw.owner or any(role.is_admin for role in held)
    return Person(who, rank_of((role.position, role.id) for role in held), is_admin)


def height(draw: Draw, who: int) -> int:
    """How many roles of the server's list, read from the bottom, one stands on; @everyone is under all of them.

    The list is sorted by position, "roles with the same position are sorted by id" (Role object): the older is above.
    """
    upwards = sorted(draw.server.roles, key=lambda role: role.id, reverse=True)
    upwards.sort(key=lambda role: role.position)
    return max((upwards.index(role) + 1 for role in draw.held[who] or ()), default=0)


def moderator_may(draw: Draw) -> bool:
    """As Discord rules for what people do by hand: only downwards, the owner is above and beyond all."""
    if draw.target in (draw.owner, draw.moderator, REEVE):
        return False
    if draw.moderator == draw.owner or draw.held[draw.target] is None:
        return True
    return height(draw, draw.target) < height(draw, draw.moderator)


def reeve_may(draw: Draw) -> bool:
    """ "A bot can only kick, ban, and edit nicknames for users whose highest role is lower than the bot's highest role"
    (Permission Hierarchy); no administrator can be timed out (Modify Guild Member)."""
    if draw.target in (draw.owner, REEVE):
        return False
    held = draw.held[draw.target]
    if held is None:
        return True
    if draw.is_timeout and any(role.is_admin for role in held):
        return False
    return draw.owner == REEVE or height(draw, draw.target) < height(draw, REEVE)


def test_more_than_ten_thousand_draws_agree_with_the_documentation() -> None:
    seen: Counter[tuple[Bar | None, Bar | None]] = Counter()

    @settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(servers())
    def agree(server: Server) -> None:
        for draw in draws(server):
            target = person(draw, draw.target)
            by_moderator = bar_to_moderator(
                person(draw, draw.moderator), target, owner_id=draw.owner, reeve_id=REEVE
            )
            by_reeve = bar_to_reeve(
                person(draw, REEVE), target, owner_id=draw.owner, is_timeout=draw.is_timeout
            )
            assert (by_moderator is None) == moderator_may(draw), (draw, by_moderator)
            assert (by_reeve is None) == reeve_may(draw), (draw, by_reeve)
            seen[by_moderator, by_reeve] += 1

    agree()
    assert seen.total() > 10_000
    assert {each for pair in seen for each in pair} == {None, *Bar}, "every rule was met"
    assert seen[None, None] > 500
    assert seen[None, Bar.REEVE_NOT_ABOVE] > 100
    assert seen[Bar.NOT_ABOVE, None] > 100


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        (OUTSIDE, NO_ROLES),
        (NO_ROLES, rank_of([(0, 999)])),
        (rank_of([(3, 200)]), rank_of([(3, 100)])),
        (rank_of([(3, 100)]), rank_of([(4, 999)])),
        (rank_of([(3, 100)]), rank_of([(1, 50), (4, 999)])),
    ],
)
def test_ranks_are_in_this_order(lower: tuple[int, int], higher: tuple[int, int]) -> None:
    assert lower < higher
