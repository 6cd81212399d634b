"""The single-statement steps on the shop's items and purchases: what is listed, counted, claimed."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Interval, Text, any_, cast, func, literal_column
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import and_, col, or_, select, update

from database.listing import Listing
from database.models.restriction import Restriction, RestrictionKind
from database.models.shop import Purchase, PurchaseState, ShopItem
from database.statements import param, statement

_on_sale = and_(col(ShopItem.guild_id) == param("guild_id"), col(ShopItem.removed_at).is_(None))
_columns: Any = Purchase.__table__.columns  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
_bought = (PurchaseState.HELD, PurchaseState.DONE, PurchaseState.EXPIRED)


class Nothing(NamedTuple):
    """Of a list of which nothing is asked but its server."""


SHELF = Listing(
    select(ShopItem).where(_on_sale),
    into=ShopItem,
    order=[col(ShopItem.price), col(ShopItem.item_id)],
    fits={},
    smallest_first=True,
)
"""What is sold, the cheapest first."""

ITEM_NAMED = statement(
    select(ShopItem).where(_on_sale, func.lower(col(ShopItem.name)) == func.lower(cast(param("name"), Text))),
    into=ShopItem,
)

SUGGEST_ITEMS = statement(
    select(ShopItem)
    .where(_on_sale, func.strpos(func.lower(col(ShopItem.name)), func.lower(cast(param("typed"), Text))) > 0)
    .order_by(col(ShopItem.name), col(ShopItem.item_id))
    .limit(param("limit")),
    into=ShopItem,
)

COUNT_ITEMS = statement(select(func.count()).select_from(ShopItem).where(_on_sale), into=int)


class Bought(NamedTuple):
    """A purchase as it is listed, with what its item is called now."""

    purchase_id: int
    name: str
    buyer_id: int
    price: int
    role_id: int | None
    state: PurchaseState
    trouble: str | None
    created_at: datetime
    expires_at: datetime | None


class BoughtBy(NamedTuple):
    buyer_id: int | None = None
    is_refundable: bool = False
    item_id: int | None = None


INVENTORY = Listing(
    select(
        col(Purchase.purchase_id),
        col(ShopItem.name),
        *(getattr(Purchase, name) for name in Bought._fields[2:]),
    )
    .join(
        ShopItem,
        and_(
            col(ShopItem.guild_id) == col(Purchase.guild_id), col(ShopItem.item_id) == col(Purchase.item_id)
        ),
    )
    .where(col(Purchase.guild_id) == param("guild_id")),
    into=Bought,
    order=[col(Purchase.purchase_id)],
    fits={
        "buyer_id": col(Purchase.buyer_id) == param("buyer_id"),
        "item_id": col(Purchase.item_id) == param("item_id"),
        "is_refundable": or_(
            col(Purchase.state) == PurchaseState.DONE, col(Purchase.state) == PurchaseState.EXPIRED
        ),
    },
)


class Past(NamedTuple):
    """What a buyer has bought of the item before, and whether a purchase gives them its role: for a time, for good.

    `has_just_bought_it`: for good, and it is under way, or was given since `lately`: what Discord says of their roles
    may be older.
    """

    bought: int
    has_for_a_time: bool
    has_for_good: bool
    has_just_bought_it: bool


_of_buyer = and_(
    col(Purchase.guild_id) == param("guild_id"),
    col(Purchase.buyer_id) == param("buyer_id"),
)
_runs = and_(
    col(Purchase.state) == PurchaseState.DONE,
    or_(col(Purchase.expires_at).is_(None), col(Purchase.expires_at) > param("now")),
)


def _has_role(*conditions: Any) -> Any:
    is_theirs = and_(
        col(Purchase.role_id) == param("role_id"), or_(col(Purchase.state) == PurchaseState.HELD, _runs)
    )
    return func.coalesce(func.bool_or(and_(is_theirs, *conditions)), False)


PAST = statement(
    select(
        func.count().filter(
            col(Purchase.item_id) == param("item_id"), or_(*(col(Purchase.state) == each for each in _bought))
        ),
        _has_role(col(Purchase.seconds).is_not(None)),
        _has_role(col(Purchase.seconds).is_(None)),
        _has_role(
            col(Purchase.seconds).is_(None),
            or_(col(Purchase.state) == PurchaseState.HELD, col(Purchase.settled_at) > param("lately")),
        ),
    ).where(_of_buyer),
    into=Past,
)

ROLES_BOUGHT = statement(
    select(col(Purchase.role_id)).where(
        _of_buyer, col(Purchase.role_id).is_not(None), or_(col(Purchase.state) == PurchaseState.HELD, _runs)
    ),
    into=int,
)
"""What gives this buyer a role, or is about to."""

_of_role = and_(_of_buyer, col(Purchase.role_id) == param("role_id"))

RUNS_UNTIL = statement(select(func.max(col(Purchase.expires_at))).where(_of_role, _runs), into=datetime)
"""When the last purchase of this role ends that runs: what is bought meanwhile begins then. None: none runs."""

_unused = param("unused", Interval)
BEGINS_EARLIER = statement(
    update(Purchase)
    .where(
        _of_role,
        _runs,
        col(Purchase.expires_at) > param("ended_at"),
    )
    .values(expires_at=col(Purchase.expires_at) - _unused, due_at=col(Purchase.due_at) - _unused)
)
"""What was bought to follow a purchase that is refunded follows what is left of it."""

LOCK_OPEN = statement(
    select(Purchase)
    .where(_of_role, or_(col(Purchase.due_at).is_not(None), _runs))
    .order_by(col(Purchase.purchase_id))
    .with_for_update(),
    into=Purchase,
)
"""All that says whether this buyer has this role. Whoever gives or takes it has them locked when they begin."""

ROLES_TAKEN = statement(
    select(Restriction).where(
        col(Restriction.guild_id) == param("guild_id"),
        col(Restriction.subject_id) == param("user_id"),
        col(Restriction.kind) == RestrictionKind.ROLES,
        col(Restriction.wanted),
    ),
    into=Restriction,
)
"""A timeout took their roles, and gives them back at its end."""

_is_free = or_(col(Purchase.leased_until).is_(None), col(Purchase.leased_until) <= param("now"))
_shard_id = col(Purchase.guild_id).bitwise_rshift(literal_column("22")) % param("shard_count")

_due = (
    select(col(Purchase.guild_id), col(Purchase.purchase_id))
    .where(
        col(Purchase.due_at) <= param("now"),
        _is_free,
        _shard_id == any_(cast(param("shard_ids"), ARRAY(BigInteger))),
    )
    .order_by(col(Purchase.due_at), col(Purchase.purchase_id))
    .limit(param("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)

CLAIM_PURCHASES = statement(
    update(Purchase)
    .where(col(Purchase.guild_id) == _due.c.guild_id, col(Purchase.purchase_id) == _due.c.purchase_id)
    .values(leased_until=param("lease"), fence=col(Purchase.fence) + 1)
    .returning(*_columns),
    into=Purchase,
)
