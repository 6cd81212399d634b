"""What is typed, what was changed, and what is taken out: by themselves, on whatever anybody may type."""

import gzip
import io
import random
import re
import tempfile
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import yarl
from aiohttp import web
from aiohttp.test_utils import TestServer
from discord.asset import Asset
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.typed import NOTHING, cut, one_line, shown
from cogs.moderation import _case_exporting
from cogs.moderation._case_exporting import _packed
from cogs.moderation._case_pages import KIND_CODES, STATE_CODES
from cogs.moderation._diff import word_diff
from cogs.moderation._export_formats import FORMULAS, cell
from cogs.moderation._links import _kept_or_why, links_in
from cogs.moderation._post_words import POST_WORDS
from cogs.moderation._refusals import ExportTooLarge
from cogs.moderation._rendering import LOOKS
from cogs.moderation._snapshots import MessageSnapshot
from database.models import LARGEST_EVIDENCE, CaseKind, CaseState, Proof

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("[]()*_~|`\\ \n>#-\u202e\u200b"), max_size=300
)
LINK = re.compile(r"(?<!\\)(?:\\\\)*\[[^\]\n]*\]\(")
often = settings(max_examples=300, derandomize=True)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@often
@given(TEXTS, st.integers(2, 200))
def test_what_is_shown_fits_is_seen_and_links_nowhere_by_another_name(text: str, most: int) -> None:
    for said in (shown(text, most), one_line(text, most)):
        assert said.strip()
        assert not LINK.search(said)
        assert "\u202e" not in said
        assert (len(said) - len(said.rstrip("\\"))) % 2 == 0, "it would escape what follows"
    assert units(shown(text, most)) <= most
    assert "\n" not in one_line(text, most)
    assert len(cut(text, most)) <= most


@pytest.mark.parametrize(
    "text",
    [
        "[x](y) [click](https://evil.example)",
        "[a [b](https://evil.example)](x)",
        "\\\\[b](https://evil.example)",
    ],
)
def test_no_bracket_of_a_line_hides_a_link_behind_another(text: str) -> None:
    """What discord.py's own escape_markdown lets through."""
    assert LINK.search(text)
    assert not LINK.search(shown(text))


def test_what_cannot_be_seen_is_a_dash() -> None:
    assert [shown(text) for text in ("", " \n", "\u200b\u202e", "\x07")] == [NOTHING] * 4
    assert shown("a\u200bb") == "a\u200bb", "what joins emoji stays"


@often
@given(TEXTS, TEXTS, st.integers(30, 600))
def test_a_diff_fits_and_its_marks_come_in_pairs(before: str, after: str, most: int) -> None:
    diff = word_diff(before, after, most)
    assert units(diff) <= most
    bare = re.sub(r"\\.", "", diff, flags=re.DOTALL)
    assert bare.count("~~") % 2 == 0
    assert not LINK.search(diff)


def test_a_diff_says_what_changed() -> None:
    assert word_diff("spma in general", "spam in general", 600) == "~~spma~~ **spam** in general"
    assert word_diff("active", "void", 600) == "~~active~~ **void**"
    assert word_diff("a link", "a link five times", 600) == "a link **five times**"
    assert word_diff("a link six times", "a link", 600) == "a link ~~six times~~"
    long = " ".join(f"word{number}" for number in range(100))
    assert word_diff(f"{long} old", f"{long} new", 600).endswith("~~old~~ **new**")
    assert len(word_diff("x" * 1000, "y" * 1000, 600)) > 100, "a whole new text is shown in part"


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_calculated(formula: str) -> None:
    for text in (f"{formula}1+1", f"  {formula}1", f"\ufeff{formula}1"):
        assert cell(text) == f"'{text}"
    assert cell("plain = text") == "plain = text"
    assert cell(7) == 7


def test_every_kind_and_state_has_its_letter_its_look_and_its_words() -> None:
    assert set(KIND_CODES) == set(LOOKS) == set(CaseKind)
    assert len({*KIND_CODES.values()}) == len(CaseKind)
    assert set(STATE_CODES) == set(CaseState)
    assert len({*STATE_CODES.values()}) == len(CaseState)
    for words in POST_WORDS.values():
        assert set(words.kinds) == set(CaseKind)
        assert set(words.states) == set(CaseState) - {CaseState.ACTIVE}


