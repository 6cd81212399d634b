"""One act of one person on a sandbox that runs elsewhere: where it goes, and what comes back."""

import argparse
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp

from sandbox.rows import Json
from sandbox.shell.legend import Legend
from sandbox.shell.rendering import Rendering
from sandbox.shell.wording import USAGE
from sandbox.shell.words import FAILED, Failed

DONE = 0
NEAR_FOREVER = aiohttp.ClientTimeout(total=120)
Told = tuple[int, str]  # the exit code, and what the person sees


async def on_sandbox(url: str, act: Callable[[aiohttp.ClientSession], Awaitable[Told]]) -> Told:
    """The exit code, and what came of it or what stood in the way."""
    try:
        async with aiohttp.ClientSession(timeout=NEAR_FOREVER) as http:
            return await act(http)
    except Failed as failed:
        return failed.code, f"✗ {failed}"
    except aiohttp.InvalidURL:
        return USAGE, f"✗ {url!r} is no address: --url takes one such as http://127.0.0.1:8765."
    except (aiohttp.ClientError, TimeoutError):
        return (
            FAILED,
            f"✗ No sandbox answers at {url}: start one with `python -m sandbox`, or give --url.",
        )


class Errand:
    def __init__(self, asked: argparse.Namespace, http: aiohttp.ClientSession, *, styled: bool) -> None:
        self.asked = asked
        self.http = http
        self._styled = styled
        self._sandbox = f"{asked.url.rstrip('/')}/sandbox"
        self._person = f"{self._sandbox}/people/{quote(asked.name, safe='')}"

    @property
    def where(self) -> Json:
        given = {"guild_id": self.asked.guild, "channel_id": self.asked.channel}
        return {key: value for key, value in given.items() if value is not None}

    async def get(self, what: str) -> Any:
        async with self.http.get(f"{self._person}/{what}") as response:
            return await told_by(response)

    async def post(self, verb: str, body: Json) -> Any:
        async with self.http.post(f"{self._person}/{verb}", json=body) as response:
            return await told_by(response)

    async def answered(self, verb: str, body: Json) -> Told:
        told = await self.post(verb, body if verb == "submit" else {**self.where, **body})
        text = (await self._rendering(told)).answer(told)
        if told["channel_id"]:
            text += f"\n{await self.place(channel=told['channel_id'])}"
        return (FAILED if told["failed"] else DONE), text

    async def place(self, *, guild: str | None = None, channel: str | None = None) -> str:
        """Acts without --guild may land in another server than somebody thinks: each answer says where it was."""
        names = {"guild_id": guild, "channel_id": channel}
        wanted = {key: value for key, value in names.items() if value is not None}
        found = await self.get(f"place?{urlencode(wanted)}")
        server, room = found["guild"] or "direct messages", found["channel"]
        return f"in {server} #{room}" if room else f"in {server}"

    def messages_in(self, channel: str) -> str:
        guild = f"?guild={quote(self.asked.guild)}" if self.asked.guild else ""
        return f"channels/{quote(channel, safe='')}/messages{guild}"

    async def seen(self, told: list[Json], channel: str | None = None) -> Told:
        text = (await self._rendering(told)).messages(told)
        if channel is None:
            return DONE, text
        guild = None if channel.isdigit() else self.asked.guild
        return DONE, f"{text}\n{await self.place(guild=guild, channel=channel)}"

    async def written(self, text: str) -> str:
        """With a mention for each @name of a person or a bot."""
        return Legend(await self._world()).written(text) if "@" in text else text

    async def _world(self) -> Json:
        async with self.http.get(f"{self._sandbox}/world") as response:
            world: Json = await told_by(response)
        return world

    async def _rendering(self, told: Any) -> Rendering:
        """Only what has marks needs the world, which may be large. What time it is the sandbox says."""
        async with self.http.get(f"{self._sandbox}/clock") as response:
            now = datetime.fromisoformat((await told_by(response))["now"])
        world = await self._world() if "<" in json.dumps(told) else None
        return Rendering(Legend(world, now), with_ids=self.asked.ids, styled=self._styled)


async def told_by(response: aiohttp.ClientResponse) -> Any:
    try:
        told = await response.json(content_type=None)
    except ValueError as wrong:
        raise Failed(f"What answers at {response.url.origin()} is no sandbox: give --url.") from wrong
    if response.status >= 400:
        raise Failed(told.get("error", f"The sandbox answered {response.status}."))
    return told
