"""What the parameters of actions on points may be, by their names."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from database.models import ALL_TIME, Board, BoardKind, Key
from database.models.earning import Earner, Earning, RuleSubject
from database.models.level import SyncPart
from database.models.point_batch import BatchKind
from database.models.points import Source
from database.reversing import Spent
from soak.guild_values import Surroundings, any_person


def any_earnings(around: Surroundings) -> list[Earning]:
    return [
        Earning(around.key(), any_person(around), around.moment(), (around.dice.randint(1, 9),))
        for _ in range(around.dice.randint(1, 3))
    ]


POINT_VALUES: Mapping[str, Callable[[Surroundings], Any]] = {
    **dict.fromkeys(("debit_id", "credit_id", "member_id"), any_person),
    **dict.fromkeys(("hold_id", "operation_id", "transfer_id"), lambda around: around.operation()),
    "external_id": Surroundings.key,
    "source": lambda around: around.dice.choice([Source.INTERACTION, Source.DRAFT]),
    "policy": lambda around: around.dice.choice(list(Spent)),
    "balance": lambda around: around.dice.randint(0, 60),
    "batch_id": Surroundings.key,
    "of_batch_id": lambda around: around.known("batch_id") or around.key(),
    "change": lambda around: around.dice.choice([BatchKind.AWARD, BatchKind.TAKE, BatchKind.SET]),
    "is_imported": lambda around: around.dice.random() < 0.3,
    "place": lambda around: around.dice.randint(0, 200),
    "first": lambda around: around.moment().date(),
    "at": Surroundings.moment,
    "giver_made_at": Surroundings.moment,
    **dict.fromkeys(("member_is_bot", "is_restricted"), lambda around: around.dice.random() < 0.1),
    "boost_id": Surroundings.key,
    "board": lambda around: around.dice.choice([ALL_TIME, Board(BoardKind.SEASON, 1)]),
    "key": lambda around: Key(around.dice.randint(1, 99), any_person(around)),
    "reset": lambda around: around.dice.random() < 0.3,
    "earner": lambda around: around.dice.choice(list(Earner)),
    "earnings": any_earnings,
    "imagined": lambda around: {Earner.MESSAGE: any_earnings(around)[0]},
    "subject": lambda around: around.dice.choice(list(RuleSubject)),
    **dict.fromkeys(
        ("giver_is_restricted", "receiver_is_restricted"), lambda around: around.dice.random() < 0.1
    ),
    "lasts": lambda around: timedelta(minutes=around.dice.randint(1, 30)),
    "level": lambda around: around.dice.randint(1, 5),
    "role_id": lambda around: around.dice.randint(1, 9),
    "part": lambda _: SyncPart(1, 0, []),
    "reached_id": any_person,
    "percent": lambda around: around.dice.choice([0, 50, 100, 200]),
}
