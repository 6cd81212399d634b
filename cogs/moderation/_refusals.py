"""What a moderator asks for that cannot be."""

from collections.abc import Sequence
from datetime import datetime

from discord.utils import format_dt

from bot.typed import one_line
from database.errors import ActionRefused


class BotsTakeNoWarning(ActionRefused):
    def __init__(self) -> None:
        super().__init__("A bot does not read warnings: choose a person.")


class BotsHoldNoPoints(ActionRefused):
    def __init__(self) -> None:
        super().__init__("A bot holds no points: leave fine and freeze_points out.")


class FineNotUnderstood(ActionRefused):
    def __init__(self, text: str, most: int) -> None:
        self.text, self.most = text, most
        super().__init__(f"A fine is a whole number from 1 to {most:,} points: press the button again.")


class ProofTooLarge(ActionRefused):
    def __init__(self, size: int, most: int) -> None:
        self.size, self.most = size, most
        super().__init__(
            f"That file has {size / 2**20:.1f} MiB and a proof may have {most // 2**20}: attach a smaller one."
        )


class ProofEmpty(ActionRefused):
    def __init__(self) -> None:
        super().__init__("That file is empty: attach one with something in it.")


class ProofGone(ActionRefused):
    def __init__(self) -> None:
        super().__init__("Discord no longer has that file: attach it again.")


class PointsNotUnderstood(ActionRefused):
    def __init__(self, text: str, most: int) -> None:
        self.text, self.most = text, most
        super().__init__(f"A weight is a whole number from 0 to {most}: press the button again.")


class PeriodIsEmpty(ActionRefused):
    def __init__(self, since: datetime, until: datetime) -> None:
        self.since, self.until = since, until
        super().__init__(
            f"since ({format_dt(since)}) is not before until ({format_dt(until)}): no case fits, swap or change them."
        )


class EndIsOver(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            "By that it would be over already, counted from its beginning: use /unban, /untimeout or /unlock to end it "
            "now."
        )


class CaseCounts(ActionRefused):
    def __init__(self, number: int) -> None:
        super().__init__(
            f"Case {number} counts again, so what it brought about stays: use /unban, /untimeout or /unlock to lift it."
        )


class TimeoutsEnd(ActionRefused):
    def __init__(self) -> None:
        super().__init__("A timeout cannot last for ever: choose at most 365d, or ban them.")


class ExportTooLarge(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            "That is more than Discord takes in one file, even compressed: export it in parts, by since and until."
        )


class NotHere(ActionRefused):
    def __init__(self, user_id: int) -> None:
        super().__init__(f"<@{user_id}> is not in this server: that works with members only.")


class NotBanned(ActionRefused):
    def __init__(self, user_id: int) -> None:
        super().__init__(f"<@{user_id}> is not banned: there is nothing to lift.")


class NobodyTimedOut(ActionRefused):
    def __init__(self, user_id: int) -> None:
        super().__init__(f"<@{user_id}> is not timed out: there is nothing to end.")


class NobodyBannedCalled(ActionRefused):
    def __init__(self, typed: str) -> None:
        super().__init__(
            f"Nobody, or more than one, is banned under the name “{one_line(typed, 60)}”: choose from the list, "
            "or give an id."
        )


class DurationOutOfBounds(ActionRefused):
    def __init__(self, what: str, shortest: str, longest: str) -> None:
        super().__init__(f"{what} lasts from {shortest} to {longest}: choose a duration in between.")


class DeletesTooMuch(ActionRefused):
    def __init__(self, typed: str) -> None:
        super().__init__(
            f"Discord deletes the messages of at most the last 7 days, and “{one_line(typed, 60)}” is more: "
            "write 7d or less."
        )


class SlowmodeOutOfBounds(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            "Discord slows a channel by at most 6h, in whole seconds: write 10s, 5m or 6h, or 0 for none."
        )


class CaseNotNamed(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            "That names no case: choose one that Discord suggests, or write its number in its server."
        )


class ServerOutOfReach(ActionRefused):
    def __init__(self) -> None:
        super().__init__("I am no longer in that server, so nobody there would read it.")


class SlowAlready(ActionRefused):
    def __init__(self, channel: str, interval: str) -> None:
        super().__init__(f"The slowmode of {channel} is {interval} already: nothing was changed.")


class LockedAlready(ActionRefused):
    def __init__(self, channel: str, number: int | None) -> None:
        super().__init__(
            f"{channel} is locked already (case {number}): use /unlock to open it, or give a duration to set an end."
        )


class NotLocked(ActionRefused):
    def __init__(self, channel: str) -> None:
        super().__init__(f"{channel} was not locked by me: there is nothing to give back.")


class NothingToPurge(ActionRefused):
    def __init__(self, looked_at: int, left: str) -> None:
        super().__init__(
            f"None of the last {looked_at} messages here fits, so nothing was deleted. {left}".rstrip()
            if looked_at
            else f"There is no message here to delete. {left}".rstrip()
        )


class NobodyNamed(ActionRefused):
    def __init__(self, unreadable: Sequence[str]) -> None:
        first = ", ".join(one_line(each, 30) for each in unreadable[:5])
        read = f" I could not read: {first}" if unreadable else ""
        super().__init__(f"Name whom to ban, by their ids or mentions, in `users` or in a file.{read}")


class ListUnreadable(ActionRefused):
    def __init__(self) -> None:
        super().__init__("The file must be plain text with ids, of 256 KiB at most.")
