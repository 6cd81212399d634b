"""What may be registered as a command: each documented limit at its edge and beyond, and how registering works."""

import pytest
from limit_cases import problem_at, text

CHAT, USER, MESSAGE = 1, 2, 3


def command(name="do", **more):
    return {"name": name, "description": "d", **more}


def option(at=0, kind=3, **more):
    return {"type": kind, "name": f"o{at}", "description": "d", **more}


def having(*options):
    return command(options=list(options))


def choices(number, **more):
    return [{"name": f"c{at}", "value": f"v{at}", **more} for at in range(number)]


def big(characters):
    """Of exactly so many: names, descriptions and values of the command, its options and their choices."""
    options, left = [], characters - len("dod")
    while left:
        number = len(options)
        name = f"o{number}"
        choices, rest = [], min(left, 3000) - len(name) - 1
        left -= len(name) + 1
        while rest > 0 and len(choices) < 25:
            size = min(rest, 200)
            value = min(100, size - 1)
            choices.append({"name": text(size - value), "value": f"{len(choices):x>{value}}"})
            rest -= size
            left -= size
        options.append(option(number, choices=choices))
    return having(*options)


O0 = ["options", "0"]
COMMANDS = {
    "name": (command(text(32)), command(text(33)), ["name"]),
    "no space in a name": (command("a-b_c'd"), command("a b"), ["name"]),
    "lower case where there is one": (command("ünder長"), command("Under"), ["name"]),
    "vowel signs": (command("คำสั่ง"), command("a!"), ["name"]),
    "a menu's name may be anything": (
        {"type": USER, "name": "Look At"},
        {"type": USER, "name": text(33)},
        ["name"],
    ),
    "description": (command(description=text(100)), command(description=text(101)), ["description"]),
    "a slash command has one": (command(), {"name": "do"}, ["description"]),
    "a menu has none": (
        {"type": MESSAGE, "name": "X"},
        {"type": MESSAGE, "name": "X", "description": "d"},
        ["description"],
    ),
    "localized name": (
        command(name_localizations={"de": "tu-es"}),
        command(name_localizations={"de": "Tu es"}),
        ["name_localizations", "de"],
    ),
    "known languages": (
        command(name_localizations={"zh-CN": "做"}),
        command(name_localizations={"xx": "do"}),
        ["name_localizations", "xx"],
    ),
    "localized description": (
        command(description_localizations={"fr": text(100)}),
        command(description_localizations={"fr": text(101)}),
        ["description_localizations", "fr"],
    ),
    "contexts": (command(contexts=[0, 1, 2]), command(contexts=[3]), ["contexts"]),
    "installations": (command(integration_types=[0]), command(integration_types=[2]), ["integration_types"]),
    "permissions": (
        command(default_member_permissions=8),
        command(default_member_permissions="many"),
        ["default_member_permissions"],
    ),
    "nsfw": (command(nsfw=True), command(nsfw="yes"), ["nsfw"]),
    "type": ({"type": USER, "name": "X"}, {"type": 9, "name": "X"}, ["type"]),
    "options": (having(*map(option, range(25))), having(*map(option, range(26))), ["options"]),
    "names of options differ": (having(option(0), option(1)), having(option(0), option(0)), ["options"]),
    "required ones come first": (
        having(option(0, required=True), option(1)),
        having(option(0), option(1, required=True)),
        ["options"],
    ),
    "sub-commands stand among their like": (
        having(option(0, 1), option(1, 2)),
        having(option(0, 1), option(1)),
        ["options"],
    ),
    "a group holds sub-commands": (
        having(option(0, 2, options=[option(0, 1, options=[option()])])),
        having(option(0, 2, options=[option(0, 2)])),
        [*O0, "options", "0", "type"],
    ),
    "a sub-command holds none": (
        having(option(0, 1, options=[option()])),
        having(option(0, 1, options=[option(0, 1)])),
        [*O0, "options", "0", "type"],
    ),
    "option's name": (having(option(name=text(32))), having(option(name=text(33))), [*O0, "name"]),
    "option's description": (
        having(option(description=text(100))),
        having(option(description=text(101))),
        [*O0, "description"],
    ),
    "option's type": (having(option(kind=11)), having(option(kind=12)), [*O0, "type"]),
    "choices": (having(option(choices=choices(25))), having(option(choices=choices(26))), [*O0, "choices"]),
    "choice's name": (
        having(option(choices=choices(1, name=text(100)))),
        having(option(choices=choices(1, name=text(101)))),
        [*O0, "choices", "0", "name"],
    ),
    "choice's value": (
        having(option(choices=choices(1, value=text(100)))),
        having(option(choices=choices(1, value=text(101)))),
        [*O0, "choices", "0", "value"],
    ),
    "a number's choice is a number": (
        having(option(kind=4, choices=choices(1, value=3))),
        having(option(kind=4, choices=choices(1, value="three"))),
        [*O0, "choices", "0", "value"],
    ),
    "choices or autocomplete": (
        having(option(autocomplete=True)),
        having(option(autocomplete=True, choices=choices(1))),
        [*O0, "autocomplete"],
    ),
    "choices of what is typed": (
        having(option(choices=choices(1))),
        having(option(kind=6, choices=choices(1))),
        [*O0, "choices"],
    ),
    "shortest text": (having(option(min_length=6000)), having(option(min_length=6001)), [*O0, "min_length"]),
    "longest text": (having(option(max_length=1)), having(option(max_length=0)), [*O0, "max_length"]),
    "whole numbers": (
        having(option(kind=4, min_value=-(2**53) + 1)),
        having(option(kind=4, min_value=-(2**53))),
        [*O0, "min_value"],
    ),
    "a range is of numbers": (
        having(option(kind=10, max_value=0.5)),
        having(option(kind=3, max_value=5)),
        [*O0, "max_value"],
    ),
    "all of it together": (big(8000), big(8001), ["options"]),
}


