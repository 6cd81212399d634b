"""Invites: made by bots and by hand, used up, run out, taken back."""

import discord
import pytest
from asking import code_of, logged

from sandbox.errors import Refused

ROLE = {"channel_id": "general", "role_id": "Reeve"}


def grant(sandbox, *names):
    """In the guild, to the bot's role."""
    guild = next(iter(sandbox.world.guilds.values()))
    role = next(each for each in guild.roles.values() if each.name == "Reeve")
    role.permissions |= sum(1 << {"CREATE_INSTANT_INVITE": 0, "MANAGE_GUILD": 5}[name] for name in names)


@pytest.fixture
def inviting(sandbox):
    grant(sandbox, "CREATE_INSTANT_INVITE")


@pytest.mark.usefixtures("inviting")
async def test_an_invite_is_made_told_listed_and_taken_back(bot):
    heard = bot.wait_for("invite_create")
    made = await bot.channel().create_invite(max_age=3600, max_uses=5, temporary=True, reason="party")
    event = await heard
    assert (event.code, event.inviter.id, event.max_age, event.max_uses) == (made.code, bot.user.id, 3600, 5)
    assert (made.uses, made.temporary, made.channel.name, made.guild.name) == (0, True, "general", "Green")
    assert [each.code for each in await bot.channel().invites()] == [made.code]
    heard = bot.wait_for("invite_delete")
    await made.delete(reason="over")
    assert (await heard).code == made.code
    assert await code_of(bot.fetch_invite(made.code)) == (404, 10006)
    [entry] = await logged(bot, discord.AuditLogAction.invite_create)
    assert (entry.after.code, entry.after.max_uses, entry.reason) == (made.code, 5, "party")
    assert (entry.after.channel.name, entry.after.inviter.id) == ("general", bot.user.id)
    [entry] = await logged(bot, discord.AuditLogAction.invite_delete)
    assert (entry.before.code, entry.before.uses, entry.reason) == (made.code, 0, "over")


@pytest.mark.usefixtures("inviting")
async def test_an_equal_one_is_given_again_unless_a_new_one_is_asked_for(bot):
    first = await bot.channel().create_invite(max_age=60, unique=False)
    assert (await bot.channel().create_invite(max_age=60, unique=False)).code == first.code
    assert (await bot.channel().create_invite(max_age=60, unique=True)).code != first.code
    assert (await bot.channel().create_invite(max_age=61, unique=False)).code != first.code
    assert (await bot.channel("reports").create_invite(max_age=60, unique=False)).code != first.code
    assert len(await logged(bot, discord.AuditLogAction.invite_create)) == 4


@pytest.mark.parametrize(("key", "least", "most"), [("max_age", 0, 604800), ("max_uses", 0, 100)])
@pytest.mark.usefixtures("inviting")
async def test_age_and_uses_have_their_limits(api, bot, key, least, most):
    path = f"/channels/{bot.channel().id}/invites"
    for number in (least, most):
        status, told = await api("POST", path, {key: number})
        assert (status, told[key]) == (200, number)
    for number in (least - 1, most + 1):
        status, told = await api("POST", path, {key: number})
        assert (status, told["code"], list(told["errors"])) == (400, 50035, [key])


@pytest.mark.usefixtures("inviting")
async def test_what_is_left_out_means_a_day_and_no_end_of_uses(api, bot):
    _, told = await api("POST", f"/channels/{bot.channel().id}/invites", {})
    assert (told["max_age"], told["max_uses"], told["temporary"], told["uses"]) == (86400, 0, False, 0)


