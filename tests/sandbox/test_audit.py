"""The audit log: who may read it, what an entry says, what is named beside it, and how long it is kept."""

from urllib.parse import quote

import discord
import pytest

from sandbox.guilds.audit import COUNTED_TOGETHER, KEPT
from sandbox.permissions import Permission

A_DAY = 86_400


@pytest.fixture
def green(sandbox):
    return green_of(sandbox)


def green_of(sandbox):
    return next(guild for guild in sandbox.world.guilds.values() if guild.name == "Green")


def id_of(sandbox, name):
    return next(user.id for user in sandbox.world.users.values() if user.username == name)


def permit(guild, permission):
    next(role for role in guild.roles.values() if role.bot_id).permissions |= int(permission)


def deletions(guild):
    return [entry for entry in guild.audit if entry.action_type == 72]


def heard(sandbox):
    route = "GUILD_AUDIT_LOG_ENTRY_CREATE"
    return [each.response for each in sandbox.recorder.since() if each.route == route]


async def reasons(api, guild, **query):
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    status, body = await api("GET", f"/guilds/{guild.id}/audit-logs?{asked}")
    assert status == 200
    return [entry["reason"] for entry in body["audit_log_entries"]]


async def test_entries_are_found_by_kind_actor_target_and_place(green, sandbox, api):
    for who, action, whom, reason in (
        ("max", "kick", "ann", "a"),
        ("sam", "kick", "ben", "b"),
        ("max", "ban", "cem", "c"),
        ("max", "unban", "cem", "d"),
    ):
        sandbox.people.moderate(who, action, whom, reason=reason)
    entry = {one.reason: one.id for one in green.audit}
    assert await reasons(api, green) == ["d", "c", "b", "a"]
    assert await reasons(api, green, limit=2) == ["d", "c"]
    assert await reasons(api, green, before=entry["c"]) == ["b", "a"]
    assert await reasons(api, green, after=entry["a"]) == ["b", "c", "d"]
    assert await reasons(api, green, after=0, limit=1) == ["a"]
    assert await reasons(api, green, before=entry["d"], after=entry["a"]) == ["b", "c"]
    assert await reasons(api, green, action_type=20) == ["b", "a"]
    assert await reasons(api, green, user_id=id_of(sandbox, "sam")) == ["b"]
    assert await reasons(api, green, target_id=id_of(sandbox, "cem")) == ["d", "c"]


@pytest.mark.parametrize("limit", ["0", "101", "many"])
async def test_a_page_has_one_to_a_hundred_entries(green, api, limit):
    status, body = await api("GET", f"/guilds/{green.id}/audit-logs?limit={limit}")
    assert (status, body["code"], list(body["errors"])) == (400, 50035, ["limit"])


async def test_without_the_permission_a_bot_neither_reads_nor_hears_it(green, sandbox, bot, api):
    role = next(role for role in green.roles.values() if role.bot_id)
    role.permissions &= ~int(Permission.VIEW_AUDIT_LOG)
    sandbox.people.moderate("max", "kick", "ann")
    assert (await api("GET", f"/guilds/{green.id}/audit-logs"))[1]["code"] == 50013
    role.permissions |= int(Permission.VIEW_AUDIT_LOG)
    logged = bot.wait_for("audit_log_entry_create")
    sandbox.people.moderate("max", "kick", "ben")
    assert (await logged).target.id == id_of(sandbox, "ben")
    assert len(heard(sandbox)) == 1


async def test_an_entry_says_whole_what_happened(green, sandbox, bot):
    logged = bot.wait_for("audit_log_entry_create")
    sandbox.people.moderate("max", "nick", "ann", nick="Annie", reason="asked for it")
    await logged
    [told] = heard(sandbox)
    assert told == {
        "id": str(green.audit[-1].id),
        "action_type": 24,
        "user_id": str(id_of(sandbox, "max")),
        "target_id": str(id_of(sandbox, "ann")),
        "changes": [{"key": "nick", "new_value": "Annie"}],
        "reason": "asked for it",
        "guild_id": str(green.id),
    }


async def test_what_the_entries_name_comes_with_them(green, sandbox, bot, api):
    permit(green, Permission.MANAGE_GUILD)
    permit(green, Permission.MANAGE_WEBHOOKS)
    bot.tree.add_command(discord.app_commands.Command(name="ping", description="x", callback=_ping))
    await bot.tree.sync()
    sandbox.people.set_command_permissions("olga", command="ping", guild_id=green.id, allow=["moderator"])
    rule = {"name": "Words", "event_type": 1, "trigger_type": 3, "actions": [{"type": 1}]}
    made = sandbox.people.automod("olga", "create", rule=rule)
    webhook = await bot.channel().create_webhook(name="Hook")
    thread = await bot.channel().create_thread(name="Thread", type=discord.ChannelType.public_thread)
    _, log = await api("GET", f"/guilds/{green.id}/audit-logs")
    assert {user["username"] for user in log["users"]} == {"olga", bot.user.name}
    assert [each["name"] for each in log["application_commands"]] == ["ping"]
    assert [(each["type"], each["application_id"]) for each in log["integrations"]] == [
        ("discord", str(bot.application_id))
    ]
    assert log["auto_moderation_rules"] == [made]
    assert [each["id"] for each in log["webhooks"]] == [str(webhook.id)]
    assert "token" not in log["webhooks"][0]
    assert [each["id"] for each in log["threads"]] == [str(thread.id)]
    _, log = await api("GET", f"/guilds/{green.id}/audit-logs?action_type=20")
    assert not any(log.values())


