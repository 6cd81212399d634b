"""What the shop refuses, as sentences. Refusals of a purchase are remembered by the ledger, as all of its are."""

from datetime import UTC, datetime

from database.errors import ActionRefused
from database.ledger_refusals import LedgerRefusal


class ItemGone(LedgerRefusal):
    code = "item_gone"

    def __init__(self) -> None:
        super().__init__("That is not sold here: /shop list shows what is.")


class PriceChanged(LedgerRefusal):
    code = "price_changed"

    def __init__(self, shown: int, price: int) -> None:
        super().__init__(
            f"The price is not {shown:,} points any more but {price:,}: use /shop buy again if you want it for that.",
            shown=shown,
            price=price,
        )


class NotSoldAnyMore(LedgerRefusal):
    code = "not_sold_any_more"

    def __init__(self, until: int) -> None:
        super().__init__(f"That was sold until <t:{until}:f> only.", until=until)

    @classmethod
    def since(cls, until: datetime) -> "NotSoldAnyMore":
        return cls(int(until.astimezone(UTC).timestamp()))


class SoldOut(LedgerRefusal):
    code = "sold_out"

    def __init__(self) -> None:
        super().__init__("The last piece is sold.")


class LimitReached(LedgerRefusal):
    code = "limit_reached"

    def __init__(self, most: int) -> None:
        super().__init__(f"One member can buy {most:,} of that, and you have them.", most=most)


class RoleRequired(LedgerRefusal):
    code = "role_required"

    def __init__(self, role_id: int) -> None:
        super().__init__(f"That is sold only to members with the role <@&{role_id}>.", role_id=role_id)


class LevelRequired(LedgerRefusal):
    code = "level_required"

    def __init__(self, level: int, has: int) -> None:
        super().__init__(
            f"That is sold from level {level:,} on, and you are at level {has:,}.", level=level, has=has
        )


class RestrictedFromBuying(LedgerRefusal):
    """Not kept: when the timeout is over it can be bought."""

    code = "restricted_from_buying"
    is_kept = False

    def __init__(self) -> None:
        super().__init__("You cannot buy that while a timeout stands against you: wait for its end.")


class HasRoleAlready(LedgerRefusal):
    code = "has_role_already"

    def __init__(self, role_id: int) -> None:
        super().__init__(f"You have the role <@&{role_id}> already.", role_id=role_id)


class RoleJustBought(LedgerRefusal):
    """Not kept: in a moment they have it, and Discord says so, or they can buy it again."""

    code = "role_just_bought"
    is_kept = False

    def __init__(self, role_id: int) -> None:
        super().__init__(
            f"You have just bought the role <@&{role_id}>: /shop inventory shows what came of it.",
            role_id=role_id,
        )


class PurchaseNotFound(LedgerRefusal):
    code = "purchase_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such purchase here: choose one of those that are suggested.")


class PurchaseUnderWay(LedgerRefusal):
    """Not kept: in a moment it is done or refused."""

    code = "purchase_under_way"
    is_kept = False

    def __init__(self) -> None:
        super().__init__("That purchase is still under way: try again in a minute.")


class NothingPaid(LedgerRefusal):
    code = "nothing_paid"

    def __init__(self) -> None:
        super().__init__("Nothing was paid for that: the role could not be given, and the points were kept.")


class RefundedAlready(LedgerRefusal):
    code = "refunded_already"

    def __init__(self) -> None:
        super().__init__("That purchase is refunded already.")


class ItemNameTaken(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            "Something of that name is sold here already: choose another, or change that by /shop edit."
        )


class ItemNotFound(ActionRefused):
    def __init__(self) -> None:
        super().__init__("That is not sold here: choose one of the items that are suggested.")


class TooManyItems(ActionRefused):
    def __init__(self, most: int) -> None:
        super().__init__(f"A shop has at most {most:,} items: remove one first.")


class NotARoleItem(ActionRefused):
    def __init__(self) -> None:
        super().__init__("That item gives no role, so no duration goes with it.")
