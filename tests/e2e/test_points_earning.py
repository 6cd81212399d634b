"""What earns points, over the wire: talk in threads, voice, dailies, thanks, boosts, and the panel of rules."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from e2e_play import Answer, Bot, Guild, Play, buttons, readable, until

from sandbox.guilds import guild_settings
from sandbox.server import Sandbox
from sandbox.voice import voice


async def balance(guild: Guild, who: str) -> int:
    text = (await guild.slash(who, "points balance")).text
    return int(text.split("You have ")[1].split(" ")[0].replace(",", ""))


async def holds(guild: Guild, who: str, points: int) -> None:
    async def is_there() -> bool:
        return await balance(guild, who) >= points

    await until(is_there)
    assert await balance(guild, who) == points


async def every_message_earns(guild: Guild) -> None:
    await guild.slash("olga", "config set message-cooldown", value="0")


async def say_in_thread(guild: Guild, who: str, text: str) -> None:
    if "aside" not in guild.channels:
        opened = await guild.post(
            who, "thread", action="create", channel_id=guild.channels["general"], name="aside"
        )
        guild.channels["aside"] = str(opened["id"])
    await guild.say(who, text, "aside")


async def test_a_thread_earns_as_its_channel_does(guild: Guild) -> None:
    await every_message_earns(guild)
    await say_in_thread(guild, "ann", "hello")
    await holds(guild, "ann", 1)
    assert "earned 1 point" in (await guild.slash("ann", "points why")).text


async def test_why_something_earned_nothing(guild: Guild) -> None:
    await guild.say("ann", "hello")
    await holds(guild, "ann", 1)
    await guild.say("ann", "again")

    async def is_known() -> bool:
        return "earned nothing: cool-down" in (await guild.slash("ann", "points why")).text

    await until(is_known)
    text = (await guild.slash("ann", "points why")).text
    assert "A message here, now: nothing: cool-down, " in text
    assert "A minute in a voice channel: nothing: this server gives no points for talk" in text


async def test_thanks_are_the_mints_and_once_a_day_for_one_person(guild: Guild) -> None:
    answer = await guild.slash("ann", "points thank", member="ben", note="the map")
    assert "got 5 points. You may thank 2 more" in answer.text
    assert (await balance(guild, "ann"), await balance(guild, "ben")) == (0, 5)
    again = await guild.slash("ann", "points thank", member="ben")
    assert f"You have thanked <@{guild.person('ben')}> today" in again.text
    assert "cannot thank yourself" in (await guild.slash("ann", "points thank", member="ann")).text


async def test_two_dailies_at_once_are_one(guild: Guild) -> None:
    answers = await asyncio.gather(*(guild.slash("ann", "points daily") for _ in range(4)))
    assert sum("You got 10 points and have 10." in answer.text for answer in answers) == 1
    assert sum("You had your daily points" in answer.text for answer in answers) == 3
    assert await balance(guild, "ann") == 10


async def test_a_boost_doubles_for_its_time(guild: Guild) -> None:
    await every_message_earns(guild)
    await guild.slash("olga", "config set points-per-message", value=5)
    answer = await guild.slash("mel", "points boost", percent=200, duration="2h")
    assert "The whole server earns 200 %" in answer.text
    await guild.say("ann", "hello")
    await holds(guild, "ann", 10)
    assert "Manage Events" in (await guild.slash("ann", "points boost", percent=200, duration="2h")).text


async def chosen(
    play: Play, guild: Guild, answer: Answer, custom_id: str, value: str, *, who: str = "mel"
) -> Answer:
    """In the panel of an answer."""
    body = {
        "channel_id": guild.channels["general"],
        "message_id": answer.messages[-1]["id"],
        "custom_id": custom_id,
        "values": [value],
    }
    return Answer(await play.post(f"/sandbox/people/{who}/select", body))


async def test_the_panel_changes_a_number_a_yes_and_a_channel(guild: Guild, play: Play) -> None:
    panel = await guild.slash("mel", "points rules")
    assert "Points that a message earns" in panel.text
    form = await chosen(play, guild, panel, "pr:set:earning", "points_per_message")
    assert "points-per-message is now 7." in (await guild.submit("mel", form, value="7", why="more")).text
    form = await chosen(play, guild, panel, "pr:set:earning", "points_per_message")
    assert "choose from 0 to 1,000" in (await guild.submit("mel", form, value="1001")).text

    giving = await guild.click("mel", panel, "Giving")
    choice = await chosen(play, guild, giving, "pr:set:giving", "tax_to_treasury")
    assert "**yes** · Whether the tax" in (await guild.click("mel", choice, "Yes")).text

    levels = await guild.click("mel", panel, "Levels")
    choice = await chosen(play, guild, levels, "pr:set:levels", "level_channel_id")
    general = guild.channels["general"]
    assert f"<#{general}>" in (await chosen(play, guild, choice, "pr:channel:level_channel_id", general)).text

    history = (await guild.slash("olga", "config history")).text
    for line in (
        "points-per-message**: 1 → 7 · more",
        "tax-to-treasury**: no → yes",
        f"level-channel**: nowhere → <#{general}>",
    ):
        assert line in history
    await guild.slash("olga", "config reset", setting="tax-to-treasury")
    assert "**tax-to-treasury**: no" in (await guild.slash("olga", "config show")).text


def menu_of(answer: Answer, custom_id: str) -> dict[str, str]:
    """What a menu says of each of its values."""
    [menu] = [
        each for message in answer.messages for each in buttons(message) if each["custom_id"] == custom_id
    ]
    return {each["value"]: f"{each['label']}: {each['description']}" for each in menu["options"]}


async def test_the_panels_of_two_managers_show_what_is_true_after_each_click(
    guild: Guild, play: Play
) -> None:
    async def panels(who: str) -> list[str]:
        """All that stand in the channel for them."""
        shown = map(readable, await guild.messages(who, "general"))
        return [text for text in shown if "What earns" in text or "What members may give" in text]

    async def types(who: str, panel: Answer, setting: str, value: str) -> Answer:
        form = await chosen(play, guild, panel, "pr:set:earning", setting, who=who)
        return await guild.submit(who, form, value=value, why="")

    mels, olgas = [await guild.slash(who, "points rules") for who in ("mel", "olga")]
    mels = await types("mel", mels, "points_per_message", "7")
    assert "**7** · Points that a message earns" in mels.text
    assert "**1** · Points that a message earns" in olgas.text, "she has clicked nothing since"

    olgas = await types("olga", olgas, "voice_points", "3")
    assert "> voice-points is now 3 points." in olgas.text
    assert "**7** · Points that a message earns" in olgas.text
    assert menu_of(olgas, "pr:set:earning")["points_per_message"] == "Points that a message earns: 7"
    form = await chosen(play, guild, mels, "pr:set:earning", "voice_points")
    [typed] = [each["component"] for each in form.body["modal"]["components"]][:1]
    assert typed["value"] == "3", "what is to be changed is the value of now"
    mels = await guild.submit("mel", form, value="1001", why="")
    assert "choose from 0 to 1,000" in mels.text
    assert "**3 points** · What a minute with others" in mels.text, "also what was refused shows what is true"

    olgas = await types("olga", olgas, "points_per_message", "2")
    mels = await guild.click("mel", await guild.click("mel", mels, "Giving"), "Earning")
    assert "**2** · Points that a message earns" in mels.text
    assert "choose from" not in mels.text
    for who in ("mel", "olga"):
        [only] = await panels(who)
        assert "**2** · Points that a message earns" in only

    choice = await chosen(
        play, guild, await guild.click("mel", mels, "Giving"), "pr:set:giving", "tax_to_treasury"
    )
    await guild.slash("olga", "config reset", setting="points-per-message")
    assert "**yes** · Whether the tax" in (await guild.click("mel", choice, "Yes")).text
    mels = await guild.click("mel", mels, "Earning")
    assert "**1** · Points that a message earns" in mels.text


async def test_a_rule_that_somebody_else_removed_goes_from_the_panel(guild: Guild, play: Play) -> None:
    general, moderators = guild.channels["general"], guild.roles["moderator"]
    mels, olgas = [
        await guild.click(who, await guild.slash(who, "points rules"), "Channels and roles")
        for who in ("mel", "olga")
    ]
    form = await chosen(play, guild, mels, "pr:rule:channel", general)
    mels = await guild.submit("mel", form, percent="50")
    form = await chosen(play, guild, olgas, "pr:rule:role", moderators, who="olga")
    olgas = await guild.submit("olga", form, percent="200")
    rules = {f"channel:{general}": "#general: 50 %", f"role:{moderators}": "@moderator: 200 %"}
    assert menu_of(olgas, "pr:remove") == rules
    olgas = await chosen(play, guild, olgas, "pr:remove", f"channel:{general}", who="olga")
    assert f"<#{general}> earns" not in olgas.text
    mels = await chosen(play, guild, mels, "pr:remove", f"channel:{general}")
    assert f"<#{general}> earns" not in mels.text
    assert f"<@&{moderators}> earns 200 %" in mels.text

    hall = str((await guild.post("olga", "channel", action="create", type="text", name="hall"))["id"])
    form = await chosen(play, guild, mels, "pr:rule:channel", hall)
    mels = await guild.submit("mel", form, percent="0")
    assert f"<#{hall}> earns nothing" in mels.text
    await guild.post("olga", "channel", action="delete", channel_id=hall)
    mels = await guild.click("mel", mels, "Channels and roles")
    assert f"<#{hall}> (deleted or closed) earns nothing" in mels.text
    assert menu_of(mels, "pr:remove")[f"channel:{hall}"] == f"deleted or closed, {hall}: 0 %"
    assert f"<#{hall}> (deleted or closed)" in (await guild.slash("ann", "points why")).text
    mels = await chosen(play, guild, mels, "pr:remove", f"channel:{hall}")
    assert hall not in mels.text


async def test_a_channel_that_earns_nothing_and_a_role_that_earns_double(guild: Guild, play: Play) -> None:
    await every_message_earns(guild)
    panel = await guild.click("mel", await guild.slash("mel", "points rules"), "Channels and roles")
    form = await chosen(play, guild, panel, "pr:rule:channel", guild.channels["general"])
    assert "earns nothing" in (await guild.submit("mel", form, percent="0")).text
    form = await chosen(play, guild, panel, "pr:rule:role", guild.roles["moderator"])
    assert "earns 200 %" in (await guild.submit("mel", form, percent="200")).text

    await say_in_thread(guild, "ann", "in a thread of the channel")
    await guild.say("max", "in the channel")
    await guild.say("max", "elsewhere", "staff")
    await holds(guild, "max", 2)
    assert await balance(guild, "ann") == 0
    assert (
        f"earned nothing: <#{guild.channels['general']}> earns nothing"
        in (await guild.slash("ann", "points why")).text
    )

    panel = await guild.click("mel", await guild.slash("mel", "points rules"), "Channels and roles")
    general = guild.channels["general"]
    panel = await chosen(play, guild, panel, "pr:remove", f"channel:{general}")
    assert f"<#{general}> earns" not in panel.text
    await guild.say("ann", "hello")
    await holds(guild, "ann", 1)


async def test_a_tax_is_told_to_giver_receiver_and_channel(guild: Guild, play: Play) -> None:
    panel = await guild.click("mel", await guild.slash("mel", "points rules"), "Giving")
    form = await chosen(play, guild, panel, "pr:set:giving", "transfer_tax_percent")
    assert "> transfer-tax is now 10 %." in (await guild.submit("mel", form, value="10")).text
    await guild.slash("mel", "points award", member="ann", amount=200, reason="quiz")

    answer = await guild.slash("ann", "points give", member="ben", amount=105, note="the map")
    ann, ben = guild.person("ann"), guild.person("ben")
    told = f"You gave 105 points to <@{ben}> (of these, 10 went as tax) and have 95 left."
    assert told in answer.text.splitlines(), "the tax is rounded down"
    public = f"<@{ann}> gave 105 points to <@{ben}> (of these, 10 went as tax): the map"

    async def is_announced() -> bool:
        return public in [message["content"] for message in await guild.messages("cem", "general")]

    await until(is_announced)
    assert (await balance(guild, "ann"), await balance(guild, "ben")) == (95, 95)
    assert "**+95** from" in (await guild.slash("ben", "points history")).text

    answer = await guild.slash("ann", "points give", member="ben", amount=9)
    assert f"You gave 9 points to <@{ben}> and have 86 left." in answer.text, "no tax, no word of it"


async def test_members_neither_see_nor_change_the_rules(guild: Guild, play: Play) -> None:
    assert "Manage Events" in (await guild.slash("ann", "points rules")).text


class OwnTime(NamedTuple):
    """A sandbox of its own: nobody else's time is moved, nobody else's bot killed."""

    sandbox: Sandbox
    play: Play
    bot: Bot

    async def skip(self, period: timedelta) -> None:
        await self.play.post("/sandbox/clock", {"seconds": period.total_seconds()})

    async def talkative(self, name: str) -> Guild:
        """A server where a minute of voice earns 2 points."""
        guild = await self.play.new_guild(name)
        panel = await guild.slash("mel", "points rules")
        form = await chosen(self.play, guild, panel, "pr:set:earning", "voice_points")
        assert "> voice-points is now 2 points." in (await guild.submit("mel", form, value="2")).text
        for lounge in ("lounge", "attic", "cellar", "afk"):
            made = await guild.post("olga", "channel", action="create", type="voice", name=lounge)
            guild.channels[lounge] = str(made["id"])
        return guild


@pytest.fixture(scope="module")
async def own_time(own_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OwnTime]:
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start()
    bot = Bot(sandbox.api_url, own_dsn, tmp_path_factory.mktemp("bot"))
    async with Play(sandbox.url) as play:
        await bot.start()
        yield OwnTime(sandbox, play, bot)
    assert await bot.stop() == 0, bot.log
    assert "incident" not in bot.log, bot.log
    await sandbox.close()


async def go(guild: Guild, place: str, *people: str, **own: bool) -> None:
    for who in people:
        await guild.post(who, "voice", channel_id=guild.channels[place], **own)


async def test_minutes_of_voice_with_somebody_who_hears_earn_once_wherever_they_pass(
    own_time: OwnTime,
) -> None:
    """Together in two channels; alone; with a bot; with who is deaf, by own wish or the staff's; in the AFK channel."""
    sandbox, guild = own_time.sandbox, await own_time.talkative("voice")
    rows = sandbox.core.world.guild(int(guild.guild_id))
    rows.afk_channel_id = int(guild.channels["afk"])
    guild_settings.updated(sandbox.core, rows)
    solo, robots = [
        str((await guild.post("olga", "channel", action="create", type="voice", name=name))["id"])
        for name in ("solo", "robots")
    ]
    guild.channels |= {"solo": solo, "robots": robots}
    await go(guild, "afk", "jon", "kim")
    await go(guild, "solo", "cem")
    await go(guild, "robots", "dia")
    reeve_id, among = int(own_time.play.people["Reeve"]), sandbox.core.world.channels[int(robots)]
    voice.put(sandbox.core, rows, reeve_id, among, voice.Own())
    await go(guild, "cellar", "gus", "hal")
    await guild.post("olga", "voice-moderate", action="deafen", target_id=guild.person("gus"))
    await go(guild, "attic", "eli", "fay", "ivy")
    await go(guild, "attic", "lou", self_deaf=True)
    await go(guild, "lounge", "ann", "ben")
    earning, silent = ("ann", "ben", "eli", "fay", "ivy"), ("cem", "dia", "gus", "hal", "jon", "kim", "lou")

    async def minutes(least: int) -> bool:
        return await balance(guild, "ann") >= 2 * least and await agree()

    async def agree() -> bool:
        """Nobody is ahead: each minute is each one's once."""
        return len({await balance(guild, who) for who in ("ann", "ben", "eli", "fay")}) == 1

    await own_time.skip(timedelta(minutes=1))
    await until(lambda: minutes(1))
    before = {who: await balance(guild, who) for who in earning}
    for place in ("lounge", "attic"):
        target = {"target_id": guild.person("ivy"), "channel_id": guild.channels[place]}
        await guild.post("olga", "voice-moderate", action="move", **target)
        if place == "lounge":  # who starts looks at once, at a minute that was looked at
            await own_time.bot.kill()
            await own_time.bot.start()
    await own_time.skip(timedelta(minutes=5))
    await until(lambda: minutes(before["ann"] // 2 + 5))
    gained = {who: await balance(guild, who) - before[who] for who in earning}
    assert gained["ann"] in (10, 12, 14)  # real time goes on, too
    assert set(gained.values()) == {gained["ann"]}, gained
    assert {who: await balance(guild, who) for who in silent} == dict.fromkeys(silent, 0)


async def test_dailies_are_of_their_own_midnight(own_time: OwnTime) -> None:
    guild, skip = await own_time.play.new_guild("time"), own_time.skip
    assert "You got 10 points" in (await guild.slash("dia", "points daily")).text
    refused = await guild.slash("dia", "points daily", zone="Pacific/Kiritimati")
    assert "Your days are those of Pacific/Kiritimati now. You had your daily points" in refused.text
    await skip(timedelta(hours=19))
    assert "You had your daily points" in (await guild.slash("dia", "points daily")).text
    await skip(timedelta(hours=29))
    assert "You got 10 points" in (await guild.slash("eli", "points daily")).text
    await skip(timedelta(days=1))
    again = await guild.slash("eli", "points daily")
    assert "You got 11 points and have 21. Day 2 in a row." in again.text
