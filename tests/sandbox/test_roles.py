"""Roles are made, changed, sorted and removed, by the bot and by hand."""

import discord
import pytest

from sandbox.errors import Refused
from sandbox.permissions import Permission

KICK, GUILD, CHANNELS = (
    int(Permission.KICK_MEMBERS),
    int(Permission.MANAGE_GUILD),
    int(Permission.MANAGE_CHANNELS),
)


@pytest.fixture
def roles(api, green):
    """`await roles("POST", body)`; with `role="senior"` about that one. Answers (status, body)."""

    async def call(method, body=None, role=None):
        ids = {each.name: each.id for each in green.roles.values()}
        path = f"/guilds/{green.id}/roles"
        return await api(method, path if role is None else f"{path}/{ids.get(role, role)}", body)

    return call


def refusal(answer):
    return answer[0], answer[1]["code"]


def role(green, name):
    return next(each for each in green.roles.values() if each.name == name)


async def test_a_role_that_nobody_describes_has_discords_defaults(roles, green):
    status, body = await roles("POST", {})
    assert (status, body) == (
        200,
        {
            "id": body["id"],
            "name": "new role",
            "permissions": str(green.roles[green.id].permissions),
            "position": 1,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
        },
    )
    assert await roles("GET", role=body["id"]) == (200, body)
    assert body in (await roles("GET"))[1]


async def test_a_role_is_made_changed_and_removed_and_everybody_hears(bot):
    guild = bot.guild()
    made, changed, gone = (bot.wait_for(f"guild_role_{name}") for name in ("create", "update", "delete"))
    jailed = await guild.create_role(name="jailed", colour=discord.Colour(0xFF0000), reason="needed")
    assert (await made).id == jailed.id
    await jailed.edit(name="muted", colour=discord.Colour(0), hoist=True)
    before, after = await changed
    assert (before.name, after.name, after.colour.value, after.hoist) == ("jailed", "muted", 0, True)
    await jailed.delete(reason="no more")
    assert (await gone).id == jailed.id
    removed, updated, created = [entry async for entry in guild.audit_logs(limit=3)]
    assert (created.action.name, created.after.name, created.after.colour.value, created.reason) == (
        "role_create",
        "jailed",
        0xFF0000,
        "needed",
    )
    assert (updated.action.name, updated.before.name, updated.after.name) == (
        "role_update",
        "jailed",
        "muted",
    )
    assert not hasattr(updated.after, "permissions")
    assert (removed.action.name, removed.before.name, removed.target.id) == (
        "role_delete",
        "muted",
        jailed.id,
    )
    with pytest.raises(discord.NotFound) as missing:
        await guild.fetch_role(jailed.id)
    assert missing.value.code == 10011


async def test_the_older_word_for_the_color_is_understood_and_gradients_need_boosts(roles):
    assert (await roles("POST", {"color": 255}))[1]["colors"]["primary_color"] == 255
    assert (await roles("POST", {"colors": {"primary_color": 254}, "color": 255}))[1]["color"] == 254
    for body in (
        {"colors": {"primary_color": 1, "secondary_color": 2}},
        {"unicode_emoji": "👍"},
        {"icon": "data:image/png;base64,AAAA"},
    ):
        assert refusal(await roles("POST", body)) == (403, 50101)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x" * 101}, "name"),
        ({"color": 0x1000000}, "color"),
        ({"permissions": "all"}, "permissions"),
        ({"hoist": "yes"}, "hoist"),
    ],
)
async def test_a_wrong_field_is_named(roles, body, field):
    for method, name in (("POST", None), ("PATCH", "member")):
        status, answer = await roles(method, body, name)
        assert (status, answer["code"], list(answer["errors"])) == (400, 50035, [field])


async def test_a_role_gets_only_what_its_maker_has(roles, green):
    assert refusal(await roles("POST", {"permissions": str(GUILD)})) == (403, 50013)
    assert (await roles("POST", {"permissions": str(KICK)}))[1]["permissions"] == str(KICK)
    assert refusal(await roles("PATCH", {"permissions": str(GUILD)}, "member")) == (403, 50013)
    role(green, "member").permissions = GUILD
    status, body = await roles("PATCH", {"permissions": str(GUILD | KICK)}, "member")
    assert (status, body["permissions"]) == (200, str(GUILD | KICK))


async def test_only_roles_below_the_own_are_touched(roles, green, bot):
    for name in ("owner", "Reeve"):
        assert refusal(await roles("PATCH", {"name": "x"}, name)) == (403, 50013)
        assert refusal(await roles("DELETE", role=name)) == (403, 50013)
    assert refusal(await roles("DELETE", role="1")) == (404, 10011)
    twin = role(green, "senior")
    twin.position = role(green, "Reeve").position
    assert twin.id < role(green, "Reeve").id
    assert refusal(await roles("PATCH", {"name": "x"}, "senior")) == (403, 50013)


