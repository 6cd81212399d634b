"""What a person does on the page."""

import asyncio
from typing import Any

import pytest
from page_bot import PageBot
from slash_forms import choose_command, option

from sandbox.clock import ManualClock
from sandbox.server import Sandbox

playwright = pytest.importorskip(
    "playwright.async_api",
    reason="THE SANDBOX'S PAGE WAS NOT TESTED: pip install playwright (without a browser).",
)
expect = playwright.expect
Visit = Any


async def warned(sandbox: Sandbox, page: Any) -> None:
    await sandbox.people.slash(
        "max", "warn", channel_id="general", options={"member": "ann", "reason": "spam"}
    )
    await expect(page.locator(".embed")).to_be_visible()


async def test_a_message_is_sent_with_enter(sandbox: Sandbox, visit: Visit) -> None:
    ann, max_ = await visit("ann"), await visit("max")

    await ann.get_by_role("combobox", name="Message").fill("hello everybody")
    await ann.keyboard.press("Enter")

    await expect(max_.locator(".message", has_text="hello everybody")).to_be_visible()
    await expect(ann.get_by_role("combobox", name="Message")).to_have_value("")


async def test_a_button_is_pressed_and_the_message_changes(
    sandbox: Sandbox, bot: PageBot, visit: Visit
) -> None:
    page = await visit("max")
    await warned(sandbox, page)
    await expect(page.get_by_role("button", name="Not yet")).to_be_disabled()

    await page.get_by_role("button", name="Undo").click()

    await expect(page.locator(".message .content")).to_contain_text("Undone. (edited)")
    await expect(page.locator(".embed")).to_have_count(0)


async def test_a_modal_is_filled_in(sandbox: Sandbox, bot: PageBot, visit: Visit) -> None:
    page = await visit("max")
    await warned(sandbox, page)
    await page.get_by_role("button", name="Add a note").click()
    dialog = page.get_by_role("dialog", name="A note on the case")

    await dialog.get_by_role("button", name="Submit").click()
    await expect(dialog.get_by_role("alert")).to_have_text("The field Note is required.")
    await dialog.get_by_label("Note").fill("seen by two")
    await dialog.get_by_role("button", name="Submit").click()

    await expect(page.locator(".message.ephemeral")).to_contain_text("Noted: seen by two (none)")
    await expect(dialog).to_have_count(0)


async def test_menus_of_a_message_are_chosen_from(sandbox: Sandbox, bot: PageBot, visit: Visit) -> None:
    await sandbox.people.slash("max", "choose", channel_id="general")
    page = await visit("max")

    await page.get_by_role("combobox", name="A fruit").click()
    await page.get_by_role("option", name="Pear").click()
    await expect(page.locator(".message.ephemeral")).to_contain_text("fruit p")
    for name in ("ben", "ann"):
        await page.get_by_role("combobox", name="Two people").fill(name)
        await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Choose", exact=True).click()

    await expect(page.locator(".message.ephemeral").last).to_contain_text("people ann and ben")


async def test_what_is_for_one_person_is_seen_by_one_person(
    sandbox: Sandbox, bot: PageBot, visit: Visit
) -> None:
    max_, mia = await visit("max"), await visit("mia")
    form = await choose_command(max_, "whisper")
    await option(form, "text").fill("between us")
    await max_.keyboard.press("Enter")
    await expect(max_.locator(".message.ephemeral")).to_contain_text("Only you can see this")

    sandbox.people.message("ann", "for all", channel_id="general")

    await expect(mia.locator(".message", has_text="for all")).to_be_visible()
    await expect(mia.locator(".message", has_text="between us")).to_have_count(0)
    await max_.get_by_role("button", name="Dismiss message").click()
    await expect(max_.locator(".message.ephemeral")).to_have_count(0)


async def test_a_bot_that_says_nothing_did_not_respond(
    sandbox: Sandbox, bot: PageBot, clock: ManualClock, visit: Visit
) -> None:
    page = await visit("max")
    await choose_command(page, "silence")
    await page.keyboard.press("Enter")
    await asyncio.wait_for(bot.kept_silent.wait(), 30)

    clock.advance(3)

    await expect(page.locator(".note.failed")).to_contain_text("The application did not respond")


