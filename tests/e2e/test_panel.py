"""The menus of people and messages: a panel with all acts, its forms, and messages kept before anything is asked."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from e2e_play import Answer, Bot, Guild, Play, buttons

from sandbox.server import Sandbox

PICTURE = {"filename": "shot.png", "base64": base64.b64encode(b"picture " * 99).decode()}


async def panel(guild: Guild, name: str) -> Answer:
    return await guild.context("max", "Moderate", guild.person(name))


def labels(answer: Answer) -> set[str]:
    return {button["label"] for message in answer.messages for button in buttons(message)}


async def test_the_panel_offers_what_can_be_done_now(guild: Guild) -> None:
    opened = await panel(guild, "ann")
    assert opened.ephemeral
    assert "Nothing stands against them" in opened.text
    always = {"Warn", "Note", "Timeout", "Kick", "Softban", "Ban", "History"}
    assert labels(opened) == always

    form = await guild.click("max", opened, "Timeout")
    assert "timed" in (await guild.submit("max", form, duration="2h", reason="loud")).text
    opened = await panel(guild, "ann")
    assert "Timeout: 1" in opened.text
    assert "timed out until <t:" in opened.text
    assert labels(opened) == always | {"End timeout"}
    form = await guild.click("max", opened, "End timeout")
    assert "Case 2: ended the timeout" in (await guild.submit("max", form, reason="")).text

    form = await guild.click("max", opened, "Ban")
    banned = await guild.submit("max", form, duration="", reason="spam", delete_messages="1h")
    assert "Case 3: banned" in banned.text
    opened = await panel(guild, "ann")
    assert labels(opened) == {"Note", "Unban", "History"}
    form = await guild.click("max", opened, "Unban")
    assert "Case 4: unbanned" in (await guild.submit("max", form, reason="appealed")).text
    assert labels(await panel(guild, "ann")) == {"Note", "Ban", "History"}
    assert "History of Ann" in (await guild.click("max", opened, "History")).text


@pytest.mark.parametrize(
    ("label", "fields", "says"),
    [
        ("Warn", {"reason": "spam", "points": "3"}, "Case 1: warned"),
        ("Note", {"reason": "watch them"}, "Case 1: noted"),
        ("Kick", {"reason": ""}, "Case 1: kicked"),
        ("Softban", {"reason": "spam", "delete_messages": ""}, "Case 1: softbanned"),
        ("Warn", {"reason": "spam", "points": "x1"}, "A weight is a whole number"),
        ("Timeout", {"duration": "soon", "reason": ""}, "“soon” is not a duration"),
        ("Timeout", {"duration": "soon", "reason": ""}, "from 10s to 365d"),
        ("Timeout", {"duration": "2 Hours and 30 minutes", "reason": ""}, "for 2h30m"),
        ("Timeout", {"duration": "366d", "reason": ""}, "A timeout lasts from 10s to 365d"),
        ("Ban", {"duration": "", "reason": "", "delete_messages": "8d"}, "write 7d or less"),
    ],
)
async def test_each_form_acts_or_says_what_is_wrong(
    guild: Guild, label: str, fields: dict[str, str], says: str
) -> None:
    form = await guild.click("max", await panel(guild, "ann"), label)
    assert says in (await guild.submit("max", form, **fields)).text


async def test_a_form_submitted_twice_is_one_case(guild: Guild) -> None:
    form = await guild.click("max", await panel(guild, "ann"), "Timeout")
    for _ in range(2):
        assert "Case 1: timed" in (await guild.submit("max", form, duration="1h", reason="loud")).text
    assert "There is no case 2" in (await guild.slash("max", "case view", number=2)).text


async def test_rank_permission_and_presence_are_asked_again_at_the_end(guild: Guild) -> None:
    opened = await panel(guild, "ann")
    forms = {label: await guild.click("max", opened, label) for label in ("Kick", "Ban", "Timeout", "Warn")}
    await guild.post("olga", "roles", user_id="ann", add=["senior"])
    refused = await guild.submit("max", forms["Kick"], reason="spam")
    assert "is not below yours" in refused.text
    await guild.post("olga", "roles", user_id="ann", remove=["senior"])
    await guild.post("olga", "role", action="edit", role_id="moderator", permissions=["MODERATE_MEMBERS"])
    refused = await guild.submit("max", forms["Ban"], duration="", reason="spam", delete_messages="")
    assert "You need the permission Ban Members" in refused.text
    await guild.post("ann", "leave")
    refused = await guild.submit("max", forms["Timeout"], duration="1h", reason="")
    assert "is not in this server" in refused.text
    await guild.post("olga", "role", action="edit", role_id="moderator", permissions=["VIEW_CHANNEL"])
    refused = await guild.submit("max", forms["Warn"], reason="spam", points="")
    assert "You need the permission Timeout Members" in refused.text
    assert "There is no case 1" in (await guild.slash("olga", "case view", number=1)).text


async def test_other_moderators_acts_while_the_form_was_open_are_shown(guild: Guild) -> None:
    form = await guild.click("max", await panel(guild, "ann"), "Ban")
    await guild.slash("mia", "warn", member="ann", reason="first")
    asked = await guild.submit("max", form, duration="", reason="spam", delete_messages="")
    assert "case 1, warn: first" in asked.text
    assert "Case 2: banned" in (await guild.click("max", asked, "Ban anyway")).text


async def said(guild: Guild, who: str, content: str) -> str:
    message = await guild.post(
        who, "message", channel_id=guild.channels["general"], content=content, attachments=[PICTURE]
    )
    return str(message["id"])


async def test_a_message_is_evidence_though_it_is_deleted_before_the_form_is_sent(guild: Guild) -> None:
    message_id = await said(guild, "ann", "buy @everyone")
    form = await guild.context("max", "Warn for message", message_id)
    await guild.post("ann", "delete-message", channel_id=guild.channels["general"], message_id=message_id)

    done = await guild.submit("max", form, reason="scams", points="2")

    assert "Case 1: warned" in done.text
    assert f"/{guild.channels['general']}/{message_id}" in done.text
    view = await guild.slash("max", "case view", number=1)
    assert f"message-{message_id}.json" in view.text
    assert "shot.png (792 bytes" in view.text
    again = await guild.submit("max", form, reason="scams", points="2")
    assert "Case 1: warned" in again.text


async def test_a_message_of_who_cannot_be_warned_is_refused_at_once_or_with_the_form(guild: Guild) -> None:
    """Discord says of a message's author who it is, and not with what roles."""
    refused = await guild.context("max", "Warn for message", await said(guild, "max", "hello"))
    assert "cannot do that to yourself" in refused.text
    assert refused.body["modal"] is None
    form = await guild.context("max", "Warn for message", await said(guild, "mia", "hello"))
    assert "is not below yours" in (await guild.submit("max", form, reason="spam", points="")).text
    assert "There is no case 1" in (await guild.slash("max", "case view", number=1)).text


