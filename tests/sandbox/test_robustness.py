"""Nothing that anybody sends makes the sandbox fail, forget what it acknowledged, or say what is not so."""

import asyncio
from datetime import UTC, datetime, timedelta

import discord
import pytest

from sandbox.automod.automod_regex import BadPattern, Effort, Pattern
from sandbox.clock import LAST_MOMENT, ManualClock, Snowflakes
from sandbox.forms import Form
from sandbox.interactions.command_specs import read_spec
from sandbox.messages import component_kinds
from sandbox.messages.message_payloads import message
from sandbox.server import Sandbox
from sandbox.storage.storage import UnreadableWorld

HUGE = 2**70
pytestmark = pytest.mark.usefixtures("no_failure_is_logged")


@pytest.mark.parametrize(
    "body",
    [{"content": "x", "nonce": 2**64}, {"content": "x", "flags": HUGE}, {"embeds": [{"color": -HUGE}]}],
)
async def test_a_number_that_cannot_be_written_again_is_refused(api, bot, ask, body):
    status, told = await api("POST", f"/channels/{bot.channel().id}/messages", body)
    assert (status, told["code"]) == (400, 50109)
    assert (await ask("GET", "/exchanges"))[0] == 200


async def test_a_number_as_a_text_is_no_larger_than_any_other(api, bot, ask):
    body = {"content": "x", "flags": "9" * 30}
    assert (await api("POST", f"/channels/{bot.channel().id}/messages", body))[1]["code"] == 50035
    status, told = await ask("POST", "/faults", {"route": "GET /users/@me", "status": 500, "code": HUGE})
    assert (status, told["error"]) == (400, "The field 'code' is too large a number.")


async def test_whom_nobody_could_be_is_not_mentioned(opened, tmp_path):
    async with opened(world_file=tmp_path / "world") as sandbox:
        sandbox.people.message("ann", f"<@{'9' * 25}> <@&{'9' * 25}>")
        sandbox._storage.flush()
    async with opened(world_file=tmp_path / "world") as sandbox:
        assert len(sandbox.people.sees("ann", "general")) == 1


async def test_a_late_answer_to_an_interaction_was_given_in_time(timed, clock, login, until):
    """What the fault delays is what the bot reads of it."""

    def prepare(bot):
        @bot.tree.command()
        async def quick(interaction: discord.Interaction):
            await interaction.response.send_message("done")

    async with login(timed, prepare):
        timed.faults.add("POST /interactions/*/*/callback", after_seconds=4)
        asked = asyncio.create_task(timed.people.slash("ann", "quick"))
        await until(lambda: timed.people.sees("ann", "general"))
        answer = await asyncio.wait_for(asked, 30)
        clock.advance(5)
    assert (answer.failed, [each["content"] for each in answer.messages]) == (None, ["done"])


async def test_a_second_sandbox_is_kept_from_the_world_of_the_first(opened, tmp_path):
    path = tmp_path / "world"
    async with opened(world_file=path):
        with pytest.raises(UnreadableWorld, match="is open in another sandbox"):
            Sandbox(world_file=path)
    async with opened(world_file=path):
        pass


async def test_a_moved_clock_is_written_before_it_is_told(opened, tmp_path, http):
    """Without a close, as after kill -9."""
    async with opened(world_file=tmp_path / "world") as sandbox:
        await http.post(f"{sandbox.url}/sandbox/clock", json={"seconds": 3600})
        (tmp_path / "copy").write_bytes((tmp_path / "world").read_bytes())
    async with opened(world_file=tmp_path / "copy") as after:
        assert after.world.ahead_seconds == 3600


def test_ids_stay_above_the_last_when_the_clock_was_set_back():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(64):
        first, second = Snowflakes(ManualClock(now)), Snowflakes(ManualClock(now - timedelta(days=1)))
        last = first.next()
        second.never_before(last)
        assert second.next() > last


async def test_the_clock_keeps_room_for_ids(ask, sandbox):
    left = (LAST_MOMENT - sandbox.clock.now()).total_seconds()
    assert (await ask("POST", "/clock", {"seconds": left - 86_400}))[0] == 400