async def _ping(interaction: discord.Interaction) -> None: ...


async def test_opening_a_command_tells_the_permissions_before_and_after(green, sandbox, bot):
    bot.tree.add_command(discord.app_commands.Command(name="ping", description="x", callback=_ping))
    [ping] = await bot.tree.sync()
    moderator = next(role for role in green.roles.values() if role.name == "moderator")
    allowed = {"id": str(moderator.id), "type": 1, "permission": True}
    sandbox.people.set_command_permissions("olga", command="ping", allow=["moderator"])
    sandbox.people.set_command_permissions("olga", command="ping", allow=[], deny=["moderator"])
    first, second = green.audit[-2:]
    assert (first.action_type, first.target_id) == (121, ping.id)
    assert first.options == {"application_id": str(bot.application_id)}
    assert first.changes == [{"key": str(moderator.id), "new_value": allowed}]
    denied = {**allowed, "permission": False}
    assert second.changes == [{"key": str(moderator.id), "old_value": allowed, "new_value": denied}]


async def test_entries_are_forgotten_after_45_days(timed, clock, http):
    green = green_of(timed)
    timed.people.moderate("max", "kick", "ann")
    clock.advance(10 * A_DAY)
    timed.people.moderate("max", "kick", "ben")
    url = f"{timed.url}/sandbox/guilds/Green/audit-log"

    async def targets():
        async with http.get(url) as answer:
            entries = (await answer.json())["audit_log_entries"]
            return [timed.world.users[int(entry["target_id"])].username for entry in entries]

    clock.advance(KEPT.total_seconds() - 10 * A_DAY - 1)
    assert await targets() == ["ben", "ann"]
    clock.advance(2)
    assert await targets() == ["ben"]
    timed.people.moderate("max", "kick", "cem")
    assert len(green.audit) == 2


async def test_deleting_what_others_wrote_is_counted_per_author_and_channel(timed, clock):
    people, green = timed.people, green_of(timed)
    for author, channel in (("ann", "general"), ("ann", "general"), ("mel", "general"), ("mel", "staff")):
        one = people.message(author, "x", channel_id=channel)
        people.delete_message("max", message_id=one.id)
    ann, here, there = deletions(green)
    general, staff = (
        timed.people.channel(timed.world.user(there.user_id), None, name).id for name in ("general", "staff")
    )
    assert ann.options == {"channel_id": str(general), "count": "2"}
    assert here.options == {"channel_id": str(general), "count": "1"}
    assert there.options == {"channel_id": str(staff), "count": "1"}
    assert ann.target_id == id_of(timed, "ann")
    clock.advance(COUNTED_TOGETHER.total_seconds() + 1)
    people.delete_message("max", message_id=people.message("ann", "x").id)
    assert [entry.options["count"] for entry in deletions(green)] == ["2", "1", "1", "1"]


async def test_nobody_notes_who_deletes_their_own_and_which_single_message_a_bot_deletes(green, sandbox, bot):
    sandbox.people.delete_message("ann", message_id=sandbox.people.message("ann", "x").id)
    one = sandbox.people.message("ann", "y")
    await bot.channel().get_partial_message(one.id).delete()
    assert green.audit == []


async def test_a_bulk_delete_is_one_entry_about_its_channel(green, sandbox, bot):
    ids = [discord.Object(sandbox.people.message("ann", str(number)).id) for number in range(3)]
    await bot.channel().delete_messages(ids, reason="raid")
    [entry] = green.audit
    assert (entry.action_type, entry.target_id, entry.options, entry.reason) == (
        73,
        bot.channel().id,
        {"count": "3"},
        "raid",
    )


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (quote("Grüße, 100 %"), "Grüße, 100 %"),
        ("100%", "100%"),
        ("50%25 of %zz", "50% of %zz"),
        (quote("🦔" * 512), "🦔" * 512),
        ("%FF", "\N{REPLACEMENT CHARACTER}"),
        ("", None),
    ],
)
async def test_reasons_are_decoded(green, sandbox, api, sent, kept):
    path = f"/guilds/{green.id}/members/{id_of(sandbox, 'ann')}"
    status, _ = await api("DELETE", path, headers={"X-Audit-Log-Reason": sent})
    assert (status, green.audit[-1].reason) == (204, kept)


async def test_a_reason_has_at_most_512_characters(green, sandbox, api):
    path = f"/guilds/{green.id}/members/{id_of(sandbox, 'ann')}"
    status, body = await api("DELETE", path, headers={"X-Audit-Log-Reason": quote("ü" * 513)})
    assert (status, body["code"]) == (400, 50035)
    assert (green.audit, id_of(sandbox, "ann") in green.members) == ([], True)
