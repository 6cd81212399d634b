"""People and guilds by the number, for a world that is large: the same ones, with the same ids, at every start."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice

from sandbox.clock import moment_of, snowflake_at
from sandbox.rows import Guild, Member, User
from sandbox.seeds.founding import STAFF, GuildPlan, add_guild, roles_of
from sandbox.world import World

MOST_MEMBERS = 100_000
MOST_GUILDS = 10_000
PEOPLE_SINCE = datetime(2019, 1, 1, tzinfo=UTC)
GUILDS_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
A_MINUTE = 60_000 << 22  # of a snowflake
APART = timedelta(hours=1, milliseconds=1)  # the odd millisecond spreads the guilds over all shards


def people(world: World) -> Iterator[User]:
    first = snowflake_at(PEOPLE_SINCE)
    for number in count(1):
        user_id = first + number * A_MINUTE + number % 4096
        if user_id not in world.users:
            name = f"person{number:05d}"
            world.users[user_id] = User(user_id, name, f"P{name[1:]}")
        yield world.users[user_id]


def add_members(world: World, guild: Guild, number: int) -> None:
    """Who is there already counts too, so that the same words at the next start change nothing."""
    joined_at = moment_of(guild.id) + timedelta(days=2)
    for user in islice(people(world), number):
        if user.id not in guild.members:
            guild.members[user.id] = Member(user.id, joined_at)


def add_guilds(world: World, number: int) -> None:
    """With the first guild's owner, the staff of the cast and the bots in them. Those that are there count too."""
    owner, staff = world.users[next(iter(world.guilds.values())).owner_id], staff_of(world)
    for each in range(number):
        since = GUILDS_SINCE + each * APART
        guild_id = snowflake_at(since, each)
        if guild_id not in world.guilds:
            ids = (snowflake_at(since + timedelta(minutes=minute), each) for minute in count(1))
            plan = plan_of(world, f"Guild {each + 1:04d}", owner, staff)
            add_guild(world, plan, guild_id=guild_id, next_id=ids.__next__)


def staff_of(world: World) -> list[User]:
    return [user for user in world.users.values() if STAFF.get(user.username, "owner") != "owner"]


def plan_of(world: World, name: str, owner: User, members: Iterable[User]) -> GuildPlan:
    """Everybody has the roles of the cast."""
    cast = {user.id: roles_of(user.username) for user in members}
    return GuildPlan(
        name, owner.id, {**cast, owner.id: ["owner", "member"]}, list(world.applications.values())
    )
