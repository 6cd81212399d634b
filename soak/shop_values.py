"""Items of a shop and purchases, as a caller of any action may have got hold of them."""

from collections.abc import Callable, Mapping
from typing import Any

from database.clock import clock
from database.models.shop import Buyer, Purchase, PurchaseState, ShopItem
from database.models.shop_steps import BoughtBy
from soak.guild_values import PEOPLE, Surroundings, any_person


def any_item(around: Surroundings, guild_id: int) -> ShopItem:
    """Often with a role. All cost one point, so that a price that is shown is the price."""
    return ShopItem(
        guild_id=guild_id,
        name=around.text(),
        price=1,
        role_id=around.dice.choice([None, 7, 8]),
        stock=around.dice.choice([None, 3]),
        interaction_id=around.key(),
        added_by_id=1,
    )


def any_purchase(around: Surroundings, guild_id: int) -> Purchase:
    """As somebody may have got it who began it, under one's own guild."""
    return Purchase(
        guild_id=guild_id,
        purchase_id=around.known("purchase_id") or around.dice.randint(1, 200),
        item_id=1,
        buyer_id=around.dice.choice(PEOPLE),
        proposal_id=1,
        price=1,
        role_id=around.dice.choice([7, 8]),
        operation_id=1,
        state=PurchaseState.HELD,
        due_at=clock.now(),
    )


SHOP_FILTERS: Mapping[str, Callable[[Surroundings], Any]] = {
    "purchases": lambda around: around.dice.choice(
        [
            BoughtBy(),
            BoughtBy(any_person(around), True),
            BoughtBy(item_id=around.known("item_id") or around.dice.randint(1, 200)),
        ]
    ),
    "shop": lambda _: None,
}
SHOP_PLACES: Mapping[str, Callable[[Surroundings], Any]] = {
    "purchases": lambda around: (around.dice.randint(1, 200),),
    "shop": lambda around: (1, around.dice.randint(1, 200)),
}
SHOP_VALUES: Mapping[str, Callable[[Surroundings], Any]] = {
    **dict.fromkeys(("item_id", "purchase_id"), lambda around: around.dice.randint(1, 200)),
    "buyer": lambda around: Buyer(any_person(around)),
    "shown_price": lambda _: 1,
    "proposal_id": Surroundings.key,
    "restock": lambda around: around.dice.random() < 0.5,
    "changes": lambda around: {"stock": around.dice.choice([None, 5])},
}
