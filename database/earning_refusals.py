"""What dailies and thanks are refused for, beside what the ledger itself refuses."""

from database.ledger_refusals import LedgerRefusal


class NoDaily(LedgerRefusal):
    code = "no_daily"

    def __init__(self) -> None:
        super().__init__("This server gives no daily points: a manager can change that with /points rules.")


class HadToday(LedgerRefusal):
    """`next_at`: when the next daily is due, in seconds since 1970."""

    code = "had_today"

    def __init__(self, next_at: int) -> None:
        super().__init__(f"You had your daily points: the next are due <t:{next_at}:R>.", next_at=next_at)


class NoThanks(LedgerRefusal):
    code = "no_thanks"

    def __init__(self) -> None:
        super().__init__(
            "This server gives no points for a thank-you: a manager can change that with /points rules."
        )


class CannotThankYourself(LedgerRefusal):
    code = "thanks_to_oneself"

    def __init__(self) -> None:
        super().__init__("You cannot thank yourself: name another member.")


class TheyAreRestricted(LedgerRefusal):
    """A rule of the server, while a timeout stands."""

    code = "they_are_restricted"

    def __init__(self, account_id: int) -> None:
        super().__init__(
            f"<@{account_id}> gets no points here while a timeout stands against them: wait for its end.",
            account_id=account_id,
        )


class OverThanks(LedgerRefusal):
    code = "over_thanks"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"You have thanked {most:,} {'time' if most == 1 else 'times'} today, as often as this server allows: "
            "come back tomorrow.",
            most=most,
        )


class ThankedToday(LedgerRefusal):
    code = "thanked_today"

    def __init__(self, account_id: int) -> None:
        super().__init__(
            f"You have thanked <@{account_id}> today: thank somebody else, or come back tomorrow.",
            account_id=account_id,
        )
