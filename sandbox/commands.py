"""Application commands: what may be registered, and how Discord gives it back."""

import re
from collections.abc import Iterable, Iterator

from sandbox.core import Core
from sandbox.errors import unknown
from sandbox.forms import Form, enumerate_text
from sandbox.rows import Command, Json

CHAT, USER, MESSAGE = 1, 2, 3
SUB_COMMAND, GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
USER_OPTION, CHANNEL_OPTION, ROLE_OPTION, MENTIONABLE, NUMBER, ATTACHMENT = 6, 7, 8, 9, 10, 11
MOST = {CHAT: 100, USER: 15, MESSAGE: 15}
CHARACTERS = 8000
CHAT_NAME = re.compile(r"[-_'\w]{1,32}")
SPEC_KEYS = (
    "name_localizations",
    "description_localizations",
    "options",
    "default_member_permissions",
    "contexts",
    "integration_types",
)


def of(core: Core, application_id: int, guild_id: int | None) -> list[Command]:
    everywhere = core.world.commands.values()
    return [each for each in everywhere if (each.application_id, each.guild_id) == (application_id, guild_id)]


def get(core: Core, application_id: int, guild_id: int | None, command_id: int) -> Command:
    command = core.world.commands.get(command_id)
    if command is None or (command.application_id, command.guild_id) != (application_id, guild_id):
        raise unknown("application command")
    return command


def payload(command: Command, *, with_localizations: bool = False) -> Json:
    body: Json = {
        "id": str(command.id),
        "application_id": str(command.application_id),
        "version": str(command.version),
        **command.spec,
    }
    if command.guild_id is not None:
        body["guild_id"] = str(command.guild_id)
        body.pop("dm_permission", None)
        body.pop("contexts", None)
    return body if with_localizations else without_localizations(body)


def without_localizations(body: Json) -> Json:
    kept = {key: value for key, value in body.items() if not key.endswith("_localizations")}
    for key in ("options", "choices"):
        if key in kept:
            kept[key] = [without_localizations(each) for each in kept[key]]
    return kept


def replace_all(core: Core, application_id: int, guild_id: int | None, body: object) -> list[Command]:
    form = Form({"commands": body})
    listed = form.array("commands", required=True) or []
    problems = form.problems
    specs = [_read(Form(each, (place,), problems)) for place, each in enumerate_text(listed)]
    _refuse_duplicates(form, specs)
    form.finish()
    kept = {(spec["name"], spec["type"]) for spec in specs}
    for command in of(core, application_id, guild_id):
        if (command.name, command.type) not in kept:
            del core.world.commands[command.id]
    return [_put(core, application_id, guild_id, spec)[0] for spec in specs]


def create(core: Core, application_id: int, guild_id: int | None, body: object) -> tuple[Command, bool]:
    """One of the same name and type is overwritten; the flag says whether it is new."""
    form = Form(body)
    spec = _read(form)
    form.finish()
    return _put(core, application_id, guild_id, spec)


def edit(core: Core, command: Command, body: object) -> Command:
    form = Form(body)
    spec = _read(Form({**command.spec, **form.body, "type": command.type}, (), form.problems))
    form.finish()
    if spec != command.spec:
        command.spec, command.version = spec, core.ids.next()
    return command


def _put(core: Core, application_id: int, guild_id: int | None, spec: Json) -> tuple[Command, bool]:
    for command in of(core, application_id, guild_id):
        if (command.name, command.type) == (spec["name"], spec["type"]):
            if command.spec != spec:
                command.spec, command.version = spec, core.ids.next()
            return command, False
    command_id = core.ids.next()
    command = Command(command_id, application_id, guild_id, core.ids.next(), spec)
    core.world.commands[command_id] = command
    return command, True


