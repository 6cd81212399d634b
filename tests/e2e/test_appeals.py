"""Appeals over the wire: the button below the word of a ban, /appeal, the staff's queue, and what comes of it."""

import asyncio
from base64 import b64encode
from typing import Any

import pytest
from e2e_play import Answer, Bot, Guild, Play, buttons, readable, until


class Court:
    """The appeals of one server: who makes them, and who answers."""

    def __init__(self, guild: Guild, play: Play) -> None:
        self.guild, self.play = guild, play

    async def told(self, who: str, *words: str) -> dict[str, Any]:
        """The newest direct message of this server that says all of this."""

        async def found() -> list[dict[str, Any]]:
            messages = await self.guild.direct_messages(who)
            return [each for each in messages if all(word in readable(each) for word in words)]

        message: dict[str, Any] = (await until(found))[-1]
        return message

    async def punished(self, who: str) -> dict[str, Any]:
        """The word of what was done in this server, with its button."""

        async def found() -> list[dict[str, Any]]:
            messages = await self.guild.direct_messages(who)
            return [each for each in messages if f"appeal:{self.guild.guild_id}:" in str(buttons(each))]

        message: dict[str, Any] = (await until(found))[-1]
        return message

    async def press_direct(self, who: str, message: dict[str, Any]) -> Answer:
        [button] = buttons(message)
        body = {
            "channel_id": message["channel_id"], "message_id": message["id"], "custom_id": button["custom_id"],
        }  # fmt: skip
        return Answer(await self.play.post(f"/sandbox/people/{who}/click", body))

    async def use_direct(self, who: str, channel_id: str, **options: Any) -> Answer:
        """/appeal in the direct messages with Reeve."""
        body = {"command": "appeal", "channel_id": channel_id, "options": options}
        return Answer(await self.play.post(f"/sandbox/people/{who}/slash", body))

    async def appealed(self, who: str, words: str = "it was my brother", number: int = 1) -> Answer:
        opened = await self.guild.slash(who, "appeal", number=str(number))
        return await self.guild.submit(who, opened, appeal=words)

    async def posts(self, channel: str = "reports") -> list[dict[str, Any]]:
        return [post for post in await self.guild.messages("max", channel) if "⚖️" in readable(post)]

    async def showing(self, *words: str) -> Answer:
        async def found() -> list[dict[str, Any]]:
            return [post for post in await self.posts() if all(word in readable(post) for word in words)]

        return Answer({"messages": (await until(found))[-1:]})

    async def review(self, who: str, label: str, answer: str = "", number: int = 1) -> Answer:
        post = await self.showing(f"Appeal {number} · open")
        opened = await self.guild.click(who, post, label, channel="reports")
        if opened.body.get("modal") is None:
            return opened
        return await self.guild.submit(who, opened, answer=answer)

    async def is_banned(self, who: str) -> bool:
        return self.guild.person(who) in str(
            await self.play.get(f"/sandbox/guilds/{self.guild.guild_id}/bans")
        )


@pytest.fixture
def court(guild: Guild, play: Play) -> Court:
    return Court(guild, play)


async def test_who_is_banned_appeals_below_the_word_of_it_and_comes_back(guild: Guild, court: Court) -> None:
    await guild.slash("max", "ban", user="ann", reason="spam *everywhere*")
    message = await court.punished("ann")
    assert "you can appeal with the button below" in readable(message)
    opened = await court.press_direct("ann", message)
    assert opened.body["modal"], opened
    made = await guild.submit("ann", opened, appeal="it was my **brother**")
    assert "Appeal 1 against case 1 is made" in made.text
    again = await guild.submit("ann", opened, appeal="it was my **brother**")
    assert "Appeal 1 against case 1 is made" in again.text or again.failed
    assert "Your appeal 1 against case 1 waits" in (await court.press_direct("ann", message)).text

    post = await court.showing("Appeal 1 · open", r"> it was my \*\*brother\*\*", r"spam \*everywhere\*")
    assert [each["label"] for each in buttons(post.messages[0])] == [
        "Approve",
        "Approve and void",
        "Deny",
        "Case",
    ]
    assert "leave it to another moderator" in (await court.review("max", "Approve")).text
    assert "Case 1" in (await guild.click("mia", post, "Case", channel="reports")).text
    answered = await court.review("mia", "Approve", "welcome back")
    assert answered.text.strip() == "Appeal 1 is approved. Case 2 lifts it."
    assert not await court.is_banned("ann")

    await court.told("ann", "Your appeal in", "Your appeal against case 1 was approved.", "welcome back")
    done = await court.showing("Appeal 1 · approved", f"<@{guild.person('mia')}> (told)")
    assert [each["label"] for each in buttons(done.messages[0])] == ["Case"]
    assert len(await court.posts()) == 1
    view = (await guild.slash("max", "case view", number=1)).text
    assert "Appeal 1 approved: welcome back" in view
    assert "after an appeal" in (await guild.slash("max", "case view", number=2)).text


