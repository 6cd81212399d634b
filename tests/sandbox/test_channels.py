"""Channels are made, changed, moved and removed, by the bot and by hand."""

import discord
import pytest

from sandbox.channels import channel_types
from sandbox.errors import Refused


@pytest.fixture
def entries(green):
    """What the audit log was told since: (action, changes by key)."""

    def since(*actions):
        return [
            (one.action_type, {each["key"]: each for each in one.changes}, one.options)
            for one in green.audit
            if not actions or one.action_type in actions
        ]

    return since


@pytest.fixture
def heard(sandbox):
    """Events of that name so far, as they went to the bot."""

    def named(name):
        return [each.response for each in sandbox.recorder.since() if each.route == name]

    return named


def problems(answer):
    status, body = answer
    assert (status, body["code"]) == (400, 50035), body
    return body["errors"]


async def test_a_text_channel_is_made_with_a_proper_name_at_the_end(bot, until):
    made = bot.wait_for("guild_channel_create")
    channel = await bot.guild().create_text_channel(
        "Off  Topic", topic="Anything", slowmode_delay=5, nsfw=True, reason="wanted"
    )
    assert (channel.name, channel.topic, channel.slowmode_delay, channel.nsfw) == (
        "off-topic",
        "Anything",
        5,
        True,
    )
    assert channel.position == 4
    assert (await made).id == channel.id
    [entry] = [entry async for entry in bot.guild().audit_logs(limit=1)]
    assert (entry.action, entry.reason, entry.target.id) == (
        discord.AuditLogAction.channel_create,
        "wanted",
        channel.id,
    )
    assert (entry.after.name, entry.after.type, entry.after.overwrites) == (
        "off-topic",
        discord.ChannelType.text,
        [],
    )
    assert await bot.fetch_channel(channel.id) == channel


async def test_an_edit_tells_what_changed_and_null_is_the_default(bot, api, entries):
    channel = bot.channel()
    changed = bot.wait_for("guild_channel_update")
    await channel.edit(slowmode_delay=30, topic=None, reason="calm")
    before, after = await changed
    assert (before.slowmode_delay, after.slowmode_delay, after.topic) == (0, 30, None)
    [(_, changes, _)] = entries(11)
    assert changes == {
        "rate_limit_per_user": {"key": "rate_limit_per_user", "old_value": 0, "new_value": 30},
        "topic": {"key": "topic", "old_value": "Whatever comes to mind."},
    }
    _, body = await api("PATCH", f"/channels/{channel.id}", {"rate_limit_per_user": None})
    assert body["rate_limit_per_user"] == 0


async def test_an_edit_that_changes_nothing_is_not_told(api, bot, green, heard):
    for _ in range(2):
        assert (await api("PATCH", f"/channels/{bot.channel().id}", {"name": "new", "nsfw": False}))[0] == 200
        assert (len(green.audit), len(heard("CHANNEL_UPDATE"))) == (1, 1)


async def test_a_category_holds_fifty_and_gives_its_overwrites_to_new_ones(bot, api, green):
    everyone = bot.guild().default_role
    category = await bot.guild().create_category(
        "Quiet", overwrites={everyone: discord.PermissionOverwrite(send_messages=False)}
    )
    inside = await category.create_text_channel("inside")
    assert inside.overwrites_for(everyone).send_messages is False
    for number in range(49):
        assert (
            await api(
                "POST", f"/guilds/{green.id}/channels", {"name": f"c{number}", "parent_id": category.id}
            )
        )[0] == 201
    one_more = {"name": "more", "parent_id": category.id}
    found = problems(await api("POST", f"/guilds/{green.id}/channels", one_more))
    assert found["parent_id"]["_errors"][0]["code"] == "CHANNEL_PARENT_MAX_CHANNELS"
    assert "parent_id" in problems(
        await api("PATCH", f"/channels/{bot.channel().id}", {"parent_id": category.id})
    )
    assert "parent_id" in problems(
        await api("PATCH", f"/channels/{inside.id}", {"parent_id": bot.channel().id})
    )
    assert "parent_id" in problems(await api("PATCH", f"/channels/{inside.id}", {"parent_id": "1"}))


