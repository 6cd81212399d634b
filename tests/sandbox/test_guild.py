"""A guild's own settings, who is in it, and how the bot leaves it."""

import base64

import discord
import pytest

from sandbox.permissions import Permission

PICTURE = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


@pytest.fixture
def own_role(green):
    return next(each for each in green.roles.values() if each.bot_id)


@pytest.fixture
def manager(own_role):
    """The bot may manage the server."""
    own_role.permissions |= int(Permission.MANAGE_GUILD)


@pytest.fixture
def guild(api, green):
    async def call(method, path="", body=None, **more):
        return await api(method, f"/guilds/{green.id}{path}", body, **more)

    return call


@pytest.fixture
def people(sandbox):
    return {user.username: user.id for user in sandbox.world.users.values()}


def refusal(answer):
    return answer[0], answer[1]["code"]


async def test_the_settings_change_and_everybody_hears(bot, manager, green):
    changed = bot.wait_for("guild_update")
    general, mod_log, guild = bot.channel(), bot.channel("mod-log"), bot.guild()
    await guild.edit(
        name="Greener",
        description="A lawn",
        system_channel=general,
        verification_level=discord.VerificationLevel.high,
        default_notifications=discord.NotificationLevel.all_messages,
        explicit_content_filter=discord.ContentFilter.all_members,
        afk_timeout=60,
        preferred_locale=discord.Locale.german,
        reason="spring",
    )
    before, after = await changed
    assert (before.name, after.name, after.system_channel, after.afk_timeout) == (
        "Green",
        "Greener",
        general,
        60,
    )
    [entry] = [entry async for entry in guild.audit_logs(limit=1)]
    assert (entry.action.name, entry.before.name, entry.after.name, entry.reason) == (
        "guild_update",
        "Green",
        "Greener",
        "spring",
    )
    assert (entry.after.system_channel, entry.target.id) == (general, green.id)
    fetched = await bot.fetch_guild(green.id)
    assert (fetched.description, fetched.preferred_locale) == ("A lawn", discord.Locale.german)
    await guild.edit(system_channel=mod_log)
    await mod_log.delete()
    assert green.system_channel_id is None


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"name": "x"}, (400, 50035)),
        ({"name": None}, (400, 50035)),
        ({"afk_timeout": 61}, (400, 50035)),
        ({"verification_level": 5}, (400, 50035)),
        ({"preferred_locale": "tlh"}, (400, 50035)),
        ({"icon": "a picture"}, (400, 50035)),
        ({"banner": PICTURE}, (403, 50101)),
        ({"home_header": PICTURE}, (403, 50101)),
        ({"system_channel_id": "1"}, (404, 10003)),
        ({"features": ["COMMUNITY"]}, (403, 50013)),
    ],
)
async def test_a_wrong_setting_is_refused(guild, manager, green, body, answer):
    assert refusal(await guild("PATCH", body={"description": "new", **body})) == answer
    assert (green.description, green.audit) == (None, [])


async def test_the_settings_need_their_permission(guild):
    assert refusal(await guild("PATCH", body={"name": "Greener"})) == (403, 50013)


async def test_an_icon_is_kept_as_its_hash(guild, manager, green):
    _, body = await guild("PATCH", body={"icon": PICTURE})
    assert len(body["icon"]) == 32
    assert green.audit[-1].changes == [{"key": "icon_hash", "new_value": body["icon"]}]
    assert (await guild("PATCH", body={"icon": None}))[1]["icon"] is None


async def test_a_community_has_its_channels_and_may_announce(guild, api, own_role, green):
    own_role.permissions |= int(Permission.ADMINISTRATOR)
    general, staff = (str(each) for each in green.channel_ids[:2])
    status, body = await guild("PATCH", body={"features": ["COMMUNITY"], "rules_channel_id": general})
    assert (status, list(body["errors"])) == (400, ["public_updates_channel_id"])
    wanted = {
        "features": ["COMMUNITY", "PARTNERED"],
        "rules_channel_id": general,
        "public_updates_channel_id": staff,
    }
    _, body = await guild("PATCH", body=wanted)
    assert sorted(body["features"]) == ["COMMUNITY", "NEWS"]
    assert refusal(await api("DELETE", f"/channels/{general}")) == (400, 50074)
    _, voice = await guild("POST", "/channels", {"name": "v", "type": 2})
    assert refusal(await guild("PATCH", body={"rules_channel_id": voice["id"]})) == (400, 50086)
    assert (await guild("PATCH", body={"features": []}))[1]["features"] == []
    assert (await api("DELETE", f"/channels/{general}"))[0] == 200
    assert green.rules_channel_id is None


async def test_a_preview_counts_members(guild, green):
    status, body = await guild("GET", "/preview")
    assert (status, body["name"], body["approximate_member_count"]) == (200, "Green", len(green.members))
    _, whole = await guild("GET", params={"with_counts": "true"})
    assert whole["approximate_member_count"] == len(green.members)
    assert "approximate_member_count" not in (await guild("GET"))[1]


