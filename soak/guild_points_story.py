"""What chance hardly ever does with points in the right order, as `guild_story` for cases."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from database.clock import clock
from database.models.points import SHOP, Source
from database.models.shop import Buyer, ShopItem
from database.reversing import Spent
from database.service import DatabaseService
from soak.guild_calls import Call
from soak.guild_story import StoryEnded, Told

ANN, MEL = 5_001, 5_002
"""Who has points, and who manages them."""
GIVEN = 90


class PointsStory:
    """`freeze`: as the ledger of a guild is frozen when it does not add up, so that somebody can let it move again."""

    def __init__(
        self,
        guild_id: int,
        database: DatabaseService,
        told: Told,
        new_key: Callable[[], int],
        freeze: Callable[[int], Awaitable[None]],
    ) -> None:
        self._guild_id, self._database, self._told = guild_id, database, told
        self._new_key, self._freeze = new_key, freeze

    async def play(self) -> None:
        await self._what_is_held_comes_to_its_end()
        await self._an_award_is_taken_back()
        await self._a_purchase_is_refunded()
        await self._a_season_ends()
        await self._the_ledger_moves_again()

    async def _what_is_held_comes_to_its_end(self) -> None:
        await self._awarded()
        await self._say("holds.capture", hold_id=await self._held(), actor_id=MEL, **self._of_a_job)
        await self._say("holds.void", hold_id=await self._held(), actor_id=MEL, **self._of_a_job)
        now = clock.now()
        await self._held(expires_at=now - timedelta(seconds=1))
        due = await self._database.holds.due(since=now - timedelta(minutes=1), now=now, limit=100)
        over = next((each for each in due if each.guild_id == self._guild_id), None)
        if over is None:
            raise StoryEnded
        await self._say("holds.expire", hold_id=over.hold_id, transfer_id=over.transfer_id, actor_id=MEL)

    async def _an_award_is_taken_back(self) -> None:
        operation_id = await self._awarded()
        await self._say("batches.would_move_back", operation_id=operation_id, policy=Spent.REFUSE)
        await self._say(
            "staff_points.reverse", operation_id=operation_id, policy=Spent.REFUSE, reason="a mistake",
            actor_id=MEL, **self._key,
        )  # fmt: skip

    async def _a_purchase_is_refunded(self) -> None:
        new = ShopItem(
            guild_id=self._guild_id, name="a story", price=1, interaction_id=self._new_key(), added_by_id=MEL
        )
        item = await self._told(Call("shop.add", {"item": new}))
        await self._say("shop.item", item_id=item["item_id"])
        await self._say("shop.named", name="a story")
        await self._say("purchases.would_leave", item_id=item["item_id"], buyer=Buyer(ANN))
        sale = await self._say(
            "purchases.buy",
            item_id=item["item_id"],
            buyer=Buyer(ANN),
            shown_price=1,
            proposal_id=self._new_key(),
        )
        await self._say(
            "purchases.refund", purchase_id=sale["purchase"]["purchase_id"], restock=True, note=None, actor_id=MEL,
            **self._key,
        )  # fmt: skip

    async def _a_season_ends(self) -> None:
        await self._say("seasons.start", name="a story", actor_id=MEL, **self._key)
        await self._say("seasons.would_take", name="a story")
        await self._say("seasons.end", name="a story", reset=False, actor_id=MEL, **self._key)

    async def _the_ledger_moves_again(self) -> None:
        await self._freeze(self._guild_id)
        await self._say("checks.thaw", reason="nothing is wrong", actor_id=MEL, **self._key)

    async def _awarded(self) -> int:
        moved = await self._say(
            "points.award", receiver_id=ANN, receiver_is_bot=False, amount=GIVEN, reason="well done", actor_id=MEL,
            **self._key,
        )  # fmt: skip
        operation_id: int = moved["operation_id"]
        return operation_id

    async def _held(self, expires_at: datetime | None = None) -> int:
        promised = await self._say(
            "holds.hold", debit_id=ANN, credit_id=SHOP, amount=5, note=None, actor_id=ANN, expires_at=expires_at,
            **self._of_a_job,
        )  # fmt: skip
        operation_id: int = promised["operation_id"]
        return operation_id

    @property
    def _of_a_job(self) -> dict[str, Any]:
        return {"source": Source.JOB, "external_id": self._new_key()}

    @property
    def _key(self) -> dict[str, int]:
        return {"interaction_id": self._new_key()}

    async def _say(self, action: str, **values: Any) -> Any:
        return await self._told(Call(action, {"guild_id": self._guild_id, **values}))
