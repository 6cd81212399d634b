"""A slash command is found and filled in, with mouse and keyboard."""

from typing import Any

import pytest
from page_bot import PageBot
from slash_forms import choose_command, option

from sandbox.server import Sandbox

playwright = pytest.importorskip(
    "playwright.async_api",
    reason="THE SANDBOX'S PAGE WAS NOT TESTED: pip install playwright (without a browser).",
)
expect = playwright.expect
Visit = Any


TYPE_AT_ONCE = 'word => { for (const letter of word) document.execCommand("insertText", false, letter); }'
"""Letters in one task: with `keyboard.type` a busy machine pauses between two of them."""


async def form_by_keyboard(page: Any, name: str) -> Any:
    await page.keyboard.type(f"/{name}")
    await expect(page.locator(".palette [role=option]")).to_have_count(1)
    await page.keyboard.press("Enter")
    return page.locator(".command-form")


async def test_commands_are_found_while_typing(sandbox: Sandbox, bot: PageBot, visit: Visit) -> None:
    max_, ann = await visit("max"), await visit("ann")
    for page in (max_, ann):
        await page.keyboard.type("/w")

    await expect(max_.locator(".command-name").first).to_contain_text("/warn")
    await expect(max_.locator(".palette")).to_contain_text("Warn a member")
    await expect(ann.locator(".command-name")).to_have_count(1)  # ann is offered no /warn
    await max_.keyboard.press("Escape")
    await expect(max_.locator(".palette")).to_be_hidden()


async def test_a_command_is_filled_in_with_the_keyboard_alone(
    sandbox: Sandbox, bot: PageBot, visit: Visit
) -> None:
    page = await visit("max")
    await page.keyboard.type("/warn")
    await expect(page.locator(".palette [role=option]")).to_have_count(1)
    await page.keyboard.press("Enter")

    await page.keyboard.type("an")
    await expect(page.locator(".choices:visible [role=option]").first).to_contain_text("Ann")
    await page.keyboard.press("Tab")
    await page.keyboard.type("links")
    await expect(page.locator(".choices:visible [role=option]")).to_have_text(["spam in links"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")

    await expect(page.locator(".embed-title")).to_have_text("Case 1 · Warning")
    await expect(page.locator(".field-value")).to_have_text(["spam in links", "1"])
    assert bot.used[0][1]["member"] == "ann"


async def test_every_kind_of_option_has_its_field(sandbox: Sandbox, bot: PageBot, visit: Visit) -> None:
    page = await visit("max")
    form = await choose_command(page, "warn")
    for name in ("points", "kind", "loud", "proof"):
        await form.get_by_role("button", name=f"+ {name}").click()
    await option(form, "member").fill("ben")
    await page.keyboard.press("Enter")
    await option(form, "reason").fill("a reason of my own")
    await option(form, "points").fill("11")
    for name, typed in (("kind", "mil"), ("loud", "tru")):
        await option(form, name).fill(typed)
        await page.keyboard.press("Enter")
    await option(form, "proof").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"evidence"}
    )

    await form.get_by_role("button", name="Send").click()
    await expect(form.locator(".wrong")).to_have_text("points is at most 10.")
    await option(form, "points").fill("7")
    await page.keyboard.press("Enter")

    await expect(page.locator(".embed")).to_be_visible()
    wanted = {
        "member": "ben",
        "reason": "a reason of my own",
        "points": 7,
        "kind": "m",
        "loud": True,
        "proof": 8,
    }
    assert bot.used == [("warn", wanted)]


async def test_suggestions_wait_until_the_typing_pauses(sandbox: Sandbox, bot: PageBot, visit: Visit) -> None:
    page = await visit("max")
    form = await choose_command(page, "warn")
    await option(form, "reason").focus()
    await expect(form.locator(".choices:visible [role=option]")).to_have_count(3)

    await page.evaluate(TYPE_AT_ONCE, "shouting")

    await expect(form.locator(".choices:visible [role=option]")).to_have_text(["shouting"])
    assert bot.suggested_for == ["", "shouting"]


async def test_enter_takes_a_choice_and_goes_on_to_the_next_option(
    sandbox: Sandbox, bot: PageBot, visit: Visit
) -> None:
    page = await visit("max")
    form = await form_by_keyboard(page, "warn")

    await page.keyboard.type("be")
    await page.keyboard.press("Enter")
    await expect(option(form, "member")).to_have_value("Ben")
    await page.keyboard.type("spamming")
    await expect(option(form, "reason")).to_have_value("spamming")
    await expect(form.locator(".choices:visible")).to_contain_text("No suggestion")
    await page.keyboard.press("Enter")

    await expect(page.locator(".field-value").first).to_have_text("spamming")
    assert bot.used[0][1]["member"] == "ben"


async def test_the_first_suggestion_is_marked_and_tab_takes_it(
    sandbox: Sandbox, bot: PageBot, visit: Visit
) -> None:
    page = await visit("max")
    form = await form_by_keyboard(page, "warn")
    await form.get_by_role("button", name="+ points").click()
    await option(form, "member").focus()

    await page.keyboard.type("be")
    await page.keyboard.press("Tab")
    await expect(option(form, "reason")).to_be_focused()
    await page.keyboard.type("sp")
    suggested = form.locator(".choices:visible [role=option]")
    await expect(suggested).to_have_text(["spam in general", "spam in links"])
    await expect(suggested.first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Tab")
    await expect(option(form, "reason")).to_have_value("spam in general")
    await expect(option(form, "points")).to_be_focused()

    await option(form, "reason").fill("something else")
    await expect(form.locator(".choices:visible")).to_contain_text("No suggestion")
    await page.keyboard.press("Tab")
    await expect(option(form, "reason")).to_have_value("something else")
    await expect(option(form, "points")).to_be_focused()


async def test_what_was_suggested_for_less_is_not_taken_for_more(
    sandbox: Sandbox, bot: PageBot, visit: Visit
) -> None:
    page = await visit("max")
    form = await form_by_keyboard(page, "warn")
    await option(form, "reason").focus()
    await expect(form.locator(".choices:visible [role=option]")).to_have_count(3)

    await page.evaluate(
        """() => {
            const field = document.activeElement;
            field.value = "on my own";
            field.dispatchEvent(new Event("input", { bubbles: true }));
            field.dispatchEvent(new KeyboardEvent("keydown", { key: "Tab", bubbles: true, cancelable: true }));
        }"""
    )

    await expect(option(form, "reason")).to_have_value("on my own")
