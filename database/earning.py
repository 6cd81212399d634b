"""What a message or a minute of talk earns, and why it is less: one function, which looks at nothing else.

The order of its questions, the rounding and which rule wins are documented in docs/earning.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from database.book import Account, Book
from database.local_days import today
from database.models.earning import BoostSubject, Decision, Earner, Earning, RuleSubject, Why
from database.models.earning_steps import Rate
from database.models.guild_config import GuildSettings
from database.models.points import LARGEST_BALANCE, MINT

FULL = 100
"""Percent."""
KEPT = timedelta(days=7)
"""How long it is remembered what has earned."""
LATEST = KEPT - timedelta(days=1)
"""What is older earns nothing: it may have earned and be forgotten."""


class EarnedTogether(NamedTuple):
    """What a batch brought: how many things earned, and how many points in all."""

    earnings: int
    total: int
    operation_id: int = 0


class Ruled(NamedTuple):
    """A rule that fits: percent, and of which channel or role it is."""

    percent: int
    of_id: int


AS_EVERYWHERE = Ruled(FULL, 0)


@dataclass(slots=True)
class Rates:
    """The rules and the boosts of a server, in percent."""

    channels: dict[int, int] = field(default_factory=dict)
    roles: dict[int, int] = field(default_factory=dict)
    boosts: dict[tuple[str, int | None], int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Rate]) -> "Rates":
        rates = cls()
        for subject, subject_id, percent, ends_at in rows:
            if ends_at is not None:
                known = rates.boosts.get((subject, subject_id), 0)
                rates.boosts[subject, subject_id] = max(percent, known)
            elif subject_id is not None:
                (rates.channels if subject == RuleSubject.CHANNEL else rates.roles)[subject_id] = percent
        return rates

    def channel(self, earning: Earning) -> Ruled:
        """The narrowest rule."""
        found = (Ruled(self.channels[each], each) for each in earning.channel_ids if each in self.channels)
        return next(found, AS_EVERYWHERE)

    def role(self, earning: Earning) -> Ruled:
        """A role that earns nothing wins, else the best of those that have a rule."""
        ruled = [Ruled(self.roles[each], each) for each in earning.role_ids if each in self.roles]
        if not ruled:
            return AS_EVERYWHERE
        return min(ruled) if min(ruled).percent == 0 else max(ruled)

    def boost(self, earning: Earning) -> int:
        """The best of all that fit."""
        if not self.boosts:
            return FULL
        where = [(BoostSubject.CHANNEL, each) for each in earning.channel_ids]
        who = [(BoostSubject.ROLE, each) for each in earning.role_ids]
        fitting: list[tuple[str, int | None]] = [(BoostSubject.SERVER, None), *where, *who]
        return max((self.boosts[each] for each in fitting if each in self.boosts), default=FULL)


@dataclass(frozen=True, slots=True)
class EarningRules:
    """What a server has decided about earning, and the moment at which it is asked."""

    settings: GuildSettings
    rates: Rates
    now: datetime
    is_ledger_frozen: bool = False

    def day_of(self, moment: datetime) -> date:
        """By the server's clock."""
        return today(moment, ZoneInfo(self.settings.time_zone))

    def gives(self, earner: Earner) -> int:
        """Points, before any rule."""
        return self.settings.points_per_message if earner is Earner.MESSAGE else self.settings.voice_points


def is_cooling(last: datetime | None, at: datetime, cooldown: timedelta) -> bool:
    """By the messages' own times. Without a cool-down nothing cools, in whatever order the messages arrive."""
    return bool(cooldown) and last is not None and at < last + cooldown


def decide(earner: Earner, earning: Earning, rules: EarningRules, account: Account) -> Decision:
    """What it earns by these rules on this account, which stays as it is."""
    base = rules.gives(earner)
    channel, role = rules.rates.channel(earning), rules.rates.role(earning)
    refused = _refused(earning, rules, account) if base else Decision(0, Why.NOTHING_FOR_IT)
    refused = refused or _excluded(channel, role)
    if refused is None and earner is Earner.MESSAGE:
        refused = _of_the_text(earning, rules.settings, account)
    if refused is not None:
        return refused
    product = channel.percent * role.percent * rules.rates.boost(earning)
    points, percent = _rounded(base * product, FULL**3), product // FULL**2
    if points == 0:
        return Decision(0, Why.ROUNDED_AWAY, base, percent)
    return _within_limits(points, percent, earning, rules, account)


def _refused(earning: Earning, rules: EarningRules, account: Account) -> Decision | None:
    if rules.is_ledger_frozen:
        return Decision(0, Why.LEDGER_FROZEN)
    if account.frozen_at is not None:
        return Decision(0, Why.FROZEN)
    return Decision(0, Why.TOO_LATE) if earning.at < rules.now - LATEST else None


def _excluded(channel: Ruled, role: Ruled) -> Decision | None:
    if channel.percent == 0:
        return Decision(0, Why.CHANNEL, channel.of_id, 0)
    return Decision(0, Why.ROLE, role.of_id, 0) if role.percent == 0 else None


def _of_the_text(earning: Earning, settings: GuildSettings, account: Account) -> Decision | None:
    if earning.length is not None and earning.length < settings.message_least_length:
        return Decision(0, Why.TOO_SHORT, settings.message_least_length)
    if earning.is_repeat and not settings.message_repeats_earn:
        return Decision(0, Why.REPEATED)
    cooldown = timedelta(seconds=settings.message_cooldown_seconds)
    if account.last_talked_at is not None and is_cooling(account.last_talked_at, earning.at, cooldown):
        left = account.last_talked_at + cooldown - earning.at
        return Decision(0, Why.COOL_DOWN, -(-left // timedelta(seconds=1)))
    return None


def _within_limits(
    points: int, percent: int, earning: Earning, rules: EarningRules, account: Account
) -> Decision:
    if account.balance + account.held_in + points > LARGEST_BALANCE:
        return Decision(0, Why.BALANCE_FULL, LARGEST_BALANCE, percent)
    if most := rules.settings.earned_per_day:
        is_counted = account.counted_on is not None and account.counted_on >= rules.day_of(earning.at)
        left = max(0, most - (account.earned_today if is_counted else 0))
        if points > left:
            return Decision(left, Why.DAY_FULL, most, percent)
    return Decision(points, percent=percent)


def _rounded(dividend: int, divisor: int) -> int:
    """To the nearest whole number, halves up."""
    return (2 * dividend + divisor) // (2 * divisor)


def earn(
    book: Book,
    earner: Earner,
    earnings: Sequence[Earning],
    rules: EarningRules,
    known: Mapping[tuple[int, int], int],
) -> list[Decision]:
    """Decide one after another on a book of their accounts, which then has the transfers.

    `known`: the points of what has earned before, by key and member. What comes twice earns once.
    """
    earned, decided = dict(known), []
    for each in earnings:
        if (points := earned.get((each.key, each.user_id))) is not None:
            decided.append(Decision(points, is_repeat=True))
            continue
        account = book.accounts[each.user_id]
        decision = decide(earner, each, rules, account)
        if decision.points:
            account.count_from(rules.day_of(each.at))
            account.earned_today += decision.points
            if earner is Earner.MESSAGE:
                account.last_talked_at = max(each.at, account.last_talked_at or each.at)
            book.post(MINT, each.user_id, decision.points)
            earned[each.key, each.user_id] = decision.points
        decided.append(decision)
    return decided
