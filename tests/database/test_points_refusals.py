"""The ledger refuses in the order of docs/ledger.md: all is wrong, and one thing after another is mended."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from database.clock import clock
from database.ledger_refusals import LEDGER_REFUSALS, LedgerRefusal
from database.models.points import LARGEST_BALANCE, SHOP, Source
from database.reversing import Spent

ANN, BEN = 5_001, 5_002
NewId = Callable[[], int]
DOCS = Path(__file__).parents[2] / "docs/ledger.md"


@pytest.fixture
def asked(ledger: Any, new_id: NewId) -> "Asked":
    return Asked(ledger, new_id)


class Asked:
    """Asks for one thing again and again, under new keys, and hears the code of what it is refused with."""

    def __init__(self, ledger: Any, new_id: NewId) -> None:
        self.ledger, self.new_id = ledger, new_id
        self.database, self.guild = ledger.database, {"guild_id": ledger.guild_id}

    async def set(self, **rules: int | bool) -> None:
        for setting, value in rules.items():
            await self.database.guild_configs.change(
                **self.guild, setting=setting, value=value, changed_by_id=1, interaction_id=self.new_id()
            )

    async def freeze_all(self, is_frozen: bool) -> None:
        words = "now(), 'a test'" if is_frozen else "NULL, NULL"
        await self.ledger.auditor.execute(
            f"INSERT INTO point_ledgers VALUES ($1, {words}) "
            "ON CONFLICT (guild_id) DO UPDATE SET frozen_at = excluded.frozen_at, frozen_why = excluded.frozen_why",
            self.ledger.guild_id,
        )

    async def balance(self, user_id: int, balance: int) -> None:
        await self.ledger.auditor.execute(
            "UPDATE point_accounts SET balance = $3 WHERE guild_id = $1 AND account_id = $2",
            self.ledger.guild_id,
            user_id,
            balance,
        )

    async def staff(self, act: str, **words: Any) -> Any:
        by = {**self.guild, "reason": "a test", "actor_id": 7, "interaction_id": self.new_id()}
        return await getattr(self.database.staff_points, act)(**by, **words)

    async def holds(self, act: str, **words: Any) -> Any:
        by = {**self.guild, "actor_id": ANN, "source": Source.INTERACTION, "external_id": self.new_id()}
        return await getattr(self.database.holds, act)(**by, **words)


async def code_of(asking: Any) -> str:
    with pytest.raises(LedgerRefusal) as refused:
        await asking
    return str(refused.value.code)


def order_in_docs(act: str) -> list[str]:
    """The codes in the line of docs/ledger.md that begins with `| act |`."""
    line = next(line for line in DOCS.read_text().splitlines() if line.startswith(f"| {act} |"))
    return [word.strip(" `") for word in line.split("|")[2].split(",")]


async def test_a_gift_is_refused_in_the_documented_order(asked: Asked) -> None:
    for person in (ANN, BEN):
        await asked.ledger.award(person, 30)
    await asked.ledger.give(ANN, BEN, 20)
    await asked.balance(BEN, LARGEST_BALANCE)
    await asked.freeze_all(True)
    for person in (ANN, BEN):
        await asked.staff("freeze", member_id=person)
    await asked.set(restricted_may_transfer=False, transfer_account_days=10, transfer_most=15)
    await asked.set(sent_per_day=25, received_per_day=25)
    gift = {"receiver_id": ANN, "receiver_is_bot": True, "amount": 0, "is_restricted": True}
    made = {"giver_made_at": clock.now() - timedelta(days=9)}
    mending = [
        lambda: gift.update(receiver_id=BEN),
        lambda: gift.update(receiver_is_bot=False),
        lambda: gift.update(amount=16),
        lambda: asked.freeze_all(False),
        lambda: asked.staff("unfreeze", member_id=ANN),
        lambda: asked.staff("unfreeze", member_id=BEN),
        lambda: gift.update(is_restricted=False),
        lambda: made.update(giver_made_at=clock.now() - timedelta(days=11)),
        lambda: asked.set(transfer_most=0),
        lambda: asked.set(sent_per_day=0),
        lambda: asked.set(received_per_day=0),
        lambda: asked.ledger.award(ANN, 6),
    ]
    codes = []
    for mend in [*mending, None]:
        asking = asked.database.points.transfer(
            **asked.guild, giver_id=ANN, note=None, interaction_id=asked.new_id(), **gift, **made
        )
        codes.append(await code_of(asking))
        if mend is not None and (mended := mend()) is not None:
            await mended
    assert codes == order_in_docs("give")


async def test_a_hold_and_its_end_are_refused_in_the_documented_order(asked: Asked) -> None:
    await asked.ledger.award(ANN, 10)
    await asked.freeze_all(True)
    await asked.staff("freeze", member_id=ANN)
    wanted = {"debit_id": ANN, "credit_id": ANN, "amount": 0, "note": None}
    codes = [await code_of(asked.holds("hold", **wanted))]
    wanted["credit_id"] = BEN
    codes.append(await code_of(asked.holds("hold", **wanted)))
    wanted["amount"] = 11
    codes.append(await code_of(asked.holds("hold", **wanted)))
    await asked.freeze_all(False)
    codes.append(await code_of(asked.holds("hold", **wanted)))
    await asked.staff("unfreeze", member_id=ANN)
    codes.append(await code_of(asked.holds("hold", **wanted)))
    await asked.ledger.award(ANN, 10)
    await asked.ledger.award(BEN, 1)
    await asked.balance(BEN, LARGEST_BALANCE)
    codes.append(await code_of(asked.holds("hold", **wanted)))
    assert codes == order_in_docs("hold")

    ended = await asked.holds("hold", debit_id=ANN, credit_id=SHOP, amount=5, note=None)
    await asked.holds("capture", hold_id=ended.operation_id, amount=3)
    late = await asked.holds(
        "hold",
        debit_id=ANN,
        credit_id=SHOP,
        amount=5,
        note=None,
        expires_at=clock.now() - timedelta(seconds=1),
    )
    fresh = await asked.holds("hold", debit_id=ANN, credit_id=SHOP, amount=5, note=None)
    await asked.freeze_all(True)
    of = [
        (0, 9),
        (ended.operation_id, 9),
        (late.operation_id, 9),
        (fresh.operation_id, 9),
        (fresh.operation_id, 5),
    ]
    codes = [await code_of(asked.holds("capture", hold_id=hold, amount=amount)) for hold, amount in of]
    assert codes == order_in_docs("capture")


async def test_a_reversal_is_refused_in_the_documented_order(asked: Asked, open_case: Any) -> None:
    await asked.ledger.award(ANN, 12)
    once, twice = await asked.ledger.give(ANN, BEN, 5), await asked.ledger.give(ANN, BEN, 5)
    words = {"policy": Spent.REFUSE}
    fined = await open_case(target_id=ANN, fine=1)
    held = await asked.holds("hold", debit_id=ANN, credit_id=SHOP, amount=1, note=None)
    paid = await asked.holds("capture", hold_id=held.operation_id, amount=1)
    moved_back = await asked.staff("reverse", operation_id=once.operation_id, **words)
    await asked.balance(ANN, LARGEST_BALANCE)
    await asked.freeze_all(True)
    tried = [
        0,
        paid.operation_id,
        fined.fine_operation_id,
        moved_back.operation_id,
        once.operation_id,
        twice.operation_id,
    ]
    codes = [await code_of(asked.staff("reverse", operation_id=number, **words)) for number in tried]
    await asked.freeze_all(False)
    codes.append(await code_of(asked.staff("reverse", operation_id=twice.operation_id, **words)))
    await asked.balance(ANN, 0)
    await asked.ledger.give(BEN, 5_003, 1)
    codes.append(await code_of(asked.staff("reverse", operation_id=twice.operation_id, **words)))
    assert codes == order_in_docs("reverse")


async def test_a_frozen_ledger_refuses_nothing_for_good_and_forgets_no_answer(asked: Asked) -> None:
    await asked.ledger.award(ANN, 10)
    first, second = asked.new_id(), asked.new_id()
    given = await asked.ledger.give(ANN, BEN, 4, key=first)
    await asked.freeze_all(True)
    assert await code_of(asked.ledger.give(ANN, BEN, 1, key=second)) == "ledger_frozen"
    assert await asked.ledger.give(ANN, BEN, 4, key=first) == given
    await asked.freeze_all(False)
    assert (await asked.ledger.give(ANN, BEN, 1, key=second)).giver_balance == 5


async def test_who_lacks_a_gift_with_its_tax_is_told_of_all_of_it(asked: Asked) -> None:
    await asked.ledger.award(ANN, 95)
    await asked.set(transfer_tax_percent=10)
    with pytest.raises(LedgerRefusal, match="That takes 100 points and you have 95"):
        await asked.ledger.give(ANN, BEN, 100)


@pytest.mark.parametrize("code", LEDGER_REFUSALS)
def test_every_refusal_can_be_said_again_from_what_is_stored_of_it(code: str) -> None:
    kind = LEDGER_REFUSALS[code]
    hints = {name: hint for name, hint in get_type_hints(kind.__init__).items() if name != "return"}
    words: dict[str, Any] = {"how": "void"}
    first = kind(**{name: words.get(name, 3) for name in hints})
    again = kind(**first.facts)  # type: ignore[arg-type]  # whatever it takes
    assert (str(again), again.facts) == (str(first), first.facts)
    assert 1 <= len(code) <= 64
