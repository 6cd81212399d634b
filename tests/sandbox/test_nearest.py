"""Who asks for what there is not is told what there is, and what to do."""

import discord
import pytest

from sandbox.errors import Refused, UnknownName, invalid_form
from sandbox.forms import Form
from sandbox.rest.faults import Unfit
from sandbox.shell import errands, fault_errand

ROLES = "there is @everyone, member, manager, moderator, senior, Reeve, owner."


@pytest.fixture
def person(sandbox):
    async def act(*words):
        return await errands.run([*map(str, words), "--url", sandbox.url])

    return act


def with_menus(bot):
    @bot.tree.context_menu(name="Report")
    async def report(interaction: discord.Interaction, message: discord.Message):
        await interaction.response.send_message("reported", ephemeral=True)

    @bot.tree.context_menu(name="History")
    async def history(interaction: discord.Interaction, member: discord.Member):
        await interaction.response.send_message(f"history of {member.name}", ephemeral=True)

    @bot.tree.command()
    async def show(interaction: discord.Interaction):
        view = discord.ui.View()
        view.add_item(discord.ui.Button(label="Next ▶", custom_id="n"))
        view.add_item(discord.ui.Select(placeholder="Fruit", options=[discord.SelectOption(label="Pear")]))
        await interaction.response.send_message("here", view=view)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("bne message hi", "There is no person 'bne': did you mean ben?"),
        ("xyzzy message hi", "There is no person 'xyzzy'; there is olga, oskar, sam,"),
        ("ann see genral", "There is no channel 'genral'; there is general, staff, mod-log, reports."),
        ("ann message hi --guild Gren", "There is no guild 'Gren'; there is Green, Hill."),
        ("olga roles ann add=judge", f"There is no role in Green 'judge'; {ROLES}"),
        (
            "ann submit a=b",
            "ann has no form open: use the command or press the button that opens it first.",
        ),
        ("ann click Next", "ann sees no component 'Next' there: no message there has any."),
    ],
)
async def test_a_name_that_nothing_has(person, words, sentence):
    code, text = await person(*words.split())
    assert (code, text[: len(sentence) + 2]) == (1, f"✗ {sentence}")


async def test_components_and_menus_are_named(sandbox, login, person):
    async with login(sandbox, with_menus):
        await person("ann", "slash", "show")
        there = "✗ ann sees no component 'Previous' there; there is Next ▶, Fruit."
        assert await person("ann", "click", "Previous") == (1, there)
        message = "✗ Report is a menu of messages: give a message's id."
        assert await person("max", "context", "Report", "ann") == (1, message)
        people = "✗ History is a menu of people: give a person's name or id."
        newest = sandbox.people.sees("ann", "general")[-1]["id"]
        assert await person("max", "context", "History", newest) == (1, people)
        assert (await person("max", "context", "Report", newest))[0] == 0


async def test_many_people_are_looked_through_and_not_all_listed(sandbox):
    with pytest.raises(UnknownName, match=r"fay and more\.$"):
        sandbox.people.message("xyzzy", "hi")


async def test_a_route_that_is_not_there_and_its_neighbour(sandbox):
    words = await fault_errand.run(["PUT /guild/*/bans/*", "502", "--url", sandbox.url])
    assert words[1].startswith(
        "✗ No route of this sandbox is PUT /guild/*/bans/*: did you mean PUT /guilds/*/bans/*"
    )
    with pytest.raises(Unfit, match="did you mean"):
        sandbox.faults.add("POST /channels/*/message", 500)


def test_a_refused_form_says_what_is_wrong_with_which_field():
    form = Form({"content": "x" * 2001})
    form.text("content", most=2000)
    with pytest.raises(Refused) as refused:
        form.finish()
    sentence = "Invalid Form Body (50035): content: Must be 2000 or fewer in length."
    assert (str(refused.value), refused.value.sentence()) == (sentence, sentence)
    whole = invalid_form({"_errors": [{"code": "X", "message": "Only so."}]})
    assert str(whole) == "Invalid Form Body (50035): Only so."


async def test_the_control_interface_lists_itself(sandbox, http):
    async def told(method, path):
        async with http.request(method, sandbox.url + path) as response:
            return response.status, await response.json(), response.headers.get("Allow")

    status, index, _ = await told("GET", "/sandbox")
    routes = {each["route"]: each["does"] for each in index["routes"]}
    assert (status, routes["POST /sandbox/people/{user}/react"]) == (
        200,
        "React with an emoji itself, or one of the guild's own by its name or as `name:id`.",
    )
    assert [route for route, does in routes.items() if not does] == []
    assert {"GET /sandbox/faults", "GET /sandbox/world", "GET /sandbox/clock/stream"} <= set(routes)
    path = "/sandbox/people/ann/message"
    assert await told("GET", path) == (405, {"error": f"{path} takes POST."}, "POST")
    assert await told("PUT", "/sandbox/faults") == (
        405,
        {"error": "/sandbox/faults takes DELETE, GET, POST."},
        "DELETE, GET, POST",
    )
    status, body, _ = await told("POST", "/sandbox/people/ann/mesage")
    assert (status, body["error"].split(":", 1)[1].split(" or ")[0]) == (
        404,
        " did you mean POST /sandbox/people/{user}/message",
    )
