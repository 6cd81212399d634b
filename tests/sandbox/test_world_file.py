"""The world in a file: commands, messages and their buttons, ids and files come back."""

import asyncio
import contextlib
import json
import shutil
import sqlite3
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import discord
import orjson
import pytest

from sandbox.message_rows import Attachment, Message
from sandbox.rows import User
from sandbox.seeds.seed import seeded_world
from sandbox.server import Sandbox
from sandbox.storage.pieces import Known, assembled, read_as
from sandbox.storage.storage import Storage, UnreadableWorld

PROJECT = Path(__file__).parents[2]


class Lasting(discord.ui.View):
    def __init__(self):
        super().__init__(timeout=None)

    @discord.ui.button(label="Still here", custom_id="lasting")
    async def lasting(self, interaction, _button):
        await interaction.response.send_message("yes", ephemeral=True)


def lasting(bot):
    bot.add_view(Lasting())

    @bot.tree.command()
    async def show(interaction: discord.Interaction):
        await interaction.response.send_message("Look", view=Lasting())


async def test_a_button_is_pressed_after_a_restart(opened, login, tmp_path):
    path = tmp_path / "world.json"
    async with opened(world_file=path) as first, login(first, lasting):
        told = await first.people.slash("max", "show")
        commands = list(first.world.commands)
    async with opened(world_file=path) as second, login(second, lasting):
        assert list(second.world.commands) == commands
        assert second.core.ids.next() > int(told.messages[0]["id"])
        answer = await second.people.click("ann", label="Still here")
    assert answer.messages[0]["content"] == "yes"


async def test_files_and_bans_and_overwrites_come_back(opened, tmp_path):
    path = tmp_path / "world.json"
    async with opened(world_file=path) as first:
        first.people.message("ann", attachments=[{"filename": "a.txt", "base64": "eA=="}])
        first.people.moderate("max", "timeout", "ben")
        first.people.moderate("max", "ban", "lou", reason="spam")
        before = first.world
    async with opened(world_file=path) as second:
        assert second.world == before
        assert list(second.core.files.contents.values()) == [b"x"]


async def test_a_change_is_written_soon_without_being_asked(opened, tmp_path, until):
    path = tmp_path / "world.json"
    async with opened(world_file=path) as sandbox:
        sandbox.people.message("ann", "hello")
        await until(lambda: b"hello" in path.read_bytes())
        await until(lambda: [each.name for each in tmp_path.iterdir()] == ["world.json"])


async def test_what_is_gone_stays_gone(opened, tmp_path, until):
    path = tmp_path / "world.json"
    async with opened(world_file=path) as first:
        one = first.people.message("ann", "mistyped")
        first._storage.flush()
        first.people.delete_message("ann", message_id=one.id)
        first.people.moderate("max", "kick", "lou")
    async with opened(world_file=path) as second:
        assert second.people.sees("ann", "general") == []
        assert second.world.guilds == first.world.guilds


def stored(path, copy):
    """What another sandbox would read now."""
    storage = Storage(shutil.copy(path, copy))
    world = storage.load()
    storage._database.close()
    storage._claimed.close()
    return world


async def test_every_change_of_a_message_is_stored_without_a_look_at_all_of_them(opened, tmp_path):
    path = tmp_path / "world"
    async with opened(world_file=path) as sandbox:
        people = sandbox.people
        one, other, third, fourth = (people.message("ann", f"number {each}").id for each in range(4))
        sandbox._storage.flush()
        people.edit("ann", message_id=one, content="another")
        people.react("ben", message_id=other, emoji="\N{THUMBS UP SIGN}")
        people.pin("max", message_id=third)
        people.thread("ann", "create", name="more", message_id=fourth)
        sandbox._storage.flush()
        assert stored(path, tmp_path / "first").messages == sandbox.world.messages
        people.unreact("ben", message_id=other, emoji="\N{THUMBS UP SIGN}")
        people.unpin("max", message_id=third)
        sandbox._storage.flush()
        assert stored(path, tmp_path / "second").messages == sandbox.world.messages


