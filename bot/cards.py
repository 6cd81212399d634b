"""A rank card as plain figures: what is drawn of where somebody stands, and how it is said."""

from base64 import b64encode
from typing import Any, NamedTuple


class RankCard(NamedTuple):
    """`since` and `until`: the points of this level and the next; None beside the highest. `place` is None off the
    leaderboard. `avatar`: the bytes of a picture, if it could be had.
    """

    name: str
    spare_name: str
    """For a name that no font can show: of people the name that they log in with, which has no such letters."""
    level: int
    earned: int
    since: int
    until: int | None
    place: int | None
    people: int
    avatar: bytes | None = None

    @property
    def title(self) -> str:
        return f"Rank of {self.name}"

    @property
    def progress(self) -> float:
        """From 0 to 1, between the two levels."""
        if self.until is None:
            return 1.0
        return min(1.0, max(0.0, (self.earned - self.since) / (self.until - self.since)))

    @property
    def standing(self) -> str:
        return f"Place {self.place:,} of {self.people:,}" if self.place is not None else "No place yet"

    @property
    def way(self) -> str:
        """What was earned, and what is left to the next level."""
        if self.until is None:
            return f"{self.earned:,} points earned, the highest level"
        return f"{self.earned:,} points earned, {self.until - self.earned:,} to level {self.level + 1:,}"

    @property
    def described(self) -> str:
        return f"{self.name}: level {self.level:,}. {self.standing}. {self.way}."[:1000]

    def asked(self) -> dict[str, Any]:
        """The line for who draws."""
        return {
            "shape": "rank",
            "name": self.name,
            "spare_name": self.spare_name,
            "level": f"Level {self.level:,}",
            "standing": self.standing,
            "way": self.way,
            "progress": self.progress,
            "avatar": b64encode(self.avatar).decode() if self.avatar else None,
        }
