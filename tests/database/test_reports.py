"""Reports: joined, bounded, worked on by one moderator at a time, and each act once."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from database.clock import clock
from database.errors import ActionRefused, CaseNotFound, ReasonNotAllowed
from database.models import (
    Case,
    CaseFilter,
    CaseKind,
    CaseOrigin,
    Delivery,
    DirectMessage,
    EvidenceKind,
    FromReport,
    Proof,
    Report,
    ReportFilter,
    ReportState,
    ReportStepKind,
)
from database.models import report as rules
from database.report_refusals import (
    AlreadyReported,
    ReportAboutYourself,
    ReportClosed,
    ReportNotFound,
    ReportNotTaken,
    ReportTaken,
    TooManyReports,
)
from database.service import DatabaseService

NewId = Callable[[], int]
TARGET, MAX, MIA = 11, 22, 33
DOCUMENT = Proof("message-1.json", b'{"content": "spam"}', EvidenceKind.MESSAGE)


class Staff:
    """One server's reports, in short words."""

    def __init__(self, database: DatabaseService, guild_id: int, new_id: NewId) -> None:
        self.reports, self.database, self.new_id = database.reports, database, new_id
        self.guild = {"guild_id": guild_id}

    async def make(self, **different: Any) -> Report:
        usual = {
            "target_id": TARGET,
            "target_name": "ann",
            "reporter_id": self.new_id(),
            "reporter_name": "ben",
            "reason": "rude",
            "interaction_id": self.new_id(),
        }
        return await self.reports.make(**self.guild, **{**usual, **different})

    async def make_of_message(self, message_id: int, **different: Any) -> Report:
        return await self.make(message_id=message_id, channel_id=5, **different)

    def by(self, moderator_id: int, number: int = 1, **different: Any) -> dict[str, Any]:
        usual = {"number": number, "moderator_id": moderator_id, "interaction_id": self.new_id()}
        return {**self.guild, **usual, **different}

    async def warn(self, given: dict[str, Any], answer: str | None = None) -> Case:
        """The case of a warning that ends the report."""
        facts = {name: value for name, value in given.items() if name != "number"}
        return await self.database.cases.open(
            **{"moderator_name": "m", **facts},
            kind=CaseKind.WARN,
            target_id=TARGET,
            target_name="ann",
            reason="spam",
            origin=CaseOrigin.REPORT,
            report=FromReport(given["number"], answer),
        )

    async def whole(self, number: int = 1) -> Any:
        return await self.reports.whole(**self.guild, number=number)

    async def asked(self) -> list[tuple[Delivery, int]]:
        pending = await self.database.outbox.pending(**self.guild)
        return sorted((row.kind, row.subject_id) for row in pending)


@pytest.fixture
def staff(database: DatabaseService, guild_id: int, new_id: NewId) -> Staff:
    return Staff(database, guild_id, new_id)


async def test_reports_are_numbered_in_each_server_and_ask_for_their_post(
    staff: Staff, new_id: NewId
) -> None:
    first = await staff.make()
    second = await staff.make(target_id=12)
    elsewhere = Staff(staff.database, new_id(), new_id)

    assert (first.number, second.number, (await elsewhere.make()).number) == (1, 2, 1)
    assert await staff.asked() == [(Delivery.REPORT_POST, 1), (Delivery.REPORT_POST, 2)]


async def test_the_same_interaction_is_one_report(staff: Staff, new_id: NewId) -> None:
    once = {"interaction_id": new_id(), "reporter_id": 7}
    reports = await asyncio.gather(*(staff.make(**once) for _ in range(5)))
    assert {report.number for report in reports} == {1}
    assert len((await staff.whole()).voices) == 1


async def test_those_who_report_the_same_message_at_once_share_one_report(staff: Staff) -> None:
    reports = await asyncio.gather(*(staff.make_of_message(99) for _ in range(12)))
    assert {report.number for report in reports} == {1}
    assert len((await staff.whole()).voices) == 12


