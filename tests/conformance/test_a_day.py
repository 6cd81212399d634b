"""One day that leaves out no route and no kind of event: what is new to the sandbox has to come here, too."""

import day_steps as steps
import pytest
from conformance_facts import facts
from day_in_a_guild import Day, opened_day

from sandbox.errors import Refused
from sandbox.permissions import Permission
from sandbox.server import PAGES

SAID = {"type": 4, "data": {"content": "pong"}}
# Told to nobody on a day without trouble, or not on one day: tests of their own hold them.
NOT_ON_A_DAY = {"RESUMED", "RECONNECT", "INVALID_SESSION", "CLOSE", "RATE_LIMITED"}
NOT_FOR_BOTS = {("PUT", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}/permissions")}
# The documentation knows them and the sandbox has nothing that could cause them.
NOT_MADE = {
    "GUILD_EMOJIS_UPDATE", "GUILD_STICKERS_UPDATE", "GUILD_INTEGRATIONS_UPDATE", "MESSAGE_POLL_VOTE_ADD",
    "MESSAGE_POLL_VOTE_REMOVE",
}  # fmt: skip


async def the_day(day: Day) -> None:
    people, green = day.people, {"guild_id": "Green", "channel_id": "general"}
    day.ids["emoji"] = next(iter(day.guild.emojis))
    day.ids["hill"] = next(each.id for each in day.sandbox.world.guilds.values() if each.name == "Hill")
    shown = people.message("ben", "duck", attachments=[{"filename": "a.txt", "base64": "aGV5"}], **green)
    day.ids["link"] = day.sandbox.core.url + shown.attachments[0].path
    for table in (steps.ONESELF, steps.COMMANDS):
        await day.run(table)
    day.ids["own command"] = day.ids["command"]
    day.ids["command"] = (await day.ask("GET", steps.APP + "/commands"))[-1]["id"]
    people.set_command_permissions("olga", command="ping", allow=["member"], guild_id="Green")
    ping = next(each for each in day.sandbox.world.commands.values() if each.guild_id is not None)
    day.guild.command_permissions.setdefault(
        ping.id, [{"id": str(day.guild.id), "type": 1, "permission": True}]
    )
    await day.ask("GET", f"{steps.APP}/guilds/{{guild}}/commands/permissions")
    of_ping = f"{steps.APP}/guilds/{{guild}}/commands/{ping.id}/permissions"
    await day.ask("GET", of_ping)
    await day.ask("PUT", of_ping, {"permissions": []}, refused=403)
    for table in (steps.GUILD_ITSELF, steps.CHANNELS, steps.ROLES, steps.MESSAGES, steps.THREADS):
        await day.run(table)
    for table in (steps.WEBHOOKS_AND_INVITES, steps.MEMBERS, steps.AUTOMOD):
        await day.run(table)
    await voices(day)
    answer = await day.answers(people.slash("ann", "ping", **green), SAID)
    assert answer.messages[0]["content"] == "pong"
    hook = "/webhooks/{app}/{token}"
    await day.ask("POST", hook, {"content": "more"}, "more")
    await day.ask("GET", hook + "/messages/{more}")
    await day.ask("PATCH", hook + "/messages/@original", {"content": "PONG"})
    await day.ask("DELETE", hook + "/messages/{more}")
    await asking(day)
    with pytest.raises(Refused):
        people.message("ben", "a duck", **green)
    await day.ask("GET", "/channels/1", refused=404)
    await hiding(day)
    people.presence("ann", status="idle")
    people.typing("ann", **green)
    people.leave("kim", "Green")
    people.join("kim", "Green")
    await day.run(steps.IN_THE_EVENING)
    await day.hears("GUILD_DELETE")


async def voices(day: Day) -> None:
    people = day.people
    people.voice("ann", guild_id="Green", channel_id="hall")
    here = {"guild_id": day.ids["guild"], "self_mute": False, "self_deaf": False}
    await day.send(4, here | {"channel_id": day.ids["hall"]})
    await day.hears("VOICE_SERVER_UPDATE")
    await day.run(steps.VOICE)
    people.voice("ann", guild_id="Green", channel_id="stage")
    await day.send(4, here | {"channel_id": day.ids["stage"]})
    await day.hears("VOICE_SERVER_UPDATE")
    await day.run(steps.ON_STAGE)


async def hiding(day: Day) -> None:
    """The bot does not see a channel with a thread for a while."""
    own = next(each for each in day.guild.roles.values() if each.bot_id)
    own.permissions &= ~Permission.ADMINISTRATOR
    where = {"guild_id": "Green", "channel_id": "general", "role_id": own.name}
    day.people.set_channel_permissions("olga", deny=["VIEW_CHANNEL"], **where)
    day.people.set_channel_permissions("olga", allow=["VIEW_CHANNEL"], **where)
    own.permissions |= Permission.ADMINISTRATOR
    await day.hears("THREAD_LIST_SYNC")


async def asking(day: Day) -> None:
    """What a bot asks of the gateway itself."""
    guild = str(day.ids["guild"])
    await day.send(8, {"guild_id": guild, "query": "", "limit": 0, "nonce": "all", "presences": True})
    await day.hears("GUILD_MEMBERS_CHUNK")
    await day.send(31, {"guild_ids": [guild]})
    await day.hears("SOUNDBOARD_SOUNDS")
    await day.send(43, {"guild_id": guild, "fields": ["status"]})
    await day.hears("CHANNEL_INFO")


@pytest.fixture(scope="module")
async def day():
    async with opened_day() as day:
        await the_day(day)
        yield day


async def test_no_route_is_left_out(day):
    routes = {(route.method, route.path) for page in PAGES for route in page.table}
    assert sorted(routes - day.exercised - NOT_FOR_BOTS) == []


async def test_no_kind_of_event_is_left_out(day):
    sent = {
        each.route
        for each in day.sandbox.recorder.since()
        if each.kind == "gateway" and each.method == "SEND"
    }
    described = {name for name in facts().tables if name.isupper()}
    assert sorted(described - sent - NOT_ON_A_DAY - NOT_MADE) == []


async def test_every_frame_is_an_envelope(day):
    last = 0
    for frame in day.frames:
        assert set(frame) == {"op", "d", "s", "t"}
        if frame["op"] == 0:
            assert (frame["s"], isinstance(frame["t"], str)) == (last + 1, True)
            last = frame["s"]
        else:
            assert (frame["s"], frame["t"]) == (None, None)
    assert [frame["op"] for frame in day.frames][:2] == [10, 0]
