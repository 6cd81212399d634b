"""Cases as CSV, JSON or a page to read: each a head, a piece for every case, and a tail."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any, Protocol

from cogs.moderation._fine_words import points_lines
from cogs.moderation._outcome_words import in_english
from cogs.moderation._post_words import ENGLISH
from cogs.moderation._rendering import OF_CHANNELS, SIGNS
from database.models import Case, CaseState, ExportFormat, WholeCase

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell begins with that a spreadsheet would calculate: https://owasp.org/www-community/attacks/CSV_Injection"""
COLUMNS = (
    "number", "kind", "state", "origin", "member_id", "member", "moderator_id", "moderator", "reason", "points",
    "created_at", "expires_at", "trouble", "edits", "notes", "evidence", "because_of", "led_to", "fine", "fined",
    "fine_state", "freezes_points",
)  # fmt: skip
NOT_TOLD = frozenset({"guild_id", "log_digest"})


class Form(Protocol):
    """Text, piece by piece. `about`: the server, the day, and what was asked for."""

    def head(self, about: Mapping[str, str]) -> str: ...

    def case(self, whole: WholeCase) -> str: ...

    def tail(self) -> str: ...


class Csv:
    def head(self, about: Mapping[str, str]) -> str:  # noqa: ARG002  # a table has no place for it
        """With the mark by which Excel knows UTF-8."""
        return "\ufeff" + _row(COLUMNS)

    def case(self, whole: WholeCase) -> str:
        case = whole.case
        notes = " | ".join(
            f"{_plain(note.written_at)} {note.author_name}: {note.text}" for note in whole.notes
        )
        files = " | ".join(f"{file.filename} sha256:{file.sha256.hex()}" for file in whole.files)
        values = (
            case.number, case.kind.value, case.state.value, case.origin.value, case.target_id, case.target_name,
            case.moderator_id, case.moderator_name, case.reason, case.points, _plain(case.created_at),
            _plain(case.expires_at), in_english(case.trouble), len(whole.revisions), notes, files,
            " ".join(map(str, whole.causes)), " ".join(map(str, whole.effects)), case.fine, case.fined,
            case.fine_state.value, case.freezes_points,
        )  # fmt: skip
        return _row(values)

    def tail(self) -> str:
        return ""


class Json:
    """All that is known, so that nothing is lost on the way; ids are text, as JavaScript rounds them."""

    def __init__(self) -> None:
        self._is_first = True

    def head(self, about: Mapping[str, str]) -> str:
        facts = ",\n".join(f"{json.dumps(name)}: {_json(value)}" for name, value in about.items())
        return f'{{\n{facts},\n"cases": ['

    def case(self, whole: WholeCase) -> str:
        between = "\n" if self._is_first else ",\n"
        self._is_first = False
        return between + _json(as_facts(whole))

    def tail(self) -> str:
        return "\n]}\n"


class Html:
    def head(self, about: Mapping[str, str]) -> str:
        facts = "".join(f"<dt>{escape(name)}<dd>{_said(value)}" for name, value in about.items())
        return f"{PAGE}<h1>Cases</h1><dl class=about>{facts}</dl>\n"

    def case(self, whole: WholeCase) -> str:
        case = whole.case
        state = "" if case.state is CaseState.ACTIVE else f" <em>{escape(ENGLISH.states[case.state])}</em>"
        crossed = " class=off" if case.state in {CaseState.VOID, CaseState.REFUSED} else ""
        about = "Channel" if case.kind in OF_CHANNELS else "Member"
        facts = [
            (about, f"{_said(case.target_name)} <code>{case.target_id}</code>"),
            ("Moderator", f"{_said(case.moderator_name)} <code>{case.moderator_id}</code>"),
            ("When", _time(case.created_at)),
            ("Until", _time(case.expires_at) if case.expires_at else ""),
            ("Weight", str(case.points or "")),
            *points_lines(case),
            ("Reason", _said(case.reason)),
            ("Outcome", _said(in_english(case.trouble))),
            ("Because of", ", ".join(_link(number) for number in whole.causes)),
            ("Led to", ", ".join(_link(number) for number in whole.effects)),
            ("Notes", _list(f"{_time(n.written_at)} {_said(n.author_name)}: {_said(n.text)}" for n in whole.notes)),
            ("Edits", _list(
                f"{_time(r.edited_at)} <code>{r.editor_id}</code> {escape(r.field)}: <del>{_said(r.before)}</del> "
                f"<ins>{_said(r.after)}</ins>" for r in whole.revisions
            )),
            ("Evidence", _list(
                f"{_said(f.filename)}, {f.size:,} bytes, SHA-256 <code>{f.sha256.hex()}</code>" for f in whole.files
            )),
        ]  # fmt: skip
        rows = "".join(f"<dt>{name}<dd>{value}" for name, value in facts if value)
        title = f"{SIGNS[case.kind]} Case {case.number} · {escape(ENGLISH.kinds[case.kind])}{state}"
        return f"<article id=c{case.number}{crossed}><h2>{title}</h2><dl>{rows}</dl></article>\n"

    def tail(self) -> str:
        return "</main></body></html>\n"


