"""Files that prove a case: added, looked at, and let go when the server keeps them no longer."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from database.actions import action
from database.case_errors import CaseEvidenceFull, EvidenceOfServerFull
from database.controllers._base import BaseController
from database.models.base import utc_now
from database.models.case_evidence import (
    CONTENTS,
    EVIDENCE,
    KEPT_BYTES,
    LET_GO,
    MOST_EVIDENCE,
    MOST_EVIDENCE_BYTES,
    POSITIONS,
    CaseEvidence,
    Proof,
)
from database.models.outbox import Delivery
from database.revising import ask, locked
from database.texts import storable


class CaseEvidenceController(BaseController):
    topic = "case_evidence"

    @action(repeatable=True)
    async def add(
        self,
        *,
        guild_id: int,
        number: int,
        proof: Sequence[Proof],
        added_by_id: int,
        interaction_id: int,
    ) -> int:
        """Keep files with a case, all or none, and have the log post name them; how many they are.

        The same interaction again adds nothing more. Raises CaseNotFound, CaseEvidenceFull, EvidenceOfServerFull: two
        at once may pass the server's limit by what they bring.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            case = await locked(tx, guild_id=guild_id, number=number)
            there = (await tx.exec(POSITIONS, guild_id=guild_id, number=number)).all()
            same = [each for each in there if each.interaction_id == interaction_id]
            if same or not proof:
                return len(same)
            if len(there) + len(proof) > MOST_EVIDENCE:
                raise CaseEvidenceFull(number, len(there), MOST_EVIDENCE)
            kept = (await tx.exec(KEPT_BYTES, guild_id=guild_id)).one()
            if kept + sum(len(each.content) for each in proof) > MOST_EVIDENCE_BYTES:
                raise EvidenceOfServerFull(MOST_EVIDENCE_BYTES)
            last, now = max((each.position for each in there), default=0), utc_now()
            rows = [
                CaseEvidence(
                    guild_id=guild_id,
                    number=number,
                    position=position,
                    filename=storable(each.filename)[-260:] or "file",
                    content=each.content,
                    sha256=sha256(each.content).digest(),
                    added_by_id=added_by_id,
                    added_at=now,
                    kind=each.kind,
                    interaction_id=interaction_id,
                )
                for position, each in enumerate(proof, last + 1)
            ]
            await EVIDENCE.insert(tx, rows)
            await ask(tx, case, Delivery.CASE_LOG)
            return len(rows)

    @action(repeatable=True)
    async def contents(
        self, *, guild_id: int, number: int, positions: Sequence[int]
    ) -> Sequence[CaseEvidence]:
        """These files of a case with their content, which is None where it was let go. Positions count from 1."""
        async with self._read(guild_id=guild_id) as tx:
            return (
                await tx.exec(CONTENTS, guild_id=guild_id, number=number, positions=list(positions))
            ).all()

    @action(repeatable=True)
    async def let_go(self, *, now: datetime, limit: int = 20) -> int:
        """Forget contents that are older than their server keeps them (`evidence_days`), the oldest first; how many.

        A few at a time: each is up to 8 MiB of dead rows for PostgreSQL to clear away.
        """
        async with self._transaction(system=True) as tx:
            return len((await tx.exec(LET_GO, now=now, limit=limit)).all())