async def test_a_person_is_asked_about_with_the_right_button(
    sandbox: Sandbox, bot: PageBot, visit: Visit
) -> None:
    sandbox.people.message("ann", "look at me", channel_id="general")
    page = await visit("max")
    await page.locator(".message .name").click(button="right")
    await page.get_by_role("menuitem", name="History").click()
    await expect(page.locator(".message.ephemeral")).to_contain_text("The history of ann")

    await page.locator(".message", has_text="look at me").locator(".content").click(button="right")
    await page.get_by_role("menuitem", name="Report message").click()

    await expect(page.locator(".message.ephemeral").last).to_contain_text("Reported: look at me")


async def test_a_moderator_times_out_and_bans_by_hand(sandbox: Sandbox, visit: Visit) -> None:
    page = await visit("max")
    member = page.locator(".member", has_text="Ann")
    await member.click()
    await page.get_by_role("menuitem", name="Time out Ann…").click()
    await page.get_by_label("Reason").fill("calm down")
    await page.keyboard.press("Enter")
    await expect(member).to_contain_text("timed out")

    await member.click()
    await page.get_by_role("menuitem", name="Ban Ann…").click()
    await page.get_by_label("Reason").fill("enough")
    await page.keyboard.press("Enter")
    await expect(member).to_have_count(0)

    await page.get_by_role("button", name="Audit log").click()
    await expect(page.locator(".entry").nth(1)).to_contain_text("Max banned Ann“enough”")
    await page.get_by_role("button", name="Unban").click()
    await expect(page.get_by_role("button", name="Unban")).to_have_count(0)


async def test_a_member_is_offered_no_moderation(sandbox: Sandbox, visit: Visit) -> None:
    page = await visit("ann")

    await page.locator(".member", has_text="Ben").click()

    await expect(page.get_by_role("menuitem")).to_have_text(["Mention", "Be Ben", "Copy user ID"])


async def test_one_writes_to_the_bot_and_is_written_to(sandbox: Sandbox, bot: PageBot, visit: Visit) -> None:
    page = await visit("ann", "", guild="@me")
    await page.get_by_role("combobox", name="Message").fill("psst")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message", has_text="psst")).to_be_visible()

    member = bot.guilds[0].get_member_named("ann")
    assert member
    await member.send("answered")

    await expect(page.locator(".message", has_text="answered")).to_be_visible()


async def test_the_hints_name_commands_that_are_there(sandbox: Sandbox, bot: PageBot, visit: Visit) -> None:
    page = await visit("max")
    hints = page.get_by_role("complementary", name="Things to try")
    await expect(hints.locator(".as-link")).to_have_text(["/warn", "/whisper", "The menu of Ann"])

    await hints.get_by_role("button", name="/warn").click()

    await expect(option(page, "member")).to_have_value("Ann")
    await option(page, "reason").fill("spam")
    await page.keyboard.press("Enter")
    await expect(page.locator(".field-value").first).to_have_text("spam")


async def test_the_hints_without_any_command_are_small_and_stay_closed(
    sandbox: Sandbox, visit: Visit
) -> None:
    sandbox.people.thread("ann", "create", channel_id="general", name="Plans")
    page = await visit("ann")
    hints = page.get_by_role("complementary", name="Things to try")
    await expect(hints.locator(".as-link")).to_have_text(["The menu of Ben", "Write a message"])
    box = await hints.bounding_box()
    assert box["height"] < 50

    await hints.get_by_role("button", name="The menu of Ben").click()
    await expect(page.get_by_role("menu", name="Ben")).to_be_visible()
    await page.keyboard.press("Escape")
    await hints.get_by_role("button", name="Write a message").click()
    await expect(page.get_by_role("combobox", name="Message")).to_be_focused()
    await page.locator(".channel.thread").click()
    await expect(hints).to_have_count(0)
    await page.locator(".channel", has_text="general").click()
    await hints.get_by_role("button", name="Close the hints").click()
    await expect(hints).to_have_count(0)
    await page.reload()

    await expect(page.locator(".member").first).to_be_visible()
    await page.get_by_role("button", name="Things to try").click()
    await expect(hints).to_be_visible()
