"""Components of messages and modals: Discord's limits, the ids that it numbers, the defaults that it fills in."""

from collections.abc import Iterator

from sandbox.forms import Form
from sandbox.rows import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, UPLOAD = (
    9,
    10,
    11,
    12,
    13,
    14,
    17,
    18,
    19,
)
RADIO, CHECKS, CHECK = 21, 22, 23
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
INTERACTIVE = (BUTTON, *SELECTS, TEXT_INPUT, UPLOAD, RADIO, CHECKS, CHECK)
LINK, PREMIUM = 5, 6

TOP_OF_A_CLASSIC_MESSAGE = (ROW,)
TOP_OF_A_V2_MESSAGE = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
TOP_OF_A_MODAL = (ROW, TEXT, LABEL)
INSIDE = {
    ROW: (BUTTON, *SELECTS, TEXT_INPUT),
    SECTION: (TEXT,),
    CONTAINER: (ROW, TEXT, SECTION, GALLERY, SEPARATOR, FILE),
}
MOST_ROWS, MOST_COMPONENTS = 5, 40


def read_components(form: Form, *, top: tuple[int, ...]) -> list[Json] | None:
    if form.array("components", most=MOST_ROWS if top != TOP_OF_A_V2_MESSAGE else MOST_COMPONENTS) is None:
        return None
    components = [_read(each, top) for each in form.forms("components")]
    if sum(1 for _ in every(components)) > MOST_COMPONENTS:
        form.wrong(
            "components",
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            "The total number of components exceeds 40",
        )
    _refuse_repeated_ids(form, components)
    _number(components)
    return components


