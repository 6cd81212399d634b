"""Who has just earned: what spares a message within its cool-down the database."""

from collections import OrderedDict
from datetime import datetime, timedelta

MOST_REMEMBERED = 20_000
"""Members, at about 300 bytes each: the latest to earn."""


class JustEarned:
    """The last message of each member that this process saw earn.

    It only ever says "surely still cooling": another process, or one before this, may have seen a later one, and
    the database knows. What it says stays true, because a member's last message never becomes an earlier one.
    """

    def __init__(self) -> None:
        self._said_at: OrderedDict[tuple[int, int], datetime] = OrderedDict()

    def note(self, guild_id: int, user_id: int, said_at: datetime) -> None:
        """Only what is committed: this message has earned."""
        known = self._said_at.pop((guild_id, user_id), said_at)
        self._said_at[guild_id, user_id] = max(known, said_at)
        if len(self._said_at) > MOST_REMEMBERED:
            self._said_at.popitem(last=False)

    def seconds_left(self, guild_id: int, user_id: int, said_at: datetime, cooldown_seconds: int) -> int:
        """Of the cool-down, by the rule as it is now; 0 if it may be over. Without one nothing cools, in whatever
        order the messages arrive.
        """
        last = self._said_at.get((guild_id, user_id))
        if last is None or cooldown_seconds == 0:
            return 0
        left = last + timedelta(seconds=cooldown_seconds) - said_at
        return max(0, -(-left // timedelta(seconds=1)))
