"""A sandbox with many people, an unmodified discord.py client that counts its writes, and each kind of effect."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import aiohttp
import discord

from bot.global_limit import end_global_waits
from bot.outcomes import Outcome, attempt, count_writes
from cogs.moderation import _effects
from cogs.moderation._overwrites import SPEAKING, overwrites_before
from database.models import Act, ActKind, Purpose
from sandbox.rows import Guild, Overwrite, Role
from sandbox.seeds.crowd import add_members
from sandbox.server import Sandbox

PEOPLE = 400


class Client(discord.Client):
    """What Reeve's own client is to its effects, without features and database."""

    def __init__(self) -> None:
        trace = aiohttp.TraceConfig()
        count_writes(trace)
        end_global_waits(trace, self)
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True, moderation=True),
            http_trace=trace,
            guild_ready_timeout=0.01,
            max_ratelimit_timeout=60,
            allowed_mentions=discord.AllowedMentions.none(),
        )


@dataclass
class Stage:
    """`guild` as the client sees it, `green` as it is."""

    sandbox: Sandbox
    bot: Any
    guild: discord.Guild
    green: Guild
    strangers: list[int]
    numbers: Any = field(default_factory=lambda: count(1))

    def stranger(self) -> int:
        """A member without roles, whom no test has touched."""
        return self.strangers.pop()

    def user(self, name: str) -> int:
        return next(each.id for each in self.sandbox.world.users.values() if each.username == name)

    def role(self, name: str) -> Role:
        return next(each for each in self.green.roles.values() if each.name == name)

    def channel(self, name: str = "general") -> Any:
        channels = (self.sandbox.world.channels[each] for each in self.green.channel_ids)
        return next(each for each in channels if each.name == name)

    def act(self, kind: ActKind, target_id: int, **more: Any) -> Act:
        return Act(
            guild_id=self.green.id,
            act_id=0,
            kind=kind,
            purpose=Purpose.BEGIN,
            target_id=target_id,
            case_number=next(self.numbers),
            **more,
        )

    async def apply(self, act: Act) -> Outcome:
        return await _effects.apply(self.bot, self.guild, act, reason=f"{tag(act)} max: spam")

    async def look(self, act: Act, *, since: datetime | None = None) -> bool | None:
        since = since or datetime.now(UTC) - timedelta(seconds=1)
        return await _effects.look(self.bot, self.guild, act, since=since, tag=tag(act))

    def entries(self, target_id: int) -> list[int]:
        """The kinds of what the audit log says about somebody."""
        return [one.action_type for one in self.green.audit if one.target_id == target_id]


def tag(act: Act) -> str:
    return f"[Reeve case {act.case_number}]"


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    async with Sandbox(rate_limits=False) as sandbox:
        green = next(iter(sandbox.world.guilds.values()))
        cast = set(green.members)
        add_members(sandbox.world, green, PEOPLE)
        with sandbox.redirect(discord):
            async with sandbox.running(Client()) as bot:
                guild = bot.get_guild(green.id)
                assert guild is not None
                yield Stage(sandbox, bot, guild, green, [each for each in green.members if each not in cast])


@dataclass
class Effect:
    """`is_true` asks the world itself. `act` None: a message, which has no reading of its own."""

    route: str
    is_true: Callable[[], bool]
    apply: Callable[[], Awaitable[Outcome]]
    act: Act | None = None


async def effect(stage: Stage, name: str) -> Effect:
    """Ready to be brought about, on somebody of its own."""
    makers = {"message": _message, "purge": _purge, "lock": _lock, "unlock": _unlock, "slowmode": _slowmode}
    if name in makers:
        return await makers[name](stage)
    return _on_a_member(stage, ActKind(name))