def every(components: list[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from every(component.get("components", []))
        yield from every([component[key] for key in ("accessory", "component") if component.get(key)])


def _refuse_repeated_ids(form: Form, components: list[Json]) -> None:
    seen: set[str] = set()
    for component in every(components):
        custom_id = component.get("custom_id")
        if custom_id in seen:
            form.wrong(
                "components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        seen.update([custom_id] if custom_id else [])


def _number(components: list[Json]) -> None:
    taken = {component["id"] for component in every(components) if component.get("id")}
    free = (number for number in range(1, 10_000) if number not in taken)
    for component in every(components):
        component["id"] = component.get("id") or next(free)


def _read(form: Form, allowed: tuple[int, ...]) -> Json:
    kind = form.choice("type", allowed, required=True) or 0
    component = {key: value for key, value in form.body.items() if value is not None}
    component.update(type=kind, id=form.integer("id", least=0))
    if kind in INSIDE:
        component["components"] = _children(form, kind)
    reader = READERS.get(kind)
    if reader:
        reader(form, component)
    if kind in INTERACTIVE and not _needs_no_id(component):
        form.text("custom_id", least=1, most=100, required=True)
    return component


def _needs_no_id(component: Json) -> bool:
    return component["type"] == BUTTON and component.get("style") in (LINK, PREMIUM)


def _children(form: Form, kind: int) -> list[Json]:
    form.array("components", least=1, most={ROW: 5, SECTION: 3}.get(kind), required=True)
    children = [_read(child, INSIDE[kind]) for child in form.forms("components")]
    if kind == ROW and len(children) > 1 and any(child["type"] != BUTTON for child in children):
        form.wrong(
            "components",
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "The specified component exceeds the maximum width",
        )
    return children


def _button(form: Form, component: Json) -> None:
    style = form.choice("style", range(1, 7), required=True)
    label = form.text("label", most=80)
    if style == LINK:
        form.text("url", least=1, most=2048, required=True)
        if "custom_id" in component:
            form.wrong(
                "custom_id",
                "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                "A custom id and url cannot both be specified",
            )
    if style != PREMIUM and not label and not component.get("emoji"):
        form.wrong("label", "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")


def _select(form: Form, component: Json) -> None:
    form.text("placeholder", most=150)
    least = form.integer("min_values", least=0, most=25)
    most = form.integer("max_values", least=1, most=25)
    component["min_values"] = 1 if least is None else least
    component["max_values"] = 1 if most is None else most
    if component["type"] == STRING_SELECT:
        component["options"] = _options(form)


def _options(form: Form) -> list[Json]:
    form.array("options", least=1, most=25, required=True)
    options, values = [], set()
    for each in form.forms("options"):
        each.text("label", least=1, most=100, required=True)
        value = each.text("value", least=1, most=100, required=True)
        each.text("description", most=100)
        if value in values:
            each.wrong(
                "value",
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        values.add(value)
        options.append({key: given for key, given in each.body.items() if given is not None})
    return options


def _text_input(form: Form, component: Json) -> None:
    form.choice("style", (1, 2), required=True)
    form.text("label", most=45)
    form.integer("min_length", least=0, most=4000)
    form.integer("max_length", least=1, most=4000)
    form.text("placeholder", most=100)
    component["required"] = form.body.get("required") is not False


def _text(form: Form, component: Json) -> None:
    component["content"] = form.text("content", least=1, most=4000, required=True)


def _section(form: Form, component: Json) -> None:
    accessory = form.inner("accessory")
    if accessory is None:
        form.wrong("accessory", "BASE_TYPE_REQUIRED", "This field is required")
    else:
        component["accessory"] = _read(accessory, (BUTTON, THUMBNAIL))


def _thumbnail(form: Form, component: Json) -> None:
    component.update(description=form.text("description", most=1024), spoiler=form.boolean("spoiler"))
    _media(form, component, "media")


def _gallery(form: Form, component: Json) -> None:
    form.array("items", least=1, most=10, required=True)
    component["items"] = []
    for each in form.forms("items"):
        item: Json = {"description": each.text("description", most=1024), "spoiler": each.boolean("spoiler")}
        _media(each, item, "media")
        component["items"].append(item)


def _file(form: Form, component: Json) -> None:
    component.update(spoiler=form.boolean("spoiler"), name=None, size=None)
    _media(form, component, "file")


def _media(form: Form, component: Json, key: str) -> None:
    inner = form.inner(key)
    if inner is None:
        form.wrong(key, "BASE_TYPE_REQUIRED", "This field is required")
        return
    url = inner.text("url", least=1, most=2048, required=True)
    component[key] = {"id": "0", "url": url, "proxy_url": url}


def _separator(form: Form, component: Json) -> None:
    component["divider"] = form.body.get("divider") is not False
    component["spacing"] = form.choice("spacing", (1, 2)) or 1


def _container(form: Form, component: Json) -> None:
    component["accent_color"] = form.integer("accent_color", least=0, most=0xFFFFFF)
    component["spoiler"] = form.boolean("spoiler")


def _label(form: Form, component: Json) -> None:
    form.text("label", least=1, most=45, required=True)
    form.text("description", most=100)
    inner = form.inner("component")
    if inner is None:
        form.wrong("component", "BASE_TYPE_REQUIRED", "This field is required")
    else:
        component["component"] = _read(inner, (TEXT_INPUT, *SELECTS, UPLOAD, RADIO, CHECKS, CHECK))


READERS = {
    BUTTON: _button,
    **dict.fromkeys(SELECTS, _select),
    TEXT_INPUT: _text_input,
    TEXT: _text,
    SECTION: _section,
    THUMBNAIL: _thumbnail,
    GALLERY: _gallery,
    FILE: _file,
    SEPARATOR: _separator,
    CONTAINER: _container,
    LABEL: _label,
}


def use_attachments(components: list[Json], urls: dict[str, Json]) -> None:
    for component in every(components):
        places = [component, *component.get("items", [])]
        for media in (place[key] for place in places for key in ("media", "file") if key in place):
            found = urls.get(media["url"].removeprefix("attachment://"))
            if found is None:
                continue
            media.update(url=found["url"], proxy_url=found["url"], attachment_id=found["id"], id=found["id"])
            if component["type"] == FILE:
                component.update(name=found["filename"], size=found["size"])


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


def _said(component: Json) -> list[str]:
    emoji = component.get("emoji") or {}
    return [
        name for name in (component.get("label"), component.get("placeholder"), emoji.get("name")) if name
    ]


def _bare(text: str) -> str:
    """ "▶ Next »" is "next"."""
    letters = [at for at, each in enumerate(text) if each.isalnum()]
    return text[letters[0] : letters[-1] + 1].casefold() if letters else ""
