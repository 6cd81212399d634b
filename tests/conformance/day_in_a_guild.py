"""A scripted day: every route of the sandbox is asked at least once, by a client that is no library's."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import yarl

from sandbox.permissions import Permission
from sandbox.rows import Emoji
from sandbox.server import Sandbox

Step = tuple[
    Any, ...
]  # method, path, body, what to keep the answer's id as; names in braces are ids kept before


class Day:
    def __init__(
        self, sandbox: Sandbox, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self.sandbox, self.people, self._http, self._socket = sandbox, sandbox.people, http, socket
        self.application = next(iter(sandbox.world.applications.values()))
        self.guild = next(each for each in sandbox.world.guilds.values() if each.name == "Green")
        world, guild = sandbox.world, self.guild
        self.ids: dict[str, object] = {each.username: each.id for each in world.users.values()}
        self.ids |= {f"role {each.name}": each.id for each in guild.roles.values()}
        self.ids |= {f"#{each.name}": each.id for each in world.guild_channels(guild)}
        self.ids |= {"guild": guild.id, "app": self.application.id, "👍": "%F0%9F%91%8D"}
        self.frames: list[dict[str, Any]] = []  # of the gateway, as they came

    async def ask(self, method: str, path: str, body: Any = None, keep: str = "", *, refused: int = 0) -> Any:
        url = self.sandbox.api_url + self._filled(path)
        headers = {"Authorization": f"Bot {self.application.token}", "User-Agent": "DiscordBot (day, 1)"}
        async with self._http.request(
            method, yarl.URL(url, encoded=True), json=self._filled(body), headers=headers
        ) as response:
            text = await response.text()
        as_expected = response.status == refused if refused else response.status < 300
        assert as_expected, f"{method} {path}: {response.status} {text}"
        answer = json.loads(text) if text else None
        if keep:
            self.ids[keep] = (
                answer[0]["id"] if isinstance(answer, list) else answer.get("id") or answer["code"]
            )
            if isinstance(answer, dict) and "token" in answer:
                self.ids[f"{keep}'s token"] = answer["token"]
        return answer

    async def run(self, steps: list[Step]) -> None:
        for method, path, *more in steps:
            await self.ask(method, path, *more)

    def _filled(self, given: Any) -> Any:
        if isinstance(given, str):
            for name, value in self.ids.items():
                given = given.replace("{" + name + "}", str(value))
            assert "{" not in given, given
            return given
        if isinstance(given, dict):
            return {key: self._filled(value) for key, value in given.items()}
        return [self._filled(each) for each in given] if isinstance(given, list) else given

    async def hears(self, name: str) -> dict[str, Any]:
        """The next event of that name; what comes before it is kept."""
        async with asyncio.timeout(30):
            while True:
                frame = json.loads(await self._socket.receive_str())
                self.frames.append(frame)
                if frame["t"] == name:
                    return frame["d"]  # type: ignore[no-any-return]  # JSON

    async def answers(self, act: Any, callback: dict[str, Any], query: str = "?with_response=true") -> Any:
        """A person does something that the bot has to answer: the interaction and what the person saw."""
        doing = asyncio.ensure_future(act)
        asked = await self.hears("INTERACTION_CREATE")
        self.ids["interaction"], self.ids["token"] = asked["id"], asked["token"]
        await self.ask("POST", "/interactions/{interaction}/{token}/callback" + query, callback)
        return await doing

    async def send(self, op: int, payload: Any) -> None:
        await self._socket.send_json({"op": op, "d": payload})

    @property
    def exercised(self) -> set[tuple[str, str]]:
        calls = self.sandbox.recorder.since()
        return {
            (each.method, each.route or "")
            for each in calls
            if each.kind == "rest" and (each.status or 500) < 300
        }


@asynccontextmanager
async def opened_day(**settings: Any) -> AsyncIterator[Day]:
    sandbox = Sandbox(rate_limits=False, **settings)
    await sandbox.start()
    for guild in sandbox.world.guilds.values():
        next(each for each in guild.roles.values() if each.bot_id).permissions |= Permission.ADMINISTRATOR
    guild = next(iter(sandbox.world.guilds.values()))
    guild.features.append("COMMUNITY")  # for stages
    emoji = Emoji(id=sandbox.core.ids.next(), name="wave")
    guild.emojis[emoji.id] = emoji
    address = sandbox.gateway_url + "?v=10&encoding=json"
    try:
        async with aiohttp.ClientSession() as http, http.ws_connect(address) as socket:
            day = Day(sandbox, http, socket)
            day.frames.append(json.loads(await socket.receive_str()))
            properties = {"os": "linux", "browser": "day", "device": "day"}
            intents = sum(1 << bit for bit in [*range(17), 20, 21, 24, 25])
            await day.send(2, {"token": day.application.token, "intents": intents, "properties": properties})
            await day.hears("READY")
            yield day
    finally:
        await sandbox.close()
