"""Reports: made by members, shown to the staff, worked on once, and answered."""

import asyncio
import base64
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any

import pytest
from e2e_play import Answer, Bot, Guild, Play, buttons, readable, until

from sandbox.events import Event
from sandbox.server import Sandbox


class Queue:
    """The staff's queue of one server."""

    def __init__(self, guild: Guild) -> None:
        self.guild = guild

    async def posts(self, channel: str = "reports") -> list[dict[str, Any]]:
        return [post for post in await self.guild.messages("max", channel) if "🚩" in readable(post)]

    async def showing(self, *words: str, channel: str = "reports") -> Answer:
        """The newest post that says all of this; an answer, so that its buttons can be pressed."""

        async def found() -> list[dict[str, Any]]:
            posts = await self.posts(channel)
            return [post for post in posts if all(word in readable(post) for word in words)]

        return Answer({"messages": (await until(found))[-1:]})

    async def press(self, who: str, post: Answer, label: str, **fields: str) -> Answer:
        """A button, and the form that it opens where fields are given."""
        pressed = await self.guild.click(who, post, label, channel="reports")
        return await self.guild.submit(who, pressed, **fields) if fields else pressed


async def reported(guild: Guild, who: str, message_id: str, reason: str) -> Answer:
    opened = await guild.context(who, "Report message", message_id)
    assert opened.body["modal"], opened
    return await guild.submit(who, opened, reason=reason)


async def direct(guild: Guild, who: str, text: str, *, besides: Collection[str] = ()) -> list[str]:
    messages = await guild.direct_messages(who, besides=besides)
    return [shown for shown in map(readable, messages) if text in shown]


def labels(post: Answer) -> list[str]:
    return [button["label"] for message in post.messages for button in buttons(message)]


@pytest.fixture
def queue(guild: Guild) -> Queue:
    return Queue(guild)


async def test_a_member_reports_another(guild: Guild, queue: Queue) -> None:
    answer = await guild.slash("ben", "report", member="ann", reason="rude to *everybody*")

    assert "Report 1: the staff has it" in answer.text
    assert answer.ephemeral
    post = await queue.showing("Report 1 · open")
    assert f"<@{guild.person('ann')}>" in post.text
    assert f"<@{guild.person('ben')}>" in post.text
    assert r"rude to \*everybody\*" in post.text
    assert labels(post) == ["Take", "Warn", "Moderate", "Close", "Reply to reporters"]


async def test_a_case_that_comes_of_a_report_keeps_the_message_and_its_files(
    guild: Guild, queue: Queue
) -> None:
    file = {"filename": "shot.png", "base64": base64.b64encode(b"pixels").decode()}
    said = await guild.post(
        "ann",
        "message",
        channel_id=guild.channels["general"],
        content="you are *all* stupid",
        attachments=[file],
    )
    await reported(guild, "ben", said["id"], "insult")
    post = await queue.showing("Report 1", r"> you are \*all\* stupid", "shot.png")
    await guild.post("ann", "delete-message", message_id=said["id"])

    await queue.press("max", post, "Warn", reason="insult", points="2", answer="")
    shown = await guild.slash("mia", "case view", number=1)
    assert "Weight: 2" in shown.text
    assert "shot.png" in shown.text
    assert f"message-{said['id']}.json" in shown.text


async def test_a_message_is_kept_as_it_was_when_somebody_began_to_report_it(
    guild: Guild, queue: Queue
) -> None:
    said = await guild.say("ann", "you are stupid")
    opened = await guild.context("ben", "Report message", said["id"])
    await guild.post("ann", "delete-message", message_id=said["id"])
    answer = await guild.submit("ben", opened, reason="insult")

    assert "Report 1" in answer.text
    assert "Jump" in labels(await queue.showing("Report 1", "> you are stupid"))


async def test_reporters_of_one_message_share_a_report_and_an_edit_in_between_is_shown(
    guild: Guild, queue: Queue
) -> None:
    said = await guild.say("ann", "buy my coins")
    assert "Report 1" in (await reported(guild, "ben", said["id"], "scam")).text
    await guild.post("ann", "edit", message_id=said["id"], content="hello friends")
    assert "Report 1" in (await reported(guild, "cem", said["id"], "scam, edited")).text
    again = await reported(guild, "cem", said["id"], "again")

    assert "You have reported that already: it is report 1" in again.text
    post = await queue.showing("Reported by (2)", "buy my coins", "Later edited to", "hello friends")
    assert "scam, edited" in post.text
    assert len(await queue.posts()) == 1


