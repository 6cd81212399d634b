"""The words in which end-to-end tests speak: people, servers, and the bot as a process."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.01, 0.1


class Answer:
    """What a person sees after an act."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        self.messages: list[dict[str, Any]] = body.get("messages") or []
        self.failed: str | None = body.get("failed")
        self.ephemeral: bool = body.get("ephemeral", False)

    @property
    def text(self) -> str:
        """All that can be read, the reason of a failure included."""
        return "\n".join([self.failed or "", *map(readable, self.messages)])

    def button(self, label: str) -> dict[str, Any]:
        return next(b for message in self.messages for b in buttons(message) if label in b.get("label", ""))

    async def file(self, number: int = 0) -> bytes:
        """What is behind the link of an attachment, counted over all messages."""
        attached = [each for message in self.messages for each in message["attachments"]][number]
        async with aiohttp.ClientSession() as http, http.get(attached["url"]) as response:
            return await response.read()

    def __repr__(self) -> str:
        return f"<Answer {self.text!r}>"


def readable(message: dict[str, Any]) -> str:
    parts = [message.get("content", "")]
    for embed in message.get("embeds", []):
        parts += [
            embed.get("title", ""),
            embed.get("description", ""),
            (embed.get("footer") or {}).get("text", ""),
        ]
        parts += [f"{field['name']}: {field['value']}" for field in embed.get("fields", [])]
    return "\n".join(part for part in parts if part)


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [child for row in message.get("components", []) for child in row.get("components", [])]


class Play:
    """The sandbox's control interface."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> "Play":
        self._http = aiohttp.ClientSession(self._url, timeout=aiohttp.ClientTimeout(total=60))
        self.world = await self.get("/sandbox/world")
        self.people = {person["name"]: str(person["id"]) for person in self.world["people"]}
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def get(self, path: str) -> Any:
        async with self._http.get(path) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._http.post(path, json=body) as response:
            assert response.status < 300, await response.text()
            return await response.json()

    async def delete(self, path: str) -> None:
        async with self._http.delete(path) as response:
            assert response.status < 300, await response.text()

    async def guild_facts(self, guild_id: str) -> dict[str, Any]:
        """The server as the world has it now."""
        guilds = (await self.get("/sandbox/world"))["guilds"]
        facts: dict[str, Any] = next(each for each in guilds if str(each["id"]) == guild_id)
        return facts

    async def new_guild(self, name: str, members: int = 12) -> "Guild":
        return Guild(self, await self.post("/sandbox/guilds", {"name": name, "members": members}))

    async def guild(self, name: str) -> "Guild":
        world = await self.get("/sandbox/world")
        return Guild(self, next(guild for guild in world["guilds"] if guild["name"] == name))


class Guild:
    """One server, and its people doing things in it."""

    def __init__(self, play: Play, facts: dict[str, Any]) -> None:
        self._play = play
        self.guild_id = str(facts["id"])
        self.channels = {channel["name"]: str(channel["id"]) for channel in facts["channels"]}
        self.roles = {role["name"]: str(role["id"]) for role in facts["roles"]}

    def person(self, name: str) -> str:
        return self._play.people[name]

    async def slash(self, who: str, command: str, channel: str = "general", **options: Any) -> Answer:
        return Answer(
            await self._play.post(
                f"/sandbox/people/{who}/slash",
                self._where(channel, command=command, options=self._ids(options)),
            )
        )

    async def autocomplete(
        self, who: str, command: str, focused: str, channel: str = "general", **options: Any
    ) -> list[dict[str, Any]]:
        body = self._where(channel, command=command, options=self._ids(options), focused=focused)
        choices: list[dict[str, Any]] = (await self._play.post(f"/sandbox/people/{who}/autocomplete", body))[
            "choices"
        ]
        return choices

    async def context(self, who: str, command: str, target_id: str) -> Answer:
        body = self._where("general", command=command, target_id=target_id)
        return Answer(await self._play.post(f"/sandbox/people/{who}/context", body))

    async def click(self, who: str, answer: Answer, label: str, channel: str = "general") -> Answer:
        button = answer.button(label)
        message = next(m for m in answer.messages if button in buttons(m))
        return await self.click_id(who, message["id"], button["custom_id"], channel)

    async def click_id(self, who: str, message_id: str, custom_id: str, channel: str = "general") -> Answer:
        body = {"channel_id": self.channels[channel], "message_id": message_id, "custom_id": custom_id}
        return Answer(await self._play.post(f"/sandbox/people/{who}/click", body))

    async def submit(self, who: str, opened: Answer, **fields: str) -> Answer:
        """Fill in the form that an answer opened."""
        body = {"interaction_id": opened.body["interaction_id"], "fields": fields}
        return Answer(await self._play.post(f"/sandbox/people/{who}/submit", body))

    @asynccontextmanager
    async def unedited(self, channel: str) -> AsyncIterator[None]:
        """Meanwhile the bot's edits in that channel wait: its posts keep the buttons that people still press."""
        route = f"PATCH /channels/{self.channels[channel]}/messages/*"
        late = {"status": 429, "retry_after": 0, "after_seconds": 1_000, "times": 1_000}
        await self._play.post("/sandbox/faults", {"route": route, **late})
        try:
            yield
        finally:
            await self._play.delete("/sandbox/faults")

    async def say(self, who: str, content: str, channel: str = "general") -> Any:
        return await self._play.post(f"/sandbox/people/{who}/message", self._where(channel, content=content))

    async def messages(self, who: str, channel: str) -> list[dict[str, Any]]:
        seen = await self._play.get(f"/sandbox/people/{who}/channels/{self.channels[channel]}/messages")
        messages: list[dict[str, Any]] = seen["messages"] if isinstance(seen, dict) else seen
        return messages

    async def direct_messages(self, who: str, *, besides: Collection[str] = ()) -> list[dict[str, Any]]:
        """The newest, of other servers and tests, too, but none with these ids."""
        seen = await self._play.get(f"/sandbox/people/{who}/dms")
        messages: list[dict[str, Any]] = seen["messages"] if isinstance(seen, dict) else seen
        return [each for each in messages if each["id"] not in besides]

    async def told_before(self, who: str) -> set[str]:
        """The ids of the direct messages until now: people are the same in all tests."""
        return {each["id"] for each in await self.direct_messages(who)}

    async def log_posts(self) -> list[str]:
        return [readable(message) for message in await self.messages("max", "mod-log")]

    async def post(self, who: str, act: str, **body: Any) -> Any:
        return await self._play.post(f"/sandbox/people/{who}/{act}", {"guild_id": self.guild_id, **body})

    def _where(self, channel: str, **body: Any) -> dict[str, Any]:
        return {"guild_id": self.guild_id, "channel_id": self.channels[channel], **body}

    def _ids(self, options: dict[str, Any]) -> dict[str, Any]:
        """Names of people, roles (@) and channels (#) become ids; anything else stays as it is."""
        return {name: self._id(value) for name, value in options.items()}

    def _id(self, value: Any) -> Any:
        if isinstance(value, str) and value in self._play.people:
            return self.person(value)
        if isinstance(value, str) and value[1:] in self.roles and value.startswith("@"):
            return self.roles[value[1:]]
        if isinstance(value, str) and value.startswith("#"):
            return self.channels[value[1:]]
        return value


