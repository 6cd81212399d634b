"""The ledger is looked through: what is new, or all of it; each damage is found, freezes it, and is said."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from database.clock import clock
from database.errors import ActionRefused
from database.ledger import Movement, Request, decide
from database.ledger_refusals import LedgerFrozen
from database.models import AuditFilter, Delivery, Subject
from database.models.points import MINT, SHOP, OperationKind, Source
from database.reversing import Spent
from database.service import DatabaseService
from database.staff_moves import award
from database.verifying import NotFrozen, in_words
from soak.scenario import Ground

ANN, BEN, CEM = 5_001, 5_002, 5_003
OF_MEMBER = "UPDATE point_accounts SET {} WHERE guild_id = $1 AND account_id = 5001"
OF_LAST = (
    "UPDATE point_transfers SET {} WHERE (guild_id, transfer_id) = "
    "(SELECT guild_id, max(transfer_id) FROM point_transfers WHERE guild_id = $1 AND {} GROUP BY guild_id)"
)
AGAIN = (
    "INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, debit_balance, "
    "credit_balance, parent_id, reverses_id, posted_at) SELECT guild_id, operation_id, phase, debit_id, credit_id, "
    "amount, debit_balance, credit_balance, parent_id, reverses_id, posted_at FROM point_transfers "
    "WHERE guild_id = $1 AND {} ORDER BY transfer_id DESC LIMIT 1"
)
PLANTS = {
    "the balance of account 5001 is +1": OF_MEMBER.format("balance = balance + 1"),
    "account 5001 has promised": OF_MEMBER.format("held_out = held_out + 1"),
    "account 5001 is promised": OF_MEMBER.format("held_in = held_in + 1"),
    "the debt of account 5001": OF_MEMBER.format("debt = debt + 1"),
    "account 5001 has earned": OF_MEMBER.format("earned = earned + 1"),
    "the server's own account 1 has": "UPDATE point_accounts SET balance = 1 WHERE guild_id = $1 AND account_id = 1",
    "names a balance that is +1": OF_LAST.format("credit_balance = credit_balance + 1", "credit_id = 5002"),
    "ends a hold that had ended": AGAIN.format("phase = 'void'"),
    "moves back what had been moved back": AGAIN.format("reverses_id IS NOT NULL"),
    "ends a hold that it does not fit": OF_LAST.format("amount = amount + 100", "phase = 'capture'"),
    "moves another back that it does not fit": OF_LAST.format(
        "amount = amount + 100", "reverses_id IS NOT NULL"
    ),
    "that is not what it answered": OF_LAST.format("amount = amount + 1", "phase = 'hold'"),
}
SEEN_BY_WHAT_IS_NEW = [
    "the balance of account 5001 is +1",
    "account 5001 has promised",
    "account 5001 is promised",
    "the debt of account 5001",
    "account 5001 has earned",
    "names a balance that is +1",
]
LIMITS = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname) FROM pg_constraint
    WHERE conrelid IN ('point_transfers'::regclass, 'point_accounts'::regclass) AND contype IN ('u', 'c')
    UNION ALL
    SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index
    WHERE indrelid = 'point_transfers'::regclass AND indisunique
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


class Damaged:
    """A ledger on a server of these tests' own, where a superuser changes rows: no wall, grant or limit stops them."""

    def __init__(self, superuser: Any, ledger: Any, new_id: Callable[[], int]) -> None:
        self.database, self.superuser, self.ledger = ledger.database, superuser, ledger
        self.guild_id, self.new_id = ledger.guild_id, new_id
        self.guild = {"guild_id": self.guild_id}

    async def fill(self) -> None:
        """A row of every kind: open holds, a capture of a part, a void, a reversal with a debt, a refusal."""
        ledger, holds, staff = self.ledger, self.database.holds, self.database.staff_points
        by = {**self.guild, "actor_id": 7, "source": Source.INTERACTION}
        lasts = {"note": "a badge", "expires_at": clock.now() + timedelta(hours=1)}
        await ledger.award(ANN, 100)
        gift = await ledger.give(ANN, BEN, 30)
        await ledger.give(BEN, CEM, 25)
        made = [
            await holds.hold(debit_id=ANN, credit_id=to, amount=10, external_id=self.new_id(), **lasts, **by)
            for to in (SHOP, SHOP, BEN)
        ]
        await holds.capture(hold_id=made[0].operation_id, amount=4, external_id=self.new_id(), **by)
        await holds.void(hold_id=made[1].operation_id, external_id=self.new_id(), **by)
        asked = {**self.guild, "reason": "a mistake", "actor_id": 7, "interaction_id": self.new_id()}
        await staff.reverse(**asked, operation_id=gift.operation_id, policy=Spent.DEBT)
        with pytest.raises(ActionRefused):
            await ledger.give(CEM, ANN, 10_000)
        await staff.freeze(**{**asked, "interaction_id": self.new_id()}, member_id=CEM)

    async def plant(self, text: str) -> None:
        await self.superuser.execute(text, self.guild_id)

    async def follow(self) -> list[str]:
        """Until nothing more waits."""
        found: list[str] = []
        while True:
            followed = await self.database.checks.follow(**self.guild, now=clock.now())
            found += map(in_words, followed.damages)
            if not followed.is_behind:
                return found

    async def verify(self) -> list[str]:
        found: list[str] = []
        for look in (self.database.checks.look_at_accounts, self.database.checks.look_at_operations):
            place: int | None = 0
            while place is not None:
                looked = await look(**self.guild, place=place, now=clock.now())
                found += map(in_words, looked.damages)
                place = looked.at
        return found


