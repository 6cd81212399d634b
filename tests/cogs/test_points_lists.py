"""What people type has room in the lists of points, however long it is and however much of it is markdown."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.durations import LONGEST
from cogs.points._history import PAGE_SIZE as LINES_OF_HISTORY
from cogs.points._history import _history_line
from cogs.points._seasons import MOST_LISTED, _line
from cogs.points._shop_pages import LONGEST_ON_SHELF
from cogs.points._shop_pages import PAGE_SIZE as ITEMS_OF_PAGE
from cogs.points._shop_words import bought_in_words, buyer_in_words, item_in_words
from database.models import LONGEST_NOTE, LONGEST_SEASON_NAME, LedgerLine, OperationKind, Season
from database.models.points import LARGEST_AMOUNT, LARGEST_BALANCE
from database.models.shop import (
    HIGHEST_REQUIRED_LEVEL,
    LARGEST_STOCK,
    LONGEST_DESCRIPTION,
    LONGEST_ITEM_NAME,
    MOST_EACH,
    PurchaseState,
    ShopItem,
)
from database.models.shop_steps import Bought

LONGEST_EMBED = 4096  # https://discord.com/developers/docs/resources/message#embed-object-embed-limits
BESIDE = 40
"""The member's mention above a list."""
ID, NUMBER = 2**63 - 1, 10**9
THEN = datetime(2036, 11, 21, tzinfo=UTC)
GUILD: Any = SimpleNamespace(get_role=lambda _: None)


def units(text: str) -> int:
    """As Discord counts."""
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("sign", ["*", "😀", "[", "a"])
def test_all_of_a_list_has_room_in_one_embed(sign: str) -> None:
    gift = LedgerLine(
        transfer_id=ID, operation_id=NUMBER, kind=OperationKind.THANKS, amount=LARGEST_AMOUNT, other_id=ID,
        note=sign * LONGEST_NOTE, balance=LARGEST_BALANCE, posted_at=THEN,
    )  # fmt: skip
    season = Season(
        guild_id=1, number=9_999, name=sign * LONGEST_SEASON_NAME, started_at=THEN, started_by_id=1, started_in=1,
        ended_at=THEN,
    )  # fmt: skip
    item = ShopItem(
        guild_id=1, name=sign * LONGEST_ITEM_NAME, description=sign * LONGEST_DESCRIPTION, price=LARGEST_AMOUNT,
        role_id=ID, seconds=int(LONGEST.total_seconds()) - 1, stock=LARGEST_STOCK, most_each=MOST_EACH,
        required_role_id=ID, required_level=HIGHEST_REQUIRED_LEVEL, sells_until=THEN,
    )  # fmt: skip
    bought = Bought(
        NUMBER,
        sign * LONGEST_ITEM_NAME,
        ID,
        LARGEST_AMOUNT,
        ID,
        PurchaseState.REFUSED,
        sign * 500,
        THEN,
        THEN,
    )
    for line, number in (
        (_history_line(gift), LINES_OF_HISTORY),
        (_line(season), MOST_LISTED),
        (item_in_words(GUILD, item, LONGEST_ON_SHELF), ITEMS_OF_PAGE),
        (bought_in_words(GUILD, bought), ITEMS_OF_PAGE),
        (buyer_in_words(bought), ITEMS_OF_PAGE),
        (item_in_words(GUILD, item), 1),
    ):
        assert number * (units(line) + 1) + BESIDE <= LONGEST_EMBED, line
