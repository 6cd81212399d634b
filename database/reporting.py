"""What happens to a report within the transaction of an action: steps that the controller's actions share."""

import json
from datetime import datetime, timedelta

from database.errors import ReasonNotAllowed
from database.models.base import utc_now
from database.models.case import Case
from database.models.case_evidence import MOST_EVIDENCE, EvidenceKind, Proof
from database.models.outbox import ASK, ASK_MANY, Delivery
from database.models.report import (
    LONGEST_REPORT,
    MOST_REPORTS,
    REPLIES,
    REPORTS,
    REPORTS_WITHIN,
    STEPS,
    VOICES,
    FromReport,
    Report,
    ReportFile,
    ReportReply,
    ReportState,
    ReportStep,
    ReportStepKind,
    ReportVoice,
)
from database.models.report_steps import FILES_OF, LATELY
from database.report_refusals import ReportNotFound, TooManyReports, require_free
from database.texts import storable
from database.transaction import Transaction

SAID = ("content", "attachments", "embeds", "stickers", "forwarded")
"""What a message said and showed, as its document names it; of each attachment there is its SHA-256."""


async def require_patience(tx: Transaction, guild_id: int, reporter_id: int, now: datetime) -> None:
    lately = (
        await tx.exec(LATELY, guild_id=guild_id, reporter_id=reporter_id, since=now - REPORTS_WITHIN)
    ).one()
    if lately.reports >= MOST_REPORTS:
        wait = (lately.first_at or now) + REPORTS_WITHIN - now
        raise TooManyReports(most=MOST_REPORTS, within=REPORTS_WITHIN, wait=max(wait, timedelta(0)))


async def locked(
    tx: Transaction,
    guild_id: int,
    number: int,
    moderator_id: int,
    interaction_id: int,
    *,
    also_closed: bool = False,
    also_others: bool = False,
) -> tuple[Report, bool]:
    """The report, kept from others, and whether this interaction is new to it: a repeat finds what it did.

    Raises ReportNotFound, ReportAboutYourself, ReportClosed, ReportTaken where it is somebody else's.
    """
    report = await REPORTS.lock(tx, guild_id=guild_id, number=number)
    if report is None:
        raise ReportNotFound(number)
    if await STEPS.get(tx, guild_id=guild_id, interaction_id=interaction_id):
        return report, False
    require_free(report, moderator_id, also_closed=also_closed, also_others=also_others)
    return report, True


async def step(
    tx: Transaction, report: Report, kind: ReportStepKind, moderator_id: int, interaction_id: int
) -> Report:
    made = await STEPS.find(tx, guild_id=report.guild_id, number=report.number)
    step = ReportStep(
        guild_id=report.guild_id,
        number=report.number,
        step=len(made) + 1,
        kind=kind,
        moderator_id=moderator_id,
        interaction_id=interaction_id,
        made_at=utc_now(),
    )
    report.acted_at = report.acted_at or step.made_at
    await STEPS.insert(tx, [step])
    await REPORTS.update(
        tx, [report],
        "state", "assignee_id", "case_number", "outcome", "closed_by_id", "acted_at", "closed_at",
    )  # fmt: skip
    await ask_for_post(tx, report)
    return report


async def end_with_case(tx: Transaction, case: Case, report: FromReport) -> list[Proof]:
    """End the report in the transaction that opens its case; what is to be the case's evidence.

    Raises ReportNotFound, ReportAboutYourself, ReportClosed, ReportTaken.
    """
    ended, is_new = await locked(tx, case.guild_id, report.number, case.moderator_id, case.interaction_id)
    if is_new:
        end(ended, case.moderator_id, case_number=case.number)
        await answer_reporters(tx, ended, report.answer, case.interaction_id)
        await step(tx, ended, ReportStepKind.CLOSED, case.moderator_id, case.interaction_id)
    return await _proofs_of(tx, ended)


async def _proofs_of(tx: Transaction, report: Report) -> list[Proof]:
    """The snapshots of its message with their attachments, each once: two reporters may have seen the same."""
    files = (await tx.exec(FILES_OF, guild_id=report.guild_id, number=report.number)).all()
    once = dict[object, Proof]()
    for file in files:
        once.setdefault(_what_it_shows(file), Proof(file.filename, file.content, file.kind))
    return list(once.values())[:MOST_EVIDENCE]


def _what_it_shows(file: ReportFile) -> object:
    """Equal for two snapshots of a message that nobody changed between them: they differ in when they were taken."""
    if file.kind is EvidenceKind.MESSAGE:
        try:
            facts = json.loads(file.content)
            return json.dumps([facts.get(name) for name in SAID])
        except (ValueError, AttributeError):  # none of ours: kept as the file that it is
            pass
    return file.sha256


def end(
    report: Report, moderator_id: int, *, case_number: int | None = None, outcome: str | None = None
) -> None:
    report.state, report.closed_at, report.closed_by_id = ReportState.CLOSED, utc_now(), moderator_id
    report.case_number, report.outcome = case_number, optional(outcome)


async def answer_reporters(tx: Transaction, report: Report, text: str | None, interaction_id: int) -> None:
    """A direct message to each of them; none where nothing is said."""
    text = optional(text)
    if text is None:
        return
    voices = await VOICES.find(tx, guild_id=report.guild_id, number=report.number)
    replies = [
        ReportReply(
            guild_id=report.guild_id,
            number=report.number,
            reporter_id=voice.reporter_id,
            text=text,
            interaction_id=interaction_id,
        )
        for voice in voices
    ]
    written = await REPLIES.insert(tx, replies)
    await tx.exec(
        ASK_MANY,
        guild_id=report.guild_id,
        kind=Delivery.REPORT_REPLY,
        subject_ids=[reply.reply_id for reply in written],
        due_at=utc_now(),
    )


async def ask_for_post(tx: Transaction, of: Report | ReportReply | ReportVoice) -> None:
    """Have the staff's queue show what is true of the report now."""
    await tx.exec(
        ASK, guild_id=of.guild_id, kind=Delivery.REPORT_POST, subject_id=of.number, due_at=utc_now()
    )


def required(text: str) -> str:
    """The text without white space around it; ReasonNotAllowed if nothing or too much is left."""
    text = storable(text).strip()
    if not 1 <= len(text) <= LONGEST_REPORT:
        raise ReasonNotAllowed(LONGEST_REPORT)
    return text


def optional(text: str | None) -> str | None:
    """As `required`; None for nothing."""
    return required(text) if text and text.strip() else None
