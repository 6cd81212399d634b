"""Messages, answers and choices as text: what a person would see, on a terminal."""

from collections.abc import Iterator

from sandbox.components import BUTTON, LABEL, LINK, ROW, SELECTS, TEXT, TEXT_INPUT, every
from sandbox.world import EPHEMERAL, LOADING, Json


def answer(told: Json) -> str:
    lines = [line for each in told["messages"] for line in message(each)]
    if told["modal"]:
        lines += modal(told["modal"])
    if told["failed"]:
        lines.append(f"✗ {told['failed']}")
    return "\n".join(lines) or "(answered without a message)"


def messages(told: list[Json]) -> str:
    return "\n".join(line for each in told for line in message(each)) or "(nothing)"


def choices(told: list[Json]) -> str:
    return "\n".join(f"{choice['name']}  = {choice['value']}" for choice in told) or "(no choices)"


def message(one: Json) -> Iterator[str]:
    author = one["author"]
    marks = ["bot"] if author.get("bot") else []
    marks += ["only you can see this"] if one["flags"] & EPHEMERAL else []
    marks += ["edited"] if one.get("edited_timestamp") else []
    marked = f" ({', '.join(marks)})" if marks else ""
    yield f"{author['username']}{marked}  {one['timestamp'][:19]}  id {one['id']}"
    if one["flags"] & LOADING:
        yield "  ... is thinking"
    yield from (f"  {line}" for line in one["content"].splitlines())
    for each in one["embeds"]:
        yield from (f"  │ {line}" for line in embed(each))
    for each in one["attachments"]:
        yield f"  📎 {each['filename']} ({each['size']} bytes) {each['url']}"
    yield from (f"  {line}" for line in components(one["components"]))


def embed(one: Json) -> Iterator[str]:
    texts = (one.get("author", {}).get("name"), one.get("title"), one.get("description"))
    for text in filter(None, texts):
        yield from text.splitlines()
    for field in one.get("fields", []):
        first, *more = field["value"].splitlines() or [""]
        yield f"{field['name']}: {first}"
        yield from more
    for key in ("image", "thumbnail"):
        if key in one:
            yield f"[{key}] {one[key]['url']}"
    if one.get("footer"):
        yield f"— {one['footer']['text']}"


def components(listed: list[Json]) -> Iterator[str]:
    for component in listed:
        if component["type"] == ROW:
            yield " ".join(filter(None, map(control, component["components"])))
        elif component["type"] == TEXT:
            yield from component["content"].splitlines()
        else:
            yield from components(component.get("components", []))
            if component.get("accessory"):
                yield control(component["accessory"])


def control(component: Json) -> str:
    if component["type"] == BUTTON:
        label = component.get("label") or (component.get("emoji") or {}).get("name") or "?"
        where = component["url"] if component.get("style") == LINK else component.get("custom_id")
        return f"[{label}{' (disabled)' if component.get('disabled') else ''}]({where})"
    if component["type"] in SELECTS:
        options = ", ".join(f"{each['label']}={each['value']}" for each in component.get("options", []))
        return f"<{component.get('placeholder') or 'choose'}>({component['custom_id']}) {options}".rstrip()
    return ""


def modal(one: Json) -> Iterator[str]:
    yield f"A form opens: {one['title']}   (answer with: submit field=value ...)"
    labels = {
        id(each["component"]): each["label"] for each in every(one["components"]) if each["type"] == LABEL
    }
    for each in every(one["components"]):
        if each.get("custom_id"):
            label = each.get("label") or labels.get(id(each), "")
            need = "" if each.get("required") is False else " (required)"
            preset = f" = {each['value']}" if each["type"] == TEXT_INPUT and each.get("value") else ""
            yield f"  {each['custom_id']}: {label}{need}{preset}"
