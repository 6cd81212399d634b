"""What is done to channels over the wire: messages purged, channels slowed, locked, and given back as they were."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from e2e_play import Answer, Bot, Guild, Play, until

from sandbox.rows import Channel
from sandbox.server import Sandbox

SEND, ATTACH = "SEND_MESSAGES", "ATTACH_FILES"
LOCKABLE = {"questions": "forum", "lounge": "voice", "help": "text"}
A_DAY = timedelta(days=1)


async def texts(guild: Guild, channel: str = "general") -> list[str]:
    """As somebody reads them who is not answered."""
    return [message["content"] for message in await guild.messages("ann", channel)]


async def chat(guild: Guild, *lines: str) -> list[str]:
    """`ann: hello`, and the ids of what was said."""
    said = []
    for line in lines:
        who, _, text = line.partition(": ")
        said.append((await guild.say(who, text))["id"])
    return said


def row(sandbox: Sandbox, guild: Guild, name: str = "general") -> Channel:
    return sandbox.core.world.channels[int(guild.channels[name])]


async def may_write(play: Play, guild: Guild, who: str, channel: str = "general") -> bool:
    here = {"guild_id": guild.guild_id, "channel_id": guild.channels[channel], "content": "hello"}
    async with play._http.post(f"/sandbox/people/{who}/message", json=here) as response:
        assert response.status in (200, 403)
        return bool(response.status == 200)


async def entries(play: Play, guild: Guild, about: str) -> list[str]:
    """What Reeve said in Discord's audit log of a channel, the newest first."""
    log = await play.get(f"/sandbox/guilds/{guild.guild_id}/audit-log?limit=100")
    found = [entry for entry in log["audit_log_entries"] if str(entry["target_id"]) == guild.channels[about]]
    return [entry.get("reason") or "" for entry in found if "Reeve case" in (entry.get("reason") or "")]


async def about(guild: Guild, name: str, command: str, **options: Any) -> Answer:
    """Max uses the command in general, on a channel that he chooses."""
    options["channel"] = guild.channels[name]
    where = {"guild_id": guild.guild_id, "channel_id": guild.channels["general"]}
    return Answer(
        await guild._play.post("/sandbox/people/max/slash", {**where, "command": command, "options": options})
    )


async def add_channel(guild: Guild, name: str, kind: str) -> None:
    made = await guild.post("olga", "channel", action="create", name=name, type=kind)
    guild.channels[name] = str(made["id"])


async def test_a_purge_takes_the_last_messages_and_leaves_what_is_pinned(guild: Guild, play: Play) -> None:
    said = await chat(guild, "ann: one", "ben: two", "ann: rules", "ben: three", "ann: four")
    await guild.post("olga", "pin", message_id=said[2])

    answer = await guild.slash(
        "max", "purge", count=4, reason="spam"
    )  # Discord's word about the pin is one, too

    assert "Case 1: deleted 4 messages in <#" in answer.text
    assert "1 pinned was left." in answer.text
    assert [text for text in await texts(guild) if text] == ["one", "rules"]
    assert await entries(play, guild, "general") == ["[Reeve case 1] max: 4 messages: spam"]
    evidence = await guild.click("max", await guild.slash("max", "case view", number=1), "Evidence")
    kept = (await evidence.file()).decode()
    assert "2  ben (" in kept
    assert "1  ann (" in kept
    assert kept.index("two") < kept.index("three") < kept.index("four")


async def test_a_purge_takes_only_what_fits(guild: Guild) -> None:
    await chat(guild, "ann: buy COINS", "ben: coins?", "ann: hello", "ann: coins!")
    answer = await guild.slash("max", "purge", count=100, member="ann", contains="coins")
    assert "Case 1: deleted 2 messages" in answer.text
    assert await texts(guild) == ["coins?", "hello"]
    assert "2 messages of ann with “coins”" in (await guild.slash("max", "case view", number=1)).text

    nothing = await guild.slash("max", "purge", count=100, contains="coins", member="cem")
    assert "None of the last 2 messages here fits, so nothing was deleted." in nothing.text
    assert "Case 2: " not in (await guild.slash("max", "case list")).text


async def test_more_than_a_hundred_go_and_what_discord_keeps_is_said(guild: Guild, play: Play) -> None:
    await chat(guild, *(f"ann: {number}" for number in range(150)))
    route = "POST /channels/*/messages/bulk-delete"
    await play.post("/sandbox/faults", {"route": route, "after_seconds": 0.01})
    await play.post("/sandbox/faults", {"route": route, "status": 403, "times": 5})
    try:
        answer = await guild.slash("max", "purge", count=150)
    finally:
        await play.delete("/sandbox/faults")

    assert "Case 1: deleted 150 messages in" in answer.text
    assert "Not all of it: 100 of 150 messages are gone." in answer.text
    assert len(await texts(guild)) == 50
    assert "100 of 150 messages are gone." in (await guild.slash("max", "case view", number=1)).text
    assert "Case 2: deleted 50 messages" in (await guild.slash("max", "purge", count=500)).text
    assert await texts(guild) == []


