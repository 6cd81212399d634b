"""The world grows at run time: new guilds, more members; and how the control interface lists the world."""

import asyncio
from collections.abc import Iterator
from functools import partial
from itertools import chain, islice
from typing import Annotated

from sandbox.bot_rows import Application
from sandbox.clock import timestamp
from sandbox.core import Core
from sandbox.fitting import Within
from sandbox.guilds import membership, payloads
from sandbox.interactions import commands
from sandbox.interactions.command_specs import CHAT
from sandbox.names import Names
from sandbox.outgoing import AT_ONCE, Each
from sandbox.rows import Guild, Json, Member, User
from sandbox.seeds import crowd
from sandbox.seeds.founding import ORDINARY, add_guild, add_members, roles_of
from sandbox.voice import voice_states
from sandbox.world import World


class Growth:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._world = core.world
        self._names = Names(core.world)

    async def new_guild(
        self,
        name: Annotated[str, Within(2, 100)],
        *,
        members: Annotated[int, Within(0, crowd.MOST_MEMBERS)] = len(ORDINARY),
        owner: str = "olga",
        closed_dms: list[str] | None = None,
    ) -> Guild:
        """With the staff of the cast, and so many ordinary members: ann and so on first, then generated people."""
        lord, closed = self._names.user(owner), [self._names.user(each) for each in closed_dms or []]
        ordinary = self._ordinary(members)
        first = [lord, *crowd.staff_of(self._world), *islice(ordinary, AT_ONCE)]
        plan = crowd.plan_of(self._world, name, lord, first)
        guild = add_guild(self._world, plan, guild_id=self._core.ids.next(), next_id=self._core.ids.next)
        while some := list(islice(ordinary, AT_ONCE)):
            await asyncio.sleep(0)  # everybody else's turn: 100,000 take a second
            add_members(guild, {user.id: roles_of(user.username) for user in some})
        for user in closed:
            user.dms_closed = True
        for application in plan.bots:
            membership.install(self._core, guild, application)
        return guild

    def _ordinary(self, number: int) -> Iterator[User]:
        by_name = {user.username: user for user in self._world.users.values()}
        cast = [by_name[name] for name in ORDINARY if name in by_name][:number]
        return chain(cast, islice(crowd.people(self._world), number - len(cast)))


def world_entry(world: World, most: int | None = None) -> Json:
    """To be written in pieces. `most`: so many guilds, people, and members of a guild at most."""
    guilds, people = list(islice(world.guilds.values(), most)), list(islice(world.users.values(), most))
    return {
        "guilds": (guild_entry(world, guild, most) for guild in guilds),
        "people": Each(people, partial(person_entry, world)),
        "applications": applications_entry(world),
    }


def applications_entry(world: World) -> list[Json]:
    return [application_entry(world, each) for each in world.applications.values()]


def guild_entry(world: World, guild: Guild, most: int | None = None) -> Json:
    """To be written in pieces."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "channels": [payloads.channel(world, each) for each in world.guild_channels(guild)],
        "roles": [payloads.role(each) for each in guild.roles.values()],
        "members": Each(list(islice(guild.members.values(), most)), member_entry),
        "voice_states": [voice_states.payload(guild, each) for each in guild.voice_states.values()],
    }


def member_entry(member: Member) -> Json:
    until = member.communication_disabled_until
    return {
        "user_id": str(member.user_id),
        "nick": member.nick,
        "role_ids": [str(role_id) for role_id in member.role_ids],
        "communication_disabled_until": timestamp(until) if until else None,
    }


def person_entry(world: World, user: User) -> Json:
    application = world.application_of(user.id)
    token = application.token if application else f"sandbox.{user.username}.a-person"
    return {
        "id": str(user.id),
        "name": user.username,
        "global_name": user.global_name,
        "bot": user.bot,
        "status": user.status,
        "token": token,
    }


def application_entry(world: World, application: Application) -> Json:
    own = [each for each in world.commands.values() if each.application_id == application.id]
    names: dict[str, None] = {}
    for command in own:
        spelled = (
            [name for name, _ in commands.leaves(command.spec)] if command.type == CHAT else [command.name]
        )
        names.update(dict.fromkeys(spelled))
    return {
        "id": str(application.id),
        "name": application.name,
        "bot_user_id": str(application.bot_user_id),
        "token": application.token,
        "commands": list(names),
    }