async def test_what_is_no_thread_is_not_deleted_as_one(ask, bot, sandbox):
    status, told = await ask("POST", "/people/olga/thread", {"action": "delete", "channel_id": "general"})
    assert (status, "50024" in told["error"]) == (403, True)
    assert "THREAD_DELETE" not in [each.route for each in sandbox.recorder.since()]


async def test_a_long_chain_of_replies_is_told_one_step_deep(sandbox):
    one = sandbox.people.message("ann", "first")
    for number in range(600):
        one = sandbox.people.message("ann", f"number {number}", reply_to=one.id)
    told = message(sandbox.core, one)
    assert told["referenced_message"]["content"] == "number 598"
    assert "referenced_message" not in told["referenced_message"]


async def test_a_form_of_who_has_left_is_refused(sandbox, login, until):
    class Ask(discord.ui.Modal, title="Ask"):
        what = discord.ui.TextInput(label="What", required=False)

    def prepare(bot):
        @bot.tree.command()
        async def form(interaction: discord.Interaction):
            await interaction.response.send_modal(Ask())

    async with login(sandbox, prepare):
        assert (await sandbox.people.slash("ann", "form")).modal
        sandbox.people.moderate("max", "kick", "ann")
        with pytest.raises(Exception, match="Missing Access"):
            await sandbox.people.submit("ann", fields={"What": "x"})


@pytest.mark.parametrize("written", ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01T02:00:00+02:00"])
def test_a_moment_without_an_offset_is_utc(written):
    assert Form({"at": written}).moment("at") == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "x", 5])
def test_a_moment_that_there_is_not_is_refused(written):
    form = Form({"at": written})
    assert (form.moment("at"), bool(form.problems)) == (None, True)


@pytest.mark.parametrize("data", ["x", [1], 5, {"flags": "x"}, {"flags": 1.5}, {"flags": [1]}])
async def test_an_answer_that_is_no_object_is_refused(sandbox, login, api, data):
    def prepare(bot):
        @bot.tree.command()
        async def quick(interaction: discord.Interaction):
            place = f"/interactions/{interaction.id}/{interaction.token}/callback"
            bot.told = await api("POST", place, {"type": 5, "data": data})
            await interaction.response.defer()
            bot.later = await api("POST", f"/webhooks/{interaction.application_id}/{interaction.token}", data)
            for name in ("%C2%B2", "1" * 4400):
                place = f"/webhooks/{interaction.application_id}/{interaction.token}/messages/{name}"
                assert (await api("GET", place))[1]["code"] == 10008
            await interaction.edit_original_response(content="done")

    async with login(sandbox, prepare) as bot:
        answer = await sandbox.people.slash("ann", "quick")
    assert [each["content"] for each in answer.messages] == ["done"]
    assert (bot.told[0], bot.told[1]["code"], bot.later[0]) == (400, 50035, 400)


@pytest.mark.parametrize("flags", [0, 1 << 15])
@pytest.mark.parametrize(
    "component",
    [
        {"type": 99, "components": ["y"]},
        {"type": 99, "items": 5},
        {"type": 99, "media": {}},
        {"items": [{"media": ["x"]}]},
        {"type": 10, "content": "x", "components": ["y"], "items": 5, "file": 5, "emoji": 5},
    ],
)
async def test_a_component_holds_what_its_kind_has_and_nothing_else(api, bot, component, flags):
    path = f"/channels/{bot.channel().id}/messages"
    status, told = await api(
        "POST", path, {"content": "" if flags else "x", "flags": flags, "components": [component]}
    )
    if status == 200:
        assert not {"items", "media", "file"} & told["components"][0].keys()
    else:
        assert (status, told["code"]) == (400, 50035)


def test_a_number_for_a_text_is_that_text_from_then_on():
    form = Form({"type": 2, "style": 1, "label": 5, "custom_id": 6, "items": 5, "media": {}})
    component = component_kinds.read(form, (2,), in_modal=False)
    assert component == {"type": 2, "style": 1, "label": "5", "custom_id": "6", "id": None}


def test_a_text_for_a_number_is_that_number_from_then_on():
    option = {
        "type": 4,
        "name": "y",
        "description": "y",
        "min_value": "3",
        "choices": [{"name": "z", "value": "4"}],
    }
    (kept,) = read_spec(Form({"name": "x", "description": "x", "options": [option]}))["options"]
    assert (kept["min_value"], kept["choices"][0]["value"]) == (3, 4)