@pytest.mark.parametrize("changes", [1, 40])
def test_only_what_changed_is_written(changes):
    world, known = seeded_world(), Known()
    everything = list(known.written(world))
    assert len(everything) > 40
    for user in list(world.users.values())[:changes]:
        user.dms_closed = True
    next(iter(world.guilds.values())).description = "Grass"
    places = [place for place, _, _ in known.written(world)]
    assert sorted(set(places)) == ["guilds", "users"]
    assert len(places) == 1 + min(changes, len(world.users))
    assert list(known.written(world)) == []


def test_every_row_is_read_back_as_it_was():
    world, known = seeded_world(), Known()
    pieces = list(known.written(world))
    again = Known()
    assert assembled(iter(pieces), again) == world
    assert list(again.written(world)) == []


def test_a_value_is_read_by_its_annotation():
    now = datetime.now(UTC)
    one = Message(1, 2, 3, now, edited_at=now, attachments=[Attachment(4, "a.txt", 1, "/a.txt")], nonce="n")
    assert read_as(Message, orjson.loads(orjson.dumps(one))) == one
    assert read_as(User, {"id": 1, "username": "ann", "blocked_ids": [2]}).blocked_ids == (2,)


KILLED = """
import asyncio, sys
from pathlib import Path
from sandbox.server import Sandbox

async def write():
    sandbox = Sandbox(world_file=Path(sys.argv[1]))
    await sandbox.start()
    number = 0
    while True:
        number += 1
        sandbox.people.message("ann", f"{sys.argv[2]} {number}")
        print(number, flush=True)
        await asyncio.sleep(0)

asyncio.run(write())
"""


def is_written(text, path):
    """It is in the file and the journal, with which SQLite would take it back, is gone."""
    return text in path.read_bytes() and not path.with_name(path.name + "-journal").exists()


@pytest.mark.parametrize("more", [0, 1, 300])
async def test_kill_loses_at_most_the_last_moment_and_never_the_file(more, opened, tmp_path, until):
    """A writer is killed without a warning wherever it is: what it wrote is a beginning of what it said."""
    path = tmp_path / "world.json"
    kept = {}
    for run in ("first", "second", "third"):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", KILLED, path, run, cwd=PROJECT, stdout=asyncio.subprocess.PIPE
        )
        await child.stdout.readline()
        await until(partial(is_written, f'"{run} 1"'.encode(), path))
        for _ in range(more):
            await child.stdout.readline()
        child.kill()
        await child.communicate()
        async with opened(world_file=path) as sandbox:
            said = [one.content.split() for each in sandbox.world.messages.values() for one in each.values()]
        numbers = {name: [int(number) for by, number in said if by == name] for name in (*kept, run)}
        assert {name: numbers[name] for name in kept} == kept
        assert numbers[run] == list(range(1, len(numbers[run]) + 1)) != []
        kept = numbers


def version_1(world):
    def plain(value):
        return (
            value.isoformat()
            if isinstance(value, datetime)
            else {each: getattr(value, each) for each in value.__dataclass_fields__}
        )

    return json.dumps({"version": 1, "world": world}, default=plain)


async def test_a_world_of_version_1_is_read(opened, tmp_path):
    path = tmp_path / "world.json"
    world = seeded_world()
    path.write_text(version_1(world))
    async with opened(world_file=path) as sandbox:
        assert sandbox.world == world
        sandbox.people.message("ann", "still here")
    assert path.read_bytes().startswith(b"SQLite format 3")
    async with opened(world_file=path) as sandbox:
        assert [one["content"] for one in sandbox.people.sees("ann", "general")] == ["still here"]


def another_database(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE their_own (one)")


def of_tomorrow(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript("CREATE TABLE piece (place, key, body); PRAGMA user_version = 3")


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_text("{}"),
        lambda path: path.write_text("no world at all, but long enough to be taken for something"),
        another_database,
        of_tomorrow,
    ],
)
def test_what_is_no_world_is_refused_in_one_sentence_and_left_alone(make, tmp_path):
    path = tmp_path / "world.json"
    make(path)
    before = path.read_bytes()
    with pytest.raises(
        UnreadableWorld, match=r"^\S+ is not a sandbox's world: move it away to start anew\.$"
    ):
        Sandbox(world_file=path)
    assert path.read_bytes() == before
