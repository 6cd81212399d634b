"""What the ledger refuses, as sentences for the person who asked. The order of the rules: docs/ledger.md."""

from typing import ClassVar

from database.errors import ActionRefused

LEDGER_REFUSALS: dict[str, type["LedgerRefusal"]] = {}
"""By their codes; refusals in other modules are here once those are imported."""


class LedgerRefusal(ActionRefused):
    """A refusal that the ledger remembers: `code` and `facts` rebuild it when the request is repeated."""

    code: ClassVar[str]
    is_kept: ClassVar[bool] = True
    """Whether the request is answered with it for good. If not, the same request may be granted later."""

    def __init_subclass__(cls) -> None:
        LEDGER_REFUSALS[cls.code] = cls

    def __init__(self, sentence: str, **facts: int | str) -> None:
        self.facts = facts
        super().__init__(sentence)


class RequestChanged(LedgerRefusal):
    code = "request_changed"

    def __init__(self) -> None:
        super().__init__("That request was already answered with other details: start it anew.")


class CannotGiveToYourself(LedgerRefusal):
    code = "same_account"

    def __init__(self) -> None:
        super().__init__("You cannot give points to yourself: name another member.")


class BotsHoldNoPoints(LedgerRefusal):
    code = "bot_account"

    def __init__(self) -> None:
        super().__init__("Bots hold no points: name a person.")


class AmountOutOfRange(LedgerRefusal):
    code = "amount_out_of_range"

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most
        super().__init__(f"The amount must be from {least:,} to {most:,} points.", least=least, most=most)


class ReceiversOutOfRange(LedgerRefusal):
    code = "receivers_out_of_range"

    def __init__(self, least: int, most: int) -> None:
        super().__init__(f"Name from {least:,} to {most:,} members at once.", least=least, most=most)


class LedgerFrozen(LedgerRefusal):
    """Nothing is written meanwhile, not even this: what runs by itself asks again, and must not be refused for good."""

    code = "ledger_frozen"
    is_kept = False

    def __init__(self) -> None:
        super().__init__(
            "No point moves in this server at the moment, because a balance does not add up: "
            "a manager sees with /points verify what is wrong."
        )


class AccountFrozen(LedgerRefusal):
    """`account_id`: whose it is; `is_own`: 1 where that is who asked."""

    code = "account_frozen"

    def __init__(self, account_id: int, is_own: int) -> None:
        super().__init__(
            "Your points are frozen by the staff: ask a manager why."
            if is_own
            else f"The points of <@{account_id}> are frozen by the staff, so nothing goes in or out.",
            account_id=account_id,
            is_own=is_own,
        )


class RestrictedNow(LedgerRefusal):
    """A rule of the server, while a timeout stands."""

    code = "restricted"

    def __init__(self) -> None:
        super().__init__("Nobody gives points here while a timeout stands against them: wait for its end.")


class AccountTooYoung(LedgerRefusal):
    code = "account_too_young"

    def __init__(self, days: int) -> None:
        super().__init__(
            f"To give points here, your Discord account must be at least {days:,} day{'' if days == 1 else 's'} old.",
            days=days,
        )


class OverTransferLimit(LedgerRefusal):
    code = "over_transfer_limit"

    def __init__(self, most: int) -> None:
        super().__init__(f"This server allows at most {most:,} points in one gift.", most=most)


class OverSentLimit(LedgerRefusal):
    code = "over_sent_limit"

    def __init__(self, most: int, left: int) -> None:
        super().__init__(
            f"This server allows you to give {most:,} points a day: {left:,} are left today.",
            most=most,
            left=left,
        )


class OverReceivedLimit(LedgerRefusal):
    code = "over_received_limit"

    def __init__(self, most: int, left: int) -> None:
        super().__init__(
            f"This server allows a member to be given {most:,} points a day: they can get {left:,} more today.",
            most=most,
            left=left,
        )


