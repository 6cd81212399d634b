"""How a hold is found and resolved: under the locks of both its accounts, so that of two who try one is the first."""

from collections.abc import Callable

from database.book import Book
from database.holding import Ending
from database.ledger import Request, open_book, settle
from database.ledger_refusals import LedgerRefusal
from database.models.ledger_steps import TRANSFERS
from database.models.points import Phase, PointTransfer
from database.transaction import Transaction


async def held_under(tx: Transaction, guild_id: int, hold_id: int) -> PointTransfer | None:
    """The hold of this operation."""
    transfers = await TRANSFERS.find(tx, guild_id=guild_id, operation_id=hold_id)
    return next((each for each in transfers if each.phase is Phase.HOLD), None)


async def resolve(
    tx: Transaction,
    request: Request,
    held: PointTransfer | None,
    plan: Callable[[Book, PointTransfer | None], Ending],
) -> Ending | LedgerRefusal:
    book = await open_book(tx, request, (held.debit_id, held.credit_id) if held else ())
    ended = held and await TRANSFERS.get(tx, guild_id=request.guild_id, parent_id=held.transfer_id)
    return await settle(tx, request, book, lambda book: plan(book, ended), Ending)
