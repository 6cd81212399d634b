"""Messages, answers and choices as text: what a person would see, on a terminal."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.message_rows import EPHEMERAL, LOADING
from sandbox.messages.component_kinds import BUTTON, LABEL, LINK, ROW, SELECTS, TEXT, TEXT_INPUT
from sandbox.messages.components import every
from sandbox.messages.message_payloads import COMMAND_ANSWERS
from sandbox.rows import Json
from sandbox.shell.legend import Legend

BOLD = re.compile(r"\*\*(.+?)\*\*")
HEADING = re.compile(r"#{1,3} +")
SUBTEXT = "-# "
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What people write must not steer the terminal."""


@dataclass(frozen=True)
class Rendering:
    legend: Legend = field(default_factory=Legend)
    with_ids: bool = False  # ids of messages and components, and what was edited
    styled: bool = False  # for a terminal that knows bold and dim

    def answer(self, told: Json) -> str:
        lines = [line for each in told["messages"] for line in self.message(each)]
        if told["modal"]:
            lines += self.modal(told["modal"])
        if told["failed"]:
            lines.append(f"✗ {told['failed']}")
        return "\n".join(lines) or "(answered without a message)"

    def messages(self, told: list[Json]) -> str:
        return "\n".join(line for each in told for line in self.message(each, in_passing=True)) or "(nothing)"

    def message(self, one: Json, *, in_passing: bool = False) -> Iterator[str]:
        """`in_passing`: among others, so that it matters when it came and what it answers."""
        yield " ".join(self._heading(one, in_passing=in_passing))
        if one["flags"] & LOADING:
            yield "  ... is thinking"
        yield from (f"  {line}" for line in self.text(one["content"]))
        for each in one["embeds"]:
            yield from (f"  │ {line}".rstrip() for line in self.embed(each))
        for each in one["attachments"]:
            yield f"  📎 {each['filename']} ({each['size']} bytes) {each['url']}"
        yield from (f"  {line}" for line in self.components(one["components"]))

    def _author(self, one: Json) -> str:
        marks = ["bot"] if one["author"].get("bot") else []
        marks += ["only you can see this"] if one["flags"] & EPHEMERAL else []
        marks += ["edited"] if self.with_ids and one.get("edited_timestamp") else []
        return self.bold(one["author"]["username"]) + (f" ({', '.join(marks)})" if marks else "")

    def _heading(self, one: Json, *, in_passing: bool) -> Iterator[str]:
        if in_passing:
            yield self.dim(self._when(datetime.fromisoformat(one["timestamp"])))
        yield self._author(one)
        if in_passing and one["type"] in COMMAND_ANSWERS and one.get("interaction"):
            slash = "/" if one["type"] == COMMAND_ANSWERS[0] else ""
            yield f"answers {one['interaction']['user']['username']}'s {slash}{one['interaction']['name']}"
        if self.with_ids:
            yield self.dim(f"id {one['id']}")

    def _when(self, moment: datetime) -> str:
        here, today = moment.astimezone(), self.legend.now.astimezone().date()
        return here.strftime("%H:%M" if here.date() == today else "%Y-%m-%d %H:%M")

    def text(self, raw: str) -> Iterator[str]:
        for line in self.legend.read(CONTROLS.sub("", raw)).splitlines():
            if line.startswith(SUBTEXT):
                yield self.dim(line.removeprefix(SUBTEXT))
            elif heading := HEADING.match(line):
                yield self.bold(line[heading.end() :])
            else:
                yield BOLD.sub(lambda found: self.bold(found[1]), line)

    def bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[22m" if self.styled else text

    def dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[22m" if self.styled else text

    def embed(self, one: Json) -> Iterator[str]:
        if one.get("author"):
            yield from self.text(one["author"]["name"])
        yield from map(self.bold, self.text(one.get("title") or ""))
        yield from self.text(one.get("description") or "")
        names = [" ".join(self.text(each["name"])) for each in one.get("fields", [])]
        width = max(map(cells, names), default=0)
        for name, each in zip(names, one.get("fields", []), strict=True):
            first, *more = self._value(each)
            yield f"{self.dim(name)}{' ' * (width - cells(name))}  {first}"
            yield from (f"{' ' * width}  {line}" for line in more)
        if "image" in one:
            yield f"[image] {one['image']['url']}"
        if one.get("footer"):
            yield self.dim(f"— {' '.join(self.text(one['footer']['text']))}")

    def _value(self, one: Json) -> list[str]:
        """Inline fields are short: on one line, without what only repeats a person's mention."""
        lines = list(self.text(one["value"])) or [""]
        if not one.get("inline") or self.with_ids:
            return lines
        known = {number: name for number, name in self.legend.people.items() if f"@{name}" in lines}
        repeated = {*known, *known.values()}
        return [" · ".join(line for line in lines if line.strip("`") not in repeated)]

    def components(self, listed: list[Json]) -> Iterator[str]:
        for component in listed:
            if component["type"] == ROW:
                yield " ".join(filter(None, map(self.control, component["components"])))
            elif component["type"] == TEXT:
                yield from self.text(component["content"])
            else:
                yield from self.components(component.get("components", []))
                if component.get("accessory"):
                    yield self.control(component["accessory"])

    def control(self, component: Json) -> str:
        """What can be named for `click` and `select`: what it says, or its custom id where it says nothing."""
        said = component.get("label") or component.get("placeholder")
        said = said or (component.get("emoji") or {}).get("name") or component.get("custom_id") or "?"
        id_ = f"({component.get('custom_id')})" if self.with_ids and component.get("custom_id") else ""
        if component["type"] == BUTTON:
            link = f" → {component['url']}" if component.get("style") == LINK else ""
            return f"[{said}{link}{', disabled' if component.get('disabled') else ''}]{id_}"
        if component["type"] in SELECTS:
            options = ", ".join(map(self._option, component.get("options", [])))
            return f"<{said}{': ' if options else ''}{options}>{id_}"
        return ""

    def _option(self, one: Json) -> str:
        return f"{one['label']}={one['value']}" if self.with_ids else str(one["label"])

    def modal(self, one: Json) -> Iterator[str]:
        yield f"A form opens: {one['title']}   (answer with: submit field=value ...)"
        labels = {
            id(each["component"]): each["label"] for each in every(one["components"]) if each["type"] == LABEL
        }
        for each in every(one["components"]):
            if each.get("custom_id"):
                name = each.get("label") or labels.get(id(each)) or each["custom_id"]
                id_ = f" ({each['custom_id']})" if self.with_ids else ""
                need = "" if each.get("required") is False else " (required)"
                preset = f" = {each['value']}" if each["type"] == TEXT_INPUT and each.get("value") else ""
                yield f"  {name}{id_}{need}{preset}"


def choices(told: list[Json]) -> str:
    return "\n".join(map(_choice, told)) or "(no choices)"


def _choice(one: Json) -> str:
    return one["name"] if one["name"] == str(one["value"]) else f"{one['name']}  = {one['value']}"


def cells(text: str) -> int:
    """Columns of a terminal: emoji take two."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))
