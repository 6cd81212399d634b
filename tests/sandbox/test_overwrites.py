"""Who may do what in one channel, and how often."""

import discord
import pytest

from sandbox.errors import Refused
from sandbox.permissions import Permission

SEND, VIEW, MANAGE_ROLES = 1 << 11, 1 << 10, 1 << 28


@pytest.fixture
def put(api, green):
    async def call(subject_id, body, channel=0, method="PUT"):
        path = f"/channels/{green.channel_ids[channel]}/permissions/{subject_id}"
        status, answer = await api(method, path, body)
        return (status, answer["code"]) if answer else status

    return call


def told(green):
    return [
        (
            one.action_type,
            {each["key"]: (each.get("old_value"), each.get("new_value")) for each in one.changes},
        )
        for one in green.audit
    ]


async def test_an_overwrite_comes_changes_and_goes_and_each_is_noted(green, put, bot):
    everyone = green.id
    assert await put(everyone, {"type": 0, "deny": str(SEND)}) == 204
    assert await put(everyone, {"type": 0, "allow": str(VIEW), "deny": str(SEND)}) == 204
    assert await put(everyone, None, method="DELETE") == 204
    subject = str(everyone)
    assert told(green) == [
        (13, {"id": (None, subject), "type": (None, 0), "allow": (None, "0"), "deny": (None, str(SEND))}),
        (14, {"allow": ("0", str(VIEW))}),
        (
            15,
            {"id": (subject, None), "type": (0, None), "allow": (str(VIEW), None), "deny": (str(SEND), None)},
        ),
    ]
    options = {"id": subject, "type": "0", "role_name": "@everyone"}
    assert [(one.target_id, one.options) for one in green.audit] == [(green.channel_ids[0], options)] * 3
    [removed] = [entry async for entry in bot.guild().audit_logs(limit=1)]
    assert removed.before.deny == discord.Permissions(send_messages=True)


async def test_the_same_overwrite_again_is_nothing_new(green, put, sandbox, bot):
    for bits in (str(SEND), SEND):
        assert await put(green.id, {"type": 0, "deny": bits}) == 204
        updates = [one for one in sandbox.recorder.since() if one.route == "CHANNEL_UPDATE"]
        assert (len(green.audit), len(updates)) == (1, 1)


async def test_a_member_has_an_overwrite_without_a_role_name(green, put, sandbox):
    ann = next(user.id for user in sandbox.world.users.values() if user.username == "ann")
    assert await put(ann, {"type": 1, "deny": str(SEND)}) == 204
    assert green.audit[-1].options == {"id": str(ann), "type": "1"}
    with pytest.raises(Refused):
        sandbox.people.message("ann", "hello")
    sandbox.people.message("ben", "hello")


@pytest.mark.parametrize(
    ("subject", "body", "answer"),
    [
        ("role", {"type": 2}, (400, 50035)),
        ("role", {"type": 0, "allow": "many"}, (400, 50035)),
        ("role", {"type": 0, "deny": -1}, (400, 50035)),
        ("role", {"type": 1}, (404, 10009)),
        (1, {"type": 0}, (404, 10009)),
        (1, {"type": 1}, (404, 10009)),
    ],
)
async def test_a_wrong_overwrite_is_refused(green, put, subject, body, answer):
    assert await put(green.id if subject == "role" else subject, body) == answer
    assert green.audit == []


async def test_what_is_not_there_cannot_be_removed(green, put):
    assert await put(green.id, None, method="DELETE") == (404, 10009)


async def test_nobody_grants_what_they_do_not_have_unless_they_may_manage_roles_there(
    green, put, bot, sandbox
):
    stream = str(int(Permission.MANAGE_GUILD))
    own_role = bot.guild().me.top_role
    assert await put(green.id, {"type": 0, "allow": stream}) == (403, 50013)
    sandbox.people.set_channel_permissions(
        "olga", channel_id="general", role_id="Reeve", allow=["MANAGE_ROLES"]
    )
    assert await put(green.id, {"type": 0, "allow": stream}) == 204
    green.roles[own_role.id].permissions &= ~MANAGE_ROLES
    assert await put(green.id, {"type": 0}) == 204
    assert await put(green.id, {"type": 0}, channel=1) == (403, 50013)


async def test_channels_in_sync_follow_their_category(bot, green):
    everyone = bot.guild().default_role
    category = await bot.guild().create_category("Quiet")
    synced = await category.create_text_channel("synced")
    own = await category.create_text_channel("own")
    await own.set_permissions(everyone, add_reactions=False)
    await category.set_permissions(everyone, send_messages=False)
    found = {
        each.id: each.overwrites_for(everyone).send_messages for each in await bot.guild().fetch_channels()
    }
    assert (found[category.id], found[synced.id], found[own.id]) == (False, False, None)
    assert [one.target_id for one in green.audit[-1:]] == [category.id]


async def test_an_edit_of_the_channel_replaces_all_overwrites_with_an_entry_each(bot, api, green):
    staff = bot.channel("staff")
    before = len(staff.overwrites)
    body = {"permission_overwrites": [{"id": str(green.id), "type": 0, "allow": None, "deny": VIEW}]}
    _, answer = await api("PATCH", f"/channels/{staff.id}", body)
    expected = [{"id": str(green.id), "type": 0, "allow": "0", "deny": str(VIEW)}]
    assert answer["permission_overwrites"] == expected
    assert [kind for kind, _ in told(green)] == [15] * (before - 1)


async def test_a_new_channel_has_only_what_the_bot_may_grant(api, green):
    for bits in (MANAGE_ROLES, int(Permission.MANAGE_GUILD)):
        body = {"name": "new", "permission_overwrites": [{"id": str(green.id), "type": 0, "allow": bits}]}
        status, answer = await api("POST", f"/guilds/{green.id}/channels", body)
        assert (status, answer["code"]) == (403, 50013)


async def test_who_writes_too_soon_is_told_when_they_may_again(timed, clock, login):
    async with login(timed) as bot:
        await bot.channel().edit(slowmode_delay=10)
        first = timed.people.message("ann", "one")
        timed.people.delete_message("ann", message_id=first.id)
        clock.advance(4)
        with pytest.raises(
            Refused, match=r"Slow mode: ann may write again in 6 s, at \d\d:\d\d:\d\d UTC"
        ) as slow:
            timed.people.message("ann", "two")
        assert (slow.value.status, slow.value.code) == (429, 20016)
        assert slow.value.body()["retry_after"] == 6
        timed.people.message("ben", "one")
        for text in ("one", "two"):
            await bot.channel().send(text)
        clock.advance(6)
        timed.people.message("ann", "two")
        timed.people.set_channel_permissions(
            "olga", channel_id="general", role_id="member", allow=["MANAGE_MESSAGES"]
        )
        with pytest.raises(Refused, match="20016"):
            timed.people.message("ann", "three")
        timed.people.set_channel_permissions(
            "olga", channel_id="general", role_id="member", allow=["BYPASS_SLOWMODE"]
        )
        timed.people.message("ann", "three")
