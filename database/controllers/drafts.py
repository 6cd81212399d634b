"""Acts that wait for a word."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from database.actions import action
from database.controllers._base import BaseController
from database.errors import DraftGone
from database.models.base import utc_now
from database.models.case_evidence import Proof
from database.models.draft import DRAFTS, Draft, DraftState
from database.statements import param, statement

KEPT_FOR = timedelta(minutes=15)
"""As long as Discord lets the answer with its buttons be changed."""
FORGOTTEN_AFTER = timedelta(days=1)

_FORGET = statement(delete(Draft).where(col(Draft.expires_at) < param("before")))


class DraftController(BaseController):
    topic = "drafts"

    @action(repeatable=True)
    async def keep(
        self,
        *,
        guild_id: int,
        interaction_id: int,
        question: str,
        asked_by_id: int,
        request: dict[str, Any],
        proof: Proof | None = None,
        kept_for: timedelta = KEPT_FOR,
    ) -> Draft:
        """Write what was asked for, until somebody answers. A second question about the same replaces the first."""
        now = utc_now()
        draft = Draft(
            guild_id=guild_id,
            interaction_id=interaction_id,
            question=question,
            asked_by_id=asked_by_id,
            request=request,
            proof_filename=None if proof is None else proof.filename[-260:],
            proof_content=None if proof is None else proof.content,
            created_at=now,
            expires_at=now + kept_for,
        )
        async with self._transaction(guild_id=guild_id) as tx:
            before = await DRAFTS.lock(tx, guild_id=guild_id, interaction_id=interaction_id)
            if before is None:
                await DRAFTS.insert(tx, [draft])
            else:
                await DRAFTS.update(tx, [draft], "question", "state", "request", "expires_at")
            return draft

    @action(repeatable=True)
    async def get(self, *, guild_id: int, interaction_id: int) -> Draft:
        """The draft while it waits; DraftGone otherwise."""
        async with self._read(guild_id=guild_id) as tx:
            draft = await DRAFTS.get(tx, guild_id=guild_id, interaction_id=interaction_id)
            if draft is None or draft.state is DraftState.DROPPED or draft.expires_at <= utc_now():
                raise DraftGone
            return draft

    @action(repeatable=True)
    async def answer(
        self, *, guild_id: int, interaction_id: int, answered_by_id: int, state: DraftState
    ) -> Draft:
        """Confirm or drop it. The same answer again gives it again: what it leads to has a key of its own.

        Raises DraftGone if it was answered otherwise, by somebody else, or is too old.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            draft = await DRAFTS.lock(tx, guild_id=guild_id, interaction_id=interaction_id)
            if draft is None or draft.expires_at <= utc_now():
                raise DraftGone
            if draft.state is state and draft.answered_by_id == answered_by_id:
                return draft
            if draft.state is not DraftState.WAITING:
                raise DraftGone
            draft.state, draft.answered_by_id = state, answered_by_id
            await DRAFTS.update(tx, [draft], "state", "answered_by_id")
            return draft

    @action(repeatable=True)
    async def forget_old(self, *, now: datetime) -> None:
        async with self._transaction(system=True) as tx:
            await tx.exec(_FORGET, before=now - FORGOTTEN_AFTER)

    @action(repeatable=True)
    async def waiting(self, *, guild_id: int, question: str) -> Sequence[Draft]:
        async with self._read(guild_id=guild_id) as tx:
            found = await DRAFTS.find(tx, guild_id=guild_id, question=question, state=DraftState.WAITING)
            return [draft for draft in found if draft.expires_at > utc_now()]
