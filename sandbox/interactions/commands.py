"""Application commands: what may be registered, and how Discord gives it back."""

from collections.abc import Iterable, Iterator

from sandbox.bot_rows import Command
from sandbox.core import Core
from sandbox.errors import Refused, too_many, unknown
from sandbox.forms import Form, enumerate_text
from sandbox.interactions.command_specs import GROUP, MOST, read_spec
from sandbox.rows import Json

FALLBACKS = {"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}


def of(core: Core, application_id: int, guild_id: int | None) -> list[Command]:
    everywhere = core.world.commands.values()
    return [each for each in everywhere if (each.application_id, each.guild_id) == (application_id, guild_id)]


def get(core: Core, application_id: int, guild_id: int | None, command_id: int) -> Command:
    command = core.world.commands.get(command_id)
    if command is None or (command.application_id, command.guild_id) != (application_id, guild_id):
        raise unknown("application command")
    return command


def payload(command: Command) -> Json:
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
    return body


def in_one_language(body: Json, locale: str) -> Json:
    """What is not translated has no word in that language."""
    kept = {key: value for key, value in body.items() if not key.endswith("_localizations")}
    for key in ("name", "description"):
        translations = body.get(f"{key}_localizations") or {}
        translated = translations.get(locale, translations.get(FALLBACKS.get(locale)))
        if translated is not None:
            kept[f"{key}_localized"] = translated
    for key in ("options", "choices"):
        if key in kept:
            kept[key] = [in_one_language(each, locale) for each in kept[key]]
    return kept


def replace_all(core: Core, application_id: int, guild_id: int | None, body: object) -> list[Command]:
    form = Form({"commands": body})
    listed = form.array("commands", required=True) or []
    problems = form.problems
    specs = [read_spec(Form(each, (place,), problems)) for place, each in enumerate_text(listed)]
    _refuse_duplicates(form, specs)
    form.finish()
    _refuse_too_many(specs)
    kept = {(spec["name"], spec["type"]) for spec in specs}
    for command in of(core, application_id, guild_id):
        if (command.name, command.type) not in kept:
            del core.world.commands[command.id]
    return [_put(core, application_id, guild_id, spec)[0] for spec in specs]


def create(core: Core, application_id: int, guild_id: int | None, body: object) -> tuple[Command, bool]:
    """One of the same name and type is overwritten; the flag says whether it is new."""
    form = Form(body)
    spec = read_spec(form)
    form.finish()
    there = of(core, application_id, guild_id)
    if not any((each.name, each.type) == (spec["name"], spec["type"]) for each in there):
        _refuse_too_many([*(each.spec for each in there), spec])
    return _put(core, application_id, guild_id, spec)


def edit(core: Core, command: Command, body: object) -> Command:
    form = Form(body)
    spec = read_spec(Form({**command.spec, **form.body, "type": command.type}, (), form.problems))
    form.finish()
    others = (each for each in of(core, command.application_id, command.guild_id) if each is not command)
    if any((each.name, each.type) == (spec["name"], command.type) for each in others):
        raise Refused(400, 40041, "An application command with that name already exists")
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
    seen: set[tuple[str, int]] = set()
    for place, spec in enumerate(specs):
        key = (str(spec["name"]), spec["type"])
        if key in seen:
            message = "Application command names must be unique"
            form.problems.add((str(place), "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)


def _refuse_too_many(specs: list[Json]) -> None:
    for kind, most in MOST.items():
        if sum(spec["type"] == kind for spec in specs) > most:
            raise too_many(30032, "application commands", most)


def leaves(spec: Json, before: str = "") -> Iterator[tuple[str, list[Json]]]:
    """Every spelled-out name ("points give") with its options."""
    name = f"{before} {spec['name']}".strip()
    options = spec.get("options") or []
    nested = [option for option in options if option["type"] <= GROUP]
    for option in nested:
        yield from leaves(option, name)
    if not nested:
        yield name, options
