"""Words of a shell that make no sense are refused with one sentence, and none is passed over in silence."""

import discord
import pytest

from sandbox.messages.components import find
from sandbox.shell import cli, errands

SEEDS = {
    "{": "It is not JSON",
    "[]": "It must be an object, not a list.",
    '{"people": []}': "The list 'people' must not be empty.",
    '{"guilds": []}': "The list 'guilds' must not be empty.",
    '{"people": 5}': "The field 'people' must be a list, not a whole number.",
    '{"people": [{"name": 5}]}': "The field 'people[0].name' must be a text, not a whole number.",
    '{"people": [{}]}': "The field 'people[0]' needs 'name'.",
    '{"people": [{"name": "eve", "id": "x"}]}': "The field 'people[0].id' must be an id, not 'x'.",
    '{"guilds": [{"name": "F", "owner": "olga", "roles": [{"name": "r", "permissions": ["FLY"]}]}]}': (
        "There is no permission 'FLY'."
    ),
    '{"folk": []}': "There is no field 'folk'; there is people, applications, guilds, more_guilds.",
    "[" * 100_000: "It is nested more than 64 levels deep.",
}


def ended(capsys, *words):
    """Exit code and standard error of `python -m sandbox`."""
    try:
        code = cli.main(list(map(str, words)))
    except SystemExit as end:
        code = end.code
    return code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--port", "99999"], "Argument --port: must be from 0 to 65535, not '99999'."),
        (["--port", "x"], "Argument --port: must be from 0 to 65535, not 'x'."),
        (["--members", "-1"], "Argument --members: must be from 0 to 100000, not '-1'."),
        (["--members", "1000000"], "Argument --members: must be from 0 to 100000, not '1000000'."),
        (["--wrold", "x"], "Unrecognized arguments: --wrold x."),
    ],
)
def test_senseless_flags_are_64(capsys, words, sentence):
    code, err = ended(capsys, *words)
    assert (code, err) == (64, f"{sentence} `python -m sandbox --help` tells what there is.\n")


@pytest.mark.parametrize("text", SEEDS, ids=range(len(SEEDS)))
def test_a_seed_that_describes_no_world_is_78(capsys, tmp_path, text):
    seed = tmp_path / "seed.json"
    seed.write_text(text)
    code, err = ended(capsys, "--seed", seed)
    assert code == 78
    assert err.startswith(f"The seed {seed} does not describe a world. {SEEDS[text]}")


def test_a_seed_that_is_not_there_is_78(capsys, tmp_path):
    seed = tmp_path / "seed.json"
    assert ended(capsys, "--seed", seed) == (
        78,
        f"The seed {seed} cannot be read: No such file or directory.\n",
    )


def test_a_world_that_cannot_be_written_is_78(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    world = tmp_path / "file" / "world.json"
    code, err = ended(capsys, "--world", world)
    assert (code, err.startswith(f"The world cannot be kept in {world} (")) == (78, True)
    assert ended(capsys, "--world", tmp_path)[1] == f"The world {tmp_path} cannot be read: Is a directory.\n"


def test_a_port_of_the_environment_that_is_none_is_78(capsys, monkeypatch):
    monkeypatch.setenv("REEVE_SANDBOX_PORT", "https")
    assert ended(capsys) == (78, "REEVE_SANDBOX_PORT must be a port from 0 to 65535, not 'https'.\n")


def bot_with_commands(bot):
    @bot.tree.command()
    async def show(
        interaction: discord.Interaction, proof: discord.Attachment | None, text: str | None = None
    ):
        view = discord.ui.View()
        for label in ("◀ Back", "Next ▶"):
            button = discord.ui.Button(label=label)
            button.callback = answering(label)
            view.add_item(button)
        await interaction.response.send_message(text or "shown", view=view)

    def answering(label):
        async def answer(interaction):
            await interaction.response.send_message(f"pressed {label}", ephemeral=True)

        return answer


@pytest.fixture
def person(sandbox):
    async def act(*words):
        return await errands.run([*map(str, words), "--url", sandbox.url])

    return act


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("ann leave Green Hill", "'Hill' is one word too many: say at most one guild"),
        ("ann leave Green --guild Hill", "Give 'Green' or --guild, not both."),
        ("ann dms all", "dms takes no words: 'all' is one too many."),
        ("ann see general staff", "'staff' is one word too many"),
        ("max click Next page", "'page' is one word too many"),
        ("max slash warn member=ann member=ben", "member is given twice."),
        ("max slash warn reason=so bad", "'bad' stands behind the options: quote a value that has spaces."),
        ("max slash member=ann", "Say which command."),
        ("max slash show =x", "'=x' is not name=value."),
        ("max slash show proof=@/nofile", "The file /nofile cannot be read: No such file or directory."),
        ("max slash show proof=@nofile.png", "The file nofile.png cannot be read: No such file"),
        ("max slash show proof=@/tmp", "The file /tmp cannot be read: Is a directory."),
        ("max message look @nofile.png", "The file nofile.png cannot be read: No such file"),
        ("max slash show text=\udcff", "'text=\\udcff' is not UTF-8."),
    ],
)
async def test_a_word_that_makes_no_sense_is_64(person, words, sentence):
    code, text = await person(*words.split())
    assert (code, text[: len(sentence) + 2]) == (64, f"✗ {sentence}")