async def test_a_guild_has_at_most_five_hundred(api, green, sandbox):
    green.channel_ids += [green.channel_ids[0]] * 496
    status, body = await api("POST", f"/guilds/{green.id}/channels", {"name": "one more"})
    assert (status, body["code"]) == (400, 30013)


async def test_deleting_a_category_leaves_its_channels_without_one(bot, heard, until):
    category = await bot.guild().create_category("Quiet")
    inside = await category.create_text_channel("inside")
    gone = bot.wait_for("guild_channel_delete")
    await category.delete(reason="tidy")
    assert (await gone).id == category.id
    assert (await bot.fetch_channel(inside.id)).category_id is None
    [entry] = [entry async for entry in bot.guild().audit_logs(limit=1)]
    assert (entry.action, entry.before.name, entry.reason) == (
        discord.AuditLogAction.channel_delete,
        "Quiet",
        "tidy",
    )
    with pytest.raises(discord.NotFound) as missing:
        await bot.fetch_channel(category.id)
    assert missing.value.code == 10003


async def test_a_deleted_channel_takes_its_messages_with_it(sandbox, bot, api):
    said = sandbox.people.message("ann", "hello")
    status, body = await api("DELETE", f"/channels/{bot.channel().id}")
    assert (status, body["name"]) == (200, "general")
    assert (await api("GET", f"/channels/{said.channel_id}/messages"))[1]["code"] == 10003
    assert sandbox.world.messages.get(said.channel_id) is None


async def test_a_direct_channel_is_closed_and_opens_again_with_what_was_said(bot, api):
    sent = await bot.member("ann").send("hello")
    status, body = await api("DELETE", f"/channels/{sent.channel.id}")
    assert (status, body["type"]) == (200, 1)
    assert (await api("POST", "/users/@me/channels", {"recipient_id": str(bot.member("ann").id)}))[1][
        "id"
    ] == body["id"]
    assert [one["id"] for one in (await api("GET", f"/channels/{body['id']}/messages"))[1]] == [str(sent.id)]
    assert (await api("PATCH", f"/channels/{body['id']}", {"name": "x"}))[1]["code"] == 50003
    assert (await api("PUT", f"/channels/{body['id']}/permissions/5", {"type": 0}))[1]["code"] == 50003


async def test_without_the_permission_nothing_is_made_or_changed(sandbox, bot, api, green):
    role = green.roles[bot.guild().me.top_role.id]
    role.permissions &= ~(1 << 4)
    general = bot.channel().id
    for method, path in [
        ("POST", f"/guilds/{green.id}/channels"),
        ("PATCH", f"/channels/{general}"),
        ("DELETE", f"/channels/{general}"),
    ]:
        status, body = await api(method, path, {"name": "new"})
        assert (status, body["code"]) == (403, 50013)
    sandbox.people.set_channel_permissions(
        "olga", channel_id="general", role_id="Reeve", deny=["VIEW_CHANNEL"]
    )
    assert (await api("PATCH", f"/channels/{general}", {"name": "new"}))[1]["code"] == 50001


