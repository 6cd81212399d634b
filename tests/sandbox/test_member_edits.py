"""A member's nickname, roles, time-out and flags in one call; many bans in another."""

import pytest
from discord.http import Route

from sandbox.permissions import Permission

MODERATION = Permission.MODERATE_MEMBERS | Permission.KICK_MEMBERS | Permission.BAN_MEMBERS


@pytest.fixture
def people(sandbox):
    return {user.username: user.id for user in sandbox.world.users.values()}


@pytest.fixture
def own_role(green):
    return next(each for each in green.roles.values() if each.bot_id)


@pytest.fixture
def role_ids(green):
    return {each.name: str(each.id) for each in green.roles.values()}


@pytest.fixture
def member(api, green, people):
    async def call(method, name, body=None, path=""):
        status, answer = await api(method, f"/guilds/{green.id}/members/{people.get(name, name)}{path}", body)
        return (status, answer["code"]) if status >= 400 else (status, answer)

    return call


@pytest.fixture
def bulk_ban(api, green):
    async def call(*user_ids, **more):
        body = {"user_ids": [str(each) for each in user_ids], **more}
        return await api("POST", f"/guilds/{green.id}/bulk-ban", body)

    return call


async def test_one_call_changes_all_and_is_told_once(member, people, role_ids, sandbox, bot):
    wanted = {"nick": "Annie", "roles": [role_ids["member"], role_ids["manager"]], "flags": 1 << 2}
    status, body = await member("PATCH", "ann", wanted)
    assert (status, body["nick"], set(body["roles"]), body["flags"]) == (
        200,
        "Annie",
        set(wanted["roles"]),
        4,
    )
    told = [each.response for each in sandbox.recorder.since() if each.route == "GUILD_MEMBER_UPDATE"]
    assert [(each["nick"], each["user"]["username"]) for each in told] == [("Annie", "ann")]
    manager = {"id": role_ids["manager"], "name": "manager"}
    audit = next(iter(sandbox.world.guilds.values())).audit
    assert [(one.action_type, one.target_id, one.changes) for one in audit] == [
        (
            24,
            people["ann"],
            [{"key": "nick", "new_value": "Annie"}, {"key": "flags", "old_value": 0, "new_value": 4}],
        ),
        (25, people["ann"], [{"key": "$add", "new_value": [manager]}]),
    ]


@pytest.mark.parametrize(
    "case",
    [
        ({"roles": ["1"]}, (404, 10011)),
        ({"roles": ["owner"]}, (403, 50013)),
        ({"roles": ["Reeve"]}, (400, 50028)),
        ({"roles": ["@everyone"]}, (404, 10011)),
        ({"roles": "member"}, (400, 50035)),
        ({"communication_disabled_until": "2999-01-01T00:00:00Z"}, (400, 50035)),
        ({"communication_disabled_until": "soon"}, (400, 50035)),
        ({"nick": "x" * 33}, (400, 50035)),
        ({"mute": True}, (403, 50013)),
        ({"channel_id": None}, (403, 50013)),
    ],
)
async def test_when_one_part_is_refused_nothing_happened(member, green, people, role_ids, case):
    refused, answer = case
    if isinstance(refused.get("roles"), list):
        refused = {"roles": [role_ids.get(each, each) for each in refused["roles"]]}
    before = (green.members[people["ann"]].nick, green.members[people["ann"]].role_ids)
    assert await member("PATCH", "ann", {"nick": "Annie", **refused}) == answer
    assert (green.members[people["ann"]].nick, green.members[people["ann"]].role_ids) == before
    assert green.audit == []


async def test_what_is_so_already_is_neither_told_nor_noted(member, green, sandbox, bot, role_ids):
    held = (await member("GET", "max"))[1]
    for body in (
        {},
        {"nick": None},
        {"roles": held["roles"]},
        {"communication_disabled_until": None},
        {"flags": 0},
    ):
        assert await member("PATCH", "max", body) == (200, held)
    assert (await member("PUT", "max", path=f"/roles/{role_ids['member']}"))[0] == 204
    assert (await member("DELETE", "max", path=f"/roles/{role_ids['manager']}"))[0] == 204
    assert green.audit == []
    assert not [each for each in sandbox.recorder.since() if each.route == "GUILD_MEMBER_UPDATE"]


