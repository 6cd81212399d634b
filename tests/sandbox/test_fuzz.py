"""Whatever bodies, queries and acts come, the sandbox answers each, logs no failure, and keeps a readable world."""

import asyncio
import json
import logging
import re

import aiohttp
import yarl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sandbox.permissions import ALL
from sandbox.server import ROUTES, Sandbox
from sandbox.wire_log import VARIABLE

EXAMPLES = 250
ODD = [
    None,
    True,
    0,
    -1,
    1.5,
    2**53,
    2**64,
    "",
    "x",
    "a" * 5000,
    "\u00b2",
    "<@1>",
    "1" * 25,
    "2026-01-01",
    "data:,",
    "attachment://x",
]
KEYS_WRITTEN = (
    "allow applied_tags attachments auto_archive_duration available_tags channel_id channel_types choices "
    "color components content custom_id data default_values description embeds emoji event_type fields flags "
    "id items label max_values media message_reference messages metadata name nonce options "
    "permission_overwrites permissions regex_patterns required roles style tags title trigger_metadata "
    "trigger_type type url value values "
)
KEYS = KEYS_WRITTEN.split()
VERBS_WRITTEN = (
    "slash context click select submit autocomplete message delete-message edit react unreact pin unpin thread "
    "join leave invite moderate roles command-permissions channel-permissions preferences voice voice-moderate "
    "presence typing automod channel role "
)
VERBS = VERBS_WRITTEN.split()
FIELDS_WRITTEN = (
    "action allow attachments blocked channel_id command content custom_id emoji fields guild_id label locale "
    "message_id name nick options person reason role_id seconds status target_id to type user_id values "
)
FIELDS = FIELDS_WRITTEN.split()
ACTIONS = ["create", "edit", "delete", "archive", "rename", "kick", "ban", "timeout", "mute", "move"]
PEOPLE = ["ann", "max", "olga"]
NAMES = ["general", "staff", "Green", "Reeve", "member"]

scalars = st.sampled_from(ODD) | st.integers(0, 25) | st.sampled_from([*NAMES, *PEOPLE, "@id"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)
bodies = st.dictionaries(st.sampled_from(KEYS), values, max_size=7) | values
acts = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(ACTIONS) if key == "action" else values for key in FIELDS}
)
asked = st.tuples(
    st.sampled_from([each for each in ROUTES if each != ("DELETE", "/users/@me/guilds/{guild_id}")]),
    bodies,
    st.dictionaries(
        st.sampled_from(["limit", "before", "after", "days", "user_id", "wait"]), scalars, max_size=2
    ),
)
done = st.tuples(st.sampled_from(VERBS), st.sampled_from(PEOPLE), acts)


class Fuzzed:
    def __init__(self, sandbox, http):
        self._sandbox, self._http = sandbox, http
        self._application = next(iter(sandbox.world.applications.values()))

    def _id(self, kind, number):
        world = self._sandbox.world
        found = {
            "guild_id": list(world.guilds),
            "channel_id": list(world.channels),
            "message_id": [one for each in world.messages.values() for one in each],
            "application_id": list(world.applications),
            "user_id": list(world.users)[:16],
            "role_id": list(next(iter(world.guilds.values())).roles),
        }.get(kind) or [1]
        return str(found[number % len(found)])

    def _with_ids(self, value, number):
        if isinstance(value, dict):
            return {key: self._with_ids(each, number + at) for at, (key, each) in enumerate(value.items())}
        if isinstance(value, list):
            return [self._with_ids(each, number + at) for at, each in enumerate(value)]
        kinds = ("channel_id", "message_id", "user_id", "role_id")
        return self._id(kinds[number % 4], number // 4) if value == "@id" else value

    async def ask(self, route, body, query, number):
        method, path = route
        path = re.sub(r"\{(\w+)[^}]*\}", lambda found: self._id(found[1], number), path)
        url = yarl.URL(self._sandbox.api_url + path).with_query(
            {key: str(value) for key, value in query.items()}
        )
        headers = {"Authorization": f"Bot {self._application.token}"}
        sent = None if method == "GET" else self._with_ids(body, number)
        async with self._http.request(method, url, json=sent, headers=headers) as response:
            await response.read()
            assert response.status < 500, (method, path, query, sent)

    async def act(self, verb, person, body, number):
        sent = self._with_ids(body, number)
        url = f"{self._sandbox.url}/sandbox/people/{person}/{verb}"
        async with self._http.post(url, data=json.dumps(sent)) as response:
            await response.read()
            assert response.status < 500, (verb, person, sent)

    async def listed(self):
        for path in ("exchanges?limit=5", "people/ann/channels/general/messages"):
            async with self._http.get(f"{self._sandbox.url}/sandbox/{path}") as response:
                assert response.status < 500
                await response.read()


async def opened(path):
    sandbox = Sandbox(rate_limits=False, world_file=path)
    await sandbox.start()
    reeve = next(role for role in next(iter(sandbox.world.guilds.values())).roles.values() if role.bot_id)
    reeve.permissions = int(ALL)
    return sandbox, aiohttp.ClientSession(headers={"User-Agent": "fuzz"})


def test_nothing_makes_it_fail(tmp_path, caplog, monkeypatch):
    """What clients of Discord do not send is not held against its description."""
    monkeypatch.delenv(VARIABLE, raising=False)
    caplog.set_level(logging.ERROR, "sandbox")
    loop = asyncio.new_event_loop()
    sandbox, http = loop.run_until_complete(opened(tmp_path / "world"))
    fuzzed = Fuzzed(sandbox, http)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.tuples(asked | done, st.integers(0, 200)), min_size=1, max_size=6))
    def fuzz(steps):
        for step, number in steps:
            by_bot = isinstance(step[0], tuple)
            loop.run_until_complete((fuzzed.ask if by_bot else fuzzed.act)(*step, number))
        loop.run_until_complete(fuzzed.listed())
        sandbox._storage.flush()
        assert [each.getMessage() for each in caplog.records] == []

    try:
        fuzz()
    finally:
        loop.run_until_complete(http.close())
        loop.run_until_complete(sandbox.close())
        loop.close()
    again = Sandbox(world_file=tmp_path / "world")
    assert again.world == sandbox.world
    again._storage.close()
