"""What members earn: by messages and voice many at once, by dailies and by thanks. Each of them once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from operator import or_
from typing import Any

from database.actions import action
from database.book import Account
from database.controllers._base import BaseController
from database.daily import Daily, Thanked, ThankYou, daily, due_at, thank, zone_of
from database.earning import KEPT, EarnedTogether, EarningRules, Rates, decide, earn
from database.errors import SettingNotAllowed
from database.ledger import Request, keep, open_book, settle, told, trimmed
from database.local_days import time_zones
from database.models.base import utc_now
from database.models.earning import Decision, Earner, Earning
from database.models.earning_steps import (
    CHOOSE_ZONE,
    EARNED_ALREADY,
    FORGET_EARNINGS,
    MEMBERS,
    NOTE_DAILY,
    NOTE_EARNINGS,
    NOTE_THANKS,
    RATES,
    THANKS,
)
from database.models.guild_config import FIND_CONFIG, GuildSettings
from database.models.ledger_steps import ACCOUNTS, LEDGERS
from database.models.points import MINT, OperationKind, Source
from database.restricted import rules_between
from database.transaction import Transaction

MOST_AT_ONCE = 1_000
MOST_FORGOTTEN = 10_000
KINDS = {Earner.MESSAGE: OperationKind.TALK, Earner.VOICE: OperationKind.VOICE}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EarningsController(BaseController):
    topic = "earnings"

    @action(repeatable=True)
    async def earn(self, *, guild_id: int, earner: Earner, earnings: Sequence[Earning]) -> Sequence[Decision]:
        """Decide what each of these earns, at most MOST_AT_ONCE, in their order, and post it as one operation.

        What has earned before, also in a batch that nobody knows the end of, earns nothing more: its decision says
        what it had earned.
        """
        if not earnings:
            return []
        user_ids = sorted({each.user_id for each in earnings})
        request = Request(guild_id, KINDS[earner], Source.BATCH, external_id=0, actor_id=MINT, asked=())
        async with self._transaction(guild_id=guild_id) as tx:
            rules = await _rules(tx, guild_id)
            book = await open_book(tx, request, (MINT, *user_ids))
            # Only now, with their accounts locked: another batch with the same keys has ended.
            keys = {"external_ids": [each.key for each in earnings], "user_ids": user_ids}
            earned = await tx.exec(EARNED_ALREADY, guild_id=guild_id, source=earner, **keys)
            known = {(each.external_id, each.user_id): each.points for each in earned.all()}
            rules = replace(rules, is_ledger_frozen=book.is_ledger_frozen)
            decided = earn(book, earner, earnings, rules, known)
            new = _new(earnings, decided)
            if new["points"]:
                together = EarnedTogether(len(new["points"]), sum(new["points"]))
                batch_id = _batch_id(earner, new["external_ids"][0], new["user_ids"][0])
                if await keep(tx, replace(request, external_id=batch_id), book, together) is None:
                    raise LookupError("what had no key has an operation: its key was forgotten too early")
                await tx.exec(NOTE_EARNINGS, guild_id=guild_id, source=earner, **new)
        return decided

    @action(repeatable=True)
    async def preview(
        self, *, guild_id: int, user_id: int, imagined: Mapping[Earner, Earning]
    ) -> Mapping[Earner, Decision]:
        """What these would earn a member now."""
        async with self._read(guild_id=guild_id) as tx:
            rules = await _rules(tx, guild_id)
            found = await ACCOUNTS.get(tx, guild_id=guild_id, account_id=user_id)
            ledger = await LEDGERS.get(tx, guild_id=guild_id)
        rules = replace(rules, is_ledger_frozen=ledger is not None and ledger.frozen_at is not None)
        account = Account(user_id)
        if found is not None:
            names = ("balance", "held_in", "frozen_at", "last_talked_at", "counted_on", "earned_today")
            account = Account(user_id, **{name: getattr(found, name) for name in names})
        return {earner: decide(earner, each, rules, account) for earner, each in imagined.items()}

    @action(repeatable=True)
    async def daily(self, *, guild_id: int, user_id: int, interaction_id: int) -> Daily:
        """The points of the member's day. Refused: NoDaily, AccountFrozen, HadToday, BalanceTooHigh."""
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.DAILY,
            source=Source.INTERACTION,
            external_id=interaction_id,
            actor_id=user_id,
            asked=(),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            settings = await _settings(tx, guild_id)
            book = await open_book(tx, request, (MINT, user_id))
            member = await MEMBERS.get(tx, guild_id=guild_id, user_id=user_id)
            answer = await settle(
                tx, request, book, lambda book: daily(book, user_id, member, settings, utc_now()), Daily
            )
            if isinstance(answer, Daily):
                await tx.exec(
                    NOTE_DAILY,
                    guild_id=guild_id,
                    user_id=user_id,
                    daily_at=datetime.fromtimestamp(answer.at, UTC),
                    daily_zone=zone_of(member, settings).key,
                )
        return told(answer)

    @action(repeatable=True)
    async def next_daily(self, *, guild_id: int, user_id: int) -> datetime:
        """From when on the member's next daily is due; long ago if it always was."""
        async with self._read(guild_id=guild_id) as tx:
            settings = await _settings(tx, guild_id)
            return due_at(await MEMBERS.get(tx, guild_id=guild_id, user_id=user_id), settings) or EPOCH

    @action(repeatable=True)
    async def choose_zone(self, *, guild_id: int, user_id: int, time_zone: str | None) -> None:
        """In whose days the member's dailies are counted; None: the server's. Raises SettingNotAllowed."""
        if time_zone is not None and time_zone not in time_zones():
            raise SettingNotAllowed("The time zone", "name one as Europe/Berlin is named, or UTC")
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(CHOOSE_ZONE, guild_id=guild_id, user_id=user_id, time_zone=time_zone)

    @action(repeatable=True)
    async def thank(
        self,
        *,
        guild_id: int,
        giver_id: int,
        receiver_id: int,
        receiver_is_bot: bool,
        note: str | None,
        interaction_id: int,
        giver_is_restricted: bool = False,
        receiver_is_restricted: bool = False,
    ) -> Thanked:
        """New points for a member, from another one's thanks. Refused in the order of database/daily.py."""
        restricted = (giver_is_restricted, receiver_is_restricted)
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.THANKS,
            source=Source.INTERACTION,
            external_id=interaction_id,
            actor_id=giver_id,
            asked=(receiver_id,),
            note=trimmed(note),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            settings, *by_our_rows = await rules_between(tx, guild_id, giver_id, receiver_id)
            wish = ThankYou(giver_id, receiver_id, receiver_is_bot, *map(or_, restricted, by_our_rows))
            book = await open_book(tx, request, (MINT, giver_id, receiver_id))
            pair = {"guild_id": guild_id, "giver_id": giver_id, "receiver_id": receiver_id}
            last, now = await THANKS.get(tx, **pair), utc_now()
            plan = partial(
                thank, wish=wish, last_at=last.thanked_at if last else None, rules=settings, now=now
            )
            answer = await settle(tx, request, book, plan, Thanked)
            if isinstance(answer, Thanked):
                await tx.exec(NOTE_THANKS, **pair, thanked_at=datetime.fromtimestamp(answer.at, UTC))
        return told(answer)

    @action(repeatable=True)
    async def forget_old(self, *, now: datetime) -> int:
        """Keys that are so old that they would not earn anyway: how many, at most MOST_FORGOTTEN."""
        async with self._transaction(system=True) as tx:
            forgotten = await tx.exec(FORGET_EARNINGS, before=now - KEPT, limit=MOST_FORGOTTEN)
            return len(forgotten.all())


async def _settings(tx: Transaction, guild_id: int) -> GuildSettings:
    return (await tx.exec(FIND_CONFIG, guild_id=guild_id)).first() or GuildSettings(guild_id)


async def _rules(tx: Transaction, guild_id: int) -> EarningRules:
    settings, now = await _settings(tx, guild_id), utc_now()
    return EarningRules(settings, Rates.of((await tx.exec(RATES, guild_id=guild_id, now=now)).all()), now)


def _new(earnings: Sequence[Earning], decided: Sequence[Decision]) -> dict[str, list[Any]]:
    """What earned now, a list for each column."""
    new = [
        (each.key, each.user_id, decision.points, each.at)
        for each, decision in zip(earnings, decided, strict=True)
        if decision.points and not decision.is_repeat
    ]
    names = ("external_ids", "user_ids", "points", "earned_at")
    return {name: [row[place] for row in new] for place, name in enumerate(names)}


def _batch_id(earner: Earner, key: int, user_id: int) -> int:
    """What no other batch of the guild has, since nothing earns twice: 62 bits that stand for its first earning."""
    named = sha256(f"{earner}:{key}:{user_id}".encode()).digest()
    return int.from_bytes(named[:8], "big") >> 2
