"""What is refused about seasons, as sentences for the person who asked."""

from database.errors import ActionRefused


class SeasonRuns(ActionRefused):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"The season “{name}” runs still: end it with /points season end first.")


class NoSeasonRuns(ActionRefused):
    def __init__(self) -> None:
        super().__init__("No season runs now: /points season start begins one.")


class NoSuchSeason(ActionRefused):
    def __init__(self) -> None:
        super().__init__("There is no such season here: /points season list shows them all.")


class SeasonNotNamed(ActionRefused):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"The season that runs is called “{name}”: type that name to end it.")


class SeasonNameNotAllowed(ActionRefused):
    def __init__(self, longest: int) -> None:
        self.longest = longest
        super().__init__(f"A season's name needs from 1 to {longest} characters.")
