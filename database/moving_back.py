"""One operation moved back, in the transaction of who asks: found, its accounts locked, decided, kept."""

from collections.abc import Sequence

from database.book import Book
from database.ledger import Request, open_book, settle
from database.ledger_refusals import LedgerRefusal
from database.models.ledger_steps import OPERATIONS, TRANSFERS
from database.models.points import PointOperation, PointTransfer
from database.models.reversal_steps import REVERSED_ALREADY
from database.reversing import Reversed, Spent, reverse
from database.transaction import Transaction

Found = tuple[PointOperation | None, Sequence[PointTransfer]]


async def find(tx: Transaction, guild_id: int, operation_id: int) -> Found:
    operation = await OPERATIONS.get(tx, guild_id=guild_id, operation_id=operation_id)
    return operation, await TRANSFERS.find(tx, guild_id=guild_id, operation_id=operation_id)


async def move_back(
    tx: Transaction, request: Request, operation_id: int, policy: Spent
) -> Reversed | LedgerRefusal:
    operation, transfers = await find(tx, request.guild_id, operation_id)
    account_ids = {account for each in transfers for account in (each.debit_id, each.credit_id)}
    book = await open_book(tx, request, account_ids)
    ids = [each.transfer_id for each in transfers]
    undone = (await tx.exec(REVERSED_ALREADY, guild_id=request.guild_id, transfer_ids=ids)).all()

    def plan(book: Book) -> Reversed:
        return reverse(book, operation, transfers, undone, policy)

    return await settle(tx, request, book, plan, Reversed)
