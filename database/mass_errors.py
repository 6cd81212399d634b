"""What can go wrong with a job that bans many; each is a sentence for the person who asked."""

from database.errors import ActionRefused


class TooManyTargets(ActionRefused):
    def __init__(self, number: int, most: int) -> None:
        self.number, self.most = number, most
        super().__init__(f"One job takes from 1 to {most:,} people, and this is {number:,}: divide the list.")


class MassJobRuns(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(
            f"Case {number} is still being carried out: stop it first, or wait until it is done."
        )


class NoBanStands(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"No ban stands because of case {number} any more: there is nothing to undo.")
