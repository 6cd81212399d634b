from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.durations import LONGEST, SHORTEST, UNITS, format_duration, parse_duration, parse_moment
from bot.errors import DurationNotUnderstood, MomentNotUnderstood, MomentOutOfReach

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

durations = st.integers(1, int(LONGEST.total_seconds())).map(lambda seconds: timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("1w", timedelta(days=7)),
        ("1d12h", timedelta(hours=36)),
        (" 1D 12H ", timedelta(hours=36)),
        ("3650d", LONGEST),
        ("1s", SHORTEST),
        ("1 hour", timedelta(hours=1)),
        ("90 Minutes", timedelta(minutes=90)),
        ("10 min", timedelta(minutes=10)),
        ("1.5h", timedelta(minutes=90)),
        ("2 weeks", timedelta(days=14)),
        ("1 day 12 hours", timedelta(hours=36)),
        ("1 Day and 12 HOURS", timedelta(hours=36)),
        ("1 week, 2 days, and 3 hrs", timedelta(days=9, hours=3)),
        ("1 hour,30 min", timedelta(minutes=90)),
        ("2y", timedelta(days=730)),
        ("1 year", timedelta(days=365)),
        ("1 month", timedelta(days=30)),
        ("1mo2m", timedelta(days=30, minutes=2)),
        ("10 years", LONGEST),
        ("1.001s", SHORTEST),
    ],
)
def test_durations_read_as_people_write_them(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    ["", "7", "d", "0s", "-1d", "1,5h", "1.h", ".5h", "1e3h", "12h1d", "1h1h", "1h 2 hours", "3651d", "11y", "٧d",
     "9" * 400, "1d" * 90, "1 fortnight", "an hour", "1 hour and", "and 1 hour", "1h and and 2m", "1h,,2m", "1 h our",
     "infh", "nanh", "1 0m", "0.1s", "999999999y"],
)  # fmt: skip
def test_what_is_no_duration_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(DurationNotUnderstood, match="30m, 2h, 7d or 1d12h"):
        parse_duration(text)


def test_a_refusal_names_the_bounds_of_what_was_asked_for() -> None:
    with pytest.raises(DurationNotUnderstood, match="from 10s to 365d"):
        parse_duration("soon", shortest=timedelta(seconds=10), longest=timedelta(days=365))


@given(durations)
def test_a_duration_survives_being_written_and_read(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration


spoken = st.lists(
    st.tuples(
        st.sampled_from(["0", "1", "1.5", "0.001", "12", "999999999", "999999999.999"]),
        st.sampled_from(["", " ", "  "]),
        st.sampled_from([*UNITS, "Hours", "MIN", "ſ", "fortnight"]),
        st.sampled_from(["", " ", ", ", " and ", ", and ", ",,"]),
    ),
    max_size=5,
).map(lambda parts: "".join(chain.from_iterable(parts)))


@given(st.text(max_size=80) | spoken)
def test_any_text_is_a_bounded_duration_or_a_refusal(text: str) -> None:
    try:
        assert SHORTEST <= parse_duration(text) <= LONGEST
    except DurationNotUnderstood:
        return


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("7d", "2026-11-14T12:00"),
        ("2026-11-01", "2026-10-31T23:00"),
        ("2026-11-01 18:00", "2026-11-01T17:00"),
        ("2026-11-01T18:00", "2026-11-01T17:00"),
        ("today", "2026-11-20T23:00"),
        ("Today 9:30", "2026-11-21T08:30"),
        ("yesterday 09:30", "2026-11-20T08:30"),
    ],
)
def test_moments_are_read_in_the_servers_time_zone(text: str, moment: str) -> None:
    assert parse_moment(text, now=NOW, zone=BERLIN, past=True) == datetime.fromisoformat(f"{moment}+00:00")


def test_ahead_a_duration_and_a_day_lie_in_the_future() -> None:
    assert parse_moment("7d", now=NOW, zone=BERLIN, past=False) == NOW + timedelta(days=7)
    assert parse_moment("tomorrow 18:00", now=NOW, zone=BERLIN, past=False).isoformat() == (
        "2026-11-22T17:00:00+00:00"
    )


@pytest.mark.parametrize("text", ["yesterday", "today 12:00", "2020-01-01", "2099-01-01"])
def test_an_end_lies_ahead_and_within_ten_years(text: str) -> None:
    with pytest.raises(MomentOutOfReach, match="next ten years"):
        parse_moment(text, now=NOW, zone=BERLIN, past=False)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-13-01", "2026-02-30", "26-01-01", "today 25:00", "today 9", "today 09:30 x", "18:00",
     "0001-01-01 00:00", "2026-1-1", "today\x00", "-" * 100],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_examples(text: str) -> None:
    with pytest.raises(MomentNotUnderstood, match="tomorrow 09:30"):
        parse_moment(text, now=NOW, zone=ZoneInfo("Asia/Tokyo"), past=True)


def test_a_time_that_the_clocks_skip_is_moved_on_by_the_gap() -> None:
    skipped = parse_moment("2026-03-29 02:30", now=NOW, zone=BERLIN, past=True)
    assert skipped.astimezone(BERLIN).isoformat() == "2026-03-29T03:30:00+02:00"


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    twice = parse_moment("2026-10-25 02:30", now=NOW, zone=BERLIN, past=True)
    assert twice.isoformat() == "2026-10-25T00:30:00+00:00"


@given(
    st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2035-12-31")),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_every_minute_is_understood_in_every_zone(local: datetime, zone: str) -> None:
    moment = parse_moment(f"{local:%Y-%m-%d %H:%M}", now=NOW, zone=ZoneInfo(zone), past=True)
    distance = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - local.replace(second=0, microsecond=0)
    assert moment.tzinfo is UTC
    assert timedelta(0) <= distance <= timedelta(days=1)