async def test_another_message_of_the_same_member_is_another_report(staff: Staff) -> None:
    numbers = [(await staff.make_of_message(message_id)).number for message_id in (98, 99)]
    assert [*numbers, (await staff.make()).number] == [1, 2, 3]


async def test_a_member_reported_within_an_hour_is_one_report_and_later_another(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minutes, number in [(0, 1), (59, 1), (61, 2)]:
        monkeypatch.setattr(clock, "ahead", timedelta(minutes=minutes))
        assert (await staff.make()).number == number


async def test_a_closed_report_is_joined_by_nobody(staff: Staff) -> None:
    await staff.make_of_message(99)
    await staff.reports.close(**staff.by(MAX))
    assert (await staff.make_of_message(99)).number == 2


async def test_nobody_reports_the_same_twice(staff: Staff) -> None:
    await staff.make_of_message(99, reporter_id=7)
    with pytest.raises(AlreadyReported, match="it is report 1"):
        await staff.make_of_message(99, reporter_id=7)
    assert len((await staff.whole()).voices) == 1


async def test_one_reporter_makes_five_reports_in_ten_minutes(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (staff.make_of_message(number, reporter_id=7) for number in range(1, 13))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    made = [answer for answer in answers if isinstance(answer, Report)]
    assert len(made) == rules.MOST_REPORTS == 5
    refused = next(answer for answer in answers if isinstance(answer, TooManyReports))
    assert str(refused) == "You have made 5 reports in the last 10 minutes: try again in 10 minutes."

    monkeypatch.setattr(clock, "ahead", rules.REPORTS_WITHIN)
    assert (await staff.make_of_message(50, reporter_id=7)).number == 6


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001, "\x00"])
async def test_a_report_has_a_reason(staff: Staff, reason: str) -> None:
    with pytest.raises(ReasonNotAllowed):
        await staff.make(reason=reason)


async def test_of_two_who_take_it_at_once_one_wins_and_the_other_is_told_who(staff: Staff) -> None:
    await staff.make()
    answers = await asyncio.gather(
        *(staff.reports.take(**staff.by(who)) for who in (MAX, MIA)), return_exceptions=True
    )
    [won] = [answer for answer in answers if isinstance(answer, Report)]
    [lost] = [answer for answer in answers if isinstance(answer, ReportTaken)]
    assert won.assignee_id == lost.assignee_id
    assert f"<@{won.assignee_id}>" in str(lost)
    assert [step.kind for step in (await staff.whole()).steps] == [ReportStepKind.TAKEN]


async def test_what_was_released_can_be_taken_by_another(staff: Staff) -> None:
    await staff.make()
    taken = await staff.reports.take(**staff.by(MAX))
    with pytest.raises(ReportTaken):
        await staff.reports.close(**staff.by(MIA))
    await staff.reports.release(**staff.by(MIA))
    with pytest.raises(ReportNotTaken):
        await staff.reports.release(**staff.by(MIA))
    again = await staff.reports.take(**staff.by(MIA))
    assert (again.state, again.assignee_id) == (ReportState.TAKEN, MIA)
    assert again.acted_at == taken.acted_at, "the first act counts"


async def test_a_repeated_press_changes_nothing(staff: Staff) -> None:
    await staff.make()
    press = staff.by(MAX)
    for _ in range(3):
        await staff.reports.take(**press)
    closing = staff.by(MAX, outcome="spoke with them", answer="We did.")
    for _ in range(2):
        assert (await staff.reports.close(**closing)).outcome == "spoke with them"
    whole = await staff.whole()
    assert [step.kind for step in whole.steps] == [ReportStepKind.TAKEN, ReportStepKind.CLOSED]
    assert len(whole.replies) == 1


