"""What hangs on messages: reactions, edits, pins, threads; and what stands where one types when Discord refuses."""

import asyncio
from typing import Any

import pytest
from page_bot import PageBot

from sandbox.clock import ManualClock
from sandbox.server import Sandbox

playwright = pytest.importorskip(
    "playwright.async_api",
    reason="THE SANDBOX'S PAGE WAS NOT TESTED: pip install playwright (without a browser).",
)
expect = playwright.expect
Visit = Any


async def write(page: Any, text: str) -> None:
    await page.get_by_role("combobox", name="Message").fill(text)
    await page.keyboard.press("Enter")


async def choose(page: Any, text: str, item: str) -> None:
    await page.locator(".message", has_text=text).first.click(button="right")
    await page.get_by_role("menuitem", name=item).click()


async def test_reactions_are_counted_and_ones_own_comes_and_goes_with_a_click(
    sandbox: Sandbox, visit: Visit
) -> None:
    one = sandbox.people.message("ann", "react to me", channel_id="general")
    page = await visit("max")
    await page.locator(".message").hover()
    await page.get_by_role("button", name="React").click()
    await page.get_by_role("menuitem", name="🎉").click()
    reaction = page.locator(".reaction:not(.add)")
    await expect(reaction).to_have_attribute("aria-pressed", "true")

    sandbox.people.react("ben", message_id=one.id, emoji="🎉")
    await expect(reaction).to_have_attribute("aria-label", "🎉, 2")
    await reaction.click()

    await expect(reaction).to_have_attribute("aria-label", "🎉, 1")
    await expect(reaction).to_have_attribute("aria-pressed", "false")
    sandbox.people.unreact("ben", message_id=one.id, emoji="🎉")
    await expect(reaction).to_have_count(0)


async def test_one_mends_ones_own_message_with_the_keyboard_alone(sandbox: Sandbox, visit: Visit) -> None:
    ann, max_ = await visit("ann"), await visit("max")
    await write(ann, "helo")
    await expect(ann.locator(".message")).to_have_count(1)
    field = ann.get_by_role("textbox", name="Edit the message")

    await ann.keyboard.press("ArrowUp")
    await expect(field).to_be_focused()
    await field.fill("thrown away")
    await ann.keyboard.press("Escape")
    await expect(ann.locator(".message .content")).to_have_text("helo")
    await ann.keyboard.press("ArrowUp")
    await expect(field).to_be_focused()
    await field.fill("hello")
    await ann.keyboard.press("Enter")

    await expect(max_.locator(".message .content")).to_have_text("hello (edited)")
    await expect(ann.get_by_role("combobox", name="Message")).to_be_focused()
    await max_.locator(".message .content").click(button="right")
    await expect(max_.get_by_role("menuitem", name="Copy text")).to_be_visible()
    await expect(max_.get_by_role("menuitem", name="Edit message")).to_have_count(0)


async def test_the_field_to_mend_a_message_is_ready_for_the_very_next_key(
    sandbox: Sandbox, visit: Visit
) -> None:
    sandbox.people.message("ann", "helo", channel_id="general")
    page = await visit("ann")
    await page.get_by_role("combobox", name="Message").focus()

    ready = await page.evaluate(
        """() => {
            const up = new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(up);
            const { ariaLabel, selectionStart, selectionEnd } = document.activeElement;
            return [ariaLabel, selectionStart, selectionEnd];
        }"""
    )

    assert ready == ["Edit the message", len("helo"), len("helo")]


async def test_what_is_typed_while_a_message_is_on_its_way_stays(sandbox: Sandbox, visit: Visit) -> None:
    sandbox.people.manage_channel("olga", "edit", channel_id="general", slowmode=30)
    page = await visit("ann")
    field, may_go_on = page.get_by_role("combobox", name="Message"), asyncio.Event()

    async def hold(route: Any) -> None:
        await may_go_on.wait()
        await route.continue_()

    await page.route("**/message", hold)
    await write(page, "one")
    await page.keyboard.type("two")
    may_go_on.set()
    await expect(page.locator(".message", has_text="one")).to_be_visible()
    await expect(field).to_have_value("two")

    may_go_on.clear()
    await page.keyboard.press("Enter")
    await page.keyboard.type("three")
    may_go_on.set()
    await expect(page.locator(".composer .wrong")).to_contain_text("ann may write again in 30 s")
    await expect(field).to_have_value("two\nthree")


async def test_what_is_pinned_is_told_and_listed(sandbox: Sandbox, visit: Visit) -> None:
    sandbox.people.message("ann", "worth keeping", channel_id="general")
    max_, ben = await visit("max"), await visit("ben")

    await choose(max_, "worth keeping", "Pin message")
    await expect(ben.locator(".message .system")).to_contain_text("Max pinned a message to this channel.")
    await ben.get_by_role("button", name="pinned messages").click()
    await expect(ben.locator(".pinned")).to_contain_text("worth keeping")
    await ben.get_by_role("button", name="Jump").click()
    await expect(ben.locator(".message", has_text="worth keeping")).to_be_focused()
    await max_.get_by_role("button", name="Pinned", exact=True).click()
    await max_.get_by_role("button", name="Unpin").click()

    await expect(max_.locator("#panel")).to_contain_text("Nothing is pinned here.")
    await expect(ben.locator("#panel")).to_contain_text("Nothing is pinned here.")