async def test_an_invite_runs_out_by_the_clock(timed, clock, login):
    grant(timed, "CREATE_INSTANT_INVITE")
    async with login(timed) as bot:
        short = await bot.channel().create_invite(max_age=60)
        lasting = await bot.channel().create_invite(max_age=0)
        clock.advance(59)
        assert (await bot.fetch_invite(short.code)).code == short.code
        clock.advance(1)
        assert await code_of(bot.fetch_invite(short.code)) == (404, 10006)
        with pytest.raises(Refused, match="Unknown Invite"):
            timed.people.join("zoe", invite=short.code)
        assert [each.code for each in await bot.channel().invites()] == [lasting.code]
        clock.advance(10**8)
        assert (await bot.fetch_invite(lasting.code)).expires_at is None


async def test_who_comes_by_an_invite_is_counted_and_the_last_one_ends_it(sandbox, bot):
    made = sandbox.people.invite("olga", max_uses=2)
    assert made["inviter"]["username"] == "olga"
    sandbox.people.join("zoe", invite=made["code"])
    assert sandbox.world.invites[made["code"]].uses == 1
    sandbox.people.join("zoe", invite=made["code"])  # is there already: nothing is used
    assert sandbox.world.invites[made["code"]].uses == 1
    heard = bot.wait_for("invite_delete")
    joined = bot.wait_for("member_join", check=lambda member: member.name != "zoe")
    sandbox.people.join("yan", invite=f"https://discord.gg/{made['code']}")
    assert (await heard).code == made["code"]
    assert (await joined).name == "yan"
    with pytest.raises(Refused, match="Unknown Invite"):
        sandbox.people.join("xia", invite=made["code"])
    assert "xia" not in {user.username for user in sandbox.world.users.values()}


async def test_an_invite_leads_to_its_own_guild_and_lets_no_banned_one_in(sandbox, bot):
    made = sandbox.people.invite("oskar", guild_id="Hill")
    member = sandbox.people.join("zoe", invite=made["code"])
    hill = bot.guild("Hill")
    assert sandbox.world.guild(hill.id).members[member.user_id] is member
    sandbox.people.moderate("oskar", "ban", "zoe", guild_id="Hill")
    with pytest.raises(Refused, match="banned"):
        sandbox.people.join("zoe", invite=made["code"])
    assert sandbox.world.invites[made["code"]].uses == 1


async def test_permissions_decide_who_makes_lists_and_removes(sandbox, bot, api):
    sandbox.people.set_channel_permissions("olga", **ROLE, deny=["CREATE_INSTANT_INVITE"])
    assert await code_of(bot.channel().create_invite()) == (403, 50013)
    made = sandbox.people.invite("olga")
    assert [each.code for each in await bot.channel().invites()] == [made["code"]]
    sandbox.people.set_channel_permissions("olga", **ROLE, deny=["MANAGE_CHANNELS"])
    assert await code_of(bot.channel().invites()) == (403, 50013)
    status, told = await api("DELETE", f"/invites/{made['code']}")
    assert (status, told["code"]) == (403, 50013)
    _, [listed] = await api("GET", f"/guilds/{bot.guild().id}/invites")
    assert (listed["code"], "uses" in listed) == (made["code"], False)  # VIEW_AUDIT_LOG alone
    grant(sandbox, "MANAGE_GUILD")
    _, [listed] = await api("GET", f"/guilds/{bot.guild().id}/invites")
    assert (listed["code"], listed["uses"]) == (made["code"], 0)
    status, told = await api("DELETE", f"/invites/{made['code']}")
    assert (status, told["code"]) == (200, made["code"])


async def test_only_who_manages_the_channel_hears_of_its_invites(sandbox, bot, until):
    heard = []

    @bot.event
    async def on_invite_create(invite):
        heard.append(invite.channel.name)

    sandbox.people.set_channel_permissions("olga", **ROLE, deny=["MANAGE_CHANNELS"])
    sandbox.people.invite("olga", channel_id="general")
    sandbox.people.invite("olga", channel_id="reports")
    await until(lambda: heard)
    assert heard == ["reports"]