class Bot:
    """`python -m bot run` as a process of its own."""

    def __init__(self, api_url: str, dsn: str | None, folder: Path, **settings: str) -> None:
        self._folder = folder
        self._settings = {
            "REEVE_DISCORD_API_URL": api_url,
            "REEVE_DATA_DIR": str(folder / "data"),
            **({"DATABASE_URL": dsn} if dsn else {}),
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self.log = ""

    async def start(self) -> None:
        """Until it is ready; the log if it ends before."""
        self._ready = asyncio.Event()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run",
            cwd=PROJECT, env={**os.environ, **self._settings},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._ready.wait()
        assert self._process.returncode is None, self.log

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def stop(self) -> int:
        """SIGTERM, and the exit code."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> int:
        assert self._process is not None
        assert self._reading is not None
        if self._process.returncode is None:
            self._process.send_signal(how)
        async with asyncio.timeout(PATIENCE_SECONDS):
            code = await self._process.wait()
            await self._reading
        return code

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.log += line.decode(errors="replace")
            if b"ready as" in line:
                self._ready.set()
        self._ready.set()


async def until(what: Callable[[], Awaitable[Any]], seconds: float = PATIENCE_SECONDS) -> Any:
    """The first true answer. The wire has no event for "the bot has done it", so this asks until it has.

    Less and less often: whoever asks a hundred times a second takes the processor from the bot that is to do it.
    """
    pause = SHORTEST_PAUSE_SECONDS
    async with asyncio.timeout(seconds):
        while not (answer := await what()):  # another process does it, and has no event of ours
            await asyncio.sleep(pause)
            pause = min(1.5 * pause, LONGEST_PAUSE_SECONDS)
        return answer
