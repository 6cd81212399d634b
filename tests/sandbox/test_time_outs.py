"""Who is timed out may look and read, and do nothing else (reference, "Permissions", "Timed Out Members")."""

import pytest

from sandbox.errors import Refused
from sandbox.permissions import ALL, Permission

CALLS = [
    ("DELETE", "/guilds/{guild}/members/{ann}", None),
    ("PUT", "/guilds/{guild}/bans/{ann}", {}),
    ("GET", "/guilds/{guild}/bans", None),
    ("PATCH", "/guilds/{guild}/members/{ann}", {"nick": "Annie"}),
    ("PATCH", "/guilds/{guild}/members/@me", {"nick": "Robot"}),
    ("PATCH", "/guilds/{guild}", {"name": "Blue"}),
    ("POST", "/guilds/{guild}/roles", {"name": "new"}),
    ("POST", "/guilds/{guild}/channels", {"name": "new"}),
    ("GET", "/guilds/{guild}/auto-moderation/rules", None),
    ("GET", "/guilds/{guild}/audit-logs", None),
    ("GET", "/guilds/{guild}/webhooks", None),
    ("POST", "/channels/{channel}/webhooks", {"name": "new"}),
    ("POST", "/channels/{channel}/invites", {}),
    ("POST", "/channels/{channel}/messages", {"content": "hello"}),
]
BY_HAND = {"kick": {}, "ban": {}, "timeout": {"seconds": 60}, "nick": {"nick": "Annie"}}


@pytest.fixture
async def sandbox(timed):
    return timed


@pytest.fixture
def held(sandbox, green):
    """The bot may all by its role, but is no administrator; and is timed out for an hour."""
    member = green.members[next(iter(sandbox.world.applications))]
    green.roles[member.role_ids[0]].permissions = int(ALL & ~Permission.ADMINISTRATOR)
    sandbox.people.moderate("olga", "timeout", member.user_id, seconds=3600)
    return member


@pytest.fixture
def path(green, sandbox):
    ann = next(user.id for user in sandbox.world.users.values() if user.username == "ann")
    return lambda written: written.format(guild=green.id, ann=ann, channel=green.channel_ids[0])


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.usefixtures("held")
async def test_a_bot_in_a_time_out_may_nothing_until_it_ends(clock, api, path, call):
    method, written, body = call
    status, told = await api(method, path(written), body)
    assert (status, told["code"]) == (403, 50013)
    clock.advance(3600)
    assert (await api(method, path(written), body))[0] < 300


@pytest.mark.usefixtures("held")
async def test_a_bot_in_a_time_out_still_reads(sandbox, api, path):
    sandbox.people.message("ann", "hello")
    status, [one] = await api("GET", path("/channels/{channel}/messages"))
    assert (status, one["content"]) == (200, "hello")


async def test_no_time_out_holds_an_administrator_or_the_owner(api, green, held, path):
    role = green.roles[held.role_ids[0]]
    role.permissions = int(Permission.ADMINISTRATOR)
    assert (await api("GET", path("/guilds/{guild}/audit-logs")))[0] == 200
    role.permissions, green.owner_id = 0, held.user_id
    assert (await api("GET", path("/guilds/{guild}/audit-logs")))[0] == 200


@pytest.mark.parametrize("action", BY_HAND)
async def test_a_moderator_in_a_time_out_moderates_nobody(sandbox, clock, green, action):
    sandbox.people.moderate("olga", "timeout", "max", seconds=3600)
    with pytest.raises(Refused, match="Missing Permissions"):
        sandbox.people.moderate("max", action, "ann", **BY_HAND[action])
    clock.advance(3600)
    sandbox.people.moderate("max", action, "ann", **BY_HAND[action])