def test_an_export_is_compressed_where_discord_would_not_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_case_exporting, "LARGEST_UPLOAD", 1_000)
    with tempfile.TemporaryFile() as file:
        file.write(b"case\n" * 5_000)
        packed, ending = _packed(file)
        assert (gzip.decompress(packed.read()), ending) == (b"case\n" * 5_000, ".gz")
    with tempfile.TemporaryFile() as file:
        file.write(b"case")
        assert _packed(file) == (file, "")
    with tempfile.TemporaryFile() as file:
        file.write(random.Random(1).randbytes(9_000))
        with pytest.raises(ExportTooLarge, match="since and until"):
            _packed(file)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm=3", 1),
        ("<https://media.discordapp.net/attachments/1/2/a.png?ex=1>, and", 1),
        ("[x](https://cdn.discordapp.com/attachments/1/2/a.png)", 1),
        ("http://cdn.discordapp.com/attachments/1/2/a.png", 0),
        ("https://cdn.discordapp.com:8443/attachments/1/2/a.png", 0),
        ("https://user@cdn.discordapp.com/attachments/1/2/a.png", 0),
        ("https://cdn.discordapp.com@evil.example/attachments/1/2/a.png", 0),
        ("https://cdn.discordapp.com.evil.example/attachments/1/2/a.png", 0),
        ("https://cdn.discordapp.com/avatars/1/a.png", 0),
        ("https://cdn.discordapp.com/attachments/../avatars/1/a.png", 0),
        ("https://[::1/attachments/ http://127.0.0.1/attachments/1", 0),
    ],
)
def test_files_are_fetched_from_discords_own_hosts_only(text: str, found: int) -> None:
    assert len(links_in(text, is_loopback=False)) == found


def test_a_sandbox_is_asked_for_its_own_files_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Asset, "BASE", "http://127.0.0.1:7777/cdn")
    mine = "http://127.0.0.1:7777/attachments/1/2/a.png?ex=1"
    elsewhere = "http://127.0.0.1:7778/attachments/1/2/a.png http://127.0.0.1:7777/sandbox/world"
    assert links_in(f"{mine} {elsewhere}", is_loopback=True) == [yarl.URL(mine)]
    assert links_in(mine, is_loopback=False) == []


class Rows:
    """A stream that says how far it was read."""

    def __init__(self, case: Any) -> None:
        self.case, self.read = case, 0

    def __aiter__(self) -> "Rows":
        return self

    async def __anext__(self) -> Any:
        self.read += 1
        return self.case

    async def aclose(self) -> None:
        self.read = -self.read


async def test_an_export_that_nobody_could_receive_is_not_written_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Form:
        def head(self, _: Any) -> str:
            return ""

        def case(self, _: Any) -> str:
            return "x" * 100

    monkeypatch.setattr(_case_exporting, "LARGEST_WRITTEN", 1_000)
    monkeypatch.setattr(_case_exporting, "FORMS", {"csv": Form})
    rows: Any = Rows(None)
    with pytest.raises(ExportTooLarge):
        await _case_exporting._write(io.BytesIO(), "csv", {}, rows)  # type: ignore[arg-type]  # nothing of it is asked
    assert rows.read == -11, "and the stream was closed"


async def test_a_link_is_followed_nowhere_and_read_no_further_than_a_file_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if request.path.endswith("moved"):
            raise web.HTTPFound("/attachments/1/2/secret")
        if request.path.endswith("endless"):
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(LARGEST_EVIDENCE // 2**20 + 2):
                await response.write(bytes(2**20))
            return response
        return web.Response(body=b"" if request.path.endswith("empty") else b"proof")

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    async with TestServer(app) as server, aiohttp.TCPConnector() as connector:
        bot: Any = SimpleNamespace(http=SimpleNamespace(connector=connector))
        there = str(server.make_url("/attachments/1/2/"))
        kept = [
            await _kept_or_why(bot, yarl.URL(f"{there}{name}"))
            for name in ("a.png", "moved", "endless", "empty")
        ]
        assert not connector.closed, "it is the bot's own"
    async with aiohttp.TCPConnector() as connector:
        bot.http.connector = connector
        away = await _kept_or_why(bot, yarl.URL(f"{there}a.png"))
    assert kept == [
        Proof("a.png", b"proof"),
        "the link has ended, or the file is gone",
        "the file is larger than 8 MiB",
        "the file is empty",
    ]
    assert asked == [f"/attachments/1/2/{name}" for name in ("a.png", "moved", "endless", "empty")]
    assert away == "Discord did not answer"


def test_a_snapshot_reads_as_it_was_written() -> None:
    now = datetime.now(UTC)
    message = MessageSnapshot(
        message_id=2**60, channel_id=7, channel_name="general", jump_url="https://discord.com/channels/1/7/2",
        author_id=5, author_name="ann", author_display_name="Ann", author_is_bot=False, content="a\u202eb 😀",
        sent_at=now, edited_at=None, taken_at=now, attachments=[{"filename": "a.png", "sha256": "00"}], embeds=[],
        stickers=["wave"], forwarded=["from elsewhere"],
    )  # fmt: skip
    assert MessageSnapshot.read(message.document()) == message
    edited = message._replace(edited_at=now)
    assert MessageSnapshot.read(edited.document()) == edited
    for other in (b"", b"{}", b"[]", b"\xff"):
        with pytest.raises((ValueError, KeyError, TypeError)):
            MessageSnapshot.read(other)
