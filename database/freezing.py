"""How the staff freezes an account, or lets it move: its word counts more than that of the cases before. A step."""

from datetime import datetime

from database.ledger import Request, open_book, settle
from database.ledger_refusals import LedgerRefusal
from database.models.point_freeze import FORGET_FREEZES, FREEZES
from database.staff_moves import Frozen, freeze
from database.transaction import Transaction


async def by_staff(
    tx: Transaction, request: Request, member_id: int, at: datetime | None
) -> Frozen | LedgerRefusal:
    """Frozen by the staff, an account stays so when cases end; let move, it does so while they stand."""
    of_account = {"guild_id": request.guild_id, "account_id": member_id}
    book = await open_book(tx, request, (member_id,))
    freezes = await FREEZES.find(tx, **of_account)
    answer = await settle(
        tx, request, book, lambda book: freeze(book, member_id, at, by_cases=bool(freezes)), Frozen
    )
    if freezes and isinstance(answer, Frozen):
        await tx.exec(FORGET_FREEZES, **of_account, before_id=answer.operation_id)
    return answer
