"""What a form may ask, each limit at its edge and beyond; and what a person may answer."""

import base64

import discord
import pytest
from limit_cases import problem_at, text

SHOW_MODAL, CHOICES = 9, 8


def options(number, **more):
    return [{"label": f"o{at}", "value": f"v{at}", **more} for at in range(number)]


def label(component, **more):
    return {"type": 18, "label": "l", "component": {"custom_id": "c", **component}, **more}


def modal(*components, **more):
    return {"custom_id": "m", "title": "t", "components": list(components), **more}


def asked(kind=4, **more):
    usual = {
        4: {"style": 1},
        3: {"options": options(1)},
        21: {"options": options(2)},
        22: {"options": options(1)},
    }
    return modal(label({"type": kind, **usual.get(kind, {}), **more}))


def labels(number):
    return modal(*(label({"type": 4, "style": 1, "custom_id": str(at)}) for at in range(number)))


INNER = ["components", "0", "component"]
MODALS = {
    "title": (asked() | {"title": text(45)}, asked() | {"title": text(46)}, ["title"]),
    "custom id": (asked() | {"custom_id": text(100)}, asked() | {"custom_id": text(101)}, ["custom_id"]),
    "components": (labels(5), labels(6), ["components"]),
    "at least one": (labels(1), labels(0), ["components"]),
    "label": (
        modal(label({"type": 4, "style": 1}, label=text(45))),
        modal(label({"type": 4, "style": 1}, label=text(46))),
        ["components", "0", "label"],
    ),
    "label's description": (
        modal(label({"type": 4, "style": 1}, description=text(100))),
        modal(label({"type": 4, "style": 1}, description=text(101))),
        ["components", "0", "description"],
    ),
    "no button in a form": (asked(), asked(2, style=1), [*INNER, "type"]),
    "style": (asked(style=2), asked(style=3), [*INNER, "style"]),
    "value": (asked(value=text(4000)), asked(value=text(4001)), [*INNER, "value"]),
    "placeholder": (asked(placeholder=text(100)), asked(placeholder=text(101)), [*INNER, "placeholder"]),
    "shortest": (asked(min_length=4000), asked(min_length=4001), [*INNER, "min_length"]),
    "longest": (asked(max_length=1), asked(max_length=0), [*INNER, "max_length"]),
    "a row holds one text input": (
        modal({"type": 1, "components": [{"type": 4, "style": 1, "label": "l", "custom_id": "c"}]}),
        modal({"type": 1, "components": [{"type": 3, "options": options(1), "custom_id": "c"}]}),
        ["components", "0", "components", "0", "type"],
    ),
    "nothing is disabled": (asked(3), asked(3, disabled=True), [*INNER, "disabled"]),
    "what is required takes something": (
        asked(5, min_values=0, required=False),
        asked(5, min_values=0),
        [*INNER, "min_values"],
    ),
    "files": (asked(19, max_values=10), asked(19, max_values=11), [*INNER, "max_values"]),
    "file types": (
        asked(19, file_types=[".a"] * 10),
        asked(19, file_types=[".a"] * 11),
        [*INNER, "file_types"],
    ),
    "choices of a radio group": (
        asked(21, options=options(10)),
        asked(21, options=options(11)),
        [*INNER, "options"],
    ),
    "at least two": (asked(21, options=options(2)), asked(21, options=options(1)), [*INNER, "options"]),
    "one default": (asked(21), asked(21, options=options(2, default=True)), [*INNER, "options"]),
    "checkboxes": (asked(22, options=options(10)), asked(22, options=options(11)), [*INNER, "options"]),
    "ticks": (
        asked(22, options=options(10), max_values=10),
        asked(22, options=options(10), max_values=11),
        [*INNER, "max_values"],
    ),
    "a checkbox is ticked or not": (asked(23, default=True), asked(23, default="yes"), [*INNER, "default"]),
    "a text among them": (
        modal({"type": 10, "content": text(4000)}, *labels(1)["components"]),
        modal({"type": 10, "content": text(4001)}, *labels(1)["components"]),
        ["components", "0", "content"],
    ),
}


@pytest.fixture
def tries(sandbox, login, api):
    """`await tries(9, data, ...)`: a bot answers a command, or its autocomplete, with each of them in turn."""

    async def give(kind, *bodies):
        application_id = next(iter(sandbox.world.applications))
        option = {"type": 3, "name": "o", "description": "d", "autocomplete": True}
        command = {"name": "open", "description": "d", "options": [option]}
        await api("POST", f"/applications/{application_id}/commands", command)
        waiting, outcomes = list(bodies), []

        def prepare(bot):
            @bot.event
            async def on_interaction(interaction):
                path = f"/interactions/{interaction.id}/{interaction.token}/callback"
                outcomes.append(await api("POST", path, {"type": kind, "data": waiting.pop(0)}))
                if outcomes[-1][0] != 204:
                    harmless = {"choices": []} if kind == CHOICES else {"content": "refused"}
                    await api("POST", path, {"type": kind if kind == CHOICES else 4, "data": harmless})

        async with login(sandbox, prepare):
            for _ in bodies:
                if kind == CHOICES:
                    await sandbox.people.autocomplete("ann", "open", focused="o")
                else:
                    await sandbox.people.slash("ann", "open")
        return outcomes

    return give


