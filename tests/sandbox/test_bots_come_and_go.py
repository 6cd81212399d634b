"""A bot is removed from a server and installed again, and what comes and goes with it."""

import discord
import pytest
from asking import heard_in, logged
from gateway_client import in_session, until_event

from sandbox.events import Intent

PRESENCES = int(Intent.GUILDS | Intent.GUILD_PRESENCES | Intent.GUILD_MEMBERS)
HELPED = '{"applications": [{"name": "Reeve"}, {"name": "Helper", "token": "made.up"}]}'


@pytest.fixture
async def two_bots(opened, tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text(HELPED)
    async with opened(seed=seed) as sandbox:
        yield sandbox


def first_guild(sandbox):
    return next(iter(sandbox.world.guilds.values()))


def role_of(guild, name):
    return next(role for role in guild.roles.values() if role.bot_id and role.name == name)


def remove(sandbox, how):
    if how == "leave":
        sandbox.people.leave("Helper", first_guild(sandbox).id)
    else:
        sandbox.people.moderate("olga", how, "Helper")


@pytest.mark.parametrize("how", ["kick", "ban", "leave"])
async def test_a_bot_that_goes_takes_its_role_along(two_bots, login, how):
    sandbox, guild = two_bots, first_guild(two_bots)
    role = role_of(guild, "Helper")
    sandbox.people.set_channel_permissions(
        "olga", channel_id="general", role_id="Helper", allow=["MANAGE_CHANNELS"]
    )
    async with login(sandbox) as bot:
        gone = bot.wait_for("guild_role_delete")
        changed = bot.wait_for("guild_channel_update")
        remove(sandbox, how)
        assert (await gone).id == role.id
        assert role.id not in {each.id for each in (await changed)[1].overwrites}
        assert bot.guild(guild.name).get_role(role.id) is None
    assert role.id not in guild.roles
    assert all(role.id not in each.overwrites for each in sandbox.world.guild_channels(guild))


async def test_a_bot_that_is_installed_again_has_a_new_role_at_the_bottom(two_bots, login):
    sandbox, guild = two_bots, first_guild(two_bots)
    old = role_of(guild, "Helper")
    async with login(sandbox) as bot:
        remove(sandbox, "kick")
        made, came = bot.wait_for("guild_role_create"), bot.wait_for("member_join")
        member = sandbox.people.join("Helper", guild.id)
        role = await made
        assert (role.managed, role.tags.bot_id, role.position) == (True, member.user_id, 1)
        assert role.id != old.id
        assert int(role.permissions.value) == old.permissions
        assert [each.id for each in (await came).roles[1:]] == list(member.role_ids) == [role.id]
        [entry] = await logged(bot, discord.AuditLogAction.bot_add)
        assert (entry.target.id, entry.user_id) == (member.user_id, guild.owner_id)


async def test_who_is_installed_hears_of_the_server_and_not_of_itself(sandbox, green, bot):
    gone = bot.wait_for("guild_remove")
    sandbox.people.moderate("olga", "kick", "Reeve")
    await gone
    joined = bot.wait_for("guild_join")
    sandbox.people.join("Reeve", green.id)
    guild = await joined
    assert guild.id == green.id
    assert guild.me.top_role.tags.bot_id == bot.user.id
    assert heard_in(sandbox, "GUILD_MEMBER_ADD", "GUILD_ROLE_CREATE") == []
    assert guild.member_count == len(green.members)


@pytest.mark.parametrize(
    ("intents", "threshold"), [(PRESENCES, 250), (PRESENCES, 50), (int(Intent.GUILDS), 50)]
)
async def test_a_server_is_told_at_run_time_as_at_login(sandbox, http, green, intents, threshold):
    for number in range(60):
        sandbox.people.join(f"extra{number}", green.id)
    sandbox.people.presence("extra7", status="idle")
    asked = {"intents": intents, "large_threshold": threshold}
    async with in_session(sandbox, http, **asked) as (socket, _):
        at_run_time = await _installed(sandbox, green, socket)
        assert "unavailable" not in at_run_time
    async with in_session(sandbox, http, **asked) as (socket, _):
        at_login = (await until_event(socket, "GUILD_CREATE"))["d"]
    assert at_login.pop("unavailable") is False
    assert at_run_time == at_login
    assert bool(at_login["presences"]) is (intents == PRESENCES)
    assert at_login["large"] is (threshold == 50)


async def _installed(sandbox, guild, socket):
    await until_event(socket, "GUILD_CREATE")
    sandbox.people.moderate("olga", "kick", "Reeve")
    await until_event(socket, "GUILD_DELETE")
    sandbox.people.join("Reeve", guild.id)
    return (await until_event(socket, "GUILD_CREATE"))["d"]