@pytest.mark.parametrize(
    ("option", "kept"),
    [
        ({"type": 1, "choices": ["x"]}, {"options"}),
        ({"type": 3, "options": 4}, set()),
    ],
)
async def test_an_option_holds_what_its_kind_has_and_nothing_else(api, bot, option, kept):
    body = {"name": "x", "description": "x", "options": [{"name": "y", "description": "y", **option}]}
    status, told = await api("POST", f"/applications/{bot.application_id}/commands", body)
    assert (status, told["options"][0].keys() - {"name", "description", "type"}) == (201, kept)


async def test_addresses_that_are_no_list_are_refused(api):
    status, told = await api("POST", "/attachments/refresh-urls", {"attachment_urls": 5})
    assert (status, told["code"]) == (400, 50035)


def test_a_pattern_of_groups_in_groups_is_refused():
    with pytest.raises(BadPattern, match="nested too deeply"):
        Pattern("(" * 260)


def test_all_patterns_together_take_so_much_of_a_text_and_no_more():
    effort, text = Effort(), "a" * 2000
    seen = []
    spend = effort.allows
    effort.allows = lambda steps: seen.append(steps) or spend(steps)
    assert Pattern(".{0,900}zz").search(text, 0, effort) is None
    assert len(seen) < 2000
    assert Pattern("a").search(text, 0, effort) is None
    assert Pattern("a").search(text, 0, Effort()) is not None


async def test_files_go_with_their_message_and_their_channel(opened, tmp_path, http):
    attachments = [{"filename": "a.txt", "base64": "eA=="}]
    async with opened(world_file=tmp_path / "world") as sandbox:
        people = sandbox.people
        one, other = (people.message("ann", attachments=attachments) for _ in range(2))
        link = people.sees("ann", "general")[0]["attachments"][0]["url"]
        sandbox._storage.flush()
        assert len(list(tmp_path.rglob("*.txt"))) == 2
        async with http.get(link) as response:
            assert response.status == 200
        people.delete_message("ann", message_id=one.id)
        sandbox._storage.flush()
        assert (len(sandbox.core.files.contents), len(list(tmp_path.rglob("*.txt")))) == (1, 1)
        people.manage_channel("olga", "delete", channel_id=other.channel_id)
        sandbox._storage.flush()
        assert (sandbox.core.files.contents, list(tmp_path.rglob("*.txt"))) == ({}, [])
        async with http.get(link) as response:
            assert response.status == 404


async def test_a_file_that_cannot_be_written_holds_up_nothing_else(opened, tmp_path, caplog):
    path = tmp_path / "world"
    async with opened(world_file=path) as sandbox:
        (tmp_path / "world.files").write_text("in the way")
        sandbox.people.message("ann", "still kept", attachments=[{"filename": "a.txt", "base64": "eA=="}])
        sandbox._storage.flush()
        sandbox._storage.flush()
        assert b"still kept" in path.read_bytes()
        assert [each.getMessage() for each in caplog.records] == [
            f"The world cannot be written to {path}; it is tried again"
        ]
        assert sandbox._storage._saving is not None
        (tmp_path / "world.files").unlink()
        sandbox._storage.flush()
        assert [each.read_bytes() for each in tmp_path.rglob("*.txt")] == [b"x"]
    caplog.clear()


@pytest.mark.parametrize(
    "name", ["%0A", "%20", "@here", "everyone", "a%E2%80%AEb", "me%2Fyou", "%C4%B0" * 32, "a"]
)
async def test_nobody_is_called_what_discord_lets_nobody_be_called(sandbox, http, name):
    before = len(sandbox.world.users)
    async with http.post(f"{sandbox.url}/sandbox/people/{name}/join", data=b"{}") as response:
        assert response.status in (400, 404)
    assert len(sandbox.world.users) == before


async def test_a_language_that_discord_has_not_is_refused(ask):
    status, told = await ask("POST", "/people/ann/preferences", {"locale": "xx-not-a-locale\n"})
    assert (status, told["error"].startswith("There is no locale")) == (400, True)
    assert (await ask("POST", "/people/ann/preferences", {"locale": "de"}))[1]["locale"] == "de"
