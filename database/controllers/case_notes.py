"""What the staff writes down about a case later."""

from database.actions import action
from database.case_errors import CaseNotesFull, NoteNotAllowed
from database.controllers._base import BaseController
from database.models.case_note import CASE_NOTES, LONGEST_CASE_NOTE, MOST_CASE_NOTES, CaseNote
from database.models.outbox import Delivery
from database.revising import ask, locked
from database.texts import storable


class CaseNoteController(BaseController):
    topic = "case_notes"

    @action(repeatable=True)
    async def write(
        self,
        *,
        guild_id: int,
        number: int,
        note: str,
        author_id: int,
        author_name: str,
        interaction_id: int,
    ) -> CaseNote:
        """Add a note, and have the log post count it. The same interaction again gives the note that it wrote.

        Raises CaseNotFound, NoteNotAllowed, CaseNotesFull.
        """
        text = storable(note).strip()
        if not 1 <= len(text) <= LONGEST_CASE_NOTE:
            raise NoteNotAllowed(LONGEST_CASE_NOTE)
        async with self._transaction(guild_id=guild_id) as tx:
            case = await locked(tx, guild_id=guild_id, number=number)
            notes = await CASE_NOTES.find(tx, guild_id=guild_id, number=number)
            written = await CASE_NOTES.get(tx, guild_id=guild_id, interaction_id=interaction_id)
            if written is not None:
                return written
            if len(notes) >= MOST_CASE_NOTES:
                raise CaseNotesFull(number, MOST_CASE_NOTES)
            added = CaseNote(
                guild_id=guild_id,
                number=number,
                position=len(notes) + 1,
                text=text,
                author_id=author_id,
                author_name=author_name[:100],
                interaction_id=interaction_id,
            )
            await CASE_NOTES.insert(tx, [added])
            await ask(tx, case, Delivery.CASE_LOG)
            return added