@pytest.fixture(scope="module")
async def unguarded(initialised_dir: Path) -> AsyncIterator[tuple[DatabaseService, Any]]:
    async with Ground(initialised_dir, "") as ground:
        server = await ground.server()
        superuser = await asyncpg.connect(make_url(server.dsn).set(username="postgres").render_as_string())
        for (drops,) in await superuser.fetch(LIMITS):
            await superuser.execute(drops)
        await superuser.execute("SET session_replication_role = replica")
        database = DatabaseService(server.dsn)
        await database.open()
        yield database, superuser
        await database.close()
        await superuser.close()


@pytest.fixture
async def damaged(unguarded: tuple[DatabaseService, Any], ledger: Any, new_id: Callable[[], int]) -> Damaged:
    database, superuser = unguarded
    made = Damaged(superuser, type(ledger)(database, None, ledger.guild_id), new_id)
    await made.fill()
    return made


async def test_a_ledger_with_rows_of_every_kind_is_right(damaged: Damaged) -> None:
    assert await damaged.follow() == []
    assert await damaged.verify() == []
    assert await damaged.database.checks.frozen(**damaged.guild) is None


@pytest.mark.parametrize("words", PLANTS)
async def test_a_look_at_everything_finds_each_damage_and_freezes_the_ledger(
    damaged: Damaged, words: str
) -> None:
    await damaged.plant(PLANTS[words])
    found = await damaged.verify()
    assert any(words in each for each in found), found
    frozen = await damaged.database.checks.frozen(**damaged.guild)
    assert frozen is not None
    assert frozen.frozen_why is not None
    with pytest.raises(LedgerFrozen):
        await damaged.ledger.award(ANN, 1)
    rows = await damaged.database.outbox.pending(**damaged.guild)
    assert [row.kind for row in rows] == [Delivery.LEDGER_ALERT]


@pytest.mark.parametrize("words", SEEN_BY_WHAT_IS_NEW)
async def test_a_look_at_what_is_new_finds_damage_of_who_has_moved(damaged: Damaged, words: str) -> None:
    await damaged.plant(PLANTS[words])
    found = await damaged.follow()
    assert any(words in each for each in found), found
    assert await damaged.database.checks.frozen(**damaged.guild) is not None


async def test_what_was_summed_up_before_is_not_read_again(damaged: Damaged) -> None:
    await damaged.follow()
    await damaged.plant(OF_MEMBER.format("balance = balance + 1"))
    assert await damaged.follow() == [], "nobody has moved since"
    await damaged.ledger.award(ANN, 5)
    assert "the balance of account 5001 is +1" in (await damaged.follow())[0]