async def test_nobody_reports_themselves_or_a_bot_or_too_often(
    guild: Guild, play: Play, queue: Queue
) -> None:
    said = await guild.say("ann", "hello")
    assert "You cannot report yourself" in (await guild.slash("ann", "report", member="ann", reason="x")).text
    assert "You cannot report yourself" in (await guild.context("ann", "Report message", said["id"])).text
    [application] = play.world["applications"]
    bot = await guild.slash("ann", "report", member=str(application["bot_user_id"]), reason="x")
    assert "A bot cannot be reported" in bot.text

    for number, name in enumerate(["ben", "cem", "dia", "eli", "fay"], 1):
        assert f"Report {number}:" in (await guild.slash("gus", "report", member=name, reason="x")).text
    refused = await guild.slash("gus", "report", member="hal", reason="x")
    assert "You have made 5 reports in the last 10 minutes: try again in 10 minutes." in refused.text


async def test_two_take_it_at_once_and_the_loser_is_told_who(guild: Guild, queue: Queue) -> None:
    await guild.slash("ben", "report", member="ann", reason="rude")
    post = await queue.showing("Report 1 · open")

    async with guild.unedited("reports"):
        answers = await asyncio.gather(*(queue.press(who, post, "Take") for who in ("max", "mia")))

    won, lost = sorted((answer.text for answer in answers), key=lambda text: "yours" not in text)
    assert won.strip() == "Report 1 is yours."
    taken = await queue.showing("Report 1 · taken")
    holder = next(who for who in ("max", "mia") if f"<@{guild.person(who)}>" in taken.text)
    other = {"max": "mia", "mia": "max"}[holder]
    assert f"is with <@{guild.person(holder)}>" in lost
    assert labels(taken)[0] == "Release"
    assert "press Release first" in (await queue.press(other, taken, "Close")).text

    assert "with nobody now" in (await queue.press(other, taken, "Release")).text
    freed = await queue.showing("Report 1 · open")
    assert "yours" in (await queue.press(other, freed, "Take")).text


async def test_a_report_becomes_a_case_and_its_reporters_hear_of_it(guild: Guild, queue: Queue) -> None:
    before = {who: await guild.told_before(who) for who in ("ann", "ben", "cem")}
    said = await guild.say("ann", "buy my coins")
    for who in ("ben", "cem"):
        await reported(guild, who, said["id"], f"scam, says {who}")
    post = await queue.showing("Reported by (2)")

    pressed = await guild.click("max", post, "Warn", channel="reports")
    prefilled = {
        each["component"]["custom_id"]: each["component"].get("value")
        for each in pressed.body["modal"]["components"]
    }
    assert prefilled["reason"] == "scam, says ben"
    answer = await guild.submit("max", pressed, reason="scam", points="3", answer=prefilled["answer"])

    assert "Case 1: warned" in answer.text
    closed = await queue.showing("Report 1 · closed", "Case: 1", "2 delivered")
    assert labels(closed) == ["Reply to reporters", "Jump"]
    for who in ("ben", "cem"):
        assert len(await direct(guild, who, "Something was done about it", besides=before[who])) == 1
        assert await direct(guild, who, "Your report 1 in", besides=before[who])
    assert await until(lambda: direct(guild, "ann", "You were warned", besides=before["ann"]))
    assert not await direct(guild, "ann", "scam, says", besides=before["ann"])

    again = await guild.submit("max", pressed, reason="scam", points="3", answer="again")
    assert "Case 1" in again.text
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text


async def test_any_act_from_the_panel_of_a_report_ends_it(guild: Guild, play: Play, queue: Queue) -> None:
    said = await guild.say("ann", "buy my coins")
    await reported(guild, "ben", said["id"], "scam")
    panel = await queue.press("max", await queue.showing("Report 1 · open"), "Moderate")
    opened = await guild.click("max", panel, "Ban", channel="reports")
    answer = await guild.submit("max", opened, reason="scam", duration="7d")

    assert "Case 1: banned" in answer.text
    assert guild.person("ann") in str(await play.get(f"/sandbox/guilds/{guild.guild_id}/bans"))
    await queue.showing("Report 1 · closed", "Case: 1")
    assert f"message-{said['id']}.json" in (await guild.slash("mia", "case view", number=1)).text