async def test_a_thread_is_begun_written_in_left_archived_and_brought_back(
    sandbox: Sandbox, visit: Visit
) -> None:
    sandbox.people.message("ben", "where to begin", channel_id="general")
    ann, max_ = await visit("ann"), await visit("max")
    await choose(ann, "where to begin", "Create thread…")
    await ann.get_by_label("Name").fill("The beginning")
    await ann.keyboard.press("Enter")
    await expect(ann.locator("#bar h2")).to_have_text("The beginning")
    await expect(ann.locator(".message .system")).to_contain_text("where to begin")
    await write(ann, "inside")

    link = max_.locator(".thread-link")
    await link.click()
    await expect(max_.locator(".message", has_text="inside")).to_be_visible()
    await ann.locator(".channel.thread").click(button="right")
    await ann.get_by_role("menuitem", name="Leave thread").click()
    await expect(ann.locator(".channel.thread")).to_have_class("channel thread elsewhere")
    await max_.locator(".place-name").click()
    await max_.get_by_role("menuitem", name="Archive thread").click()

    await expect(max_.locator(".composer .about")).to_contain_text("archived")
    await max_.locator(".channel", has_text="general").click()
    await expect(max_.locator(".channel.thread")).to_have_count(0)
    await expect(link).to_contain_text("1 message, archived")
    await link.click()
    await expect(max_.locator("#bar h2")).to_have_text("The beginning")
    await write(max_, "awake")
    await expect(max_.locator(".composer .about")).to_be_hidden()
    await expect(max_.locator(".channel.thread")).to_have_text("The beginning")


async def test_whoever_looks_at_a_thread_that_is_deleted_is_led_away(sandbox: Sandbox, visit: Visit) -> None:
    thread = sandbox.people.thread("ann", "create", channel_id="general", name="Short-lived")
    page = await visit("ann", thread["id"])
    await expect(page.locator("#bar h2")).to_have_text("Short-lived")

    sandbox.people.thread("max", "delete", channel_id=thread["id"])

    await expect(page.locator("#bar h2")).to_have_text("general")
    await expect(page.locator(".channel.thread")).to_have_count(0)


async def test_whoever_is_put_out_of_a_private_thread_sees_it_no_more(sandbox: Sandbox, visit: Visit) -> None:
    thread = sandbox.people.thread("max", "create", channel_id="general", name="Between us", private=True)
    page = await visit("ann")

    sandbox.people.thread("max", "add", channel_id=thread["id"], user_id="ann")
    await page.locator(".channel.thread").click()
    await expect(page.locator(".message .system")).to_have_count(1)
    sandbox.people.thread("max", "remove", channel_id=thread["id"], user_id="ann")

    await expect(page.locator(".channel.thread")).to_have_count(0)
    await expect(page.locator("#bar h2")).to_have_text("general")


async def test_slow_mode_is_told_where_one_types(sandbox: Sandbox, clock: ManualClock, visit: Visit) -> None:
    sandbox.people.manage_channel("olga", "edit", channel_id="general", slowmode=30)
    page = await visit("ann")
    await expect(page.locator(".composer .about")).to_have_text("Slow mode: one message in 30 s.")
    await write(page, "one")
    await expect(page.locator(".message", has_text="one")).to_be_visible()

    await write(page, "two")
    await expect(page.locator(".composer .wrong")).to_contain_text("ann may write again in 30 s")
    await expect(page.get_by_role("combobox", name="Message")).to_have_value("two")
    clock.advance(30)
    await page.keyboard.press("Enter")

    await expect(page.locator(".message", has_text="two")).to_be_visible()
    await expect(page.locator(".composer .wrong")).to_be_hidden()


async def test_automod_stops_a_message_and_the_staff_reads_why(sandbox: Sandbox, visit: Visit) -> None:
    staff = next(one for one in sandbox.world.channels.values() if one.name == "staff")
    alert = {"type": 2, "metadata": {"channel_id": str(staff.id)}}
    rule = {"name": "Manners", "event_type": 1, "trigger_type": 1, "actions": [{"type": 1}, alert]}
    sandbox.people.automod(
        "olga", "create", rule={**rule, "trigger_metadata": {"keyword_filter": ["heck"]}, "enabled": True}
    )
    ann, max_ = await visit("ann"), await visit("max", "staff")

    await write(ann, "what the heck")

    await expect(ann.locator(".composer .wrong")).to_contain_text("blocked by automatic moderation")
    told = max_.locator(".message .system")
    await expect(told).to_contain_text("AutoMod noticed a message of Ann in #general")
    await expect(told).to_contain_text("Rule: Manners • Keyword: heck")


async def test_webhooks_and_forwards_are_readable(sandbox: Sandbox, bot: PageBot, visit: Visit) -> None:
    sandbox.people.set_channel_permissions(
        "olga", channel_id="general", user_id="Reeve", allow=["MANAGE_WEBHOOKS"]
    )
    page = await visit("max")
    hook = await bot.channel().create_webhook(name="News")

    await hook.send("a headline", username="Gazette")
    await hook.send("another paper", username="Herald")
    source = await bot.channel("staff").send("said among the staff")
    await source.forward(bot.channel())

    await expect(page.locator(".message .name")).to_have_text(["Gazette", "Herald", "Reeve"])
    await expect(page.locator(".message .tag")).to_have_text(["APP", "APP", "APP"])
    await expect(page.get_by_role("group", name="Forwarded message")).to_contain_text("said among the staff")
