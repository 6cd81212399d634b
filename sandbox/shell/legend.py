"""What the marks in Discord's texts say: `<@1>` is @ann, `<t:60:R>` is "3 minutes ago"."""

import re
from datetime import UTC, datetime

from sandbox.rows import Json

MARK = re.compile(r"<(?P<kind>@!?|@&|#|/[^:>]+:|a?:\w+:|t:)(?P<number>-?\d+)(?::(?P<style>[tTdDfFR]))?>")
LENGTHS = (
    (365 * 86400, "year"),
    (30 * 86400, "month"),
    (86400, "day"),
    (3600, "hour"),
    (60, "minute"),
    (1, "second"),
)
STYLES = {
    "t": "%H:%M",
    "T": "%H:%M:%S",
    "d": "%d/%m/%Y",
    "D": "%d %B %Y",
    "f": "%d %B %Y %H:%M",
    "F": "%A, %d %B %Y %H:%M",
}


class Legend:
    def __init__(self, world: Json | None = None, now: datetime | None = None) -> None:
        """`world` as the control interface tells it."""
        world = world or {"people": [], "guilds": []}
        self.people = {one["id"]: one["name"] for one in world["people"]}
        self.roles = {role["id"]: role["name"] for guild in world["guilds"] for role in guild["roles"]}
        self.channels = {one["id"]: one["name"] for guild in world["guilds"] for one in guild["channels"]}
        self.now = now or datetime.now(UTC)

    def read(self, text: str) -> str:
        """What it does not know stays as it is."""
        return MARK.sub(self._said, text)

    def written(self, text: str) -> str:
        """As Discord's client sends a name that is picked from its list: @ann is `<@1>`. Others stay as they are."""
        folded = text.casefold()
        ids = {
            name.casefold(): number for number, name in self.people.items() if f"@{name}".casefold() in folded
        }
        longest_first = "|".join(re.escape(name) for name in sorted(ids, key=len, reverse=True))
        if not ids:
            return text
        picked = re.compile(rf"(?<!\S)@({longest_first})(?!\w)", re.IGNORECASE)
        return picked.sub(lambda found: f"<@{ids[found[1].casefold()]}>", text)

    def _said(self, mark: re.Match[str]) -> str:
        kind, number = mark["kind"], mark["number"]
        if kind == "t:":
            return self._moment(int(number), mark["style"] or "f")
        if kind[0] == "/":
            return kind[:-1]
        if kind.endswith(":"):
            return kind.removeprefix("a")
        names = {"#": self.channels, "@&": self.roles}.get(kind, self.people)
        return f"{kind[0]}{names[number].lstrip('@')}" if number in names else mark[0]

    def _moment(self, seconds: int, style: str) -> str:
        try:
            moment = datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError):
            return "an impossible time"
        if style == "R":
            return distance((moment - self.now).total_seconds())
        return moment.strftime(STYLES[style]) + ("" if style in "dD" else " UTC")


def distance(seconds: float) -> str:
    """In the largest unit that fits, as Discord's client says it."""
    for length, unit in LENGTHS:
        number = round(abs(seconds)) // length
        if number:
            spelled = f"{number} {unit}{'s' if number > 1 else ''}"
            return f"in {spelled}" if seconds > 0 else f"{spelled} ago"
    return "now"