@pytest.fixture
async def own(own_dsn: str, tmp_path: Path) -> AsyncIterator[Any]:
    """A sandbox of its own with a bot that may be killed."""
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start(port=0)
    async with Play(sandbox.url) as play:
        bot = Bot(sandbox.api_url, own_dsn, tmp_path)
        await bot.start()
        yield await play.new_guild("killed"), bot
        await bot.stop()
    await sandbox.close()


async def test_panel_form_question_and_message_outlive_a_kill(own: tuple[Guild, Bot]) -> None:
    guild, bot = own
    message_id = await said(guild, "ben", "buy")
    opened = await panel(guild, "ann")
    form = await guild.click("max", opened, "Warn")
    about_message = await guild.context("max", "Warn for message", message_id)
    await guild.slash("mia", "warn", member="cem", reason="first")
    question = await guild.slash("max", "kick", member="cem", reason="second")

    await bot.kill()
    await bot.start()

    assert "Case 2: warned" in (await guild.submit("max", form, reason="spam", points="")).text
    assert "Case 3: warned" in (await guild.submit("max", about_message, reason="scams", points="")).text
    assert f"message-{message_id}.json" in (await guild.slash("max", "case view", number=3)).text
    assert "Case 4: kicked" in (await guild.click("max", question, "Kick anyway")).text
    form = await guild.click("max", opened, "Note")
    assert "Case 5: noted" in (await guild.submit("max", form, reason="look again")).text