async def test_members_are_found_by_how_their_names_begin(guild, sandbox, people):
    sandbox.people.moderate("max", "nick", "ben", nick="Annabel")
    _, found = await guild("GET", "/members/search", params={"query": "AnN", "limit": "5"})
    assert {each["user"]["username"] for each in found} == {"ann", "ben"}
    _, found = await guild("GET", "/members/search", params={"query": "a"})
    assert len(found) == 1
    assert refusal(await guild("GET", "/members/search")) == (400, 50035)


async def test_who_was_long_away_is_pruned(timed, clock, login, green_of):
    async with login(timed) as bot:
        green = green_of(timed)
        next(each for each in green.roles.values() if each.bot_id).permissions |= int(Permission.MANAGE_GUILD)
        member = discord.utils.get(bot.guild().roles, name="member")
        names = {"ann", "ben", "cem"}
        ids = {user.id: user.username for user in timed.world.users.values() if user.username in names}
        for user_id in ids:
            green.members[user_id].role_ids = ()
        timed.people.message("ann", "hello")
        clock.advance(6 * 86400)
        assert await bot.guild().estimate_pruned_members(days=7) == 2
        assert await bot.guild().estimate_pruned_members(days=7, roles=[member]) == 11
        gone = [bot.wait_for("raw_member_remove") for _ in range(1)]
        assert await bot.guild().prune_members(days=7, reason="dust") == 2
        assert ids[(await gone[0]).user.id] in ("ben", "cem")
        [entry] = [entry async for entry in bot.guild().audit_logs(limit=1)]
        assert (entry.action.name, entry.reason, entry.target) == ("member_prune", "dust", None)
        assert (entry.extra.delete_member_days, entry.extra.members_removed) == (7, 2)
        assert await bot.guild().prune_members(days=7, compute_prune_count=False) is None


@pytest.fixture
def green_of():
    return lambda sandbox: next(iter(sandbox.world.guilds.values()))


async def test_pruning_needs_both_permissions(guild, own_role):
    assert refusal(await guild("GET", "/prune")) == (403, 50013)
    own_role.permissions = int(Permission.MANAGE_GUILD)
    assert refusal(await guild("POST", "/prune", {"days": 7})) == (403, 50013)
    own_role.permissions |= int(Permission.KICK_MEMBERS)
    assert refusal(await guild("POST", "/prune", {"days": 31})) == (400, 50035)
    assert await guild("GET", "/prune", params={"days": "7"}) == (200, {"pruned": 0})


async def test_the_bot_leaves_and_hears_that_it_is_no_outage(bot, sandbox, api):
    hill = next(each for each in sandbox.world.guilds.values() if each.name == "Hill")
    gone = bot.wait_for("guild_remove")
    assert (await api("DELETE", f"/users/@me/guilds/{hill.id}"))[0] == 204
    assert (await gone).name == "Hill"
    told = [each.response for each in sandbox.recorder.since() if each.route == "GUILD_DELETE"]
    assert told == [{"id": str(hill.id)}]
    assert refusal(await api("DELETE", f"/users/@me/guilds/{hill.id}")) == (403, 50001)


async def test_nobody_leaves_what_is_theirs(api, green, sandbox):
    green.owner_id = next(iter(sandbox.world.applications))
    assert refusal(await api("DELETE", f"/users/@me/guilds/{green.id}")) == (400, 50055)


async def test_the_bots_guilds_come_in_pages(api, sandbox):
    green, hill = sorted(sandbox.world.guilds)
    for query, expected in [
        ({}, [green, hill]),
        ({"limit": "1"}, [green]),
        ({"after": str(green)}, [hill]),
        ({"before": str(hill)}, [green]),
    ]:
        _, found = await api("GET", "/users/@me/guilds", params=query)
        assert [each["id"] for each in found] == [str(each) for each in expected]
        assert "approximate_member_count" not in found[0]
    _, found = await api("GET", "/users/@me/guilds", params={"with_counts": "true"})
    assert found[1]["approximate_member_count"] == 8


async def test_the_bots_own_name_and_picture_change(bot, until):
    await bot.user.edit(username="Warden", avatar=b"\x89PNG\r\n\x1a\n")
    await until(lambda: bot.user.name == "Warden")
    fetched = await bot.fetch_user(bot.user.id)
    assert (fetched.name, fetched.avatar.key, fetched.avatar) == (
        "Warden",
        bot.user.avatar.key,
        bot.user.avatar,
    )


async def test_in_one_guild_the_bot_looks_as_it_likes(guild, green, sandbox, bot):
    body = {"nick": "Warden", "avatar": PICTURE, "banner": PICTURE, "bio": "Keeps the lawn"}
    status, answer = await guild("PATCH", "/members/@me", body)
    assert (status, answer["nick"], len(answer["avatar"]), len(answer["banner"])) == (200, "Warden", 32, 32)
    assert [(one.action_type, [each["key"] for each in one.changes]) for one in green.audit] == [
        (24, ["nick"])
    ]
    told = [each.response for each in sandbox.recorder.since() if each.route == "GUILD_MEMBER_UPDATE"]
    assert [(each["nick"], each["avatar"]) for each in told] == [("Warden", answer["avatar"])]
    assert refusal(await guild("PATCH", "/members/@me", {"bio": "x" * 191})) == (400, 50035)
    assert refusal(await guild("PATCH", "/members/@me", {"avatar": "me"})) == (400, 50035)