class NotEnoughPoints(LedgerRefusal):
    """`balance`: what is there to be spent, without what is held."""

    code = "not_enough_points"

    def __init__(self, balance: int, needed: int) -> None:
        self.balance, self.needed = balance, needed
        super().__init__(
            f"That takes {needed:,} points and you have {balance:,}.", balance=balance, needed=needed
        )


class TheyHaveNotEnough(LedgerRefusal):
    """Said to the staff about a member."""

    code = "they_have_not_enough"

    def __init__(self, account_id: int, balance: int, needed: int) -> None:
        super().__init__(
            f"That takes {needed:,} points, and <@{account_id}> has {balance:,} to be spent.",
            account_id=account_id,
            balance=balance,
            needed=needed,
        )


class BalanceTooHigh(LedgerRefusal):
    code = "balance_too_high"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(
            f"That would lift the balance over {most:,} points, the most one can hold.", most=most
        )


class EarnedJustNow(LedgerRefusal):
    """Most messages: a row for each would be most of the ledger."""

    code = "cool_down"
    is_kept = False

    def __init__(self) -> None:
        super().__init__("The cool-down since the last points for talking is not over.")


class HoldNotFound(LedgerRefusal):
    code = "hold_not_found"

    def __init__(self) -> None:
        super().__init__("Nothing is held under that number here.")


class HoldEnded(LedgerRefusal):
    """Captured, voided or expired: a hold ends once. `how` is the phase or "expired"."""

    code = "hold_ended"

    def __init__(self, how: str) -> None:
        words = {"capture": "taken", "void": "given back", "expired": "given back, as its time was over"}
        super().__init__(f"What was held has been {words[how]} already.", how=how)


class NotExpired(LedgerRefusal):
    """Not kept: a little later it is."""

    code = "not_expired"
    is_kept = False

    def __init__(self) -> None:
        super().__init__("The time of what is held is not over yet.")


class ExceedsHold(LedgerRefusal):
    code = "exceeds_hold"

    def __init__(self, held: int) -> None:
        super().__init__(f"Only {held:,} points are held: take at most as many.", held=held)


class OperationNotFound(LedgerRefusal):
    code = "operation_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such operation here: /points history shows the number of each.")


class AlreadyReversed(LedgerRefusal):
    code = "already_reversed"

    def __init__(self) -> None:
        super().__init__("That operation is reversed already.")


class OfACase(LedgerRefusal):
    """Its fine and the case would tell different stories."""

    code = "of_a_case"

    def __init__(self, number: int) -> None:
        super().__init__(
            f"That is a part of case {number:,}: void the case, and the points are given back.", number=number
        )


class OfAPurchase(LedgerRefusal):
    """Its role would stay with who has the points back."""

    code = "of_a_purchase"

    def __init__(self) -> None:
        super().__init__(
            "That is a purchase: /shop refund gives its points back, and takes the role that was bought."
        )


class NotReversible(LedgerRefusal):
    code = "not_reversible"

    def __init__(self) -> None:
        super().__init__("That moved no points that could be moved back.")


class PointsSpent(LedgerRefusal):
    """`short`: how many points of how many members are not there any more."""

    code = "points_spent"

    def __init__(self, short: int, members: int) -> None:
        super().__init__(
            f"{short:,} of these points are spent already ({members:,} member{'' if members == 1 else 's'}): "
            "choose to take what is there, or to allow a debt.",
            short=short,
            members=members,
        )


class NothingToSet(LedgerRefusal):
    code = "nothing_to_set"

    def __init__(self, balance: int) -> None:
        super().__init__(f"They have {balance:,} points already.", balance=balance)


class FrozenAlready(LedgerRefusal):
    code = "frozen_already"

    def __init__(self, is_frozen: int) -> None:
        super().__init__(
            "Their points are frozen already." if is_frozen else "Their points are not frozen.",
            is_frozen=is_frozen,
        )
