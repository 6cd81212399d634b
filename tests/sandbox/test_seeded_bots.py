"""What a seed says of bots: the permissions of their role, and more roles beside it."""

import json

import pytest

from sandbox.permissions import Permission
from sandbox.seeds.founding import BOT
from sandbox.seeds.seed import UnreadableSeed
from sandbox.server import Sandbox

SEED = {
    "people": [{"name": "eve"}],
    "applications": [{"name": "Helper", "owner": "eve", "permissions": ["MANAGE_ROLES"]}, {"name": "Other"}],
    "guilds": [
        {
            "name": "Fen",
            "owner": "eve",
            "roles": [{"name": "crew", "permissions": ["KICK_MEMBERS"]}],
            "members": {"Helper": ["crew"]},
        },
        {"name": "Bog", "owner": "eve", "members": ["Helper"]},
    ],
}


@pytest.fixture
def seeded(tmp_path):
    path = tmp_path / "seed.json"

    def make(described=SEED, **more):
        path.write_text(json.dumps(described))
        return Sandbox(seed=str(path), **more)

    return make


def roles_of(sandbox, guild, bot):
    found = next(each for each in sandbox.world.guilds.values() if each.name == guild)
    user = next(each.id for each in sandbox.world.users.values() if each.username == bot)
    return {found.roles[each].name: found.roles[each].permissions for each in found.members[user].role_ids}


def test_a_bots_role_has_the_permissions_of_the_seed_and_others_those_of_the_cast(seeded):
    sandbox = seeded()
    own = {"Helper": int(Permission.MANAGE_ROLES)}
    assert roles_of(sandbox, "Fen", "Helper") == {"crew": int(Permission.KICK_MEMBERS), **own}
    assert roles_of(sandbox, "Bog", "Helper") == own
    assert roles_of(sandbox, "Fen", "Other") == {"Other": int(BOT)}


def test_a_bot_that_comes_back_has_its_permissions_again(seeded):
    sandbox = seeded()
    sandbox.people.moderate("eve", "kick", "Helper", guild_id="Fen")
    sandbox.people.join("Helper", "Fen")
    assert roles_of(sandbox, "Fen", "Helper") == {"Helper": int(Permission.MANAGE_ROLES)}


def test_a_name_that_the_seed_does_not_give_is_named(seeded):
    guild = {"name": "Fen", "owner": "eve", "members": {"Nobody": []}}
    with pytest.raises(UnreadableSeed, match="does not know 'Nobody': every name must be given before"):
        seeded({**SEED, "guilds": [guild]})


def test_a_world_files_path_may_be_a_text(seeded, tmp_path):
    file = tmp_path / "world.sqlite"
    seeded(world_file=str(file))._storage.close()
    again = Sandbox(world_file=str(file))
    assert roles_of(again, "Fen", "Helper")["Helper"] == int(Permission.MANAGE_ROLES)
    again._storage.close()