async def test_neither_everyone_nor_a_managed_role_is_removed(roles, green):
    role(green, "senior").managed = True
    assert refusal(await roles("DELETE", role="senior")) == (400, 50028)
    assert refusal(await roles("DELETE", role="@everyone")) == (400, 50028)
    assert refusal(await roles("PATCH", {"name": "all"}, "@everyone")) == (400, 50028)
    everyone = green.roles[green.id].permissions
    assert (await roles("PATCH", {"permissions": str(everyone | KICK)}, "@everyone"))[0] == 200


async def test_who_held_a_deleted_role_has_lost_it_and_so_have_channels(bot, green, until):
    moderator = discord.utils.get(bot.guild().roles, name="moderator")
    changed = [
        bot.wait_for("member_update", check=lambda _, after, name=name: after.name == name)
        for name in ("max", "mia")
    ]
    staff = bot.channel("staff")
    assert moderator in staff.overwrites
    await moderator.delete()
    for each in changed:
        assert "moderator" not in [held.name for held in (await each)[1].roles]
    await until(lambda: moderator.id not in {each.id for each in bot.channel("staff").overwrites})
    assert {
        name for each in green.members.values() for name in each.role_ids if name not in green.roles
    } == set()


async def test_roles_are_sorted_below_the_own_only(roles, green, bot):
    ids = {each.name: str(each.id) for each in green.roles.values()}
    status, body = await roles(
        "PATCH", [{"id": ids["manager"], "position": 3}, {"id": ids["moderator"], "position": 2}]
    )
    assert status == 200
    assert {each["name"]: each["position"] for each in body if each["name"] in ("manager", "moderator")} == {
        "manager": 3,
        "moderator": 2,
    }
    assert [(one.action_type, one.changes) for one in green.audit] == [
        (31, [{"key": "position", "old_value": 2, "new_value": 3}]),
        (31, [{"key": "position", "old_value": 3, "new_value": 2}]),
    ]
    for wrong in ({"id": ids["owner"], "position": 1}, {"id": ids["member"], "position": 5}):
        assert refusal(await roles("PATCH", [wrong])) == (403, 50013)
    assert refusal(await roles("PATCH", [{"id": ids["@everyone"], "position": 1}])) == (400, 50028)
    assert refusal(await roles("PATCH", [{"id": "1", "position": 1}])) == (404, 10011)
    assert refusal(await roles("PATCH", {"id": "1"})) == (400, 50035)
    await discord.utils.get(bot.guild().roles, name="member").edit(position=2)
    assert role(green, "member").position == 2


async def test_a_guild_has_at_most_250_roles(roles, green):
    for number in range(250 - len(green.roles)):
        assert (await roles("POST", {"name": str(number)}))[0] == 200
    assert refusal(await roles("POST", {})) == (400, 30005)


async def test_holders_are_counted(roles, green):
    status, body = await roles("GET", role="member-counts")
    assert status == 200
    assert body[str(role(green, "moderator").id)] == 2
    assert body[str(role(green, "member").id)] == 17
    assert str(green.id) not in body


async def test_without_the_permission_nothing_goes(roles, green):
    role(green, "Reeve").permissions = CHANNELS
    for method, name in (("POST", None), ("PATCH", "member"), ("DELETE", "member")):
        assert refusal(await roles(method, {}, name)) == (403, 50013)


async def test_by_hand_a_role_is_made_changed_and_removed(sandbox, bot, green, until):
    made = sandbox.people.manage_role(
        "olga", "create", name="jailed", permissions=["VIEW_CHANNEL"], color=5, position=3
    )
    assert (made["name"], made["permissions"], made["color"], made["position"]) == ("jailed", "1024", 5, 3)
    sandbox.people.manage_role("olga", "edit", role_id="jailed", name="muted", mentionable=True)
    await until(lambda: discord.utils.get(bot.guild().roles, name="muted"))
    sandbox.people.manage_role("olga", "delete", role_id="muted")
    await until(lambda: not discord.utils.get(bot.guild().roles, name="muted"))
    assert [one.action_type for one in green.audit] == [30, 31, 31, 32]
    assert {sandbox.world.user(one.user_id).username for one in green.audit} == {"olga"}
    for act in ({"action": "create"}, {"action": "edit", "role_id": "member", "name": "x"}):
        with pytest.raises(Refused, match="50013"):
            sandbox.people.manage_role("max", **act)