@pytest.fixture
def path(sandbox):
    return f"/applications/{next(iter(sandbox.world.applications))}/commands"


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_at_its_limit_is_taken_and_one_beyond_is_told_where(api, path, name):
    at_the_edge, beyond, where = COMMANDS[name]
    status, told = await api("POST", path, at_the_edge)
    assert status == 201, told
    status, told = await api("POST", path, beyond)
    assert status == 400
    problem_at(told, where)


async def test_of_a_translated_text_the_longest_counts(api, path):
    body = big(7999)
    status, _ = await api("POST", path, {**body, "name_localizations": {"de": "tun"}})
    assert status == 201
    status, told = await api("POST", path, {**body, "name_localizations": {"de": "tuns", "fr": "va"}})
    assert status == 400
    problem_at(told, ["options"])


@pytest.mark.parametrize(("kind", "most"), [(CHAT, 100), (USER, 15), (MESSAGE, 15)])
async def test_an_application_has_so_many_commands_of_a_kind(api, path, kind, most):
    def body(at):
        return {"type": kind, "name": f"c{at}", **({"description": "d"} if kind == CHAT else {})}

    status, listed = await api("PUT", path, [body(at) for at in range(most)])
    assert (status, len(listed)) == (200, most)
    status, told = await api("POST", path, body(most))
    assert (status, told["code"]) == (400, 30032)
    status, told = await api("PUT", path, [body(at) for at in range(most + 1)])
    assert (status, told["code"]) == (400, 30032)
    status, _ = await api("POST", path, body(0))
    assert status == 200  # an update of one that is there


async def test_one_of_the_same_name_is_updated_and_keeps_its_id(api, path):
    status, first = await api("POST", path, command())
    assert status == 201
    status, second = await api("POST", path, command(description="other"))
    assert (status, second["id"], second["description"]) == (200, first["id"], "other")
    assert second["version"] != first["version"]
    status, other = await api("POST", path, {"type": USER, "name": "do"})
    assert (status, other["id"] != first["id"]) == (201, True)


async def test_a_command_cannot_be_renamed_to_another(api, path):
    await api("POST", path, command("one"))
    _, two = await api("POST", path, command("two"))
    status, told = await api("PATCH", f"{path}/{two['id']}", {"name": "one"})
    assert (status, told["code"]) == (400, 40041)


async def test_overwriting_all_keeps_what_stays_and_drops_the_rest(api, path):
    _, (kept, _) = await api("PUT", path, [command("kept"), command("dropped")])
    _, listed = await api("PUT", path, [command("new"), command("kept")])
    assert [each["name"] for each in listed] == ["new", "kept"]
    assert listed[1] == kept
    _, told = await api("PUT", path, [command("same"), command("same")])
    problem_at(told, ["1", "name"])
    assert {each["name"] for each in (await api("GET", path))[1]} == {"new", "kept"}


async def test_what_is_left_out_has_discords_usual_values(api, path):
    _, told = await api("POST", path, command())
    usual = {
        "type": 1,
        "contexts": None,
        "integration_types": [0],
        "default_member_permissions": None,
        "dm_permission": True,
        "nsfw": False,
        "name_localizations": None,
        "options": [],
    }
    assert {key: told[key] for key in usual} == usual