async def test_who_has_not_moved_has_a_turn_as_well(
    damaged: Damaged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.verifying.ACCOUNTS_AT_ONCE", 1)
    here = {**damaged.guild, "now": clock.now()}
    await damaged.follow()
    days = await damaged.database.checks.days(**damaged.guild, first=clock.now().date())
    a_round = [await damaged.database.checks.look_in_turn(**here) for _ in range(4)]
    assert a_round == [([], True)] * 3 + [([], False)], "ann, ben, cem, and nobody more"
    await damaged.plant(OF_MEMBER.format("balance = balance + 1").replace("5001", str(CEM)))
    assert await damaged.follow() == []
    found = [await damaged.database.checks.look_in_turn(**here) for _ in range(3)]
    assert [len(each.damages) for each in found] == [0, 0, 1]
    assert f"the balance of account {CEM} is +1" in in_words(found[-1].damages[0])
    assert await damaged.database.checks.frozen(**damaged.guild) is not None
    assert await damaged.database.checks.days(**damaged.guild, first=clock.now().date()) == days
    await damaged.plant("UPDATE point_accounts SET balance = 1 WHERE guild_id = $1 AND account_id = 1")
    assert (await damaged.database.checks.look_in_turn(**here)).is_behind is False
    [own] = (await damaged.database.checks.look_in_turn(**here)).damages
    assert "the server's own account 1" in in_words(own)


async def test_after_a_restore_elsewhere_everybody_is_looked_at_and_nothing_counted_twice(
    damaged: Damaged,
) -> None:
    await damaged.follow()
    before = await damaged.database.checks.days(**damaged.guild, first=clock.now().date())
    await damaged.plant("UPDATE point_checks SET cluster = 1, posted_in = 1 << 40 WHERE guild_id = $1")
    await damaged.plant(OF_MEMBER.format("earned = earned - 1"))
    assert "account 5001 has earned" in (await damaged.follow())[0]
    assert await damaged.database.checks.days(**damaged.guild, first=clock.now().date()) == before


async def test_a_transaction_that_commits_late_is_not_missed(damaged: Damaged) -> None:
    await damaged.follow()
    awarding = damaged.database.transaction(guild_id=damaged.guild_id)
    async with awarding as tx:
        await decide(
            tx,
            Request(damaged.guild_id, OperationKind.AWARD, Source.INTERACTION, damaged.new_id(), 7, (BEN,)),
            (MINT, BEN),
            lambda book: award(book, BEN, 50, receiver_is_bot=False),
            Movement,
        )
        await damaged.ledger.award(CEM, 5)  # begins later, is committed before
        await damaged.follow()
    await damaged.follow()
    days = await damaged.database.checks.days(**damaged.guild, first=clock.now().date())
    assert sum(day.amount for day in days if day.kind is OperationKind.AWARD) == 155


async def test_sums_of_days_and_totals_are_those_of_the_rows(damaged: Damaged) -> None:
    await damaged.follow()
    days = await damaged.database.checks.days(**damaged.guild, first=clock.now().date())
    assert [(day.kind.value, day.debit_id, day.credit_id, day.amount) for day in days] == [
        ("award", 1, 0, 100),
        ("capture", 0, 4, 4),
        ("give", 0, 0, 55),
        ("reverse", 0, 0, 30),
    ]
    assert await damaged.database.checks.totals(**damaged.guild) == (96, 10, 0)


async def test_a_ledger_is_thawed_with_a_reason_that_stays(damaged: Damaged) -> None:
    thaw = {**damaged.guild, "reason": "mended", "actor_id": 7}
    with pytest.raises(NotFrozen):
        await damaged.database.checks.thaw(**thaw, interaction_id=damaged.new_id())
    await damaged.plant(OF_MEMBER.format("balance = balance + 1"))
    await damaged.follow()
    await damaged.plant(OF_MEMBER.format("balance = balance - 1"))
    assert await damaged.verify() == []
    key = damaged.new_id()
    first = await damaged.database.checks.thaw(**thaw, interaction_id=key)
    assert "balance of account 5001" in first.why
    assert await damaged.database.checks.thaw(**thaw, interaction_id=key) == first, "a repeat"
    assert await damaged.database.checks.frozen(**damaged.guild) is None
    assert await damaged.follow() == []
    assert await damaged.database.checks.totals(**damaged.guild) == (96, 10, 0)
    entries = await damaged.database.audit.page(
        **damaged.guild, matching=AuditFilter(subject=Subject.POINTS), limit=1
    )
    assert (entries[0].field, entries[0].after, entries[0].why) == ("frozen", False, "mended")
