"""What cannot be done with an appeal, as sentences for the person who asked."""

from collections.abc import Collection
from datetime import datetime

from database.errors import ActionRefused
from database.models.appeal import LONGEST_APPEAL, Appeal
from database.models.case import Case, CaseKind


class NothingToAppeal(ActionRefused):
    """Said of cases about others, too: whose they are is not told."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(
            f"Nothing stands against you there as case {number}: choose one that /appeal suggests to you."
        )


class AppealsOff(ActionRefused):
    def __init__(self) -> None:
        super().__init__("That server takes no appeals.")


class NotAppealable(ActionRefused):
    def __init__(self, number: int, kind: CaseKind) -> None:
        self.number, self.kind = number, kind
        super().__init__(f"Case {number} is no punishment ({kind}): there is nothing to appeal.")


class AppealWaits(ActionRefused):
    def __init__(self, number: int, case_number: int) -> None:
        self.number, self.case_number = number, case_number
        super().__init__(
            f"Your appeal {number} against case {case_number} waits for its answer: you get it as a direct message, "
            "and /appeal shows it."
        )


class AppealGranted(ActionRefused):
    def __init__(self, number: int, case_number: int) -> None:
        self.number, self.case_number = number, case_number
        super().__init__(
            f"Your appeal {number} against case {case_number} was approved: there is nothing left to ask."
        )


class AppealTooSoon(ActionRefused):
    def __init__(self, case_number: int, again_at: datetime) -> None:
        self.case_number, self.again_at = case_number, again_at
        at = int(again_at.timestamp()) + 1
        super().__init__(
            f"You can appeal against case {case_number} again on <t:{at}:f>, <t:{at}:R>: not before."
        )


class AppealsUsedUp(ActionRefused):
    def __init__(self, case_number: int, most: int) -> None:
        self.case_number, self.most = case_number, most
        times = "once" if most == 1 else f"{most} times"
        super().__init__(
            f"You have appealed against case {case_number} {times}, as often as that server allows."
        )


class AppealTextNotAllowed(ActionRefused):
    def __init__(self) -> None:
        super().__init__(f"An appeal and its answer have from 1 to {LONGEST_APPEAL:,} characters.")


class AppealNotFound(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"There is no appeal {number} here.")


class AppealAnswered(ActionRefused):
    def __init__(self, appeal: Appeal) -> None:
        self.number, self.reviewer_id = appeal.number, appeal.reviewer_id
        super().__init__(f"Appeal {appeal.number} was {appeal.state} already, by <@{appeal.reviewer_id}>.")


class AppealAboutYourself(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"Appeal {number} is your own: leave it to a moderator.")


class OwnPunishment(ActionRefused):
    """`is_own`: the case itself is theirs, not one that led to it."""

    def __init__(self, number: int, case_number: int, *, is_own: bool = True) -> None:
        self.number, self.case_number = number, case_number
        which = "which is yours" if is_own else "which came of a case of yours"
        super().__init__(
            f"Appeal {number} is against case {case_number}, {which}: leave it to another moderator."
        )


def require_reviewer(appeal: Appeal, case: Case, reviewer_id: int, *, led_to_it: Collection[int]) -> None:
    """Neither who punished nor who was punished. Raises AppealAboutYourself, OwnPunishment.

    `led_to_it`: the moderators of the cases that led to this one, as the warnings behind a step of the ladder.
    """
    if appeal.appellant_id == reviewer_id:
        raise AppealAboutYourself(appeal.number)
    if case.moderator_id == reviewer_id:
        raise OwnPunishment(appeal.number, case.number)
    if reviewer_id in led_to_it:
        raise OwnPunishment(appeal.number, case.number, is_own=False)