async def test_a_report_that_is_closed_is_worked_on_no_more(guild: Guild, queue: Queue) -> None:
    await guild.slash("ben", "report", member="ann", reason="rude")
    post = await queue.showing("Report 1 · open")
    looked_at = await guild.slash("mia", "reports view", number=1)
    answer = await queue.press("max", post, "Close", outcome="spoke with her", answer="We spoke with her.")

    assert answer.text.strip() == "Report 1 is closed. Its reporters get your answer."
    closed = await queue.showing("Report 1 · closed", "spoke with her", "1 delivered")
    assert await direct(guild, "ben", "We spoke with her.")
    for label in ("Take", "Warn", "Close"):
        pressed = await guild.click("mia", looked_at, label)
        assert f"Report 1 is closed already, by <@{guild.person('max')}>." in pressed.text
    replied = await queue.press("mia", closed, "Reply to reporters", answer="Thank you again.")
    assert "its reporters get your answer" in replied.text
    assert await until(lambda: direct(guild, "ben", "Thank you again."))


async def test_a_form_of_two_moderators_at_once_closes_it_once(guild: Guild, queue: Queue) -> None:
    await guild.slash("ben", "report", member="ann", reason="rude")
    post = await queue.showing("Report 1 · open")
    opened = [await guild.click(who, post, "Warn", channel="reports") for who in ("max", "mia")]
    fields = {"reason": "rude", "points": "1", "answer": ""}

    answers = await asyncio.gather(
        *(guild.submit(who, each, **fields) for who, each in zip(("max", "mia"), opened, strict=True))
    )

    texts = sorted(answer.text for answer in answers)
    assert "Case 1: warned" in texts[0]
    assert "Report 1 is closed already" in texts[1]
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text


async def test_nobody_works_on_a_report_about_themselves_or_learns_who_made_it(
    guild: Guild, queue: Queue
) -> None:
    await guild.slash("ben", "report", member="max", reason="unfair")
    post = await queue.showing("Report 1 · open")

    assert f"<@{guild.person('ben')}>" not in post.text, "the reported person reads along here"
    assert "unfair" in post.text
    for label in ("Take", "Close", "Warn"):
        assert "is about you" in (await queue.press("max", post, label)).text
    assert "is about you" in (await guild.slash("max", "reports view", number=1)).text
    assert f"<@{guild.person('ben')}>" in (await guild.slash("mia", "reports view", number=1)).text


async def test_reporters_are_not_named_where_everybody_can_read(guild: Guild, queue: Queue) -> None:
    await guild.slash("olga", "config set report-channel", value="#general")
    await guild.slash("ben", "report", member="ann", reason="rude")
    post = await queue.showing("Report 1 · open", channel="general")
    assert "somebody" in post.text
    for label in ("Take", "Warn", "Moderate", "Close", "Reply to reporters"):
        assert "You need the permission Timeout Members" in (await guild.click("cem", post, label)).text
    assert f"<@{guild.person('ben')}>" not in post.text


async def test_a_rank_is_asked_before_a_warning(guild: Guild, queue: Queue) -> None:
    await guild.slash("ben", "report", member="sam", reason="unfair")
    post = await queue.showing("Report 1 · open")
    answer = await queue.press("max", post, "Warn", reason="x", points="0", answer="")
    assert "is not below yours" in answer.text
    assert "open" in (await queue.showing("Report 1")).text


async def test_points_are_a_number(guild: Guild, queue: Queue) -> None:
    await guild.slash("ben", "report", member="ann", reason="rude")
    post = await queue.showing("Report 1 · open")
    answer = await queue.press("max", post, "Warn", reason="x", points="-1", answer="")
    assert "A weight is a whole number from 0 to 100" in answer.text


async def test_a_post_that_was_deleted_is_made_again(guild: Guild, queue: Queue) -> None:
    await guild.slash("ben", "report", member="ann", reason="rude")
    [lost] = (await queue.showing("Report 1 · open")).messages
    await guild.post("olga", "delete-message", message_id=lost["id"])

    async def another() -> bool:
        return any(post["id"] != lost["id"] for post in await queue.posts())

    assert await until(another)
    assert len(await queue.posts()) == 1


async def test_the_queue_follows_the_channel_that_is_set(guild: Guild, queue: Queue) -> None:
    for name in ("ann", "cem"):
        await guild.slash("ben", "report", member=name, reason="rude")
    await queue.press("max", await queue.showing("Report 2 · open"), "Close", outcome="nothing", answer="")
    await queue.showing("Report 2 · closed")
    await guild.slash("olga", "config set report-channel", value="#staff")

    moved = await queue.showing("Report 1 · open", channel="staff")
    assert "Take" in labels(moved)
    assert ["Report 2 · closed" in readable(post) for post in await queue.posts()] == [True]


