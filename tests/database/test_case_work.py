"""What is done with a case after it was opened: voided, restored, taken back, added to; and nothing is lost by it."""

import asyncio
import importlib
import pkgutil
import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import asyncpg
import pytest

from database import models
from database.case_errors import (
    CaseChangedMeanwhile,
    CaseEvidenceFull,
    CaseNotesFull,
    CaseNotVoid,
    CaseUnderWay,
    CaseVoidAlready,
    EvidenceOfServerFull,
    NoteNotAllowed,
    NothingStands,
    RevisionNotFound,
    SameEnd,
)
from database.clock import clock
from database.errors import CaseAboutYourself, CaseNotFound, ReasonUnchanged
from database.models import (
    MOST_CASE_NOTES,
    MOST_EVIDENCE,
    AuditFilter,
    CaseFilter,
    CaseKind,
    CaseState,
    DirectMessage,
    EvidenceKind,
    ExportFormat,
    Proof,
    Subject,
    plan_ban,
    plan_timeout,
)
from database.service import DatabaseService
from database.statements import Statement

Did = Callable[..., Any]


@pytest.fixture
def did(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> Did:
    """Something that moderator 33 does with case 1, unless the test says otherwise."""
    usual: dict[str, dict[str, Any]] = {
        "cases.edit_reason": {"editor_id": 33},
        "case_edits.void": {"editor_id": 33},
        "case_edits.restore": {"editor_id": 33},
        "case_edits.revert": {"editor_id": 33},
        "case_edits.duration": {"editor_id": 33},
        "case_notes.write": {"author_id": 33, "author_name": "mia", "note": "asked them"},
        "case_evidence.add": {"added_by_id": 33, "proof": [Proof("a.png", b"x")]},
    }

    async def doing(name: str, **different: Any) -> Any:
        topic, verb = name.split(".")
        words = {"guild_id": guild_id, "number": 1, "interaction_id": new_id(), **usual[name], **different}
        return await getattr(getattr(database, topic), verb)(**words)

    return doing


async def state(database: DatabaseService, guild_id: int) -> CaseState:
    return (await database.cases.get(guild_id=guild_id, number=1)).state


async def test_a_voided_case_counts_no_more_and_a_restored_one_counts_again(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int
) -> None:
    await open_case(points=7)

    async def points() -> int:
        return sum(line.points for line in await database.cases.record(guild_id=guild_id, target_id=11))

    assert await points() == 7
    await did("case_edits.void", why="wrong person")
    assert await points() == 0
    await did("case_edits.restore")
    assert await points() == 7
    whole = await database.cases.whole(guild_id=guild_id, number=1)
    assert [(each.field, each.before, each.after, each.why) for each in whole.revisions] == [
        ("state", "active", "void", "wrong person"),
        ("state", "void", "active", None),
    ]


async def test_what_is_so_already_is_said(open_case: Any, did: Did, database: DatabaseService) -> None:
    await open_case()
    with pytest.raises(CaseNotVoid):
        await did("case_edits.restore")
    with pytest.raises(CaseNotVoid):
        await database.case_edits.tell_void(guild_id=(await open_case()).guild_id, number=1)
    await did("case_edits.void")
    with pytest.raises(CaseVoidAlready):
        await did("case_edits.void")
    with pytest.raises(CaseNotFound):
        await did("case_edits.void", number=99)


async def test_a_case_on_its_way_to_discord_is_not_voided(
    open_case: Any, did: Did, auditor: Any, guild_id: int
) -> None:
    await open_case(kind=CaseKind.BAN)
    await auditor.execute("UPDATE cases SET state = 'pending' WHERE guild_id = $1", guild_id)
    with pytest.raises(CaseUnderWay):
        await did("case_edits.void")


async def test_what_was_active_and_no_longer_stands_is_restored_as_over(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int
) -> None:
    await open_case(kind=CaseKind.BAN)
    await did("case_edits.void")
    assert (await did("case_edits.restore")).after == CaseState.ENDED


async def test_nobody_voids_restores_or_takes_back_what_stands_against_themselves(
    open_case: Any, did: Did
) -> None:
    await open_case(target_id=33)
    for verb, words in (("void", {}), ("restore", {}), ("revert", {"revision": 1, "seen": 1})):
        with pytest.raises(CaseAboutYourself):
            await did(f"case_edits.{verb}", **words)


async def test_two_moderators_at_once_void_it_once(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int
) -> None:
    await open_case()
    answers = await asyncio.gather(*(did("case_edits.void") for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(each, CaseVoidAlready) for each in answers) == 7
    assert (await database.cases.get(guild_id=guild_id, number=1)).revision == 1


async def test_the_same_interaction_again_gives_what_it_made(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int, new_id: Callable[[], int]
) -> None:
    await open_case()
    for name in ("case_edits.void", "case_edits.restore", "case_notes.write", "case_evidence.add"):
        interaction_id = new_id()
        first = await did(name, interaction_id=interaction_id)
        assert await did(name, interaction_id=interaction_id) == first
    whole = await database.cases.whole(guild_id=guild_id, number=1)
    assert (len(whole.revisions), len(whole.notes), len(whole.files)) == (2, 1, 1)


async def test_the_end_of_a_ban_moves_and_the_old_end_is_superseded(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    begin = clock.now()
    old, new = begin + timedelta(days=7), begin + timedelta(days=14)
    await open_case(kind=CaseKind.BAN, plan=plan_ban(until=old), expires_at=old)
    with pytest.raises(CaseUnderWay):
        await did("case_edits.duration", expires_at=new)
    await auditor.execute(
        "UPDATE acts SET state = 'done', settled_at = now() WHERE guild_id = $1 AND purpose = 'begin'",
        guild_id,
    )
    await auditor.execute("UPDATE cases SET state = 'active' WHERE guild_id = $1", guild_id)
    assert await did("case_edits.duration", expires_at=new) == []
    with pytest.raises(SameEnd):
        await did("case_edits.duration", expires_at=new)
    [row] = await database.restrictions.standing(guild_id=guild_id, subject_id=11)
    ends = [act for act in await database.acts.of_case(guild_id=guild_id, number=1) if act.purpose == "end"]
    assert row.until == new
    assert [(act.due_at, act.version == row.version) for act in ends] == [(old, False), (new, True)]
    assert await did("case_edits.duration", expires_at=None) == []
    whole = await database.cases.whole(guild_id=guild_id, number=1)
    assert whole.case.expires_at is None
    assert [(each.field, each.before, each.after) for each in whole.revisions] == [
        ("expires_at", str(int(old.timestamp())), str(int(new.timestamp()))),
        ("expires_at", str(int(new.timestamp())), ""),
    ]


async def test_discord_hears_of_the_new_end_of_a_timeout_once(
    open_case: Any, did: Did, auditor: Any, guild_id: int, new_id: Callable[[], int]
) -> None:
    old = clock.now() + timedelta(days=1)
    await open_case(kind=CaseKind.TIMEOUT, plan=plan_timeout(until=old), expires_at=old)
    await auditor.execute("UPDATE cases SET state = 'active' WHERE guild_id = $1", guild_id)
    once = {"expires_at": old + timedelta(days=1), "interaction_id": new_id()}
    [act] = await did("case_edits.duration", **once)
    assert (act.kind, act.purpose, act.until) == ("timeout", "keep", once["expires_at"])
    assert [each.act_id for each in await did("case_edits.duration", **once)] == [act.act_id]
    kept = "SELECT count(*) FROM acts WHERE guild_id = $1 AND purpose = 'keep'"
    assert await auditor.fetchval(kept, guild_id) == 1, "planned once, whoever asks again"


async def test_what_does_not_stand_has_no_end_to_move(open_case: Any, did: Did) -> None:
    await open_case()
    with pytest.raises(NothingStands):
        await did("case_edits.duration", expires_at=clock.now() + timedelta(days=1))


async def test_an_edit_is_taken_back_by_an_edit(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int
) -> None:
    await open_case(reason="spma")
    await did("cases.edit_reason", reason="spam")
    made = await did("case_edits.revert", revision=1, seen=1)
    assert (made.revision, made.before, made.after) == (2, "spam", "spma")
    assert (await database.cases.get(guild_id=guild_id, number=1)).reason == "spma"
    with pytest.raises(CaseChangedMeanwhile):  # the button of the list that was shown before
        await did("case_edits.revert", revision=1, seen=1)
    with pytest.raises(ReasonUnchanged):
        await did("case_edits.revert", revision=1, seen=2)
    with pytest.raises(RevisionNotFound):
        await did("case_edits.revert", revision=9, seen=2)


async def test_taking_back_a_void_restores_and_the_other_way_round(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int
) -> None:
    await open_case()
    await did("case_edits.void")
    await did("case_edits.revert", revision=1, seen=1)
    assert await state(database, guild_id) is CaseState.ACTIVE
    await did("case_edits.revert", revision=2, seen=2)
    assert await state(database, guild_id) is CaseState.VOID


async def test_the_target_is_told_once_each_time_that_the_case_is_voided(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int
) -> None:
    await open_case()
    await did("case_edits.void")
    case: dict[str, int] = {"guild_id": guild_id, "number": 1}
    assert await database.case_edits.tell_void(**case) is DirectMessage.NONE
    assert await database.case_edits.tell_void(**case) is DirectMessage.PENDING
    await database.case_edits.void_told(**case, outcome=DirectMessage.SENT)
    assert await database.case_edits.tell_void(**case) is DirectMessage.SENT
    await did("case_edits.restore")
    await did("case_edits.void")
    assert await database.case_edits.tell_void(**case) is DirectMessage.NONE


async def test_notes_add_up_to_a_limit(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int
) -> None:
    await open_case()
    await asyncio.gather(*(did("case_notes.write", note=f"note {n}") for n in range(MOST_CASE_NOTES)))
    with pytest.raises(CaseNotesFull):
        await did("case_notes.write")
    for bad in ("", "  \n", "x" * 1001):
        with pytest.raises(NoteNotAllowed):
            await did("case_notes.write", note=bad)
    notes = (await database.cases.whole(guild_id=guild_id, number=1)).notes
    assert [note.position for note in notes] == list(range(1, MOST_CASE_NOTES + 1))
    assert {note.text for note in notes} == {f"note {n}" for n in range(MOST_CASE_NOTES)}


async def test_evidence_adds_up_to_a_limit_with_its_hash(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int
) -> None:
    await open_case(proof=[Proof("first.png", b"first")])
    await did("case_evidence.add", proof=[Proof("m.json", b"{}", EvidenceKind.MESSAGE), Proof("b.png", b"b")])
    await did("case_evidence.add", proof=[Proof("c.png", b"c")] * (MOST_EVIDENCE - 3))
    with pytest.raises(CaseEvidenceFull):
        await did("case_evidence.add")
    files = (await database.cases.whole(guild_id=guild_id, number=1)).files
    assert [(file.filename, file.kind, file.size) for file in files[:3]] == [
        ("first.png", "file", 5), ("m.json", "message", 2), ("b.png", "file", 1),
    ]  # fmt: skip
    [first, third] = await database.case_evidence.contents(guild_id=guild_id, number=1, positions=[3, 1])
    assert (first.content, first.sha256, third.content) == (b"first", sha256(b"first").digest(), b"b")
    assert first.is_sound
    first.content = b"other"
    assert not first.is_sound


async def test_a_server_keeps_so_much_evidence_and_no_more(
    open_case: Any, did: Did, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.controllers.case_evidence.MOST_EVIDENCE_BYTES", 10)
    await open_case(proof=[Proof("first.png", b"12345")])
    await did("case_evidence.add", proof=[Proof("b.png", b"12345")])
    with pytest.raises(EvidenceOfServerFull, match="evidence-days"):
        await did("case_evidence.add")


async def test_old_contents_are_let_go_where_the_server_says_so_and_their_names_and_hashes_stay(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int, new_id: Callable[[], int]
) -> None:
    await open_case(proof=[Proof(f"{n}.png", bytes([n])) for n in range(3)])
    await database.cases.open(
        guild_id=(keeps_all := new_id()), kind=CaseKind.WARN, target_id=1, target_name="a", moderator_id=2,
        moderator_name="b", reason="r", interaction_id=new_id(), proof=[Proof("k.png", b"k")],
    )  # fmt: skip
    await database.guild_configs.change(
        guild_id=guild_id, setting="evidence_days", value=30, changed_by_id=1, interaction_id=new_id()
    )
    later = clock.now() + timedelta(days=31)
    assert await database.case_evidence.let_go(now=clock.now() + timedelta(days=29)) == 0
    assert await database.case_evidence.let_go(now=later, limit=2) == 2
    assert await database.case_evidence.let_go(now=later, limit=2) == 1
    assert await database.case_evidence.let_go(now=later) == 0
    files = (await database.cases.whole(guild_id=guild_id, number=1)).files
    assert [(file.filename, file.size, file.sha256) for file in files] == [
        (f"{n}.png", 1, sha256(bytes([n])).digest()) for n in range(3)
    ]
    assert all(file.gone_at == later for file in files)
    [kept] = await database.case_evidence.contents(guild_id=keeps_all, number=1, positions=[1])
    assert kept.content == b"k"
    await did("case_evidence.add")  # what was let go does not count against a limit of bytes


@pytest.mark.parametrize(
    "change",
    [
        "content = NULL, former_size = 2, gone_at = now()",
        "content = NULL, former_size = 1, gone_at = now(), filename = 'b.png'",
        "content = 'y'",
        "gone_at = now()",
    ],
)
async def test_evidence_is_let_go_by_the_system_only_and_not_rewritten(
    open_case: Any, auditor: Any, guild_id: int, change: str
) -> None:
    await open_case(proof=[Proof("a.png", b"x")])
    with pytest.raises(asyncpg.PostgresError, match=r"rows are only added|permission denied|violates check"):
        await auditor.execute(f"UPDATE case_evidence SET {change} WHERE guild_id = $1", guild_id)
    await auditor.execute("SET reeve.system = 'off'")
    await auditor.execute(f"SET reeve.guild_id = '{guild_id}'")
    with pytest.raises(asyncpg.RestrictViolationError, match="rows are only added"):
        await auditor.execute("UPDATE case_evidence SET content = NULL, former_size = 1, gone_at = now()")


async def test_a_void_without_a_revision_is_refused_by_the_table_itself(
    open_case: Any, auditor: Any, guild_id: int
) -> None:
    await open_case()
    with pytest.raises(asyncpg.RestrictViolationError, match="with a new revision"):
        await auditor.execute("UPDATE cases SET state = 'void' WHERE guild_id = $1", guild_id)


HISTORY = ["case_evidence", "case_exports", "case_links", "case_notes", "case_revisions", "cases"]


async def test_no_statement_of_ours_takes_a_row_of_history_away_and_none_could(auditor: Any) -> None:
    """What commands can do is what the statements of the models can do; and the owner has no right to more."""
    modules = [
        importlib.import_module(f"database.models.{each.name}")
        for each in pkgutil.iter_modules(models.__path__)
    ]
    texts = [
        each.compiled.text
        for module in modules
        for each in vars(module).values()
        if isinstance(each, Statement)
    ]
    assert len(texts) > 50
    taken = re.compile(rf"DELETE FROM ({'|'.join(HISTORY)})\b|TRUNCATE", re.IGNORECASE)
    assert [text for text in texts if taken.search(text)] == []
    for table in HISTORY:
        for right in ("DELETE", "TRUNCATE"):
            assert not await auditor.fetchval("SELECT has_table_privilege($1, $2)", table, right), (
                table,
                right,
            )


async def test_text_is_found_in_reasons_and_in_notes_with_all_filters_at_once(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int
) -> None:
    await open_case(reason="Shouting in general")
    await open_case(reason="spam")
    await open_case(reason="spam", target_id=12, proof=[Proof("a.png", b"x")])
    await did("case_notes.write", number=2, note="was SHOUTING as well")
    await did("case_notes.write", number=3, note="shouting: 100%_\\ sure")

    async def found(**asked: Any) -> list[int]:
        page = await database.cases.page(guild_id=guild_id, matching=CaseFilter(**asked))
        assert await database.cases.count(guild_id=guild_id, matching=CaseFilter(**asked)) == len(page)
        return [case.number for case in page]

    assert await found(text="shouting") == [3, 2, 1]
    assert await found(text="0%_\\") == [3]
    assert await found(text="shouting", target_id=12) == [3]
    assert await found(with_evidence=True) == [3]
    everything = {
        "text": "SHOUT", "kind": CaseKind.WARN, "moderator_id": 22, "target_id": 12, "state": CaseState.ACTIVE,
        "since": clock.now() - timedelta(hours=1), "until": clock.now() + timedelta(hours=1), "with_evidence": True,
    }  # fmt: skip
    assert await found(**everything) == [3]
    for field, other in (("kind", CaseKind.BAN), ("state", CaseState.VOID), ("moderator_id", 1)):
        assert await found(**{**everything, field: other}) == []


async def test_lost_posts_are_asked_for_again_once(
    open_case: Any, database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    for number in (1, 2):
        await open_case()
        await database.cases.logged(
            guild_id=guild_id, number=number, channel_id=5, message_id=100 + number, digest=bytes(32)
        )
    await auditor.execute("DELETE FROM outbox WHERE guild_id = $1", guild_id)
    lost = {"guild_id": guild_id, "post_ids": [102, 999], "due_at": clock.now()}
    assert await database.cases.lost_posts(**lost) == 1
    assert await database.cases.lost_posts(**lost) == 1
    rows = await database.outbox.pending(guild_id=guild_id)
    assert [(row.subject_id, row.generation) for row in rows] == [(2, 2)]
    assert (await database.cases.get(guild_id=guild_id, number=2)).log_digest is None
    assert (await database.cases.get(guild_id=guild_id, number=1)).log_digest == bytes(32)


async def test_an_export_has_all_that_belongs_to_each_case_and_leaves_an_entry(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int, new_id: Callable[[], int]
) -> None:
    await open_case(proof=[Proof("a.png", b"x")])
    await open_case(causes=[1])
    await did("case_notes.write")
    await did("case_edits.void")
    matching = CaseFilter(kind=CaseKind.WARN)
    taken = [whole async for whole in database.case_exports.stream(guild_id=guild_id, matching=matching)]
    assert [whole.case.number for whole in taken] == [2, 1]
    assert (taken[0].causes, taken[1].effects) == ([1], [2])
    assert (len(taken[1].notes), len(taken[1].revisions), len(taken[1].files)) == (1, 1, 1)
    words = {"guild_id": guild_id, "interaction_id": new_id(), "exported_by_id": 33, "cases": 2}
    for _ in range(2):
        await database.case_exports.note(**words, matching=matching, format=ExportFormat.CSV)
    [entry] = await database.audit.page(guild_id=guild_id, matching=AuditFilter(subject=Subject.EXPORT))
    assert (entry.actor_id, entry.field, entry.after) == (33, "csv", {"cases": 2, "asked": {"kind": "warn"}})


async def test_notes_and_files_are_in_the_trail(
    open_case: Any, did: Did, database: DatabaseService, guild_id: int
) -> None:
    await open_case(proof=[Proof("opened.png", b"o")])
    await did("case_notes.write", note="asked them")
    await did("case_evidence.add")
    entries = await database.audit.page(guild_id=guild_id, matching=AuditFilter(actor_id=33))
    assert [(entry.field, entry.target_id) for entry in entries] == [("evidence", 11), ("note", 11)]
    assert entries[1].after == "asked them"
    assert entries[0].after["filename"] == "a.png"
