"""`python -m sandbox` from outside: it starts, says how to play, lets people act, keeps its world, stops at once."""

import asyncio
import json
import signal
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import pytest

from sandbox.shell import errands

PROJECT = Path(__file__).parents[2]
AT_ONCE_SECONDS = 20  # connections that are waited for would take a minute


async def run(*words, stdout=asyncio.subprocess.PIPE):
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", *map(str, words)),
        cwd=PROJECT,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
    )


async def said(*words):
    """Exit code, standard output, standard error."""
    child = await run(*words)
    out, err = await child.communicate()
    return child.returncode, out.decode(), err.decode()


@asynccontextmanager
async def running(*words):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    child = await run("--port", port, *words)
    lines = []
    async with asyncio.timeout(60):
        while "once a bot" not in "".join(lines) and (line := (await child.stdout.readline()).decode()):
            lines.append(line)
    try:
        yield child, f"http://127.0.0.1:{port}", "".join(lines)
    finally:
        if child.returncode is None:
            child.terminate()
        await child.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_is_and_stops_at_once(number):
    async with running() as (child, url, welcome):
        assert f"{url}/api/v10" in welcome
        assert ".sandbox.opens-nothing-on-discord" in welcome
        child.send_signal(number)
        async with asyncio.timeout(AT_ONCE_SECONDS):
            assert await child.wait() == 0


async def test_what_the_welcome_tells_to_type_works():
    async with running() as (_, url, welcome):
        typed = [line.strip() for line in welcome.splitlines() if line.startswith("  ") and " as " in line]
        assert (len(typed), all(line.endswith(f"--url {url}") for line in typed)) == (2, True)
        for line in typed:
            child = await asyncio.create_subprocess_shell(
                line, cwd=PROJECT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
            )
            out, err = await child.communicate()
            assert (child.returncode, b"hello everybody" in out, err) == (0, True, b"")


async def test_the_environment_names_the_port_and_the_flag_wins(sandbox, monkeypatch):
    taken = sandbox.url.rsplit(":", 1)[1]
    monkeypatch.setenv("REEVE_SANDBOX_PORT", taken)
    assert (await said())[0] == 69
    async with running() as (_, url, welcome):
        assert (url in welcome, f":{taken}" in welcome) == (True, False)


async def test_a_taken_port_is_one_sentence_and_69(sandbox):
    port = sandbox.url.rsplit(":", 1)[1]
    assert await said("--port", port) == (
        69,
        "",
        f"Port {port} is taken: give the sandbox another one with --port.\n",
    )