async def test_a_server_without_a_channel_keeps_reports_and_says_so(guild: Guild, queue: Queue) -> None:
    for name in ("reports", "mod-log"):
        await guild.post("olga", "channel", action="delete", channel_id=guild.channels[name])
    answer = await guild.slash("ben", "report", member="ann", reason="rude")

    assert "Report 1 is kept. This server has no channel for reports" in answer.text
    assert "1 report" in (await guild.slash("max", "reports list")).text
    await guild.slash("olga", "config set report-channel", value="#staff")
    await queue.showing("Report 1 · open", channel="staff")


async def test_the_mod_log_takes_reports_where_there_is_no_channel_for_them(
    guild: Guild, queue: Queue
) -> None:
    await guild.post("olga", "channel", action="delete", channel_id=guild.channels["reports"])
    assert "the staff has it" in (await guild.slash("ben", "report", member="ann", reason="rude")).text
    await queue.showing("Report 1 · open", channel="mod-log")


async def test_the_list_filters_and_pages(guild: Guild) -> None:
    for who, target in zip(
        ["ben", "cem", "dia"] * 4,
        ["ann", "eli", "fay", "gus", "hal", "ivy", "jon", "kim", "lou", "max", "mia", "mel"],
        strict=True,
    ):
        await guild.slash(who, "report", member=target, reason="x")
    first = await guild.slash("max", "reports list")
    assert "12 reports" in first.text
    assert "**12**" in first.text
    second = await guild.click("max", first, "Next")
    assert "**2**" in second.text
    assert "**3**" not in second.text
    assert "**1** " in (await guild.slash("max", "reports list", member="ann")).text
    assert "No report fits" in (await guild.slash("max", "reports list", state="closed")).text
    assert (await guild.slash("ann", "reports list")).failed


async def test_what_reporters_write_pings_nobody_and_breaks_nothing(guild: Guild, queue: Queue) -> None:
    nasty = "@everyone <@&1> [x](https://evil.example) ```\n> \u202etxt.exe\u0000" + "x" * 900
    said = await guild.say("ann", "> @here ||spoiler|| ```code\n" + "y" * 1900)
    opened = await guild.context("ben", "Report message", said["id"])
    await guild.submit("ben", opened, reason=nasty)
    for who in ("cem", "dia", "eli", "fay", "gus", "hal", "ivy", "jon", "kim"):
        await reported(guild, who, said["id"], "z" * 1000)
    post = await queue.showing("Reported by (10)")
    assert "more: /reports view 1" in post.text
    [message] = post.messages
    assert message["mentions"] == []
    assert not message["mention_everyone"]
    assert "\u202e" not in post.text


@pytest.fixture
async def mortal(own_dsn: str, tmp_path: Path) -> AsyncIterator[tuple[Sandbox, Play, Bot]]:
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start(port=0)
    async with Play(sandbox.url) as play:
        bot = Bot(sandbox.api_url, own_dsn, tmp_path)
        await bot.start()
        yield sandbox, play, bot
        await bot.stop()
        assert "Traceback" not in bot.log, bot.log
    await sandbox.close()


async def test_forms_and_buttons_outlive_a_kill_and_everything_delivered_twice_is_once(
    mortal: tuple[Sandbox, Play, Bot],
) -> None:
    sandbox, play, bot = mortal

    def again(event: Event) -> None:
        if event.name == "INTERACTION_CREATE":
            for session in tuple(sandbox.gateway.sessions.values()):
                session.offer(event)

    sandbox.core.events.listen(again)
    guild = await play.new_guild("killed")
    queue = Queue(guild)
    said = await guild.say("ann", "buy my coins")
    opened = await guild.context("ben", "Report message", said["id"])

    async def kept() -> bool:
        return "could not be kept" not in bot.log

    assert await until(kept)
    await bot.kill()
    await guild.post("ann", "edit", message_id=said["id"], content="hello")
    await bot.start()

    for _ in range(2):
        assert "Report 1" in (await guild.submit("ben", opened, reason="scam")).text
    post = await queue.showing("Report 1 · open", "Reported by (1)")
    pressed = await guild.click("max", post, "Warn", channel="reports")
    await bot.kill()
    await bot.start()
    fields = {"reason": "scam", "points": "1", "answer": "Thank you."}
    before = await guild.told_before("ben")
    for _ in range(2):
        assert "Case 1" in (await guild.submit("max", pressed, **fields)).text
    await queue.showing("Report 1 · closed", "1 delivered")
    assert len(await queue.posts()) == 1
    assert len(await direct(guild, "ben", "Thank you.", besides=before)) == 1
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text
