"""Things are broken on purpose, and the time is moved, from the page."""

from datetime import timedelta
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


async def broken(visit: Visit) -> Any:
    page = await visit("max")
    await page.get_by_role("button", name="Break things").click()
    await expect(page.locator(".faults")).to_have_text("None is set.")
    return page


async def test_a_lost_answer_is_ordered_marked_and_cleared(
    sandbox: Sandbox, bot: PageBot, visit: Visit
) -> None:
    page = await broken(visit)
    await page.get_by_label("Request").fill("POST /channels/*/messages")
    await page.get_by_label("Answer").select_option("403")
    await page.get_by_label("What was asked is done all the same").check()
    await page.get_by_role("button", name="Break it").click()
    await expect(page.locator(".faults li")).to_contain_text("403, done all the same")

    with pytest.raises(Exception, match="403"):
        await bot.channel().send("said, but not answered")

    await expect(page.locator(".message", has_text="said, but not answered")).to_be_visible()
    await expect(page.locator(".faults li")).to_contain_text("hit 1 of 1")
    await page.get_by_role("button", name="Clear all faults").click()
    await expect(page.locator(".faults")).to_have_text("None is set.")
    assert sandbox.faults.all == []
    await page.get_by_role("button", name="Wire", exact=True).click()
    marked = page.locator(".wire-rows summary", has=page.locator(".put-in"))
    await expect(marked).to_have_count(1)
    await expect(marked).to_contain_text("403")


async def test_the_bots_connection_is_broken_by_hand(sandbox: Sandbox, bot: PageBot, visit: Visit) -> None:
    page = await broken(visit)
    resumed = bot.wait_for("resumed", timeout=30)

    await page.get_by_role("button", name="Ask the bot to reconnect").click()
    await resumed
    await page.get_by_role("button", name="Deliver the next interaction twice").click()
    await expect(page.locator(".faults li").nth(1)).to_contain_text("hit 0 of 1")
    await sandbox.people.slash("max", "whisper", options={"text": "once asked"}, channel_id="general")

    await expect(page.locator(".faults li").nth(1)).to_contain_text("hit 1 of 1")


async def test_a_route_that_does_not_exist_is_refused_in_a_sentence(sandbox: Sandbox, visit: Visit) -> None:
    page = await visit("max")
    await page.get_by_role("button", name="Break things").click()
    await page.get_by_label("Request").fill("GET /nowhere")

    async with page.expect_response("**/sandbox/faults") as answered:
        await page.get_by_role("button", name="Break it").click()

    assert (await answered.value).status == 400
    await expect(page.locator(".toast")).to_contain_text("No route of this sandbox is GET /nowhere")


async def test_time_moves_on_for_everybody(sandbox: Sandbox, clock: ManualClock, visit: Visit) -> None:
    sandbox.people.message("ann", "today's news", channel_id="general")
    page = await broken(visit)
    stamp, shown = page.locator(".message .name-line time"), page.locator(".clock")
    await expect(stamp).to_contain_text("Today")
    await expect(shown).not_to_be_empty()
    before, said = clock.now(), await shown.inner_text()

    await page.get_by_role("button", name="+30 days").click()

    await expect(shown).not_to_have_text(said)
    await expect(stamp).not_to_contain_text("Today")
    assert clock.now() == before + timedelta(days=30)