async def test_a_stranger_looks_at_an_invite_with_or_without_numbers(sandbox, http, bot):
    made = sandbox.people.invite("olga")
    url = f"{sandbox.api_url}/invites/{made['code']}"
    async with http.get(url) as response:
        told = await response.json()
    assert (told["guild"]["name"], told["channel"]["name"]) == ("Green", "general")
    assert not {"uses", "max_age", "approximate_member_count"} & told.keys()
    async with http.get(url, params={"with_counts": "true"}) as response:
        assert (await response.json())["approximate_member_count"] == bot.guild().member_count


async def test_an_invite_can_bring_roles_below_the_inviters_own(sandbox, api, bot):
    grant(sandbox, "CREATE_INSTANT_INVITE")
    guild = sandbox.world.guild(bot.guild().id)
    ids = {role.name: role.id for role in guild.roles.values()}
    path = f"/channels/{bot.channel().id}/invites"
    status, told = await api("POST", path, {"role_ids": [str(ids["owner"])]})
    assert (status, told["code"]) == (403, 50013)
    _, made = await api("POST", path, {"role_ids": [str(ids["manager"])]})
    assert [role["name"] for role in made["roles"]] == ["manager"]
    joined = bot.wait_for("member_join")
    sandbox.people.join("zoe", invite=made["code"])
    assert [role.name for role in (await joined).roles] == ["@everyone", "manager"]


async def test_a_direct_channel_and_a_category_have_none(sandbox, api, bot):
    grant(sandbox, "CREATE_INSTANT_INVITE")
    direct = await bot.member("ann").create_dm()
    status, told = await api("POST", f"/channels/{direct.id}/invites", {})
    assert (status, told["code"]) == (403, 50003)
    category = await bot.guild().create_category("rooms")
    status, told = await api("POST", f"/channels/{category.id}/invites", {})
    assert (status, told["code"]) == (400, 50024)


async def test_a_deleted_channel_takes_its_invites_along(sandbox, bot):
    channel = await bot.guild().create_text_channel("short-lived")
    made = sandbox.people.invite("olga", channel_id="short-lived")
    kept = sandbox.people.invite("olga")
    await channel.delete()
    assert await code_of(bot.fetch_invite(made["code"])) == (404, 10006)
    assert (await bot.fetch_invite(kept["code"])).code == kept["code"]


async def test_over_http_a_person_invites_and_another_comes(sandbox, http):
    async with http.post(f"{sandbox.url}/sandbox/people/olga/invite", json={"max_uses": 1}) as response:
        made = await response.json()
    assert (response.status, made["max_uses"]) == (200, 1)
    for status in (200, 403):
        name = f"guest{status}"
        url = f"{sandbox.url}/sandbox/people/{name}/join"
        async with http.post(url, json={"invite": made["code"]}) as response:
            told = await response.json()
        assert response.status == status
    assert told["error"] == "Discord refuses that: Unknown Invite (10006)."


@pytest.mark.parametrize(
    ("temporary", "roles", "status", "stays"),
    [
        (True, [], "offline", False),
        (True, ["member"], "offline", True),
        (True, [], "invisible", True),
        (False, [], "offline", True),
    ],
)
async def test_a_guest_goes_when_offline_unless_they_have_a_role(sandbox, temporary, roles, status, stays):
    made = sandbox.people.invite("ann", temporary=temporary)
    sandbox.people.join("zoe", invite=made["code"])
    sandbox.people.presence("zoe", status="online")
    sandbox.people.change_roles("olga", user_id="zoe", add=roles)
    sandbox.people.presence("zoe", status=status)
    guest = next(user.id for user in sandbox.world.users.values() if user.username == "zoe")
    assert (guest in sandbox.world.guild(int(made["guild_id"])).members) is stays


async def test_a_guest_who_goes_is_heard_to_leave(sandbox, bot):
    made = sandbox.people.invite("ann", temporary=True)
    sandbox.people.join("zoe", invite=made["code"])
    left = bot.wait_for("member_remove")
    sandbox.people.presence("zoe", status="offline")
    assert (await left).name == "zoe"
