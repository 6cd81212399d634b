"""Components one by one: the fields of each kind, and Discord's limits on them ("Component Reference")."""

from collections.abc import Callable, Collection

from sandbox.forms import Form
from sandbox.rows import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR = 9, 10, 11, 12, 13, 14
CONTAINER, LABEL, UPLOAD = 17, 18, 19
RADIO, CHECKS, CHECK = 21, 22, 23
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
INTERACTIVE = (BUTTON, *SELECTS, TEXT_INPUT, UPLOAD, RADIO, CHECKS, CHECK)
LINK, PREMIUM = 5, 6

INSIDE_A_CONTAINER = (ROW, TEXT, SECTION, GALLERY, SEPARATOR, FILE)
INSIDE_A_LABEL = (TEXT_INPUT, *SELECTS, UPLOAD, RADIO, CHECKS, CHECK)
PAGES = ("http", "https", "discord")
MEDIA = ("http", "https", "attachment")
MOST_INTEGER = 2**31 - 1
MOST_MEDIA, MOST_FILE_TYPES = 10, 10
DEFAULT_TYPES = {
    USER_SELECT: ("user",),
    ROLE_SELECT: ("role",),
    MENTIONABLE_SELECT: ("user", "role"),
    CHANNEL_SELECT: ("channel",),
}
CHOICES = {STRING_SELECT: (1, 25), RADIO: (2, 10), CHECKS: (1, 10)}  # fewest and most options


_CHOOSES = ("custom_id", "options", "min_values", "max_values", "required")
_SELECTS = (*_CHOOSES, "placeholder", "disabled", "default_values", "channel_types")
FIELDS: dict[int, tuple[str, ...]] = {
    BUTTON: ("style", "label", "emoji", "custom_id", "sku_id", "url", "disabled"),
    **dict.fromkeys(SELECTS, _SELECTS),
    TEXT_INPUT: (
        "custom_id",
        "style",
        "label",
        "min_length",
        "max_length",
        "required",
        "value",
        "placeholder",
    ),
    UPLOAD: (*_CHOOSES, "file_types"),
    RADIO: _CHOOSES,
    CHECKS: _CHOOSES,
    CHECK: ("custom_id", "default"),
    SEPARATOR: ("divider", "spacing"),
    LABEL: ("label", "description"),
}
"""What a component takes over as it was written; what else it has its reader puts there, and nothing besides."""
SAID = frozenset(
    {"label", "custom_id", "url", "value", "placeholder", "description"}
)  # a number is taken as a text


def read(form: Form, allowed: Collection[int], *, in_modal: bool) -> Json:
    """One component with all inside it, defaults filled in."""
    kind = form.choice("type", allowed, required=True) or 0
    fields = FIELDS.get(kind, ())
    component = {key: value for key, value in form.body.items() if value is not None and key in fields}
    component.update({key: str(component[key]) for key in SAID & component.keys()})
    component.update(type=kind, id=form.integer("id", least=0, most=MOST_INTEGER))
    _READERS.get(kind, _nothing)(form, component, in_modal)
    if kind in INTERACTIVE and component.get("style") not in (LINK, PREMIUM):
        form.text("custom_id", least=1, most=100, required=True)
    return component


def _nothing(_form: Form, _component: Json, _in_modal: bool) -> None:
    pass