async def test_who_has_no_such_message_appeals_in_direct_messages_with_a_command(
    guild: Guild, court: Court, play: Play
) -> None:
    await guild.slash("max", "ban", user="ben", reason="spam")
    channel_id = (await court.punished("ben"))["channel_id"]
    body = {
        "command": "appeal",
        "channel_id": channel_id,
        "options": {"number": "case 1 in"},
        "focused": "number",
    }
    choices = (await play.post("/sandbox/people/ben/autocomplete", body))["choices"]
    value = f"{guild.guild_id}:1"
    assert value in [choice["value"] for choice in choices]
    made = await court.use_direct("ben", channel_id, number=value, text="wrong person")
    assert "Appeal 1 against case 1 is made" in made.text
    assert (
        "Nothing stands against you there as case 1"
        in (await guild.slash("ann", "appeal", number=value, text="let me see")).text
    )
    assert "names no case" in (await court.use_direct("ben", channel_id, number="1", text="x")).text
    await court.review("mia", "Deny", "the log is clear")
    await court.told("ben", "Your appeal against case 1 was denied.", "the log is clear")
    assert await court.is_banned("ben")
    shown = (await court.use_direct("ben", channel_id)).text
    assert "**Appeal 1** against case 1 in" in shown
    assert "denied" in shown
    assert guild.person("mia") not in shown


async def test_the_case_of_an_appeal_shows_what_proves_it(guild: Guild, court: Court) -> None:
    proof = {"filename": "p.txt", "base64": b64encode(b"proof").decode()}
    await guild.slash("max", "warn", member="hal", reason="spam", proof=proof)
    await court.appealed("hal")
    case = await guild.click("mia", await court.showing("Appeal 1 · open"), "Case", channel="reports")
    shown = await guild.click("mia", case, "Evidence (1)", channel="reports")
    assert await shown.file() == b"proof"


async def test_who_gave_the_warnings_answers_no_appeal_against_the_step_that_followed(
    guild: Guild, court: Court
) -> None:
    await guild.slash("olga", "config ladder step-add", points=2, kind="timeout", duration="1d")
    for label in ("Warn", "Warn and time out for 1d"):
        asked = await guild.slash("max", "warn", member="ivy", reason="spam")
        answer = await guild.click("max", asked, label)
    assert "Case 3 follows from it" in answer.text
    form = await court.press_direct("ivy", await court.told("ivy", "You were timed out"))
    assert "Appeal 1 against case 3 is made" in (await guild.submit("ivy", form, appeal="no")).text
    refused = await court.review("max", "Approve")
    assert "came of a case of yours: leave it to another moderator" in refused.text
    assert "Appeal 1 is denied." in (await court.review("mia", "Deny", "the log is clear")).text


async def test_so_often_and_so_soon_as_the_server_says(guild: Guild, court: Court) -> None:
    await guild.slash("max", "warn", member="cem", reason="rude")
    await court.appealed("cem")
    await court.review("mia", "Deny", "no")
    assert (
        "You can appeal against case 1 again on <t:" in (await guild.slash("cem", "appeal", number="1")).text
    )
    await guild.slash("olga", "config set appeal-cooldown", value=0)
    await court.appealed("cem", "please")
    await court.review("mia", "Deny", "no", number=2)
    await guild.slash("olga", "config set appeal-limit", value=2)
    assert "You have appealed against case 1 2 times" in (await guild.slash("cem", "appeal", number="1")).text
    await guild.slash("olga", "config set appeal-limit", value=0)
    await guild.slash("max", "warn", member="cem", reason="rude again")
    assert "takes no appeals" in (await guild.slash("cem", "appeal", number="2")).text
    message = await court.told("cem", "rude again")
    assert not buttons(message)
    assert "appeal" not in readable(message)