def _refuse_duplicates(form: Form, specs: Iterable[Json]) -> None:
    seen: dict[tuple[str, int], int] = {}
    counts = dict.fromkeys(MOST, 0)
    for place, spec in enumerate(specs):
        key = (str(spec["name"]), spec["type"])
        if key in seen:
            message = "Application command names must be unique"
            form.problems.add((str(place),), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen[key] = place
        counts[spec["type"]] += 1
    for kind, number in counts.items():
        if number > MOST[kind]:
            message = f"Must be {MOST[kind]} or fewer in length."
            form.problems.add((str(len(seen) - 1),), "BASE_TYPE_MAX_LENGTH", message)


def _read(form: Form) -> Json:
    kind = CHAT if form.body.get("type") is None else form.choice("type", MOST, required=True) or CHAT
    name = _name(form, kind)
    description = form.text("description", least=1 if kind == CHAT else 0, most=100, required=kind == CHAT)
    spec: Json = {"type": kind, "name": name, "description": description or ""}
    if kind != CHAT and description:
        form.wrong(
            "description", "APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED", "Context menus have no description"
        )
    for key in SPEC_KEYS:
        spec[key] = form.body.get(key)
    spec["dm_permission"] = form.body.get("dm_permission") is not False
    spec["nsfw"] = form.boolean("nsfw")
    spec["integration_types"] = spec["integration_types"] or [0]
    spec["options"] = _options(form, depth=0) if kind == CHAT else []
    permissions = form.body.get("default_member_permissions")
    spec["default_member_permissions"] = None if permissions is None else str(permissions)
    if sum(map(len, _texts(spec))) > CHARACTERS:
        form.wrong("options", "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
    return {
        key: value for key, value in spec.items() if value is not None or key == "default_member_permissions"
    }


def _texts(spec: Json) -> Iterator[str]:
    yield from (str(spec[key]) for key in ("name", "description", "value") if spec.get(key) is not None)
    for key in ("options", "choices"):
        for each in spec.get(key) or []:
            yield from _texts(each)


def _name(form: Form, kind: int) -> str | None:
    name = form.text("name", least=1, most=32, required=True)
    if name and kind == CHAT and (not CHAT_NAME.fullmatch(name) or name != name.lower()):
        form.wrong("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return name


def _options(form: Form, depth: int) -> list[Json]:
    form.array("options", most=25)
    options = [_option(each, depth) for each in form.forms("options")]
    names = [option.get("name") for option in options]
    if len(set(names)) < len(names):
        form.wrong(
            "options",
            "APPLICATION_COMMAND_OPTIONS_NAME_INVALID",
            "Option name already exists in this command",
        )
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        form.wrong(
            "options",
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
            "Required options must be placed before non-required options",
        )
    if len({option["type"] <= GROUP for option in options}) > 1:
        form.wrong(
            "options",
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            "Sub-command and sub-command group option types are mutually exclusive to all other types",
        )
    return options


def _option(form: Form, depth: int) -> Json:
    kind = form.choice("type", range(1, 12), required=True) or STRING
    form.text("description", least=1, most=100, required=True)
    _name(form, CHAT)
    option = {key: value for key, value in form.body.items() if value is not None}
    option["type"] = kind
    if kind <= GROUP:
        if depth >= 3 - kind:
            form.wrong(
                "type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands are nested too deeply"
            )
        option["options"] = _options(form, depth + 1)
        return option
    if "choices" in option:
        option["choices"] = _choices(form)
    if option.get("choices") and option.get("autocomplete"):
        form.wrong(
            "autocomplete",
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
            "Choices and autocomplete exclude each other",
        )
    return option


def _choices(form: Form) -> list[Json]:
    form.array("choices", most=25)
    choices = []
    for choice in form.forms("choices"):
        choice.text("name", least=1, most=100, required=True)
        if choice.body.get("value") is None:
            choice.wrong("value", "BASE_TYPE_REQUIRED", "This field is required")
        choices.append({key: value for key, value in choice.body.items() if value is not None})
    return choices


def leaves(spec: Json, before: str = "") -> Iterator[tuple[str, list[Json]]]:
    """Every spelled-out name ("points give") with its options."""
    name = f"{before} {spec['name']}".strip()
    options = spec.get("options") or []
    nested = [option for option in options if option["type"] <= GROUP]
    for option in nested:
        yield from leaves(option, name)
    if not nested:
        yield name, options