async def test_a_closed_report_can_be_answered_but_not_worked_on(staff: Staff) -> None:
    await staff.make()
    await staff.reports.close(**staff.by(MAX))
    for act in (staff.reports.take, staff.reports.release, staff.reports.close):
        with pytest.raises(ReportClosed, match=r"closed already, by <@22>\."):
            await act(**staff.by(MIA))
    await staff.reports.answer(**staff.by(MIA), answer="Thank you.")
    assert [reply.text for reply in (await staff.whole()).replies] == ["Thank you."]


async def test_of_two_who_close_it_at_once_one_wins(staff: Staff) -> None:
    await staff.make()
    answers = await asyncio.gather(
        *(staff.reports.close(**staff.by(who)) for who in (MAX, MIA)), return_exceptions=True
    )
    assert {type(answer) for answer in answers} == {Report, ReportClosed}


async def test_nobody_works_on_a_report_about_themselves(staff: Staff) -> None:
    await staff.make(target_id=MAX)
    for act in (staff.reports.take, staff.reports.close, staff.reports.release):
        with pytest.raises(ReportAboutYourself):
            await act(**staff.by(MAX))


async def test_there_must_be_a_report_and_a_case(staff: Staff) -> None:
    with pytest.raises(ReportNotFound):
        await staff.reports.take(**staff.by(MAX, number=9))
    await staff.make()
    with pytest.raises(CaseNotFound):
        await staff.reports.close(**staff.by(MAX, case_number=9))


async def test_a_warning_ends_the_report_with_its_snapshots_as_evidence(staff: Staff, new_id: NewId) -> None:
    seen = [new_id(), new_id()]
    for interaction_id, extra in zip(seen, (b"one", b"two"), strict=True):
        await staff.reports.keep_snapshot(
            **staff.guild, interaction_id=interaction_id, proofs=[DOCUMENT, Proof("a.png", extra)]
        )
        await staff.make_of_message(99, interaction_id=interaction_id)
    pressed = staff.by(MAX)
    assert [(await staff.warn(pressed, answer="Done.")).number for _ in range(2)] == [1, 1]

    evidence = await staff.database.case_evidence.contents(**staff.guild, number=1, positions=range(1, 9))
    assert [file.content for file in evidence] == [DOCUMENT.content, b"one", b"two"]
    whole = await staff.whole()
    assert (whole.report.state, whole.report.case_number) == (ReportState.CLOSED, 1)
    assert [file.document for file in whole.files] == [DOCUMENT.content, None] * 2
    assert len(whole.replies) == 2


async def test_a_message_that_two_report_unchanged_is_evidence_once_and_edited_it_is_twice(
    staff: Staff, new_id: NewId
) -> None:
    said = [
        ("12:00", "spam", "aa"),
        ("12:01", "spam", "aa"),
        ("12:02", "more spam", "aa"),
        ("12:03", "spam", "bb"),
    ]
    documents = [
        json.dumps({"taken_at": at, "content": content, "attachments": [{"sha256": digest}]}).encode()
        for at, content, digest in said
    ]
    for document in (*documents, b"no document of ours", b"no document of ours"):
        interaction_id = new_id()
        proof = Proof("message-99.json", document, EvidenceKind.MESSAGE)
        await staff.reports.keep_snapshot(**staff.guild, interaction_id=interaction_id, proofs=[proof])
        await staff.make_of_message(99, interaction_id=interaction_id)
    await staff.warn(staff.by(MAX))
    evidence = await staff.database.case_evidence.contents(**staff.guild, number=1, positions=range(1, 9))
    kept = [documents[0], documents[2], documents[3], b"no document of ours"]
    assert [file.content for file in evidence] == kept


async def test_a_warning_that_comes_too_late_opens_no_case(staff: Staff) -> None:
    await staff.make()
    answers = await asyncio.gather(*(staff.warn(staff.by(who)) for who in (MAX, MIA)), return_exceptions=True)
    assert sum(isinstance(answer, ReportClosed) for answer in answers) == 1
    [case] = await staff.database.cases.page(**staff.guild, matching=CaseFilter())
    assert case.number == 1


