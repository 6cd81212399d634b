"""Any sequence of requests gives what a ledger of twenty lines of Python gives."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.clock import clock
from database.ledger_refusals import LedgerRefusal

NOON = clock.now() - timedelta(hours=1)
PEOPLE = st.integers(5_001, 5_003)
AMOUNTS = st.integers(1, 12) | st.sampled_from([-1, 0, 1_000_000_000, 1_000_000_001])
KEYS = st.integers(1, 12)
REQUESTS = st.lists(
    st.tuples(st.just("give"), KEYS, PEOPLE, PEOPLE, AMOUNTS, st.booleans())
    | st.tuples(st.just("award"), KEYS, PEOPLE, AMOUNTS, st.booleans())
    | st.tuples(st.just("earn"), KEYS, PEOPLE, st.integers(0, 200)),
    max_size=25,
)


class Oracle:
    """The rules of docs and errors, without a database."""

    def __init__(self) -> None:
        self.balances: dict[int, int] = {}
        self.lines: dict[int, list[tuple[int, int]]] = {}
        self.answers: dict[tuple[Any, ...], tuple[Any, Any]] = {}
        self.talked: dict[int, int] = {}

    def ask(self, kind: str, key: int, *details: Any) -> Any:
        if kind == "earn":
            return self.earn(key, *details)
        *accounts, amount, bot = details
        giver, receiver = (None, *accounts)[-2:]
        request = (kind, giver, receiver, amount)
        if ("interaction", key) in self.answers:
            asked, answer = self.answers["interaction", key]
            return answer if asked == request else "request_changed"
        answer = self.decide(giver, receiver, amount, bot)
        self.answers["interaction", key] = (request, answer)
        return answer

    def decide(self, giver: int | None, receiver: int, amount: int, bot: bool) -> Any:
        if giver == receiver:
            return "same_account"
        if bot:
            return "bot_account"
        if not 1 <= amount <= 1_000_000_000:
            return "amount_out_of_range"
        if giver is not None and self.balances.get(giver, 0) < amount:
            return "not_enough_points"
        if giver is not None:
            self.change(giver, -amount)
        self.change(receiver, amount)
        return (amount, None if giver is None else self.balances[giver], self.balances[receiver])

    def earn(self, key: int, user_id: int, second: int) -> int:
        if ("message", key, user_id) in self.answers:
            return 1
        if user_id in self.talked and second < self.talked[user_id] + 60:
            return 0
        self.answers["message", key, user_id] = (None, None)
        self.talked[user_id] = second
        self.change(user_id, 1)
        return 1

    def change(self, user_id: int, amount: int) -> None:
        self.balances[user_id] = self.balances.get(user_id, 0) + amount
        self.lines.setdefault(user_id, []).insert(0, (amount, self.balances[user_id]))


async def asked(ledger: Any, kind: str, key: int, *details: Any) -> Any:
    if kind == "earn":
        user_id, second = details
        return await ledger.earn(user_id, NOON + timedelta(seconds=second), key=key * 10_000 + user_id)
    *arguments, bot = details
    try:
        return tuple(await getattr(ledger, kind)(*arguments, bot=bot, key=key))[:3]
    except LedgerRefusal as refusal:
        return refusal.code


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(requests=REQUESTS)
async def test_the_ledger_answers_as_the_oracle_does(ledger: Any, new_id: Any, requests: Any) -> None:
    ledger = type(ledger)(ledger.database, ledger.auditor, new_id())
    oracle = Oracle()
    for request in requests:
        assert await asked(ledger, *request) == oracle.ask(*request), request
    assert await ledger.mistakes() == []
    for user_id in (5_001, 5_002, 5_003):
        assert await ledger.balance(user_id) == oracle.balances.get(user_id, 0)
        history = await ledger.database.points.history(guild_id=ledger.guild_id, user_id=user_id, limit=99)
        assert [(line.amount, line.balance) for line in history] == oracle.lines.get(user_id, [])