def _row(form: Form, component: Json, in_modal: bool) -> None:
    allowed = (TEXT_INPUT,) if in_modal else (BUTTON, *SELECTS)
    children = component["components"] = _children(form, allowed, 5, in_modal)
    if len(children) > 1 and any(child["type"] != BUTTON for child in children):
        message = "The specified component exceeds the maximum width"
        form.wrong("components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _children(form: Form, allowed: Collection[int], most: int | None, in_modal: bool) -> list[Json]:
    form.array("components", least=1, most=most, required=True)
    return [read(child, allowed, in_modal=in_modal) for child in form.forms("components")]


def _button(form: Form, component: Json, _in_modal: bool) -> None:
    style = form.choice("style", range(1, 7), required=True)
    label = form.text("label", most=80)
    form.boolean("disabled")
    _emoji(form)
    form.url("url", schemes=PAGES, most=512, required=style == LINK)
    form.snowflake("sku_id", required=style == PREMIUM)
    for key in _strangers(style):
        if key in component:
            _refuse_stranger(form, key, style)
    if style != PREMIUM and not label and not component.get("emoji"):
        form.wrong("label", "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")


def _strangers(style: int | None) -> tuple[str, ...]:
    """What a button of that style cannot have."""
    kinds = {LINK: ("custom_id", "sku_id"), PREMIUM: ("custom_id", "label", "url", "emoji")}
    return kinds.get(style or 0, ("url", "sku_id"))


def _refuse_stranger(form: Form, key: str, style: int | None) -> None:
    if {key, style} <= {"custom_id", "url", 1, 2, 3, 4, LINK}:
        code = "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"
        form.wrong(key, code, "A custom id and url cannot both be specified")
    else:
        form.wrong(key, "BUTTON_COMPONENT_INVALID_FIELD", f"A button of this style cannot have {key}")


def _emoji(form: Form) -> None:
    emoji = form.inner("emoji")
    if emoji is None:
        return
    emoji.text("name", most=32, required=emoji.snowflake("id") is None)
    emoji.boolean("animated")
    if emoji.body.get("id", "") is None:
        del emoji.body["id"]  # libraries write null for an emoji of Unicode; answers have no such key


def _select(form: Form, component: Json, in_modal: bool) -> None:
    form.text("placeholder", most=150)
    if in_modal and form.boolean("disabled"):
        form.wrong("disabled", "COMPONENT_DISABLED_IN_MODAL", "Modals cannot have disabled components")
    _range(form, component, most=25, in_modal=in_modal)
    if component["type"] == STRING_SELECT:
        component["options"] = _options(form, STRING_SELECT)
    else:
        _default_values(form, component)
    if component["type"] == CHANNEL_SELECT:
        form.snowflakes("channel_types")


def _range(form: Form, component: Json, *, most: int, in_modal: bool, usual_most: int = 1) -> None:
    """In a modal a field that must be filled cannot take nothing at all (reference, `min_values`)."""
    least = form.integer("min_values", least=0, most=most)
    greatest = form.integer("max_values", least=1, most=most)
    component["min_values"] = 1 if least is None else least
    component["max_values"] = usual_most if greatest is None else greatest
    if component["min_values"] > component["max_values"]:
        form.wrong("min_values", "NUMBER_TYPE_MAX", "min_values must not be greater than max_values.")
    if not in_modal:
        return
    component["required"] = form.boolean("required") if "required" in component else True
    if component["required"] and component["min_values"] < 1:
        form.wrong("min_values", "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")


def _options(form: Form, kind: int) -> list[Json]:
    fewest, most = CHOICES[kind]
    form.array("options", least=fewest, most=most, required=True)
    options, values = [], set()
    for each in form.forms("options"):
        each.text("label", least=1, most=100, required=True)
        value = each.text("value", least=1, most=100, required=True)
        each.text("description", most=100)
        each.boolean("default")
        _emoji(each)
        if value in values:
            message = "The specified option value is already used"
            each.wrong("value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        values.add(value)
        options.append({key: given for key, given in each.body.items() if given is not None})
    return options


def _default_values(form: Form, component: Json) -> None:
    allowed = DEFAULT_TYPES[component["type"]]
    given = form.array("default_values", most=25)
    for each in form.forms("default_values"):
        each.snowflake("id", required=True)
        if each.body.get("type") not in allowed:
            each.wrong("type", "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")
    if given and not component["min_values"] <= len(given) <= component["max_values"]:
        bounds = f"between {component['min_values']} and {component['max_values']}"
        form.wrong("default_values", "BASE_TYPE_BAD_LENGTH", f"Must be {bounds} in length.")


def _text_input(form: Form, component: Json, _in_modal: bool) -> None:
    form.choice("style", (1, 2), required=True)
    form.text("label", least=1, most=45)
    form.text("value", most=4000)
    form.integer("min_length", least=0, most=4000)
    form.integer("max_length", least=1, most=4000)
    form.text("placeholder", most=100)
    component["required"] = form.boolean("required") if "required" in component else True


def _radio(form: Form, component: Json, _in_modal: bool) -> None:
    component["options"] = _options(form, RADIO)
    component["required"] = form.boolean("required") if "required" in component else True
    if sum(bool(option.get("default")) for option in component["options"]) > 1:
        form.wrong("options", "RADIO_GROUP_MULTIPLE_DEFAULTS", "Only one option can be the default")


def _checks(form: Form, component: Json, in_modal: bool) -> None:
    component["options"] = _options(form, CHECKS)
    _range(form, component, most=10, in_modal=in_modal, usual_most=len(component["options"]))


def _check(form: Form, component: Json, _in_modal: bool) -> None:
    component["default"] = form.boolean("default")


def _upload(form: Form, component: Json, in_modal: bool) -> None:
    form.array("file_types", most=MOST_FILE_TYPES)
    _range(form, component, most=10, in_modal=in_modal)


def _text(form: Form, component: Json, _in_modal: bool) -> None:
    component["content"] = form.text("content", least=1, most=4000, required=True)


def _section(form: Form, component: Json, in_modal: bool) -> None:
    component["components"] = _children(form, (TEXT,), 3, in_modal)
    component["accessory"] = _one(form, "accessory", (BUTTON, THUMBNAIL), in_modal)


def _one(form: Form, key: str, allowed: Collection[int], in_modal: bool) -> Json | None:
    inner = form.inner(key)
    if inner is None:
        form.wrong(key, "BASE_TYPE_REQUIRED", "This field is required")
        return None
    return read(inner, allowed, in_modal=in_modal)


def _thumbnail(form: Form, component: Json, _in_modal: bool) -> None:
    component.update(description=form.text("description", most=1024), spoiler=form.boolean("spoiler"))
    _media(form, component, "media")


def _gallery(form: Form, component: Json, _in_modal: bool) -> None:
    form.array("items", least=1, most=MOST_MEDIA, required=True)
    component["items"] = []
    for each in form.forms("items"):
        item: Json = {"description": each.text("description", most=1024), "spoiler": each.boolean("spoiler")}
        _media(each, item, "media")
        component["items"].append(item)


def _file(form: Form, component: Json, _in_modal: bool) -> None:
    component.update(spoiler=form.boolean("spoiler"), name=None, size=None)
    _media(form, component, "file", schemes=("attachment",))


def _media(form: Form, component: Json, key: str, schemes: Collection[str] = MEDIA) -> None:
    inner = form.inner(key)
    if inner is None:
        form.wrong(key, "BASE_TYPE_REQUIRED", "This field is required")
        return
    url = inner.url("url", schemes=schemes, required=True)
    component[key] = {"id": "0", "url": url, "proxy_url": url}


def _separator(form: Form, component: Json, _in_modal: bool) -> None:
    component["divider"] = form.boolean("divider") if "divider" in component else True
    component["spacing"] = form.choice("spacing", (1, 2)) or 1


def _container(form: Form, component: Json, in_modal: bool) -> None:
    component["components"] = _children(form, INSIDE_A_CONTAINER, None, in_modal)
    component["accent_color"] = form.integer("accent_color", least=0, most=0xFFFFFF)
    component["spoiler"] = form.boolean("spoiler")


def _label(form: Form, component: Json, in_modal: bool) -> None:
    form.text("label", least=1, most=45, required=True)
    form.text("description", least=1, most=100)
    component["component"] = _one(form, "component", INSIDE_A_LABEL, in_modal)


_READERS: dict[int, Callable[[Form, Json, bool], None]] = {
    ROW: _row,
    BUTTON: _button,
    **dict.fromkeys(SELECTS, _select),
    TEXT_INPUT: _text_input,
    SECTION: _section,
    TEXT: _text,
    THUMBNAIL: _thumbnail,
    GALLERY: _gallery,
    FILE: _file,
    SEPARATOR: _separator,
    CONTAINER: _container,
    LABEL: _label,
    UPLOAD: _upload,
    RADIO: _radio,
    CHECKS: _checks,
    CHECK: _check,
}
