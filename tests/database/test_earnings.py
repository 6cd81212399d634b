"""Earnings in batches, dailies, thanks, rules and boosts, in the database: each once, whatever happens at once."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database.clock import clock
from database.earning import KEPT, LATEST
from database.earning_refusals import HadToday, OverThanks, ThankedToday, TheyAreRestricted
from database.errors import DatabaseUnavailable, SettingNotAllowed
from database.ledger_refusals import AccountFrozen, LedgerRefusal, RestrictedNow
from database.models.earning import BoostSubject, Decision, Earner, Earning, RuleSubject, Why
from database.service import DatabaseService

ANN, BEN, CEM = 5_001, 5_002, 5_003
HOUR = timedelta(hours=1)
NewId = Callable[[], int]


@pytest.fixture(autouse=True)
def _time_goes_on_as_it_did() -> Any:
    before = clock.ahead
    yield
    clock.move_to(before)


def at(moment: datetime) -> None:
    clock.move_to(moment - datetime.now(UTC))


class Guild:
    """One server, in short words."""

    def __init__(self, ledger: Any, new_id: NewId) -> None:
        self.ledger, self.database, self.new_id = ledger, ledger.database, new_id
        self.here = {"guild_id": ledger.guild_id}

    def asked(self) -> dict[str, int]:
        return {**self.here, "interaction_id": self.new_id()}

    async def set(self, **settings: Any) -> None:
        for setting, value in settings.items():
            await self.database.guild_configs.change(
                **self.asked(), setting=setting, value=value, changed_by_id=1
            )

    async def earn(self, *earnings: Earning, earner: Earner = Earner.MESSAGE) -> list[Decision]:
        decided: list[Decision] = await self.database.earnings.earn(
            **self.here, earner=earner, earnings=earnings
        )
        return decided

    async def daily(self, user_id: int = ANN, key: int | None = None) -> Any:
        try:
            return await self.database.earnings.daily(
                **self.here, user_id=user_id, interaction_id=key or self.new_id()
            )
        except LedgerRefusal as refusal:
            return type(refusal)

    async def thank(self, giver_id: int, receiver_id: int, key: int | None = None, **facts: bool) -> Any:
        facts = {"receiver_is_bot": False, **facts}
        try:
            return await self.database.earnings.thank(
                **self.here,
                giver_id=giver_id,
                receiver_id=receiver_id,
                note=None,
                interaction_id=key or self.new_id(),
                **facts,
            )
        except LedgerRefusal as refusal:
            return type(refusal)

    async def balances(self) -> list[int]:
        return [await self.ledger.balance(user_id) for user_id in (ANN, BEN, CEM)]


@pytest.fixture
def guild(ledger: Any, new_id: NewId) -> Guild:
    return Guild(ledger, new_id)


async def test_a_batch_is_one_operation_and_a_repeat_of_it_says_the_same(guild: Guild, new_id: NewId) -> None:
    await guild.set(message_cooldown_seconds=0)
    batch = [Earning(new_id(), user_id, clock.now()) for user_id in (CEM, ANN, CEM)]
    first = await guild.earn(*batch)
    assert [each.points for each in first] == [1, 1, 1]
    assert [each[:1] for each in await guild.earn(*batch)] == [each[:1] for each in first]
    assert await guild.balances() == [1, 0, 2]
    lines = await guild.database.points.history(**guild.here, user_id=CEM)
    assert len({line.operation_id for line in lines}) == 1
    assert await guild.ledger.mistakes() == []


async def test_batches_that_share_keys_at_once_earn_each_once(guild: Guild, new_id: NewId) -> None:
    await guild.set(message_cooldown_seconds=0)
    now = clock.now()
    said = [Earning(new_id(), user_id, now) for user_id in (ANN, BEN, CEM) for _ in range(5)]
    await asyncio.gather(*(guild.earn(*said[begin : begin + 9]) for begin in range(8)))
    assert await guild.balances() == [5, 5, 5]
    assert await guild.ledger.mistakes() == []


async def test_a_minute_of_voice_earns_each_member_once_whoever_looks(guild: Guild) -> None:
    await guild.set(voice_points=2)
    now, minute = clock.now(), 29_000_000
    together = [Earning(minute, user_id, now) for user_id in (ANN, BEN)]
    late = Earning(minute, CEM, now)
    await asyncio.gather(
        *(guild.earn(*together, earner=Earner.VOICE) for _ in range(3)), guild.earn(late, earner=Earner.VOICE)
    )
    await guild.earn(*together, late, earner=Earner.VOICE)
    assert await guild.balances() == [2, 2, 2]
    await guild.earn(Earning(minute + 1, ANN, now), earner=Earner.VOICE)
    assert await guild.balances() == [4, 2, 2]
    assert await guild.ledger.mistakes() == []


async def test_a_frozen_member_stops_nobody_else_and_a_frozen_ledger_everybody(
    guild: Guild, new_id: NewId
) -> None:
    await guild.ledger.award(ANN, 1)
    await guild.database.staff_points.freeze(**guild.asked(), member_id=ANN, reason="r", actor_id=1)
    earnings = [Earning(new_id(), user_id, clock.now()) for user_id in (ANN, BEN)]
    assert [each.why for each in await guild.earn(*earnings)] == [Why.FROZEN, None]
    await guild.ledger.auditor.execute(
        "INSERT INTO point_ledgers VALUES ($1, now(), 'a test')", guild.ledger.guild_id
    )
    assert [each.why for each in await guild.earn(Earning(new_id(), BEN, clock.now() + HOUR))] == [
        Why.LEDGER_FROZEN
    ]
    preview = await guild.database.earnings.preview(
        **guild.here, user_id=BEN, imagined={Earner.MESSAGE: Earning(1, BEN, clock.now())}
    )
    assert preview[Earner.MESSAGE].why is Why.LEDGER_FROZEN


async def test_keys_are_forgotten_only_when_they_would_earn_no_more(guild: Guild, new_id: NewId) -> None:
    key, began = new_id(), clock.now()
    await guild.earn(Earning(key, ANN, began))
    await guild.database.earnings.forget_old(now=began + LATEST + HOUR)
    at(began + LATEST - HOUR)
    assert (await guild.earn(Earning(key, ANN, began)))[0].is_repeat
    at(began + KEPT + HOUR)
    while await guild.database.earnings.forget_old(now=clock.now()):
        pass
    assert (await guild.earn(Earning(key, ANN, began)))[0] == Decision(0, Why.TOO_LATE)
    assert await guild.balances() == [1, 0, 0]


async def test_rules_and_boosts_hold_from_the_next_message_on_and_are_in_the_history(
    guild: Guild, new_id: NewId
) -> None:
    await guild.set(message_cooldown_seconds=0, points_per_message=10)
    rules, key = guild.database.earning_rules, new_id()

    async def says(percent: int) -> int:
        await rules.change(
            **guild.asked(), subject=RuleSubject.CHANNEL, subject_id=9, percent=percent, changed_by_id=1
        )
        [decided] = await guild.earn(Earning(new_id(), ANN, clock.now(), (8, 9), (7,)))
        return decided.points

    assert [await says(percent) for percent in (0, 50, 100)] == [0, 5, 10]
    assert (await rules.all(**guild.here)).rules == []
    boosting = {"subject": BoostSubject.ROLE, "subject_id": 7, "percent": 200, "lasts": HOUR}
    for _ in range(2):
        await rules.boost(**guild.here, **boosting, changed_by_id=1, interaction_id=key)
    assert [boost.percent for boost in (await rules.all(**guild.here)).boosts] == [200]
    assert await says(100) == 20
    began = clock.now()
    at(began + HOUR + timedelta(seconds=1))
    assert await says(100) == 10
    at(began)
    assert await rules.end_boost(**guild.asked(), boost_id=key, changed_by_id=1) is not None
    assert await rules.end_boost(**guild.asked(), boost_id=key, changed_by_id=1) is None
    assert await says(100) == 10
    for percent in (-1, 1_001):
        with pytest.raises(SettingNotAllowed):
            await says(percent)


async def test_a_daily_is_one_for_each_day_of_the_members_zone(guild: Guild) -> None:
    noon = clock.now().replace(hour=12, minute=0, second=0) + timedelta(days=1)
    at(noon)
    answers = await asyncio.gather(*(guild.daily() for _ in range(6)))
    assert sum(answer is HadToday for answer in answers) == 5
    at(noon + 12 * HOUR)
    second = await guild.daily()
    assert (second.points, second.streak, second.balance) == (11, 2, 21)
    at(noon + 36 * HOUR - timedelta(minutes=1))
    assert await guild.daily() is HadToday
    at(noon + timedelta(days=3))
    assert (await guild.daily()).streak == 1
    assert await guild.ledger.mistakes() == []


async def test_the_streak_adds_no_more_than_its_limit(guild: Guild) -> None:
    noon = clock.now().replace(hour=12) + timedelta(days=1)
    await guild.set(daily_streak_days=3, daily_streak_points=5)
    points = []
    for day in range(5):
        at(noon + timedelta(days=day))
        points.append((await guild.daily()).points)
    assert points == [10, 15, 20, 20, 20]


async def test_a_change_of_zone_gives_no_second_daily_within_twenty_hours(guild: Guild) -> None:
    """09:00 UTC is 23:00 of the day in Kiritimati, which is an hour from its next."""
    morning = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    earnings, whose = guild.database.earnings, {**guild.here, "user_id": ANN}
    at(morning)
    assert (await guild.daily()).streak == 1
    await earnings.choose_zone(**whose, time_zone="Pacific/Kiritimati")
    for hours in (2, 19):
        at(morning + hours * HOUR)
        assert await guild.daily() is HadToday
        assert await earnings.next_daily(**whose) == morning + 20 * HOUR
        await earnings.choose_zone(**whose, time_zone="Pacific/Pago_Pago")
        assert await guild.daily() is HadToday
        await earnings.choose_zone(**whose, time_zone="Pacific/Kiritimati")
    at(morning + 20 * HOUR)
    assert (await guild.daily()).streak == 2
    for no_zone in ("Mars/Olympus", "localtime", "Factory"):
        with pytest.raises(SettingNotAllowed):
            await earnings.choose_zone(**whose, time_zone=no_zone)


async def test_a_daily_that_is_asked_for_again_says_the_same(guild: Guild, new_id: NewId) -> None:
    key = new_id()
    first = await guild.daily(key=key)
    clock.move_to(clock.ahead + HOUR)
    assert await guild.daily(key=key) == first
    assert await guild.balances() == [10, 0, 0]


async def test_thanks_have_their_limits(guild: Guild, new_id: NewId) -> None:
    noon = clock.now().replace(hour=12) + timedelta(days=1)
    at(noon)
    await guild.set(thanks_per_day=2)
    key = new_id()
    first = await guild.thank(ANN, BEN, key)
    assert (first.points, first.left, first.receiver_balance) == (5, 1, 5)
    assert await guild.thank(ANN, BEN, key) == first
    assert await guild.thank(ANN, BEN) is ThankedToday
    answers = await asyncio.gather(*(guild.thank(ANN, CEM) for _ in range(5)))
    assert sum(answer is ThankedToday for answer in answers) == 4
    assert await guild.thank(ANN, 5_004) is OverThanks
    assert await guild.balances() == [0, 5, 5]
    at(noon + timedelta(days=1))
    assert (await guild.thank(ANN, BEN)).points == 5
    assert await guild.ledger.mistakes() == []


async def test_the_frozen_and_the_restricted_are_not_thanked(guild: Guild) -> None:
    await guild.set(restricted_may_transfer=False)
    assert await guild.thank(ANN, BEN, giver_is_restricted=True) is RestrictedNow
    assert await guild.thank(ANN, BEN, receiver_is_restricted=True) is TheyAreRestricted
    await guild.ledger.award(BEN, 1)
    await guild.database.staff_points.freeze(**guild.asked(), member_id=BEN, reason="r", actor_id=1)
    assert await guild.thank(ANN, BEN) is AccountFrozen
    assert await guild.daily(BEN) is AccountFrozen


async def test_a_batch_that_dies_with_the_server_earns_once_when_it_comes_again(
    mortal_server: Any, new_id: NewId
) -> None:
    database = DatabaseService(mortal_server.dsn)
    await database.open()
    batch = {"guild_id": 1, "earner": Earner.MESSAGE, "earnings": [Earning(new_id(), ANN, clock.now())]}
    await database.earnings.earn(**batch)
    mortal_server.kill()
    with pytest.raises(DatabaseUnavailable):
        await database.earnings.earn(**batch)
    await mortal_server.start()
    assert await database.earnings.earn(**batch) == [Decision(1, is_repeat=True)]
    await database.close()