async def test_an_approved_warning_is_void_and_an_approved_timeout_over(
    guild: Guild, court: Court, play: Play
) -> None:
    await guild.slash("max", "warn", member="dia", reason="rude")
    await guild.slash("max", "timeout", member="eli", duration="1d", reason="rude")
    await court.appealed("dia")
    form = await court.press_direct(
        "eli", await court.punished("eli")
    )  # commands are not for who is timed out
    await guild.submit("eli", form, appeal="it was not me")
    assert "Case 1 is void." in (await court.review("mia", "Approve")).text
    both = await court.review("mia", "Approve and void", "sorry", number=2)
    assert both.text.strip() == "Appeal 2 is approved. Case 3 lifts it. Case 2 is void."
    member = await play.get(f"/sandbox/guilds/{guild.guild_id}/members/{guild.person('eli')}")
    assert member["communication_disabled_until"] is None


async def test_two_reviewers_at_once_are_one_answer_and_permission_is_asked_when_it_is_given(
    guild: Guild, court: Court
) -> None:
    await guild.slash("max", "ban", user="fay", reason="spam")
    message = await court.punished("fay")
    await guild.submit("fay", await court.press_direct("fay", message), appeal="no")
    post = await court.showing("Appeal 1 · open")
    forms = [await guild.click(who, post, label, channel="reports") for who, label in (
        ("mia", "Approve"), ("sam", "Deny"), ("mia", "Approve"))]  # fmt: skip
    both = await asyncio.gather(
        guild.submit("mia", forms[0], answer="yes"), guild.submit("sam", forms[1], answer="no")
    )
    assert sorted("already, by" in each.text for each in both) == [False, True]
    assert "already, by" in (await guild.submit("mia", forms[2], answer="yes")).text


async def test_a_deleted_post_is_made_again_and_only_the_staff_answers(guild: Guild, court: Court) -> None:
    await guild.slash("max", "warn", member="gus", reason="rude")
    await court.appealed("gus")
    post = await court.showing("Appeal 1 · open")
    first = post.messages[0]["id"]
    await guild.post("olga", "delete-message", message_id=first)

    async def made_again() -> bool:
        posts = await court.posts()
        return len(posts) == 1 and posts[0]["id"] != first

    assert await until(made_again)
    custom_id = next(each["custom_id"] for each in buttons(post.messages[0]))
    [new] = await court.posts()
    body = {"channel_id": guild.channels["reports"], "message_id": new["id"], "custom_id": custom_id}
    refused = await guild._play.post("/sandbox/people/olga/click", body)  # the owner may
    assert refused["modal"]


async def test_the_button_of_a_ban_goes_on_working_for_who_shares_no_server_and_takes_no_messages(
    own_bot: Bot, play: Play
) -> None:
    """Whoever is new has no other server in common; Discord keeps the direct channel, whatever becomes of the rest."""
    await own_bot.start()
    guild = await play.new_guild("appeals from outside")
    court = Court(guild, play)
    joined = await play.post("/sandbox/people/outsider/join", {"guild_id": guild.guild_id})
    play.people["outsider"] = str(joined["user"]["id"])
    await guild.slash("max", "ban", user="outsider", reason="spam")
    message = await court.punished("outsider")
    assert await court.is_banned("outsider")
    await play.post("/sandbox/people/outsider/preferences", {"dms_closed": True})
    await own_bot.kill()
    await own_bot.start()

    opened = await court.press_direct("outsider", message)
    made = await guild.submit("outsider", opened, appeal="it was my brother")

    assert "Appeal 1 against case 1 is made" in made.text
    assert "waits" in (await court.press_direct("outsider", message)).text
    await court.review("mia", "Approve", "welcome back")
    assert not await court.is_banned("outsider")
    assert "nothing left to ask" in (await court.press_direct("outsider", message)).text
    await own_bot.stop()


async def test_button_and_form_outlive_a_restart(own_bot: Bot, play: Play) -> None:
    await own_bot.start()
    guild = await play.new_guild("appeals outlive a restart")
    court = Court(guild, play)
    await guild.slash("max", "ban", user="ann", reason="spam")
    message = await court.punished("ann")
    opened = await court.press_direct("ann", message)
    await own_bot.kill()
    await own_bot.start()
    assert "Appeal 1 against case 1 is made" in (await guild.submit("ann", opened, appeal="not me")).text
    assert "waits for its answer" in (await court.press_direct("ann", message)).text
    assert "Appeal 1 is approved. Case 2 lifts it." in (await court.review("mia", "Approve")).text
    await own_bot.stop()