async def test_a_seed_that_cannot_be_read_is_78(tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text("{")
    code, _, err = await said("--seed", seed)
    assert code == 78
    assert str(seed) in err


async def test_a_seed_describes_another_world_and_members_are_added(tmp_path):
    seed = tmp_path / "seed.json"
    guild = {
        "name": "Fen",
        "owner": "eve",
        "members": {"bob": ["helper"]},
        "roles": [{"name": "helper", "permissions": ["KICK_MEMBERS"]}],
    }
    seed.write_text(
        json.dumps({"people": [{"name": "eve"}, {"name": "bob", "dms_closed": True}], "guilds": [guild]})
    )
    async with running("--seed", seed, "--members", 3) as (_, url, _):
        code, out, _ = await said("as", "bob", "message", "hello", "--url", url)
        assert (code, "hello" in out) == (0, True)
        assert (await said("as", "bob", "moderate", "kick", "person00001", "--url", url))[0] == 0


def small_bot(bot):
    class Sure(discord.ui.View):
        @discord.ui.button(label="Confirm", custom_id="sure")
        async def sure(self, interaction, _button):
            await interaction.response.edit_message(content="confirmed", view=None)

        @discord.ui.select(placeholder="Fruit", options=[discord.SelectOption(label="Pear", value="p")])
        async def fruit(self, interaction, select):
            await interaction.response.send_message(select.values[0], ephemeral=True)

    class Tell(discord.ui.Modal, title="Tell us"):
        what = discord.ui.TextInput(label="What", custom_id="what")

        async def on_submit(self, interaction):
            await interaction.response.send_message(f"told {self.what.value}", ephemeral=True)

    @bot.tree.command()
    async def warn(
        interaction: discord.Interaction,
        member: discord.Member,
        reason: str,
        proof: discord.Attachment | None,
    ):
        embed = discord.Embed(title="Case 1", description=reason).add_field(name="Member", value=member.name)
        embed.set_footer(text=f"proof {proof.size if proof else None}")
        await interaction.response.send_message("Warned.", embed=embed, view=Sure(), ephemeral=True)

    @bot.tree.command()
    async def tell(interaction: discord.Interaction):
        await interaction.response.send_modal(Tell())

    @warn.autocomplete("reason")
    async def reasons(_interaction, typed: str):
        return [discord.app_commands.Choice(name=f"{typed}!", value=typed)]

    @bot.tree.context_menu(name="History")
    async def history(interaction: discord.Interaction, member: discord.Member):
        await interaction.response.send_message(f"history of {member.name}", ephemeral=True)


async def test_a_person_acts_and_reads_from_a_shell(sandbox, login, tmp_path):
    proof = tmp_path / "proof.txt"
    proof.write_text("12345")
    async with login(sandbox, small_bot):

        async def person(name, *words):
            return await errands.run([name, *words, "--url", sandbox.url])

        words = ("max", "slash", "warn", "member=ann", "reason=spam", f"proof=@{proof}")
        code, out, err = await said("as", *words, "--url", sandbox.url)
        assert (code, err) == (0, "")
        for piece in (
            "Reeve (bot, only you can see this)",
            "Warned.",
            "│ Case 1",
            "│ spam",
            "│ Member  ann",
            "— proof 5",
        ):
            assert piece in out
        assert "[Confirm]" in out
        assert " id " not in out
        assert "[Confirm](sure)" in (await person("max", "see", "general", "--ids"))[1]
        assert "hello" in (await person("ann", "message", "hello"))[1]
        assert "hello" in (await person("ben", "see", "general"))[1]
        # The name is told as it is spelled only where it is a mention.
        assert "@Reeve status, @ann" in (await person("olga", "message", "@reeve status,", "@ANN"))[1]
        assert "Warned" not in (await person("ben", "see", "general"))[1]
        assert (await person("max", "select", "Fruit", "Pear"))[1].splitlines()[1] == "  p"
        assert "confirmed" in (await person("max", "click", "confirm"))[1]
        assert "history of ann" in (await person("max", "context", "History", "ann"))[1]
        assert (await person("max", "autocomplete", "warn", "member=ann", "reason=sp"))[1] == "sp!  = sp"
        assert "A form opens: Tell us" in (await person("ann", "slash", "tell"))[1]
        assert "told all" in (await person("ann", "submit", "what=all"))[1]
        assert (await person("ann", "dms"))[1] == "(nothing)"
        assert (await person("max", "moderate", "ban", "lou", "spam"))[0] == 0
        refused = await person("max", "slash", "warn", "member=ann")
        assert refused == (1, "✗ The option reason is required.")
        assert (await person("lou", "join"))[1].startswith("✗ Discord refuses that: lou is banned from")


async def test_without_a_sandbox_the_sentence_names_the_fix():
    code, _, err = await said("as", "max", "dms", "--url", "http://127.0.0.1:9")
    assert (code, err.startswith("✗ No sandbox answers at http://127.0.0.1:9: start one")) == (1, True)


async def test_the_world_survives_a_restart(tmp_path):
    world = tmp_path / "kept" / "world.json"
    async with running("--world", world) as (_, url, _):
        await said("as", "ann", "message", "remember me", "--url", url)
        await said("as", "max", "moderate", "ban", "lou", "--url", url)
    async with running("--world", world) as (child, url, _):
        assert "remember me" in (await said("as", "ben", "see", "general", "--url", url))[1]
        assert (await said("as", "lou", "join", "--url", url))[0] == 1
        child.kill()


async def test_a_world_that_is_none_is_78(tmp_path):
    world = tmp_path / "world.json"
    world.write_text('{"version": 1}')
    code, _, err = await said("--world", world)
    assert (code, "move it away" in err) == (78, True)