async def test_a_purge_needs_manage_messages_there_and_reeve_the_same(guild: Guild) -> None:
    await chat(guild, "ann: hello")
    deny = {"channel_id": guild.channels["general"], "deny": ["MANAGE_MESSAGES"]}
    await guild.post("olga", "channel-permissions", role_id="moderator", **deny)
    for command, options in (("purge", {"count": 1}), ("slowmode", {"duration": "5s"}), ("lock", {})):
        refused = await guild.slash("max", command, **options)
        assert "You need the permission Manage Messages or one of" in refused.text, refused
    assert await texts(guild) == ["hello"]

    await guild.post("olga", "channel-permissions", role_id="Reeve", **deny)
    refused = await guild.slash("sam", "purge", count=1)
    assert "Give the role Reeve the permission Manage Messages in <#" in refused.text
    assert await texts(guild) == ["hello"]
    assert "No cases." in (await guild.slash("max", "case list")).text


async def test_slowmode_is_set_changed_and_lifted(guild: Guild, sandbox: Sandbox) -> None:
    await guild.post("olga", "channel", action="edit", channel_id=guild.channels["general"], slowmode=5)

    async def refused() -> Answer | None:
        answer = await guild.slash("max", "slowmode", duration="5s")
        return answer if "Case" not in answer.text else None

    assert "is 5s already: nothing was changed." in (await until(refused)).text
    number = len(row_numbers(await guild.slash("max", "case list"))) + 1
    answer = await guild.slash("max", "slowmode", duration="10m", reason="raid")
    assert f"Case {number}: set the slowmode of <#{guild.channels['general']}> to 10m." in answer.text
    assert row(sandbox, guild).rate_limit_per_user == 600
    assert "10m: raid" in (await guild.slash("max", "case view", number=number)).text
    assert "at most 6h" in (await guild.slash("max", "slowmode", duration="7h")).text

    await guild.slash("max", "slowmode", duration="1m")
    voided = await guild.slash("max", "case void", number=number + 1, reason="mistake")
    lifted = await guild.click("max", voided, "Lift the slowmode")
    assert "the slowmode is lifted" in lifted.text
    assert row(sandbox, guild).rate_limit_per_user == 5, "as it was before the first of them"

    off = await guild.slash("max", "slowmode")
    assert "to none." in off.text
    assert row(sandbox, guild).rate_limit_per_user == 0


def row_numbers(answer: Answer) -> list[str]:
    return [word for word in answer.text.split() if word.startswith("#")]


async def test_a_lock_silences_members_and_its_end_restores_every_overwrite(
    guild: Guild, sandbox: Sandbox, play: Play
) -> None:
    here = {"channel_id": guild.channels["general"]}
    await guild.post("olga", "channel-permissions", user_id="ann", allow=[SEND, ATTACH], **here)
    await guild.post("olga", "channel-permissions", role_id="manager", allow=[SEND], deny=[ATTACH], **here)
    before = dict(row(sandbox, guild).overwrites)

    answer = await guild.slash("max", "lock", duration="2h", reason="raid")
    assert f"Case 1: locked <#{guild.channels['general']}> for 2h (it ends <t:" in answer.text
    assert not any([await may_write(play, guild, who) for who in ("ann", "ben", "mel")])
    assert all([await may_write(play, guild, who) for who in ("max", "mia", "sam")])
    again = await guild.slash("mia", "lock")
    assert "Case 2: locked" in again.text, "without its end"
    twice = await guild.slash("mia", "lock")
    assert "is locked already (case 2): use /unlock to open it" in twice.text

    done = await guild.slash("mia", "unlock")
    assert "Case 3: unlocked" in done.text
    assert row(sandbox, guild).overwrites == before
    assert "was not locked by me" in (await guild.slash("max", "unlock")).text
    for number in (1, 2):
        assert "over" in (await guild.slash("max", "case view", number=number)).text


@pytest.mark.parametrize("name", LOCKABLE)
async def test_channels_of_every_type_are_locked_and_given_back(
    guild: Guild, sandbox: Sandbox, name: str
) -> None:
    await add_channel(guild, name, LOCKABLE[name])
    await guild.post(
        "olga", "channel-permissions", channel_id=guild.channels[name], user_id="ann", allow=[SEND]
    )
    before = dict(row(sandbox, guild, name).overwrites)

    async def locked() -> bool:
        return "locked <#" in (await about(guild, name, "lock")).text

    assert await until(locked)
    assert row(sandbox, guild, name).overwrites != before
    assert "unlocked <#" in (await about(guild, name, "unlock")).text
    assert row(sandbox, guild, name).overwrites == before


