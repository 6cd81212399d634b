"""The sandbox under load: interactions and messages a second, and what a large world takes, beside bare aiohttp."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.child import MIB, Child, running
from benchmarks.client import Client
from benchmarks.results import PAIRS, Run, compare

INTENTS = 1 | 1 << 9 | 1 << 15  # guilds, messages and what is in them
PEOPLE = 16
BARE = "bare aiohttp"


async def results(
    *, acts: int = 3000, pairs: int = PAIRS, members: int = 100_000, guilds: int = 1000
) -> list[dict[str, Any]]:
    async with sandbox() as ours, bare() as theirs:
        found = []
        for kind, name in (("slash", "interactions"), ("messages", "messages")):
            own, other = Load(ours[1], kind=kind, acts=acts), Load(theirs[1], kind=kind, acts=acts)
            await own.run()
            await other.run()
            before, client_before = ours[0].cpu_seconds, own.client_cpu_seconds
            compared = await compare(
                f"sandbox: {name}",
                ours=own.run,
                reference=other.run,
                called=BARE,
                concurrency=PEOPLE,
                pairs=pairs,
            )
            cpu = (ours[0].cpu_seconds - before) / (pairs * acts)
            client_cpu = (own.client_cpu_seconds - client_before) / (pairs * acts)
            found.append(
                {
                    **compared,
                    "cpu_ms_each": round(cpu * 1000, 3),
                    "client_cpu_ms_each": round(
                        client_cpu * 1000, 3
                    ),  # it is not the client that is the limit
                }
            )
    return [*found, await large_world(members=members, guilds=guilds)]


class Load:
    def __init__(self, client: Client, *, kind: str, acts: int) -> None:
        self._client = client
        self._acts = acts
        self._asked = json.dumps(
            {"kind": kind, "command": "ping", "people": PEOPLE, "count": acts}
            if kind == "slash"
            else {"kind": kind, "people": PEOPLE, "count": acts}
        ).encode()
        self._hears = kind == "messages"
        self.client_cpu_seconds = 0.0

    async def run(self) -> Run:
        """Ends when the last act was answered, or was heard by the bot."""
        heard, begin, before = self._client.heard, time.perf_counter(), time.process_time()
        status, told = await self._client.request("POST", "/sandbox/storm", self._asked)
        storm = json.loads(told)
        if self._hears:
            await self._client.hears(heard + self._acts)
        seconds = time.perf_counter() - begin
        self.client_cpu_seconds += time.process_time() - before
        if status != 200 or storm["failed"] or self._client.refused:
            raise RuntimeError(f"The load was not carried: {told.decode()[:300]}")
        return Run(self._acts / seconds, storm["p50_ms"], storm["p99_ms"])


@asynccontextmanager
async def sandbox(*words: str) -> AsyncIterator[tuple[Child, Client]]:
    async with running("sandbox", *words, until="once a bot") as child:
        client = Client(child.url)
        [application] = await applications(client)
        await client.open({"token": application["token"], "intents": INTENTS, "properties": {}})
        command = json.dumps([{"name": "ping", "description": "Are you there?"}]).encode()
        path = f"/api/v10/applications/{application['id']}/commands"
        status, told = await client.request("PUT", path, command, bearer=application["token"])
        if status != 200:
            raise RuntimeError(told.decode())
        yield child, client
        await client.close()


async def applications(client: Client) -> list[dict[str, Any]]:
    await client.connect()
    return list(json.loads((await client.request("GET", "/sandbox/applications"))[1])["applications"])


@asynccontextmanager
async def bare() -> AsyncIterator[tuple[Child, Client]]:
    async with running("benchmarks.bare", until="ready") as child:
        client = Client(child.url)
        await client.connect()
        await client.open(None)
        yield child, client
        await client.close()


PLAIN = """
import sys, tracemalloc
tracemalloc.start()
people = {
    10**18 + number: {
        "username": f"person{number:05d}",
        "global_name": f"Person{number:05d}",
        "joined_at": "2021-03-06",
        "roles": [],
    }
    for number in range(int(sys.argv[1]))
}
print(tracemalloc.get_traced_memory()[0])
"""


async def large_world(*, members: int, guilds: int) -> dict[str, Any]:
    """Against the same facts in plain dicts: what rows with rules cost beside them."""
    begin = time.perf_counter()
    async with running(
        "sandbox", "--members", str(members), "--guilds", str(guilds), until="once a bot"
    ) as child:
        seconds, rss = time.perf_counter() - begin, child.rss_mib
    async with running("sandbox", until="once a bot") as child:
        empty = child.rss_mib
    plain = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PLAIN, str(members), stdout=asyncio.subprocess.PIPE
    )
    plain_mib = int((await plain.communicate())[0]) / MIB
    return {
        "name": f"sandbox: a world of {members} members and {guilds} guilds",
        "start_seconds": round(seconds, 2),
        "rss_mib": round(rss, 1),
        "reference": "the members in plain dicts",
        "reference_mib": round(plain_mib, 1),
        "ratio": round((rss - empty) / plain_mib, 2),
    }