async def test_a_word_behind_leave_and_join_is_the_guild(sandbox, person):
    green, hill = sandbox.world.guilds.values()
    ann = next(user.id for user in sandbox.world.users.values() if user.username == "ann")
    assert await person("ann", "leave", "Hill") == (0, "ann is no longer in Hill")
    assert (ann in green.members, ann in hill.members) == (True, False)
    assert await person("ann", "join", "Hill") == (0, "ann is in Hill")
    assert await person("ann", "leave", "Foo") == (1, "✗ There is no guild 'Foo'; there is Green, Hill.")


async def test_a_button_is_pressed_without_its_arrow(sandbox, login, person):
    async with login(sandbox, bot_with_commands):
        await person("max", "slash", "show")
        assert "pressed Next ▶" in (await person("max", "click", "Next"))[1]
        assert "pressed ◀ Back" in (await person("max", "click", "back"))[1]
        assert "there is no file 'nofile'" in (await person("max", "slash", "show", "proof=@nofile"))[1]
        assert "@ann" in (await person("max", "slash", "show", "text=@ann"))[1]


async def test_a_button_and_a_menu_of_a_direct_message_are_used_also_by_who_is_in_no_server(
    sandbox, login, person
):
    async def answer(interaction):
        await interaction.response.send_message(f"used {interaction.data.get('values', 'Appeal')}")

    async with login(sandbox, bot_with_commands) as bot:
        view = discord.ui.View(timeout=None)
        fruit = discord.ui.Select(
            placeholder="A fruit", options=[discord.SelectOption(label="Pear", value="p")]
        )
        for each in (discord.ui.Button(label="Appeal"), fruit):
            each.callback = answer
            view.add_item(each)
        ann = next(user.id for user in sandbox.world.users.values() if user.username == "ann")
        await (await bot.fetch_user(ann)).send("banned", view=view)
        for guild in ("Green", "Hill"):
            await person("ann", "leave", guild)
        code, text = await person("ann", "click", "Appeal")
        assert (code, "or a bot for direct messages" in text) == (1, True)
        code, text = await person("ann", "click", "Appeal", "--to", "Reeve")
        assert (code, "used Appeal" in text, text.endswith("in direct messages")) == (0, True, True)
        code, text = await person("ann", "select", "A fruit", "Pear", "--to", "Reeve")
        assert (code, "used ['p']" in text) == (0, True)


def test_the_exact_label_comes_before_one_with_an_arrow():
    listed = [{"type": 2, "label": label, "custom_id": label} for label in ("Next »", "Next", "»")]
    assert find(listed, label="next")["custom_id"] == "Next"
    assert find(listed, label="»")["custom_id"] == "»"
    assert find(listed, label="▶") is None


async def test_the_port_of_the_environment_is_where_a_person_acts(sandbox, monkeypatch):
    monkeypatch.setenv("REEVE_SANDBOX_PORT", sandbox.url.rsplit(":", 1)[1])
    assert await errands.run(["ann", "see"]) == (0, "(nothing)\nin Green #general")
    code, text = await errands.run(["ann", "see", "--url", "http://127.0.0.1:9"])
    assert (code, "http://127.0.0.1:9" in text) == (1, True)
    assert (await errands.run(["ann", "see", "--url", "nowhere"]))[0] == 64