def _on_a_member(stage: Stage, kind: ActKind) -> Effect:
    green, who, olga = stage.green, stage.stranger(), stage.green.owner_id
    member_role = stage.role("member").id
    route = "PATCH /guilds/*/members/*"
    more: dict[str, Any] = {}
    match kind:
        case ActKind.BAN:
            route, more = "PUT /guilds/*/bans/*", {"payload": {"delete_seconds": 3600}}

            def is_true() -> bool:
                return who in green.bans
        case ActKind.UNBAN:
            stage.sandbox.people.moderate(olga, "ban", who)
            route = "DELETE /guilds/*/bans/*"

            def is_true() -> bool:
                return who not in green.bans
        case ActKind.KICK:
            route = "DELETE /guilds/*/members/*"

            def is_true() -> bool:
                return who not in green.members
        case ActKind.TIMEOUT:
            more = {"until": datetime.now(UTC) + timedelta(hours=1)}

            def is_true() -> bool:
                return green.members[who].communication_disabled_until is not None
        case ActKind.UNTIMEOUT:
            stage.sandbox.people.moderate(olga, "timeout", who)

            def is_true() -> bool:
                return green.members[who].communication_disabled_until is None
        case _:
            more = {"payload": {"give": [member_role], "take": []}}

            def is_true() -> bool:
                return member_role in green.members[who].role_ids

    act = stage.act(kind, who, **more)
    return Effect(route, is_true, lambda: stage.apply(act), act)


async def _slowmode(stage: Stage) -> Effect:
    channel, seconds = stage.channel(), next(stage.numbers)
    act = stage.act(ActKind.SLOWMODE, channel.id, payload={"seconds": seconds})
    return Effect(
        "PATCH /channels/*",
        lambda: bool(channel.rate_limit_per_user == seconds),
        lambda: stage.apply(act),
        act,
    )


async def _lock(stage: Stage) -> Effect:
    channel = stage.channel()
    channel.overwrites = {}
    act = stage.act(ActKind.LOCK, channel.id, payload={"overwrites": await overwrites_now(stage)})
    return Effect("PATCH /channels/*", lambda: is_locked(stage), lambda: stage.apply(act), act)


async def _unlock(stage: Stage) -> Effect:
    locking = await _lock(stage)
    await locking.apply()
    assert locking.act is not None
    act = stage.act(ActKind.UNLOCK, stage.channel().id, payload=locking.act.payload)
    return Effect("PATCH /channels/*", lambda: not is_locked(stage), lambda: stage.apply(act), act)


def is_locked(stage: Stage) -> bool:
    own = stage.channel().overwrites.get(stage.green.id, Overwrite(0, 0, 0, 0))
    return bool(own.deny & SPEAKING == SPEAKING)


async def overwrites_now(stage: Stage, name: str = "general") -> dict[str, Any]:
    channel = await stage.guild.fetch_channel(stage.channel(name).id)
    assert isinstance(channel, discord.TextChannel)
    return overwrites_before(channel)


async def _purge(stage: Stage) -> Effect:
    channel = stage.channel()
    channel.overwrites, channel.rate_limit_per_user = {}, 0
    ids = [stage.sandbox.people.message("ann", f"spam {number}").id for number in range(3)]
    act = stage.act(ActKind.PURGE, channel.id, payload={"channel_id": channel.id, "message_ids": ids})
    return Effect(
        "POST /channels/*/messages/bulk-delete",
        lambda: not set(ids) & {int(each["id"]) for each in stage.sandbox.people.sees("olga", "general")},
        lambda: stage.apply(act),
        act,
    )


async def _message(stage: Stage) -> Effect:
    """As the outbox sends it: the nonce makes a repetition give the first one."""
    text = f"post {next(stage.numbers)}"
    channel = stage.guild.get_channel(stage.channel("mod-log").id)
    assert isinstance(channel, discord.TextChannel)

    def sent() -> int:
        return sum(each["content"] == text for each in stage.sandbox.people.sees("olga", "mod-log"))

    def is_true() -> bool:
        assert sent() <= 1, "a message is never doubled"
        return sent() == 1

    return Effect(
        "POST /channels/*/messages", is_true, lambda: attempt(lambda: channel.send(text, nonce=text))
    )
