"""The components of a message or a modal together: what counts over all of them, ids, files, and finding one."""

from collections.abc import Collection, Iterator
from itertools import count

from sandbox.core import Core
from sandbox.forms import Form
from sandbox.message_rows import Attachment
from sandbox.messages import component_kinds
from sandbox.messages.component_kinds import (
    CONTAINER,
    FILE,
    GALLERY,
    INTERACTIVE,
    LABEL,
    ROW,
    SECTION,
    SEPARATOR,
    TEXT,
)
from sandbox.messages.links import own_path
from sandbox.rows import Json

TOP_OF_A_CLASSIC_MESSAGE = (ROW,)
TOP_OF_A_V2_MESSAGE = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
TOP_OF_A_MODAL = (ROW, TEXT, LABEL)
MOST_ROWS, MOST_IN_A_MODAL, MOST_COMPONENTS = 5, 5, 40
MOST_CHARACTERS = 4000  # of all text displays of a message together


def of_message(form: Form, *, v2: bool) -> list[Json] | None:
    if form.array("components", most=MOST_COMPONENTS if v2 else MOST_ROWS) is None:
        return None
    return _read(form, TOP_OF_A_V2_MESSAGE if v2 else TOP_OF_A_CLASSIC_MESSAGE, in_modal=False)


def of_modal(form: Form) -> list[Json]:
    form.array("components", least=1, most=MOST_IN_A_MODAL, required=True)
    return _read(form, TOP_OF_A_MODAL, in_modal=True)


def _read(form: Form, top: Collection[int], *, in_modal: bool) -> list[Json]:
    components = [component_kinds.read(each, top, in_modal=in_modal) for each in form.forms("components")]
    if form.problems:
        return components  # what counts over all of them is for those that are right each by itself
    if sum(1 for _ in every(components)) > MOST_COMPONENTS:
        form.wrong(
            "components",
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"The total number of components exceeds {MOST_COMPONENTS}",
        )
    if sum(map(len, texts(components))) > MOST_CHARACTERS:
        form.wrong(
            "components",
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"Total displayable text size exceeds maximum size of {MOST_CHARACTERS}",
        )
    _refuse_repeated(form, components, "custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED")
    _refuse_repeated(form, components, "id", "COMPONENT_ID_DUPLICATED")
    _number(components)
    return components


def every(components: list[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from every(component.get("components", []))
        yield from every([component[key] for key in ("accessory", "component") if component.get(key)])


def texts(components: list[Json]) -> list[str]:
    return [component["content"] or "" for component in every(components) if component["type"] == TEXT]


def _refuse_repeated(form: Form, components: list[Json], key: str, code: str) -> None:
    given = [component[key] for component in every(components) if component.get(key)]
    if len(set(map(str, given))) < len(given):
        form.wrong("components", code, f"Component {key.replace('_', ' ')} cannot be duplicated")


def _number(components: list[Json]) -> None:
    """0 is as good as none (reference, "Anatomy of a Component")."""
    taken = {component["id"] for component in every(components) if component.get("id")}
    free = (number for number in count(1) if number not in taken)
    for component in every(components):
        component["id"] = component.get("id") or next(free)


def _media(components: list[Json]) -> Iterator[tuple[Json, Json]]:
    for component in every(components):
        for place in (component, *component.get("items", [])):
            yield from ((component, place[key]) for key in ("media", "file") if key in place)


def refuse_missing_files(form: Form, components: list[Json], filenames: Collection[str]) -> None:
    for _, media in _media(components):
        scheme, _, name = str(media["url"]).partition("://")
        if scheme == "attachment" and name not in filenames:
            form.wrong(
                "components",
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                f"The referenced attachment {name} was not found",
            )


def use_attachments(core: Core, components: list[Json], files: dict[str, Attachment]) -> None:
    """`attachment://name`, or an older link to an own file, becomes the file's path; a reader gets a fresh link."""
    for component, media in _media(components):
        scheme, _, name = media["url"].partition("://")
        if scheme != "attachment":
            path = own_path(core, media["url"])
            media.update({"url": path, "proxy_url": path} if path else {})
            continue
        file = files[name]
        media.update(url=file.path, proxy_url=file.path, attachment_id=str(file.id), id=str(file.id))
        media.update(width=file.width, height=file.height, content_type=file.content_type)
        if component["type"] == FILE:
            component.update(name=file.filename, size=file.size)


def find(components: list[Json], *, custom_id: str | None = None, label: str | None = None) -> Json | None:
    """By its custom id; by what it says, exactly rather than without the arrows and emoji around it."""
    listed = [each for each in every(components) if each["type"] in INTERACTIVE]
    if custom_id is not None:
        for component in listed:
            if component.get("custom_id") == custom_id:
                return component
    if label is None:
        return None
    for reading in (str.casefold, _bare):
        for component in listed:
            if reading(label) and reading(label) in map(reading, _said(component)):
                return component
    return None


def said(components: list[Json]) -> list[str]:
    """What can be named: a label each, or the custom id of what says nothing."""
    listed = [each for each in every(components) if each["type"] in INTERACTIVE]
    return [(_said(each) or [each.get("custom_id") or "?"])[0] for each in listed]


def _said(component: Json) -> list[str]:
    emoji = component.get("emoji") or {}
    return [
        name for name in (component.get("label"), component.get("placeholder"), emoji.get("name")) if name
    ]


def _bare(text: str) -> str:
    """ "▶ Next »" is "next"."""
    letters = [at for at, each in enumerate(text) if each.isalnum()]
    return text[letters[0] : letters[-1] + 1].casefold() if letters else ""