@pytest.mark.parametrize(
    "case",
    [
        ("PUT", "ann", "owner", (403, 50013)),
        ("DELETE", "olga", "owner", (403, 50013)),
        ("PUT", "ann", "Reeve", (400, 50028)),
        ("DELETE", "Reeve", "Reeve", (400, 50028)),
        ("PUT", "ann", "1", (404, 10011)),
        ("DELETE", "ann", "1", (404, 10011)),
        ("PUT", "1", "member", (404, 10007)),
        ("DELETE", "1", "member", (404, 10007)),
    ],
)
async def test_a_single_role_is_given_and_taken_only_below_the_own(member, role_ids, case):
    method, name, role, answer = case
    assert await member(method, name, path=f"/roles/{role_ids.get(role, role)}") == answer


async def test_only_one_flag_is_for_others_to_set(member, green, people, own_role):
    green.members[people["ann"]].flags = 1
    assert (await member("PATCH", "ann", {"flags": 2 | 4}))[1]["flags"] == 1 | 4
    assert (await member("PATCH", "ann", {"flags": None}))[1]["flags"] == 1
    own_role.permissions = int(MODERATION)
    assert (await member("PATCH", "ann", {"flags": 4}))[1]["flags"] == 1 | 4
    own_role.permissions = int(Permission.MODERATE_MEMBERS | Permission.KICK_MEMBERS)
    assert await member("PATCH", "ann", {"flags": 0}) == (403, 50013)


async def test_of_many_bans_those_that_failed_are_listed(bulk_ban, green, people, own_role, sandbox):
    assert (await bulk_ban(people["ann"]))[1]["code"] == 50013
    own_role.permissions |= int(Permission.MANAGE_GUILD)
    sandbox.people.moderate("olga", "ban", "ben")
    sandbox.people.message("ann", "spam")
    status, body = await bulk_ban(people["ann"], people["ben"], people["olga"], 1, delete_message_seconds=60)
    assert (status, body) == (
        200,
        {
            "banned_users": [str(people["ann"])],
            "failed_users": [str(people[n]) for n in ("ben", "olga")] + ["1"],
        },
    )
    assert sandbox.people.sees("max", "general") == []
    assert [one.target_id for one in green.audit if one.action_type == 22] == [people["ben"], people["ann"]]
    status, body = await bulk_ban(people["ann"], people["olga"])
    assert (status, body["code"]) == (400, 500000)


async def test_many_bans_have_limits(bulk_ban, own_role, api, green):
    own_role.permissions |= int(Permission.MANAGE_GUILD)
    for answer in (
        await bulk_ban(*range(1, 202)),
        await bulk_ban(1, delete_message_seconds=604_801),
        await api("POST", f"/guilds/{green.id}/bulk-ban", {}),
    ):
        assert (answer[0], answer[1]["code"]) == (400, 50035)


async def test_bans_come_in_pages_by_the_ids_of_people(api, green, people, sandbox):
    names = sorted(("ann", "ben", "cem"), key=people.__getitem__)
    for name in names:
        sandbox.people.moderate("olga", "ban", name)
    first, second, third = (str(people[name]) for name in names)
    for query, expected in [
        ({}, [first, second, third]),
        ({"limit": "1"}, [first]),
        ({"after": first}, [second, third]),
        ({"before": third, "limit": "1"}, [second]),
        ({"before": second, "after": third}, [first]),
    ]:
        _, found = await api("GET", f"/guilds/{green.id}/bans", params=query)
        assert [each["user"]["id"] for each in found] == expected


async def test_the_older_days_of_a_ban_are_understood(timed, clock, login):
    async with login(timed) as bot:
        timed.people.message("ann", "old")
        clock.advance(86400 * 1.5)
        timed.people.message("ann", "new")
        await bot.http.request(_ban_route(bot), json={"delete_message_days": 1})
        assert [one["content"] for one in timed.people.sees("max", "general")] == ["old"]


def _ban_route(bot):
    return Route(
        "PUT", "/guilds/{guild_id}/bans/{user_id}", guild_id=bot.guild().id, user_id=bot.member("ann").id
    )