@pytest.mark.parametrize("name", MODALS)
async def test_a_form_at_its_limit_opens_and_one_beyond_is_told_where(tries, name):
    at_the_edge, beyond, where = MODALS[name]
    (opened, told), (status, problem) = await tries(SHOW_MODAL, at_the_edge, beyond)
    assert opened == 204, told
    assert status == 400
    problem_at(problem, where)


def choices(number, name="n", value="v"):
    return {"choices": [{"name": name, "value": value}] * number}


@pytest.mark.parametrize(
    ("at_the_edge", "beyond", "where"),
    [
        (choices(25), choices(26), ["choices"]),
        (choices(1, name=text(100)), choices(1, name=text(101)), ["choices", "0", "name"]),
        (choices(1, value=text(100)), choices(1, value=text(101)), ["choices", "0", "value"]),
    ],
)
async def test_autocomplete_offers_so_much_and_no_more(tries, at_the_edge, beyond, where):
    (offered, told), (status, problem) = await tries(CHOICES, at_the_edge, beyond)
    assert offered == 204, told
    assert status == 400
    problem_at(problem, where)


EVERYTHING = modal(
    label({"type": 21, "custom_id": "one", "options": options(3)}, label="One of them"),
    label({"type": 22, "custom_id": "some", "options": options(3)}, label="Some of them"),
    label({"type": 23, "custom_id": "agreed"}, label="I agree"),
    label({"type": 19, "custom_id": "proof"}, label="Proof"),
    label({"type": 5, "custom_id": "who", "required": False}, label="Who"),
)
FILE = {"filename": "a.txt", "base64": base64.b64encode(b"abc").decode()}


@pytest.fixture
def opens(sandbox, login):
    """A bot that opens a form with everything in it, and hears what comes back."""
    submitted = []

    def prepare(bot):
        @bot.tree.command(name="open", description="Open it")
        async def open_(interaction: discord.Interaction):
            await bot.http.request(
                discord.http.Route(
                    "POST",
                    "/interactions/{interaction_id}/{token}/callback",
                    interaction_id=interaction.id,
                    token=interaction.token,
                ),
                json={"type": SHOW_MODAL, "data": EVERYTHING},
            )

        @bot.event
        async def on_interaction(interaction):
            if interaction.type is discord.InteractionType.modal_submit:
                submitted.append(interaction.data)
                await interaction.response.send_message("thanks")

    return lambda: login(sandbox, prepare), submitted


async def test_a_person_fills_in_the_newest_kinds_of_fields(sandbox, opens):
    enter, submitted = opens
    async with enter():
        await sandbox.people.slash("ann", "open")
        told = await sandbox.people.submit(
            "ann",
            fields={"One of them": "o1", "some": ["o0", "v2"], "I agree": True, "proof": FILE, "Who": "ben"},
        )
    assert told.failed is None
    [data] = submitted
    one, some, agreed, proof, who = (each["component"] for each in data["components"])
    assert (one["type"], one["value"]) == (21, "v1")
    assert (some["type"], some["values"]) == (22, ["v0", "v2"])
    assert (agreed["type"], agreed["value"]) == (23, True)
    [file_id] = proof["values"]
    assert data["resolved"]["attachments"][file_id]["filename"] == "a.txt"
    assert data["resolved"]["users"][who["values"][0]]["username"] == "ben"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"some": ["o0"], "proof": FILE}, "One of them takes one choice"),
        ({"one": ["o0", "o1"], "some": ["o0"], "proof": FILE}, "One of them takes one choice"),
        ({"one": "o9", "some": ["o0"], "proof": FILE}, "'o9' is not among"),
        ({"one": "o1", "proof": FILE}, "Choose 1 to 3 values"),
        ({"one": "o1", "some": ["o0"]}, "Choose 1 to 1 values"),
        ({"one": "o1", "some": ["o0"], "proof": FILE, "agreed": "no"}, "must be true or false"),
    ],
)
async def test_the_client_lets_no_half_filled_form_through(sandbox, opens, fields, sentence):
    enter, submitted = opens
    async with enter():
        await sandbox.people.slash("ann", "open")
        told = await sandbox.people.submit("ann", fields=fields)
    assert sentence in told.failed
    assert submitted == []


async def test_what_nobody_touched_goes_as_it_stood(sandbox, opens):
    enter, submitted = opens
    async with enter():
        await sandbox.people.slash("ann", "open")
        await sandbox.people.submit("ann", fields={"one": "o1", "some": ["o0"], "proof": FILE})
    [data] = submitted
    _, _, agreed, _, who = (each["component"] for each in data["components"])
    assert agreed["value"] is False
    assert who["values"] == []
