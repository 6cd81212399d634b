"""The world at the start: two guilds and their people, or what a seed file describes instead.

Ids of a seeded world are constants, the same at every start; a guild made at run time takes its ids from the clock.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sandbox.bot_rows import Application
from sandbox.clock import snowflake_at
from sandbox.events import PRIVILEGED, Intent
from sandbox.fitting import Unfit, check
from sandbox.intake import parsed
from sandbox.rows import Json, User
from sandbox.seeds import crowd
from sandbox.seeds.founding import CHANNELS, ORDINARY, STAFF, GuildPlan, add_guild, permissions_of, roles_of
from sandbox.seeds.seed_shape import Seed
from sandbox.seeds.tokens import bot_token
from sandbox.world import World

PEOPLE_SINCE = datetime(2018, 6, 1, 9, tzinfo=UTC)
GUILDS_SINCE = datetime(2021, 3, 4, 10, tzinfo=UTC)
APPLICATIONS_SINCE = datetime(2021, 2, 1, 8, tzinfo=UTC)

DEFAULT: Json = {
    "people": [{"name": name} for name in (*STAFF, *ORDINARY)],
    "applications": [{"name": "Reeve", "owner": "olga"}],
    "guilds": [
        {"name": "Green", "owner": "olga", "members": ["sam", "max", "mia", "mel", *ORDINARY]},
        {"name": "Hill", "owner": "oskar", "members": ["sam", "max", "mel", "ann", "ben", "cem"]},
    ],
}


class UnreadableSeed(Exception):
    pass


def seeded_world(seed: Path | None = None) -> World:
    """Raises UnreadableSeed."""
    if seed is None:
        return world_of(DEFAULT)
    try:
        described = parsed(seed.read_bytes(), "It")
        check(Seed, described, "")
        _refuse_empty(described)
        return world_of({**DEFAULT, **described})
    except OSError as wrong:
        raise UnreadableSeed(f"The seed {seed} cannot be read: {wrong.strerror}.") from wrong
    except KeyError as wrong:
        raise UnreadableSeed(
            f"The seed {seed} does not know {wrong}: every name must be given before."
        ) from wrong
    except (Unfit, ValueError) as wrong:
        raise UnreadableSeed(f"The seed {seed} does not describe a world. {wrong}") from wrong


def _refuse_empty(described: Json) -> None:
    for key in DEFAULT:
        if described.get(key) == []:
            raise Unfit(f"The list {key!r} must not be empty.")


def world_of(described: Json) -> World:
    world = World()
    for number, person in enumerate(described["people"]):
        _add_person(
            world, person, snowflake_at(PEOPLE_SINCE + timedelta(days=number, minutes=7 * number), number)
        )
    by_name = {user.username: user.id for user in world.users.values()}
    for number, application in enumerate(described["applications"]):
        _add_application(world, application, by_name, number)
    by_name = {user.username: user.id for user in world.users.values()}  # bots may have more roles, too
    for number, guild in enumerate(described["guilds"]):
        since = GUILDS_SINCE + timedelta(days=30 * number)
        guild_id = int(guild.get("id", snowflake_at(since, number)))
        ids = (snowflake_at(since + timedelta(minutes=minute), number) for minute in count(1))
        plan = _plan(world, guild, by_name)
        founded = add_guild(world, plan, guild_id=guild_id, next_id=ids.__next__)
        crowd.add_members(world, founded, guild.get("more_members", 0))
    crowd.add_guilds(world, described.get("more_guilds", 0))
    return world


def _add_person(world: World, person: Json, default_id: int) -> None:
    name = person["name"]
    user_id = int(person.get("id", default_id))
    world.users[user_id] = User(
        id=user_id,
        username=name,
        global_name=person.get("global_name", name.title()),
        locale=person.get("locale", "en-GB"),
        dms_closed=person.get("dms_closed", False),
    )


def _add_application(world: World, described: Json, by_name: Mapping[str, int], number: int) -> None:
    name = described["name"]
    application_id = int(
        described.get("id", snowflake_at(APPLICATIONS_SINCE + timedelta(days=number), number))
    )
    granted = described.get("intents")
    world.users[application_id] = User(application_id, name, bot=True)
    world.applications[application_id] = Application(
        id=application_id,
        name=name,
        bot_user_id=application_id,
        owner_id=by_name.get(described.get("owner", ""), next(iter(world.users))),
        token=described.get("token", bot_token(application_id)),
        intents=int(PRIVILEGED if granted is None else sum(Intent[each] for each in granted)),
        description=described.get("description", ""),
        permissions=int(permissions_of(described["permissions"])) if "permissions" in described else None,
    )


def _plan(world: World, described: Json, by_name: Mapping[str, int]) -> GuildPlan:
    members = described.get("members", [])
    bots = {application.name for application in world.applications.values()}
    cast = (
        members
        if isinstance(members, dict)
        else {name: [] if name in bots else roles_of(name) for name in members}
    )
    owner = described["owner"]
    return GuildPlan(
        name=described["name"],
        owner_id=by_name[owner],
        members={by_name[name]: roles for name, roles in {owner: ["owner", "member"], **cast}.items()},
        bots=list(world.applications.values()),
        channels=described.get("channels", list(CHANNELS)),
        roles=described.get("roles", []),
        preferred_locale=described.get("preferred_locale", "en-US"),
        emojis=described.get("emojis", []),
    )