async def test_a_thread_is_slowed_but_not_locked(guild: Guild, sandbox: Sandbox) -> None:
    made = await guild.post(
        "ann", "thread", action="create", channel_id=guild.channels["general"], name="talk"
    )
    guild.channels["talk"] = str(made["id"])

    async def refused() -> bool:
        answer = await guild.slash("max", "lock", channel="talk")
        return "A thread has no permissions of its own" in answer.text

    assert await until(refused)
    assert "set the slowmode" in (await guild.slash("max", "slowmode", channel="talk", duration="30s")).text
    assert row(sandbox, guild, "talk").rate_limit_per_user == 30


async def test_what_reeve_may_not_is_a_refused_case(guild: Guild, sandbox: Sandbox) -> None:
    before = dict(row(sandbox, guild).overwrites)
    await guild.post(
        "olga", "channel-permissions", channel_id=guild.channels["general"], role_id="Reeve",
        deny=["MANAGE_CHANNELS"],
    )  # fmt: skip
    before |= row(sandbox, guild).overwrites

    async def refused() -> bool:
        answer = await guild.slash("max", "slowmode", duration="9s")
        return (
            "not done, nothing was changed. Give the role Reeve the permission Manage Channels" in answer.text
        )

    assert await until(refused)
    answer = await guild.slash("max", "lock")
    assert "not done, nothing was changed. Give the role Reeve the permission Manage Channels" in answer.text
    assert row(sandbox, guild).overwrites == before
    assert row(sandbox, guild).rate_limit_per_user == 0


@pytest.mark.parametrize(
    ("command", "options"), [("purge", {"count": 2}), ("slowmode", {"duration": "5s"}), ("lock", {})]
)
async def test_delivered_twice_it_is_one_case(
    guild: Guild, play: Play, command: str, options: dict[str, Any]
) -> None:
    await chat(guild, "ann: 1", "ann: 2", "ann: 3", "ann: 4")
    await play.post("/sandbox/faults", {"gateway": "duplicate", "times": 1})
    try:
        answer = await guild.slash("max", command, **options)
    finally:
        await play.delete("/sandbox/faults")
    assert "Case 1: " in answer.text
    assert {entry.partition("]")[0] for entry in await entries(play, guild, "general")} == {"[Reeve case 1"}
    assert "1 case" in (await guild.slash("max", "case list")).text
    assert len(await texts(guild)) == (2 if command == "purge" else 4)


class World:
    """A sandbox of its own, whose time may be moved, and a bot that may be away."""

    def __init__(self, sandbox: Sandbox, play: Play, bot: Bot) -> None:
        self.sandbox, self.play, self.bot = sandbox, play, bot

    async def skip(self, period: timedelta) -> None:
        await self.play.post("/sandbox/clock", {"seconds": period.total_seconds()})


