"""Reports: made by members, joined where they mean the same, worked on by one moderator at a time."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from database.actions import action
from database.controllers._base import ListController
from database.errors import CaseNotFound
from database.models.base import utc_now
from database.models.case import CASES, DirectMessage
from database.models.case_evidence import EvidenceKind, Proof
from database.models.report import (
    FILES,
    FORGET_AFTER,
    JOIN_WITHIN,
    MOST_SNAPSHOT_BYTES,
    REPLIES,
    REPORTS,
    SNAPSHOTS_WITHIN,
    VOICES,
    Report,
    ReportFile,
    ReportReply,
    ReportState,
    ReportStepKind,
    ReportVoice,
)
from database.models.report_steps import (
    COUNT_ON,
    FORGET_OLD,
    FORGET_UNREPORTED,
    JOINABLE,
    KEPT_BYTES,
    LOCK_NUMBERS,
    REPORT_LIST,
    SET_POST,
    SHOW_AGAIN,
    WHOLE_REPORT,
    ReportFilter,
    WholeReport,
)
from database.report_refusals import AlreadyReported, ReportNotFound, ReportNotTaken
from database.reporting import (
    answer_reporters,
    ask_for_post,
    end,
    locked,
    require_patience,
    required,
    step,
)


class ReportController(ListController[Report, ReportFilter]):
    topic = "reports"
    listing = REPORT_LIST

    @action(repeatable=True)
    async def make(
        self,
        *,
        guild_id: int,
        target_id: int,
        target_name: str,
        reporter_id: int,
        reporter_name: str,
        reason: str,
        interaction_id: int,
        channel_id: int | None = None,
        message_id: int | None = None,
    ) -> Report:
        """Report a member, or a message of theirs: join the report that waits for the same, or begin one.

        The same interaction again gives the report that it is in. Raises AlreadyReported, TooManyReports.
        """
        reason, now = required(reason), utc_now()
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(LOCK_NUMBERS, guild_id=guild_id)
            said = await VOICES.get(tx, guild_id=guild_id, interaction_id=interaction_id)
            if said is not None:
                return await REPORTS.one(tx, guild_id=guild_id, number=said.number)
            same = {"target_id": target_id, "message_id": message_id, "since": now - JOIN_WITHIN}
            report = (await tx.exec(JOINABLE, guild_id=guild_id, **same)).first()
            if report is not None and await VOICES.get(
                tx, guild_id=guild_id, number=report.number, reporter_id=reporter_id
            ):
                raise AlreadyReported(report.number)
            await require_patience(tx, guild_id, reporter_id, now)
            if report is None:
                report = Report(
                    guild_id=guild_id,
                    number=(await tx.exec(COUNT_ON, of_guild_id=guild_id)).one(),
                    target_id=target_id,
                    target_name=target_name,
                    channel_id=channel_id,
                    message_id=message_id,
                    created_at=now,
                )
                await REPORTS.insert(tx, [report])
            voice = ReportVoice(
                guild_id=guild_id,
                number=report.number,
                reporter_id=reporter_id,
                reporter_name=reporter_name,
                reason=reason,
                interaction_id=interaction_id,
                said_at=now,
            )
            await VOICES.insert(tx, [voice])
            await ask_for_post(tx, report)
            return report

    @action(repeatable=True)
    async def keep_snapshot(self, *, guild_id: int, interaction_id: int, proofs: Sequence[Proof]) -> None:
        """Keep a message as it is when somebody begins to report it; the same interaction again keeps nothing.

        What a server has kept within a day is bounded: beyond it only the documents are kept. The post of a report
        that was quicker than its snapshot is asked for again.
        """
        now = utc_now()
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(LOCK_NUMBERS, guild_id=guild_id)
            if await FILES.find(tx, guild_id=guild_id, interaction_id=interaction_id):
                return
            kept = (await tx.exec(KEPT_BYTES, guild_id=guild_id, since=now - SNAPSHOTS_WITHIN)).one()
            if kept + sum(len(proof.content) for proof in proofs) > MOST_SNAPSHOT_BYTES:
                proofs = [proof for proof in proofs if proof.kind is EvidenceKind.MESSAGE]
            files = [
                ReportFile(
                    guild_id=guild_id,
                    interaction_id=interaction_id,
                    position=position,
                    kind=proof.kind,
                    filename=proof.filename[-260:],
                    content=proof.content,
                    sha256=sha256(proof.content).digest(),
                    taken_at=now,
                )
                for position, proof in enumerate(proofs, start=1)
            ]
            await FILES.insert(tx, files)
            voice = await VOICES.get(tx, guild_id=guild_id, interaction_id=interaction_id)
            if voice is not None:
                await ask_for_post(tx, voice)

    @action(repeatable=True)
    async def snapshot(self, *, guild_id: int, interaction_id: int) -> Sequence[ReportFile]:
        """What is kept of the message that this interaction began to report."""
        async with self._read(guild_id=guild_id) as tx:
            return await FILES.find(tx, guild_id=guild_id, interaction_id=interaction_id)

    @action(repeatable=True)
    async def forget_snapshots(self, *, now: datetime) -> None:
        """Take away what no report came of within a day, and what servers keep no longer, in all guilds."""
        async with self._transaction(system=True) as tx:
            await tx.exec(FORGET_UNREPORTED, before=now - FORGET_AFTER)
            await tx.exec(FORGET_OLD, now=now)

    @action(repeatable=True)
    async def whole(self, *, guild_id: int, number: int) -> WholeReport:
        """The report with all that belongs to it, read in one statement; ReportNotFound if there is none."""
        async with self._read(guild_id=guild_id) as tx:
            whole = (await tx.exec(WHOLE_REPORT, guild_id=guild_id, number=number)).first()
            if whole is None:
                raise ReportNotFound(number)
            return whole

    @action(repeatable=True)
    async def take(self, *, guild_id: int, number: int, moderator_id: int, interaction_id: int) -> Report:
        """Make the report one's own; ReportTaken if it is somebody else's, ReportClosed."""
        async with self._transaction(guild_id=guild_id) as tx:
            report, is_new = await locked(tx, guild_id, number, moderator_id, interaction_id)
            if not is_new or report.assignee_id == moderator_id:
                return report
            report.state, report.assignee_id = ReportState.TAKEN, moderator_id
            return await step(tx, report, ReportStepKind.TAKEN, moderator_id, interaction_id)

    @action(repeatable=True)
    async def release(self, *, guild_id: int, number: int, moderator_id: int, interaction_id: int) -> Report:
        """Give the report back to the queue, one's own or another's; ReportNotTaken, ReportClosed."""
        async with self._transaction(guild_id=guild_id) as tx:
            report, is_new = await locked(
                tx, guild_id, number, moderator_id, interaction_id, also_others=True
            )
            if not is_new:
                return report
            if report.assignee_id is None:
                raise ReportNotTaken(number)
            report.state, report.assignee_id = ReportState.OPEN, None
            return await step(tx, report, ReportStepKind.RELEASED, moderator_id, interaction_id)

    @action(repeatable=True)
    async def close(
        self,
        *,
        guild_id: int,
        number: int,
        moderator_id: int,
        interaction_id: int,
        outcome: str | None = None,
        case_number: int | None = None,
        answer: str | None = None,
    ) -> Report:
        """End the report, with the case that came of it, and tell its reporters `answer`.

        Raises ReportTaken, ReportClosed, ReportAboutYourself, CaseNotFound.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            report, is_new = await locked(tx, guild_id, number, moderator_id, interaction_id)
            if not is_new:
                return report
            if case_number and await CASES.get(tx, guild_id=guild_id, number=case_number) is None:
                raise CaseNotFound(case_number)
            end(report, moderator_id, case_number=case_number, outcome=outcome)
            await answer_reporters(tx, report, answer, interaction_id)
            return await step(tx, report, ReportStepKind.CLOSED, moderator_id, interaction_id)

    @action(repeatable=True)
    async def answer(
        self, *, guild_id: int, number: int, moderator_id: int, interaction_id: int, answer: str
    ) -> Report:
        """Tell the reporters something, also once the report is closed; ReportTaken."""
        answer = required(answer)
        async with self._transaction(guild_id=guild_id) as tx:
            report, is_new = await locked(
                tx, guild_id, number, moderator_id, interaction_id, also_closed=True
            )
            if not is_new:
                return report
            await answer_reporters(tx, report, answer, interaction_id)
            return await step(tx, report, ReportStepKind.ANSWERED, moderator_id, interaction_id)

    @action(repeatable=True)
    async def reply(self, *, guild_id: int, reply_id: int) -> ReportReply:
        """One word to one reporter; LookupError if there is none."""
        async with self._read(guild_id=guild_id) as tx:
            return await REPLIES.one(tx, guild_id=guild_id, reply_id=reply_id)

    @action(repeatable=True)
    async def replied(self, *, guild_id: int, reply_id: int, outcome: DirectMessage) -> None:
        """Remember whether it arrived, and have the post say so."""
        async with self._transaction(guild_id=guild_id) as tx:
            reply = await REPLIES.one(tx, guild_id=guild_id, reply_id=reply_id)
            reply.state = outcome
            await REPLIES.update(tx, [reply], "state")
            await ask_for_post(tx, reply)

    @action(repeatable=False)
    async def posted(
        self, *, guild_id: int, number: int, channel_id: int, message_id: int, digest: bytes
    ) -> None:
        """Remember where the post in the staff's queue is, and what it shows (SHA-256)."""
        post = {"post_channel_id": channel_id, "post_message_id": message_id, "post_digest": digest}
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(SET_POST, of_guild_id=guild_id, of_number=number, **post)

    @action(repeatable=True)
    async def show_again(self, *, guild_id: int, message_ids: Sequence[int] | None = None) -> Sequence[int]:
        """Look at the posts of reports that wait again: those that were deleted, or all. Gives their numbers."""
        async with self._transaction(guild_id=guild_id) as tx:
            which = {"message_ids": list(message_ids or ()), "is_all": message_ids is None}
            return (await tx.exec(SHOW_AGAIN, of_guild_id=guild_id, **which, now=utc_now())).all()