async def test_channels_are_sorted_and_only_one_changes_its_category(bot, api, green):
    category = await bot.guild().create_category("Quiet")
    general, staff = bot.channel(), bot.channel("staff")
    await general.move(end=True)
    assert [channel.name for channel in await bot.guild().fetch_channels()][:4] == [
        "general",
        "staff",
        "mod-log",
        "reports",
    ]
    _, listed = await api("GET", f"/guilds/{green.id}/channels")
    order = sorted((each["position"], each["name"]) for each in listed if each["type"] == 0)
    assert [name for _, name in order] == ["staff", "mod-log", "reports", "general"]
    both = [{"id": str(each.id), "parent_id": str(category.id)} for each in (general, staff)]
    status, body = await api("PATCH", f"/guilds/{green.id}/channels", both)
    assert (status, body["code"]) == (400, 40009)
    await staff.edit(category=category, sync_permissions=True)
    moved = await bot.fetch_channel(staff.id)
    assert (moved.category_id, moved.overwrites) == (category.id, {})
    status, body = await api("PATCH", f"/guilds/{green.id}/channels", [{"id": "1", "position": 1}])
    assert (status, body["code"]) == (404, 10003)
    assert problems(await api("PATCH", f"/guilds/{green.id}/channels", [{"id": "1", "position": "x"}])) == {
        "0": {"position": {"_errors": [{"code": "NUMBER_TYPE_COERCE", "message": 'Value "x" is not int.'}]}}
    }


async def test_by_hand_a_channel_is_made_changed_and_removed(sandbox, bot, http, until):
    made = bot.wait_for("guild_channel_create")
    sandbox.people.manage_channel("olga", "create", name="Lounge", type="voice", user_limit=5)
    lounge = await made
    assert (lounge.name, lounge.user_limit) == ("Lounge", 5)
    sandbox.people.manage_channel("olga", "edit", channel_id="general", slowmode=10)
    sandbox.people.manage_channel("olga", "delete", channel_id="Lounge")
    await until(lambda: not bot.guild().voice_channels)
    by_olga = [entry async for entry in bot.guild().audit_logs(user=bot.member("olga"))]
    assert [entry.action.name for entry in by_olga] == ["channel_delete", "channel_update", "channel_create"]
    async with http.post(
        f"{sandbox.url}/sandbox/people/olga/channel", json={"action": "create", "name": "A B"}
    ) as done:
        assert (done.status, (await done.json())["name"]) == (200, "a-b")
    async with http.post(f"{sandbox.url}/sandbox/people/ann/role", json={"action": "create"}) as done:
        assert (done.status, "50013" in (await done.json())["error"]) == (403, True)
    for act in ({"action": "create", "name": "mine"}, {"action": "delete", "channel_id": "general"}):
        with pytest.raises(Refused, match="50013"):
            sandbox.people.manage_channel("ann", **act)


async def test_flags_are_set_also_where_channels_are_sorted(green, api):
    """Reference, "Modify Guild Channel Positions": `flags` as in a change of one channel."""
    general, staff, *_ = green.channel_ids
    path, spoiler = f"/guilds/{green.id}/channels", channel_types.IS_SPOILER_CHANNEL
    moves = [{"id": str(general), "position": 3, "flags": spoiler}, {"id": str(staff), "flags": None}]
    assert (await api("PATCH", path, moves))[0] == 204
    status, channel = await api("GET", f"/channels/{general}")
    assert (status, channel["position"], channel["flags"]) == (200, 3, spoiler)
    status, refused = await api("PATCH", path, [{"id": str(general), "flags": "many"}])
    assert (status, refused["code"], list(refused["errors"]["0"])) == (400, 50035, ["flags"])
    await api("PATCH", f"/channels/{general}", {"flags": 0})
    assert (await api("PATCH", f"/channels/{general}", {"nsfw": True}))[0] == 200
    status, refused = await api("PATCH", path, [{"id": str(general), "flags": spoiler}])
    assert (status, refused["code"]) == (400, 50035)


async def test_flags_need_the_right_to_that_channel(sandbox, green, api):
    general = green.channel_ids[0]
    sandbox.people.set_channel_permissions(
        "olga", channel_id=general, role_id="Reeve", deny=["MANAGE_CHANNELS"]
    )
    body = [{"id": str(general), "flags": channel_types.IS_SPOILER_CHANNEL}]
    status, refused = await api("PATCH", f"/guilds/{green.id}/channels", body)
    assert (status, refused["code"]) == (403, 50013)
