"""Of one event each bot hears its own version: which reactions are its own, and ephemeral answers of its own only."""

import asyncio

import pytest
from asking import heard_in
from gateway_client import in_session, until_event

from sandbox.events import Intent

MESSAGES = int(Intent.GUILDS | Intent.GUILD_MESSAGES | Intent.MESSAGE_CONTENT)
WITHOUT_CONTENT = int(Intent.GUILDS | Intent.GUILD_MESSAGES)
DIRECT = int(Intent.GUILDS | Intent.DIRECT_MESSAGES)
SEED = (
    '{"applications": [{"name": "Reeve", "token": "the.first"}, {"name": "Helper", "token": "the.second"}]}'
)


@pytest.fixture
async def sandbox(opened, tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text(SEED)
    async with opened(seed=seed) as sandbox:
        yield sandbox


@pytest.fixture
def ask(sandbox, http):
    async def call(method, path, body=None, *, token="the.first"):
        headers = {"Authorization": f"Bot {token}"} if token else {}
        async with http.request(method, sandbox.api_url + path, json=body, headers=headers) as answer:
            return await answer.json() if answer.status == 200 else answer.status

    return call


async def test_an_updated_message_tells_each_bot_its_own_reactions(sandbox, http, ask):
    said = sandbox.people.message("ann", "nice")
    sandbox.people.react("ben", message_id=said.id, emoji="👎")
    path = f"/channels/{said.channel_id}/messages/{said.id}"
    await ask("PUT", f"{path}/reactions/%F0%9F%91%8D/@me")
    one, other = {"token": "the.first", "intents": MESSAGES}, {"token": "the.second", "intents": MESSAGES}
    async with (
        in_session(sandbox, http, **one) as (first, _),
        in_session(sandbox, http, **other) as (second, _),
    ):
        sandbox.people.edit("ann", message_id=said.id, content='better: "reactions":')
        assert await _marks(first, "MESSAGE_UPDATE") == [False, True]
        assert await _marks(second, "MESSAGE_UPDATE") == [False, False]


@pytest.mark.parametrize("intents", [MESSAGES, WITHOUT_CONTENT])
async def test_what_a_new_message_answers_shows_the_readers_reactions(sandbox, http, ask, intents):
    said = sandbox.people.message("ann", "nice")
    await ask("PUT", f"/channels/{said.channel_id}/messages/{said.id}/reactions/%F0%9F%91%8D/@me")
    sandbox.people.react("cem", message_id=said.id, emoji="👍")
    async with in_session(sandbox, http, token="the.first", intents=intents) as (socket, _):
        sandbox.people.message("ben", "indeed", reply_to=said.id)
        heard = (await until_event(socket, "MESSAGE_CREATE"))["d"]
    replied = heard["referenced_message"]
    assert [each["me"] for each in replied["reactions"]] == [True]
    assert (heard["content"], replied["content"]) == (("indeed", "nice") if intents == MESSAGES else ("", ""))
    for name, is_own in (("cem", True), ("ann", False)):
        [_, read] = sandbox.people.sees(name, "general")
        assert [each["me"] for each in read["referenced_message"]["reactions"]] == [is_own]


async def _marks(socket, name):
    return [each["me"] for each in (await until_event(socket, name))["d"]["reactions"]]


async def _answered(sandbox, socket, ask, flags):
    """The id of the answer to a command of the first bot, and the interaction."""
    [application, _] = sandbox.world.applications.values()
    await ask("POST", f"/applications/{application.id}/commands", {"name": "go", "description": "Goes"})
    running = asyncio.ensure_future(sandbox.people.slash("max", "go", wait_seconds=5))
    told = (await until_event(socket, "INTERACTION_CREATE"))["d"]
    body = {"type": 4, "data": {"content": "psst", "flags": flags}}
    path = f"/interactions/{told['id']}/{told['token']}/callback"
    assert await ask("POST", path, body, token=None) == 204
    await running
    return told


async def test_a_bot_hears_of_its_own_ephemeral_answer_as_of_a_direct_message(sandbox, http, ask):
    one, other = {"token": "the.first", "intents": DIRECT}, {"token": "the.second", "intents": DIRECT}
    async with in_session(sandbox, http, **one) as (first, _), in_session(sandbox, http, **other):
        told = await _answered(sandbox, first, ask, 64)
        heard = (await until_event(first, "MESSAGE_CREATE"))["d"]
        path = f"/webhooks/{told['application_id']}/{told['token']}/messages/@original"
        await ask("PATCH", path, {"content": "hush"}, token=None)
        changed = (await until_event(first, "MESSAGE_UPDATE"))["d"]
        await ask("DELETE", path, token=None)
        gone = (await until_event(first, "MESSAGE_DELETE"))["d"]
    assert (heard["content"], heard["flags"], changed["content"]) == ("psst", 64, "hush")
    assert heard["channel_id"] == changed["channel_id"] == told["channel_id"]
    assert not {"guild_id", "member"} & {*heard, *changed, *gone}
    assert gone["id"] == heard["id"]
    assert len(heard_in(sandbox, "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE")) == 3


async def test_without_the_intent_for_direct_messages_an_ephemeral_answer_is_not_heard(sandbox, http, ask):
    async with in_session(sandbox, http, token="the.first", intents=MESSAGES) as (socket, _):
        await _answered(sandbox, socket, ask, 64)
        sandbox.people.message("ann", "hello")
        assert (await until_event(socket, "MESSAGE_CREATE"))["d"]["content"] == "hello"
    assert len(heard_in(sandbox, "MESSAGE_CREATE")) == 1
