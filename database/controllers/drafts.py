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
from database.models.case import CASES
from database.models.case_evidence import Proof
from database.models.draft import (
    DRAFT_FILES,
    DRAFTS,
    DROP_FILES,
    Draft,
    DraftFile,
    DraftState,
    ShownDraft,
)
from database.models.outbox import ASK, Delivery
from database.statements import param, statement
from database.transaction import Transaction

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
        proof: Sequence[Proof] = (),
        kept_for: timedelta = KEPT_FOR,
        asks_staff: bool = False,
    ) -> Draft:
        """Write what was asked for, until somebody answers. A second question about the same replaces the first.

        Files are replaced by those that are given, if any are. `asks_staff`: the question is posted for another
        moderator.
        """
        now = utc_now()
        draft = Draft(
            guild_id=guild_id,
            interaction_id=interaction_id,
            question=question,
            asked_by_id=asked_by_id,
            request=request,
            created_at=now,
            expires_at=now + kept_for,
        )
        files = [
            DraftFile(
                guild_id=guild_id,
                interaction_id=interaction_id,
                position=position,
                kind=each.kind,
                filename=each.filename[-260:],
                content=each.content,
            )
            for position, each in enumerate(proof, start=1)
        ]
        async with self._transaction(guild_id=guild_id) as tx:
            before = await DRAFTS.lock(tx, guild_id=guild_id, interaction_id=interaction_id)
            if before is None:
                await DRAFTS.insert(tx, [draft])
            else:
                await DRAFTS.update(
                    tx, [draft], "question", "state", "answered_by_id", "request", "expires_at"
                )
            if files and before is not None:
                await tx.exec(DROP_FILES, guild_id=guild_id, interaction_id=interaction_id)
            if files:
                await DRAFT_FILES.insert(tx, files)
            if asks_staff:
                await _ask_for_post(tx, draft)
            return draft

    @action(repeatable=True)
    async def proof(self, *, guild_id: int, interaction_id: int) -> Sequence[Proof]:
        """The files that were kept with it, in their order."""
        async with self._read(guild_id=guild_id) as tx:
            files = await DRAFT_FILES.find(tx, guild_id=guild_id, interaction_id=interaction_id)
            return [Proof(file.filename, file.content, file.kind) for file in files]

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
        self, *, guild_id: int, interaction_id: int, question: str, answered_by_id: int, state: DraftState
    ) -> Draft:
        """Confirm or drop it. The same answer again gives it again: what it leads to has a key of its own.

        Raises DraftGone if it was answered otherwise, by somebody else, is too old, or another question is asked by
        now: two clicks on one button must not answer two questions.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            draft = await DRAFTS.lock(tx, guild_id=guild_id, interaction_id=interaction_id)
            if draft is None or draft.expires_at <= utc_now() or draft.question != question:
                raise DraftGone
            if draft.state is state and draft.answered_by_id == answered_by_id:
                return draft
            if draft.state is not DraftState.WAITING:
                raise DraftGone
            draft.state, draft.answered_by_id = state, answered_by_id
            await DRAFTS.update(tx, [draft], "state", "answered_by_id")
            if draft.post_message_id is not None:
                await _ask_for_post(tx, draft)
            return draft

    @action(repeatable=True)
    async def shown(self, *, guild_id: int, interaction_id: int) -> ShownDraft | None:
        """The draft whatever became of it, with the case that it led to; None once it is forgotten."""
        async with self._read(guild_id=guild_id) as tx:
            draft = await DRAFTS.get(tx, guild_id=guild_id, interaction_id=interaction_id)
            if draft is None:
                return None
            case = await CASES.get(tx, guild_id=guild_id, interaction_id=interaction_id, part=0)
            return ShownDraft(draft, case)

    @action(repeatable=True)
    async def show_again(self, *, guild_id: int, interaction_id: int) -> None:
        """Have the staff's post say what is true now."""
        async with self._transaction(guild_id=guild_id) as tx:
            draft = await DRAFTS.get(tx, guild_id=guild_id, interaction_id=interaction_id)
            if draft is not None:
                await _ask_for_post(tx, draft)

    @action(repeatable=False)
    async def posted(self, *, guild_id: int, interaction_id: int, channel_id: int, message_id: int) -> None:
        """Remember where another moderator is asked."""
        async with self._transaction(guild_id=guild_id) as tx:
            draft = await DRAFTS.lock(tx, guild_id=guild_id, interaction_id=interaction_id)
            if draft is not None:
                draft.post_channel_id, draft.post_message_id = channel_id, message_id
                await DRAFTS.update(tx, [draft], "post_channel_id", "post_message_id")
                if draft.state is not DraftState.WAITING:  # answered before this was noted
                    await _ask_for_post(tx, draft)

    @action(repeatable=True)
    async def forget_old(self, *, now: datetime) -> None:
        async with self._transaction(system=True) as tx:
            await tx.exec(_FORGET, before=now - FORGOTTEN_AFTER)

    @action(repeatable=True)
    async def waiting(self, *, guild_id: int, question: str) -> Sequence[Draft]:
        async with self._read(guild_id=guild_id) as tx:
            found = await DRAFTS.find(tx, guild_id=guild_id, question=question, state=DraftState.WAITING)
            return [draft for draft in found if draft.expires_at > utc_now()]


async def _ask_for_post(tx: Transaction, draft: Draft) -> None:
    await tx.exec(
        ASK,
        guild_id=draft.guild_id,
        kind=Delivery.SECOND_POST,
        subject_id=draft.interaction_id,
        due_at=utc_now(),
    )
