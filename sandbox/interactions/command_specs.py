"""What a bot may register as a command: names, options, choices, and all of it together ("Application Commands")."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.forms import Form, as_integer
from sandbox.locales import LOCALES
from sandbox.rows import Json

CHAT, USER, MESSAGE = 1, 2, 3
SUB_COMMAND, GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
USER_OPTION, CHANNEL_OPTION, ROLE_OPTION, MENTIONABLE, NUMBER, ATTACHMENT = 6, 7, 8, 9, 10, 11
TYPED = (STRING, INTEGER, NUMBER)  # a person types these: they may have choices or autocomplete
MOST = {CHAT: 100, USER: 15, MESSAGE: 15}
MOST_CHARACTERS = 8000
MOST_OPTIONS = MOST_CHOICES = 25
LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_CHOICE, LONGEST_TEXT = 32, 100, 100, 6000
CHAT_NAME = re.compile(r"[-'\w\u0900-\u097f\u0e00-\u0e7f]+")  # Devanagari and Thai with their vowel signs
MOST_SAFE_INTEGER = 2**53 - 1
OF_A_VALUE = frozenset(
    {
        "required",
        "choices",
        "min_value",
        "max_value",
        "min_length",
        "max_length",
        "channel_types",
        "autocomplete",
    }
)
"""The fields of an option that is no sub-command."""
ALLOWED_IN = {None: range(1, 12), GROUP: range(1, 2), SUB_COMMAND: range(3, 12)}
CONTEXTS, INSTALLATIONS = (0, 1, 2), (0, 1)


def read_spec(form: Form) -> Json:
    """All that Discord would answer, without id and version."""
    kind = CHAT if form.body.get("type") is None else form.choice("type", MOST, required=True) or CHAT
    spec: Json = {
        "type": kind,
        "name": _name(form, kind),
        "name_localizations": _localized(form, "name", lambda inner, key: _name(inner, kind, key)),
        "description": _description(form, kind),
        "description_localizations": _localized(form, "description", _any_description),
        "options": _options(form, inside=None) if kind == CHAT else _no_options(form),
        "default_member_permissions": _permissions(form),
        "dm_permission": form.boolean("dm_permission")
        if form.body.get("dm_permission") is not None
        else True,
        "contexts": _set_of(form, "contexts", CONTEXTS),
        "integration_types": _set_of(form, "integration_types", INSTALLATIONS) or [0],
        "nsfw": form.boolean("nsfw"),
    }
    if sum(_sizes(spec)) > MOST_CHARACTERS:
        message = f"Command exceeds maximum size ({MOST_CHARACTERS})"
        form.wrong("options", "APPLICATION_COMMAND_TOO_LARGE", message)
    return spec


def _name(form: Form, kind: int, key: str = "name") -> str | None:
    """Of a slash command and its options in lower case, without spaces."""
    name = form.text(key, least=1, most=LONGEST_NAME, required=True)
    if name and kind == CHAT and (not CHAT_NAME.fullmatch(name) or name != name.lower()):
        form.wrong(key, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return name


def _description(form: Form, kind: int) -> str:
    chat = kind == CHAT
    description = form.text("description", least=int(chat), most=LONGEST_DESCRIPTION, required=chat)
    if description and not chat:
        message = "Context menu commands cannot have description"
        form.wrong("description", "APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED", message)
    return description or ""


def _any_description(form: Form, key: str) -> str | None:
    return form.text(key, least=1, most=LONGEST_DESCRIPTION, required=True)


def _localized(form: Form, key: str, read: Callable[[Form, str], str | None]) -> Json | None:
    inner = form.inner(f"{key}_localizations")
    if inner is None:
        return None
    for locale in inner.body:
        if locale not in LOCALES:
            inner.wrong(locale, "ENUM_TYPE_COERCE", f'Value "{locale}" is not a valid enum value.')
    return {locale: read(inner, locale) for locale in inner.body if inner.body[locale] is not None}


def _permissions(form: Form) -> str | None:
    number = form.integer("default_member_permissions", least=0, most=2**63 - 1)
    return None if number is None else str(number)


def _set_of(form: Form, key: str, allowed: tuple[int, ...]) -> list[int] | None:
    given = form.array(key, least=1)
    for place, each in enumerate(given or []):
        if each not in allowed or given is None or given.index(each) < place:
            form.wrong(key, "BASE_TYPE_CHOICES", f"Values must be different ones of {set(allowed)}.")
            break
    return given


def _sizes(spec: Json) -> Iterator[int]:
    """Of each text the longest translation counts."""
    for key in ("name", "description"):
        translations = (spec.get(f"{key}_localizations") or {}).values()
        yield max(len(str(text)) for text in (spec.get(key) or "", *translations))
    yield len(str(spec.get("value", "")))
    for key in ("options", "choices"):
        for each in spec.get(key) or []:
            yield from _sizes(each)


def _options(form: Form, *, inside: int | None) -> list[Json]:
    form.array("options", most=MOST_OPTIONS)
    options = [_option(each, inside) for each in form.forms("options")]
    names = [option["name"] for option in options]
    required = [bool(option.get("required")) for option in options]
    problems = {
        "NAME": (len(set(names)) < len(names), "Option name already exists in this command"),
        "REQUIRED": (
            required != sorted(required, reverse=True),
            "Required options must be placed before non-required options",
        ),
        "TYPE": (
            len({option["type"] <= GROUP for option in options}) > 1,
            "Sub-command and sub-command group option types are mutually exclusive to all other types",
        ),
    }
    for about, (is_so, message) in problems.items():
        if is_so:
            form.wrong("options", f"APPLICATION_COMMAND_OPTIONS_{about}_INVALID", message)
    return options


def _no_options(form: Form) -> list[Json]:
    if form.body.get("options"):
        message = "Context menu commands cannot have options"
        form.wrong("options", "APPLICATION_COMMAND_OPTIONS_NOT_ALLOWED", message)
    return []


def _option(form: Form, inside: int | None) -> Json:
    """A group stands at the top alone, a sub-command there or in a group."""
    kind = form.choice("type", ALLOWED_IN[None], required=True) or STRING
    if kind not in ALLOWED_IN[inside]:
        message = "This type of option cannot stand there"
        form.wrong("type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    own = () if kind <= GROUP else OF_A_VALUE
    option = {key: value for key, value in form.body.items() if value is not None and key in own}
    option.update(type=kind, name=_name(form, CHAT), description=_any_description(form, "description"))
    localizations = {
        "name_localizations": _localized(form, "name", lambda inner, key: _name(inner, CHAT, key)),
        "description_localizations": _localized(form, "description", _any_description),
    }
    option.update({key: value for key, value in localizations.items() if value is not None})
    if kind <= GROUP:
        return {**option, "options": _options(form, inside=kind)}
    form.boolean("required")
    _limits(form, kind)
    whole = ("min_length", "max_length", *(("min_value", "max_value") if kind == INTEGER else ()))
    option.update({key: as_integer(option[key]) for key in whole if key in option})
    if "choices" in option:
        option["choices"] = _choices(form, kind)
    return option


def _limits(form: Form, kind: int) -> None:
    """Lengths of texts, ranges of numbers, types of channels; each where it belongs."""
    _refuse_misplaced(form, kind)
    form.integer("min_length", least=0, most=LONGEST_TEXT)
    form.integer("max_length", least=1, most=LONGEST_TEXT)
    for key in ("min_value", "max_value"):
        if kind == INTEGER:
            form.integer(key, least=-MOST_SAFE_INTEGER, most=MOST_SAFE_INTEGER)
        elif not _is_number(form.body.get(key, 0)):
            form.wrong(key, "FLOAT_TYPE_COERCE", f'Value "{form.body[key]}" is not double.')
    form.array("channel_types")
    if form.boolean("autocomplete") and form.body.get("choices"):
        message = "Choices and autocomplete exclude each other"
        form.wrong("autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)


def _refuse_misplaced(form: Form, kind: int) -> None:
    belongs = {
        **dict.fromkeys(("choices", "autocomplete"), TYPED),
        **dict.fromkeys(("min_length", "max_length"), (STRING,)),
        **dict.fromkeys(("min_value", "max_value"), (INTEGER, NUMBER)),
        "channel_types": (CHANNEL_OPTION,),
    }
    for key, kinds in belongs.items():
        if form.body.get(key) and kind not in kinds:
            message = f"{key} does not belong to an option of this type"
            form.wrong(key, "APPLICATION_COMMAND_OPTIONS_FIELD_INVALID", message)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _choices(form: Form, kind: int) -> list[Json]:
    form.array("choices", most=MOST_CHOICES)
    choices = []
    for choice in form.forms("choices"):
        choice.text("name", least=1, most=LONGEST_CHOICE, required=True)
        _localized(choice, "name", lambda inner, key: inner.text(key, least=1, most=LONGEST_CHOICE))
        kept = {**choice.body, "value": _choice_value(choice, kind)}
        choices.append({key: value for key, value in kept.items() if value is not None})
    return choices


def _choice_value(choice: Form, kind: int) -> Any:
    value = choice.body.get("value")
    if value is None or kind == STRING:
        return choice.text("value", least=1, most=LONGEST_CHOICE, required=True)
    if kind == INTEGER:
        return choice.integer("value")
    if kind == NUMBER and not _is_number(value):
        choice.wrong("value", "FLOAT_TYPE_COERCE", f'Value "{value}" is not double.')
    return value
