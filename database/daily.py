"""The points of a day, once in each day of the member's time zone, and a thank-you. Plans for the ledger."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from database.book import Book
from database.earning_refusals import (
    CannotThankYourself,
    HadToday,
    NoDaily,
    NoThanks,
    OverThanks,
    ThankedToday,
    TheyAreRestricted,
)
from database.ledger_refusals import BotsHoldNoPoints, RestrictedNow
from database.local_days import beginning, today
from database.models.earning import PointMember
from database.models.guild_config import GuildSettings
from database.models.points import MINT

A_DAY = timedelta(days=1)
LEAST_BETWEEN_ZONES = timedelta(hours=20)
"""Between two dailies by the days of different time zones."""


class Daily(NamedTuple):
    """Instants are in seconds since 1970."""

    points: int
    streak: int
    balance: int
    at: int
    next_at: int
    operation_id: int = 0


class Thanked(NamedTuple):
    """`left`: how many more the giver may thank today. `at` is in seconds since 1970."""

    points: int
    left: int
    receiver_balance: int
    at: int
    operation_id: int = 0


@dataclass(frozen=True, slots=True)
class ThankYou:
    """What is known of it beside the ledger. `*_is_restricted`: whether a timeout stands against them."""

    giver_id: int
    receiver_id: int
    receiver_is_bot: bool
    giver_is_restricted: bool = False
    receiver_is_restricted: bool = False


def zone_of(member: PointMember | None, rules: GuildSettings) -> ZoneInfo:
    return ZoneInfo((member and member.time_zone) or rules.time_zone)


def due_at(member: PointMember | None, rules: GuildSettings) -> datetime | None:
    """From when on the next daily is due; None: there was none."""
    if member is None or member.daily_at is None:
        return None
    zone = zone_of(member, rules)
    tomorrow = beginning(today(member.daily_at, zone) + A_DAY, zone)
    if member.daily_zone == zone.key:
        return tomorrow
    return max(tomorrow, member.daily_at + LEAST_BETWEEN_ZONES)


def daily(book: Book, user_id: int, member: PointMember | None, rules: GuildSettings, now: datetime) -> Daily:
    """The day after the last one goes on with the streak; any later day begins a new one."""
    if rules.daily_points == 0:
        raise NoDaily
    book.may_move(user_id)
    due, zone = due_at(member, rules), zone_of(member, rules)
    if due is not None and now < due:
        raise HadToday(int(due.timestamp()))
    account, day = book.accounts[user_id], today(now, zone)
    is_next = (
        member is not None and member.daily_at is not None and today(member.daily_at, zone) == day - A_DAY
    )
    account.daily_streak = account.daily_streak + 1 if is_next else 1
    account.daily_on = day
    more_days = min(account.daily_streak, rules.daily_streak_days) - 1
    points = rules.daily_points + rules.daily_streak_points * more_days
    book.post(MINT, user_id, points)
    next_at = beginning(day + A_DAY, zone)
    return Daily(
        points, account.daily_streak, account.balance, int(now.timestamp()), int(next_at.timestamp())
    )


def thank(
    book: Book, wish: ThankYou, last_at: datetime | None, rules: GuildSettings, now: datetime
) -> Thanked:
    """`last_at`: when the same member was last thanked by the same. Refused in the order of this function."""
    if wish.giver_id == wish.receiver_id:
        raise CannotThankYourself
    if wish.receiver_is_bot:
        raise BotsHoldNoPoints
    if rules.thanks_points == 0 or rules.thanks_per_day == 0:
        raise NoThanks
    book.may_move(wish.giver_id, wish.receiver_id)
    if not rules.restricted_may_transfer and wish.giver_is_restricted:
        raise RestrictedNow
    if not rules.restricted_may_transfer and wish.receiver_is_restricted:
        raise TheyAreRestricted(wish.receiver_id)
    zone = ZoneInfo(rules.time_zone)
    giver, day = book.accounts[wish.giver_id], today(now, zone)
    giver.count_from(day)
    if last_at is not None and today(last_at, zone) >= day:
        raise ThankedToday(wish.receiver_id)
    if giver.thanks_today >= rules.thanks_per_day:
        raise OverThanks(rules.thanks_per_day)
    giver.thanks_today += 1
    book.post(MINT, wish.receiver_id, rules.thanks_points)
    left = rules.thanks_per_day - giver.thanks_today
    balance = book.accounts[wish.receiver_id].balance
    return Thanked(rules.thanks_points, left, balance, int(now.timestamp()))