FORMS: Mapping[ExportFormat, type[Csv] | type[Json] | type[Html]] = {
    ExportFormat.CSV: Csv,
    ExportFormat.JSON: Json,
    ExportFormat.HTML: Html,
}


def as_facts(whole: WholeCase) -> dict[str, Any]:
    """A case with all that belongs to it, as JSON has it."""
    revisions = [_facts(each, "revision", "field", "before", "after", "editor_id", "edited_at", "why")
                 for each in whole.revisions]  # fmt: skip
    notes = [
        _facts(each, "position", "text", "author_id", "author_name", "written_at") for each in whole.notes
    ]
    files = [{name: _plain(value) for name, value in each._asdict().items()} for each in whole.files]
    return {
        **_facts(whole.case, *(name for name in Case.model_fields if name not in NOT_TOLD)),
        "trouble": in_english(whole.case.trouble) or None,
        "revisions": revisions,
        "notes": notes,
        "evidence": files,
        "because_of": whole.causes,
        "led_to": whole.effects,
    }


def _facts(row: Any, *names: str) -> dict[str, Any]:
    return {
        name: _id(getattr(row, name)) if name.endswith("_id") else _plain(getattr(row, name))
        for name in names
    }


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _row(values: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([cell(value) for value in values])
    return line.getvalue()


def cell(value: Any) -> Any:
    """Text that a spreadsheet shows and does not calculate."""
    if isinstance(value, str) and value.lstrip(" \u00a0\u200b\ufeff").startswith(FORMULAS):
        return f"'{value}"
    return value


def _said(text: str) -> str:
    """What somebody typed: nothing in it is markup, and its direction of writing ends with it."""
    return f"<bdi>{escape(text)}</bdi>" if text else ""


def _time(moment: datetime) -> str:
    return f"<time datetime={moment.isoformat()}>{moment:%Y-%m-%d %H:%M} UTC</time>"


def _link(number: int) -> str:
    return f"<a href=#c{number}>{number}</a>"


def _list(items: Any) -> str:
    lines = "".join(f"<li>{item}" for item in items)
    return f"<ul>{lines}</ul>" if lines else ""


PAGE = """<!DOCTYPE html>
<html lang=en><head><meta charset=utf-8>
<meta http-equiv=Content-Security-Policy content="default-src 'none'; style-src 'unsafe-inline'">
<meta name=viewport content="width=device-width, initial-scale=1"><title>Cases</title>
<style>
:root { color-scheme: light dark; --line: #d4d7dc; --soft: #5c5f66; --card: #ffffff; --page: #f2f3f5; --text: #1e1f22 }
@media (prefers-color-scheme: dark) {
  :root { --line: #3f4147; --soft: #b5bac1; --card: #2b2d31; --page: #1e1f22; --text: #f2f3f5 }
}
body { background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; margin: 0 }
main { max-width: 52rem; margin: 0 auto; padding: 1rem }
article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem }
article { padding: .5rem 1rem; margin: .75rem 0 }
h2 { font-size: 1.05rem; margin: .25rem 0 } .off h2 { text-decoration: line-through } em { color: var(--soft) }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: .15rem .75rem; margin: .25rem 0 }
dt { color: var(--soft) } dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; min-width: 0 }
ul { margin: 0; padding-left: 1.1rem } code { font-size: .85em; color: var(--soft) }
ins { text-decoration: none; font-weight: 600 }
@media print { body { background: none; font-size: 11pt } article { break-inside: avoid } main { max-width: none } }
</style></head><body><main>
"""
