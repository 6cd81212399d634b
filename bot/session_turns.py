"""When a shard may begin its session with Discord: in turn with all processes of the bot, and within the day's starts.

The turns are rows of the database (`processes.take_turn`), so a crash loop meets the starts of the processes before.
"""

from datetime import timedelta
from typing import Any

from loguru import logger

from bot.clock import clock
from database.controllers.processes import LONGEST_LINE, ProcessController, Turn
from database.errors import DatabaseUnavailable
from database.session_starts import StartLimits

BETWEEN_STARTS_SECONDS = 5.5
"""Discord lets shards of one slot begin every 5 s (gateway, "Max Concurrency"). The rest is for the way there, which
is longer for one process than for the next."""
LOOK_AGAIN = timedelta(minutes=10)
"""While a start is far away: another process may have learned that a new day has begun."""


class TurnIsFarAway(TimeoutError):
    """discord.py closes a socket on which nothing came for 60 s, so it is told to try later: it backs off."""


class SessionTurns:
    """`is_alone`: on a sandbox and with no other process, the first session need not wait for the one before it."""

    def __init__(self, processes: ProcessController, *, is_alone: bool) -> None:
        self._processes, self._is_alone = processes, is_alone
        self._slots = 1
        self._limits: StartLimits | None = None
        self._counted = 0

    def learn(self, told: Any) -> None:
        """`session_start_limit` of GET /gateway/bot."""
        resets_at = clock.now() + timedelta(milliseconds=told["reset_after"])
        self._limits = StartLimits(told["total"], told["remaining"], resets_at)
        self._slots = max(1, told["max_concurrency"])

    @property
    def starts_left(self) -> int | None:
        """Of this day, as far as we know; None before Discord was asked."""
        if self._limits is None:
            return None
        told = self._limits.remaining if clock.now() < self._limits.resets_at else self._limits.total
        return max(0, min(told, self._limits.total - self._counted))

    async def come_near(self, shard_id: int, *, initial: bool) -> None:
        """Wait until the shard's turn is near enough to open a socket for it."""
        while (wait := await self._until_turn(shard_id, initial=initial)) > LONGEST_LINE:
            logger.warning(
                "shard {} begins its session in {:.0f} s or later: {} of the day's session starts are left, "
                "and Discord resets the token of a bot that uses up all",
                shard_id,
                wait.total_seconds(),
                self.starts_left,
            )
            await clock.sleep(min(wait - LONGEST_LINE, LOOK_AGAIN).total_seconds())

    async def _until_turn(self, shard_id: int, *, initial: bool) -> timedelta:
        try:
            return (await self._turn(shard_id, initial=initial, only_look=True)).wait
        except DatabaseUnavailable:
            return timedelta()  # said where the turn is taken

    async def wait(self, shard_id: int, *, initial: bool) -> None:
        """Take the shard's turn and wait for it. Raises TurnIsFarAway."""
        try:
            turn = await self._turn(shard_id, initial=initial)
        except DatabaseUnavailable:
            logger.warning("shard {} begins its session out of turn: the database is away", shard_id)
            await clock.sleep(BETWEEN_STARTS_SECONDS)
            return
        if not turn.is_taken:
            raise TurnIsFarAway(f"the turn of shard {shard_id} comes in {turn.wait.total_seconds():.0f} s")
        await clock.sleep(turn.wait.total_seconds())

    async def _turn(self, shard_id: int, *, initial: bool, only_look: bool = False) -> Turn:
        limits = self._limits or StartLimits(total=1000, remaining=1000, resets_at=clock.now())
        turn = await self._processes.take_turn(
            slot=shard_id % self._slots,
            slots=self._slots,
            limits=limits,
            least_seconds=0.0 if self._is_alone and initial else BETWEEN_STARTS_SECONDS,
            only_look=only_look,
        )
        self._counted = turn.counted
        return turn