async def test_each_reporter_is_answered_once_and_the_post_says_whether_it_arrived(staff: Staff) -> None:
    for _ in range(3):
        await staff.make_of_message(99)
    await staff.reports.answer(**staff.by(MAX), answer="We look at it.")
    replies = (await staff.whole()).replies
    assert [state for kind, state in await staff.asked() if kind is Delivery.REPORT_REPLY] == [
        reply.reply_id for reply in replies
    ]
    reply = await staff.reports.reply(**staff.guild, reply_id=replies[0].reply_id)
    assert (reply.text, reply.state) == ("We look at it.", DirectMessage.PENDING)
    await staff.reports.replied(**staff.guild, reply_id=reply.reply_id, outcome=DirectMessage.FAILED)
    assert (await staff.whole()).replies[0].state is DirectMessage.FAILED


async def test_a_post_that_is_gone_is_looked_at_again_and_those_of_closed_reports_are_not(
    staff: Staff,
) -> None:
    for message_id in (1, 2, 3):
        number = (await staff.make_of_message(message_id)).number
        await staff.reports.posted(
            **staff.guild, number=number, channel_id=4, message_id=100 + number, digest=bytes(32)
        )
    await staff.reports.close(**staff.by(MAX, number=3))
    for row in await staff.database.outbox.pending(**staff.guild):
        assert row.subject_id in {1, 2, 3}

    assert await staff.reports.show_again(**staff.guild, message_ids=[101, 103, 999]) == [1]
    assert (await staff.whole(1)).report.post_digest is None
    assert (await staff.whole(2)).report.post_digest is not None
    assert sorted(await staff.reports.show_again(**staff.guild)) == [1, 2]


async def test_a_snapshot_that_no_report_came_of_is_forgotten_after_a_day(
    staff: Staff, new_id: NewId
) -> None:
    dropped, used = new_id(), new_id()
    for interaction_id in (dropped, used):
        await staff.reports.keep_snapshot(**staff.guild, interaction_id=interaction_id, proofs=[DOCUMENT])
    await staff.make_of_message(99, interaction_id=used)
    await staff.reports.forget_snapshots(now=clock.now() + timedelta(hours=23))
    assert len(await staff.reports.snapshot(**staff.guild, interaction_id=dropped)) == 1
    await staff.reports.forget_snapshots(now=clock.now() + timedelta(hours=25))
    assert await staff.reports.snapshot(**staff.guild, interaction_id=dropped) == []
    assert len(await staff.reports.snapshot(**staff.guild, interaction_id=used)) == 1


async def test_snapshots_of_closed_reports_go_when_the_server_keeps_evidence_no_longer(
    staff: Staff, new_id: NewId
) -> None:
    began = [new_id(), new_id()]
    for message_id, interaction_id in enumerate(began, 1):
        await staff.reports.keep_snapshot(**staff.guild, interaction_id=interaction_id, proofs=[DOCUMENT])
        await staff.make_of_message(message_id, interaction_id=interaction_id)
    await staff.warn(staff.by(MAX))

    async def kept(days: int) -> list[int]:
        await staff.reports.forget_snapshots(now=clock.now() + timedelta(days=days))
        found = [await staff.reports.snapshot(**staff.guild, interaction_id=each) for each in began]
        return [len(files) for files in found]

    assert await kept(5_000) == [1, 1], "for ever, unless the server says otherwise"
    await staff.database.guild_configs.change(
        **staff.guild, setting="evidence_days", value=30, changed_by_id=1, interaction_id=new_id()
    )
    assert await kept(29) == [1, 1]
    assert await kept(31) == [0, 1], "what waits is kept"
    evidence = await staff.database.case_evidence.contents(**staff.guild, number=1, positions=[1])
    assert [file.content for file in evidence] == [DOCUMENT.content]


