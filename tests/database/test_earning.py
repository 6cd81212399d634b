"""What something earns: the one function that decides it, held against a plainer one, and its order of reasons."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.book import Account, Book
from database.earning import KEPT, EarningRules, Rates, decide, earn
from database.models.earning import Decision, Earner, Earning, Why
from database.models.earning_steps import Rate
from database.models.guild_config import GuildSettings
from database.models.points import LARGEST_BALANCE, MINT

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
THREAD, CHANNEL, CATEGORY = 11, 12, 13
RED, BLUE = 21, 22
ANN = 5_001
PERCENT = st.sampled_from([0, 1, 33, 50, 100, 150, 200, 1_000])
RATES = st.lists(
    st.builds(Rate, st.just("channel"), st.sampled_from([THREAD, CHANNEL, CATEGORY, 99]), PERCENT, st.none())
    | st.builds(Rate, st.just("role"), st.sampled_from([RED, BLUE, 98]), PERCENT, st.none())
    | st.builds(Rate, st.just("server"), st.none(), st.sampled_from([101, 200]), st.just(LATER))
    | st.builds(Rate, st.just("channel"), st.sampled_from([CHANNEL, 99]), st.just(300), st.just(LATER)),
    max_size=6,
    unique_by=lambda rate: (rate.subject, rate.subject_id, rate.ends_at is None),
)
SETTINGS = st.fixed_dictionaries(
    {
        "points_per_message": st.sampled_from([0, 1, 3, 1_000]),
        "voice_points": st.sampled_from([0, 2]),
        "message_cooldown_seconds": st.sampled_from([0, 60]),
        "message_least_length": st.sampled_from([0, 5]),
        "message_repeats_earn": st.booleans(),
        "earned_per_day": st.sampled_from([0, 4, 10_000]),
    }
).map(lambda chosen: GuildSettings(1, **chosen))
EARNINGS = st.builds(
    Earning,
    key=st.integers(1, 6),
    user_id=st.just(ANN),
    at=st.integers(-100, 100).map(lambda second: NOW + timedelta(seconds=second)),
    channel_ids=st.sampled_from([(), (CHANNEL,), (CHANNEL, CATEGORY), (THREAD, CHANNEL, CATEGORY)]),
    role_ids=st.sampled_from([(), (RED,), (BLUE,), (RED, BLUE)]),
    length=st.none() | st.integers(0, 9),
    is_repeat=st.booleans(),
)


def percent_of(rates: list[Rate], earning: Earning) -> Fraction:
    """The rules of docs/earning.md, word for word."""
    standing = {(rate.subject, rate.subject_id): rate.percent for rate in rates if rate.ends_at is None}
    here = [standing["channel", each] for each in earning.channel_ids if ("channel", each) in standing]
    theirs = [standing["role", each] for each in earning.role_ids if ("role", each) in standing]
    role = 0 if 0 in theirs else max(theirs, default=100)
    fits = [("server", None), *(("channel", each) for each in earning.channel_ids)]
    boosts = [rate.percent for rate in rates if rate.ends_at and (rate.subject, rate.subject_id) in fits]
    return Fraction((here or [100])[0] * role * max(boosts, default=100), 100**3)


@given(
    settings=SETTINGS,
    rates=RATES,
    earnings=st.lists(EARNINGS, max_size=8),
    earner=st.sampled_from(list(Earner)),
)
def test_a_batch_earns_what_the_rules_say_and_each_key_once(
    settings: GuildSettings, rates: list[Rate], earnings: list[Earning], earner: Earner
) -> None:
    book = Book({ANN: Account(ANN)}, asked_by_id=MINT)
    rules = EarningRules(settings, Rates.of(rates), NOW)
    decided = earn(book, earner, earnings, rules, {})
    is_message = earner is Earner.MESSAGE
    base = settings.points_per_message if is_message else settings.voice_points
    known: dict[int, int] = {}
    last, total = None, 0
    for each, decision in zip(earnings, decided, strict=True):
        if each.key in known:
            assert (decision.points, decision.is_repeat) == (known[each.key], True)
            continue
        whole = base * percent_of(rates, each)
        expected = int(whole + Fraction(1, 2))
        is_cooling = last is not None and each.at < last + timedelta(
            seconds=settings.message_cooldown_seconds
        )
        is_refused = (
            (each.length is not None and each.length < settings.message_least_length)
            or (each.is_repeat and not settings.message_repeats_earn)
            or (is_cooling and settings.message_cooldown_seconds > 0)
        )
        if is_message and is_refused:
            expected = 0
        if settings.earned_per_day:
            expected = min(expected, settings.earned_per_day - total)
        assert decision.points == expected
        assert decision.points or decision.why is not None, "who earns nothing is told why"
        if expected:
            known[each.key] = expected
            total += expected
            last = max(each.at, last or each.at) if is_message else last
    account = book.accounts[ANN]
    assert account.balance == account.earned == account.earned_today == total
    assert [leg.amount for leg in book.legs] == list(known.values())
    assert account.last_talked_at == last


@given(settings=SETTINGS, rates=RATES, earning=EARNINGS, earner=st.sampled_from(list(Earner)))
def test_to_decide_changes_nothing_and_a_full_day_or_a_rule_never_gives_more(
    settings: GuildSettings, rates: list[Rate], earning: Earning, earner: Earner
) -> None:
    account = Account(ANN, balance=5, last_talked_at=NOW)
    before = replace(account)
    decision = decide(earner, earning, EarningRules(settings, Rates.of(rates), NOW), account)
    assert account == before
    capped = EarningRules(settings._replace(earned_per_day=1), Rates.of(rates), NOW)
    assert decide(earner, earning, capped, account).points == min(decision.points, 1)


HELLO = Earning(1, ANN, NOW, (THREAD, CHANNEL, CATEGORY), (RED, BLUE), length=5)
FIVE = GuildSettings(1, points_per_message=5)


@pytest.mark.parametrize(
    ("different", "expected"),
    [
        ({}, Decision(5)),
        ({"settings": {"points_per_message": 0}}, Decision(0, Why.NOTHING_FOR_IT)),
        ({"is_ledger_frozen": True}, Decision(0, Why.LEDGER_FROZEN)),
        ({"account": {"frozen_at": NOW}}, Decision(0, Why.FROZEN)),
        ({"now": NOW + KEPT}, Decision(0, Why.TOO_LATE)),
        ({"rates": [("channel", CATEGORY, 0)]}, Decision(0, Why.CHANNEL, CATEGORY, 0)),
        ({"rates": [("channel", CATEGORY, 0), ("channel", CHANNEL, 100)]}, Decision(5)),
        ({"rates": [("channel", CHANNEL, 0), ("channel", THREAD, 200)]}, Decision(10, percent=200)),
        ({"rates": [("role", RED, 0), ("role", BLUE, 200)]}, Decision(0, Why.ROLE, RED, 0)),
        ({"rates": [("role", RED, 50), ("role", BLUE, 200)]}, Decision(10, percent=200)),
        ({"rates": [("channel", CHANNEL, 50), ("role", BLUE, 200)]}, Decision(5)),
        ({"rates": [("channel", CHANNEL, 50)]}, Decision(3, percent=50)),
        ({"rates": [("channel", CHANNEL, 9)]}, Decision(0, Why.ROUNDED_AWAY, 5, 9)),
        ({"rates": [("channel", CHANNEL, 10)]}, Decision(1, percent=10)),
        ({"settings": {"message_least_length": 6}}, Decision(0, Why.TOO_SHORT, 6)),
        ({"earning": {"is_repeat": True}}, Decision(0, Why.REPEATED)),
        ({"account": {"last_talked_at": NOW - timedelta(seconds=48)}}, Decision(0, Why.COOL_DOWN, 12)),
        ({"account": {"last_talked_at": NOW - timedelta(seconds=59.5)}}, Decision(0, Why.COOL_DOWN, 1)),
        ({"account": {"last_talked_at": NOW - timedelta(seconds=60)}}, Decision(5)),
        (
            {"settings": {"earned_per_day": 7}, "account": {"counted_on": NOW.date(), "earned_today": 4}},
            Decision(3, Why.DAY_FULL, 7),
        ),
        (
            {"settings": {"earned_per_day": 7}, "account": {"counted_on": NOW.date(), "earned_today": 7}},
            Decision(0, Why.DAY_FULL, 7),
        ),
        (
            {
                "settings": {"earned_per_day": 7, "time_zone": "Pacific/Kiritimati"},
                "account": {"counted_on": NOW.date(), "earned_today": 7},
            },
            Decision(5),
        ),
        ({"account": {"balance": LARGEST_BALANCE - 4}}, Decision(0, Why.BALANCE_FULL, LARGEST_BALANCE)),
    ],
)
def test_each_reason(different: dict[str, Any], expected: Decision) -> None:
    rows = [Rate(*rate, None) for rate in different.get("rates", [])]
    rules = EarningRules(
        FIVE._replace(**different.get("settings", {})),
        Rates.of(rows),
        different.get("now", NOW),
        is_ledger_frozen=different.get("is_ledger_frozen", False),
    )
    earning = replace(HELLO, **different.get("earning", {}))
    account = Account(ANN, **different.get("account", {}))
    assert decide(Earner.MESSAGE, earning, rules, account) == expected


def test_the_best_boost_counts_on_top_of_the_rules() -> None:
    rows = [Rate("role", RED, 50, None), Rate("server", None, 150, LATER), Rate("role", BLUE, 400, LATER)]
    rules = EarningRules(FIVE, Rates.of([*rows, Rate("channel", 99, 1_000, LATER)]), NOW)
    assert decide(Earner.MESSAGE, HELLO, rules, Account(ANN)) == Decision(10, percent=200)


def test_voice_knows_no_cool_down_and_no_text() -> None:
    rules = EarningRules(FIVE._replace(voice_points=2, message_least_length=9), Rates(), NOW)
    account = Account(ANN, last_talked_at=NOW)
    assert decide(Earner.VOICE, replace(HELLO, is_repeat=True), rules, account) == Decision(2)