@pytest.fixture(scope="module")
async def world(own_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with Sandbox(rate_limits=False) as sandbox:
        bot = Bot(sandbox.api_url, own_dsn, tmp_path_factory.mktemp("bot"))
        async with Play(sandbox.url) as play:
            await bot.start()
            yield World(sandbox, play, bot)
            await bot.stop()
            assert "incident" not in bot.log, bot.log


async def is_over(guild: Guild, number: int = 1) -> bool:
    return "over" in (await guild.slash("max", "case view", number=number)).text


async def test_a_lock_ends_by_itself_whatever_people_did_meanwhile(world: World) -> None:
    """Untouched; unlocked by hand; other bits changed; the channel gone; Reeve away when it ends."""
    guilds = {name: await world.play.new_guild(name) for name in ("as it was", "by hand", "others", "gone")}
    before = {name: dict(row(world.sandbox, guild).overwrites) for name, guild in guilds.items()}
    for guild in guilds.values():
        assert "Case 1: locked" in (await guild.slash("max", "lock", duration="1d")).text
    general = {name: guild.channels["general"] for name, guild in guilds.items()}
    by_hand = {"channel_id": general["by hand"], "role_id": "everyone"}
    await guilds["by hand"].post("olga", "channel-permissions", **by_hand)
    attaching = {"channel_id": general["others"], "user_id": "ben", "deny": [ATTACH]}
    await guilds["others"].post("olga", "channel-permissions", **attaching)
    others = dict(row(world.sandbox, guilds["others"]).overwrites)
    await guilds["gone"].post("olga", "channel", action="delete", channel_id=general["gone"])

    await world.bot.kill()
    await world.skip(A_DAY + timedelta(minutes=1))
    await world.bot.start()

    for name, guild in guilds.items():
        await guild_is_over(guild)
        if name == "gone":
            continue
        left = dict(row(world.sandbox, guild).overwrites)
        if name == "others":
            ben = int(guild.person("ben"))
            assert left.pop(ben) == others[ben]
        if name == "by hand":  # an overwrite without any bit says nothing
            left = {key: each for key, each in left.items() if each.allow or each.deny}
        assert left == before[name], name
        assert await may_write(world.play, guild, "ann")


async def guild_is_over(guild: Guild) -> None:
    async def over() -> bool:
        return "over" in (await guild.slash("max", "case view", "staff", number=1)).text

    await until(over)


async def test_the_end_of_a_lock_is_moved_and_taken_away(world: World) -> None:
    guild = await world.play.new_guild("moved")
    await guild.slash("max", "lock", duration="1h")
    assert (
        "Case 1: the lock ends <t:"
        in (await guild.slash("max", "case duration", number=1, duration="2d")).text
    )
    await world.skip(A_DAY)
    assert not await may_write(world.play, guild, "ann")
    assert (
        "the lock never ends."
        in (await guild.slash("max", "case duration", number=1, duration="forever")).text
    )
    await world.skip(2 * A_DAY)
    moved = await guild.slash("max", "case duration", number=1, duration="10d")
    assert "Case 1: the lock ends <t:" in moved.text
    assert not await may_write(world.play, guild, "ann")
    await world.skip(10 * A_DAY)
    await guild_is_over(guild)
    assert await may_write(world.play, guild, "ann")


async def killed_at(world: World, guild: Guild, route: str, command: str, **options: Any) -> None:
    """The bot dies while it waits for Discord's answer to the second request of this route, or to the first."""
    fault = {"route": route, "status": "timeout", "times": 9}
    await world.play.post("/sandbox/faults", fault)
    asked = guild._where("general", command=command, options=options, wait_seconds=0)
    await world.play.post("/sandbox/people/max/slash", asked)

    async def on_its_way() -> bool:
        return any(fault["hits"] for fault in (await world.play.get("/sandbox/faults"))["faults"][-1:])

    await until(on_its_way)
    await world.bot.kill()
    await world.play.delete("/sandbox/faults")
    await world.bot.start()
    await world.skip(timedelta(seconds=20))


async def test_whoever_dies_in_the_middle_of_a_lock_it_is_finished_and_undone(world: World) -> None:
    guild = await world.play.new_guild("killed")
    before = dict(row(world.sandbox, guild).overwrites)
    await killed_at(world, guild, "PATCH /channels/*", "lock")

    async def silent() -> bool:
        return not await may_write(world.play, guild, "ann")

    await until(silent)
    assert "1 case" in (await guild.slash("max", "case list")).text
    assert "Case 2: unlocked" in (await guild.slash("max", "unlock")).text
    assert row(world.sandbox, guild).overwrites == before


async def test_whoever_dies_in_the_middle_of_a_purge_the_rest_goes_later(world: World) -> None:
    guild = await world.play.new_guild("purged")
    await chat(guild, *(f"ann: {number}" for number in range(150)))
    route = "POST /channels/*/messages/bulk-delete"
    await world.play.post("/sandbox/faults", {"route": route, "after_seconds": 0.01})
    await killed_at(world, guild, route, "purge", count=150)
    assert len(await texts(guild)) <= 50
    await chat(guild, "ann: later")

    async def gone() -> bool:
        return await texts(guild) == ["later"]

    await until(gone)

    async def settled() -> bool:
        return "on its way" not in (await guild.slash("max", "case view", number=1)).text

    await until(settled)
    shown = (await guild.slash("max", "case view", number=1)).text
    assert "150 messages" in shown
    assert "Outcome" not in shown
    assert "1 case" in (await guild.slash("max", "case list")).text


async def test_what_is_old_or_cannot_be_read_is_never_deleted_blindly(world: World) -> None:
    application = next(iter(world.sandbox.core.world.applications.values()))
    application.intents = 0
    await world.bot.kill()
    await world.bot.start()
    guild = await world.play.new_guild("unread")
    await chat(guild, "ann: old spam")
    await world.skip(timedelta(days=15))
    await chat(guild, "ben: spam", f"ann: <@{application.bot_user_id}> spam", "ann: more")

    answer = await guild.slash("max", "purge", count=10, contains="spam")
    assert "Case 1: deleted 1 message in" in answer.text
    assert "Discord shows me only the texts that mention me" in answer.text
    assert await texts(guild) == ["old spam", "spam", "more"]

    answer = await guild.slash("max", "purge", count=10)
    assert "Case 2: deleted 2 messages in" in answer.text
    assert "What is older than two weeks was left" in answer.text
    assert await texts(guild) == ["old spam"]
    evidence = await guild.click("max", await guild.slash("max", "case view", number=2), "Evidence")
    assert "(Discord does not show me the text)" in (await evidence.file()).decode()