async def test_snapshots_are_bounded_and_their_documents_are_kept_beyond(
    staff: Staff, new_id: NewId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.controllers.reports.MOST_SNAPSHOT_BYTES", 100)
    kept = []
    for _ in range(2):
        interaction_id = new_id()
        proofs = [DOCUMENT, Proof("a.png", b"x" * 60)]
        await staff.reports.keep_snapshot(**staff.guild, interaction_id=interaction_id, proofs=proofs)
        kept.append(len(await staff.reports.snapshot(**staff.guild, interaction_id=interaction_id)))
    assert kept == [2, 1]


@pytest.mark.parametrize(
    "rewrite",
    [
        "UPDATE report_voices SET reason = 'x'",
        "DELETE FROM report_voices",
        "UPDATE report_steps SET moderator_id = 1",
        "UPDATE report_files SET content = 'x'",
        "DELETE FROM reports",
        "UPDATE reports SET target_id = 1",
        "TRUNCATE report_files",
    ],
)
async def test_what_was_reported_stays_as_it_was(
    staff: Staff, auditor: Any, new_id: NewId, rewrite: str
) -> None:
    interaction_id = new_id()
    await staff.reports.keep_snapshot(**staff.guild, interaction_id=interaction_id, proofs=[DOCUMENT])
    await staff.make_of_message(99, interaction_id=interaction_id)
    await staff.reports.take(**staff.by(MAX))
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.InsufficientPrivilegeError)):
        await auditor.execute(rewrite)


async def test_a_closed_report_is_never_opened_again(staff: Staff, auditor: Any) -> None:
    await staff.make()
    await staff.reports.close(**staff.by(MAX))
    with pytest.raises(asyncpg.RestrictViolationError):
        await auditor.execute(
            "UPDATE reports SET state = 'open', closed_at = NULL, closed_by_id = NULL WHERE guild_id = $1",
            staff.guild["guild_id"],
        )


async def test_the_list_pages_and_filters(staff: Staff) -> None:
    for message_id in range(1, 6):
        await staff.make_of_message(message_id, target_id=message_id)
    await staff.reports.close(**staff.by(MAX, number=2))
    await staff.reports.take(**staff.by(MAX, number=3))

    async def numbers(**matching: Any) -> list[int]:
        listed = await staff.reports.page(**staff.guild, matching=ReportFilter(**matching))
        return [report.number for report in listed]

    assert await numbers() == [5, 4, 3, 2, 1]
    assert await numbers(waiting=True) == [5, 4, 3, 1]
    assert await numbers(state=ReportState.TAKEN) == [3]
    assert await numbers(target_id=4) == [4]


@pytest.mark.parametrize("seed", range(2))
async def test_whoever_does_what_at_once_a_report_ends_once(staff: Staff, new_id: NewId, seed: int) -> None:
    """Reporters join, three moderators take, release, warn and close, each press delivered twice."""
    await staff.make_of_message(99)

    async def press(turn: int) -> None:
        who = (MAX, MIA, 44)[(turn + seed) % 3]
        given = staff.by(who)
        act: Any = {
            0: staff.reports.take,
            1: staff.reports.release,
            2: staff.reports.close,
        }.get(turn % 4)
        for _ in range(2):
            with suppress(ActionRefused):
                await (act(**given) if act else staff.warn(given))

    await asyncio.gather(
        *(press(turn) for turn in range(12)),
        *(staff.make_of_message(99) for _ in range(6)),
    )
    if (holder := (await staff.whole()).report).closed_at is None:
        await staff.reports.close(**staff.by(holder.assignee_id or MAX))
    kinds = [step.kind for step in (await staff.whole()).steps]
    assert kinds.count(ReportStepKind.CLOSED) == 1
    assert kinds[-1] is ReportStepKind.CLOSED
    cases = await staff.database.cases.page(**staff.guild, matching=CaseFilter())
    assert [case.number for case in cases] == [(await staff.whole()).report.case_number] * len(cases)
