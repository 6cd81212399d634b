"""Channels that come and go, voice channels, who is there; on a phone, too."""

from typing import Any

import pytest

from sandbox.server import Sandbox

playwright = pytest.importorskip(
    "playwright.async_api",
    reason="THE SANDBOX'S PAGE WAS NOT TESTED: pip install playwright (without a browser).",
)
expect = playwright.expect
Visit = Any


async def test_channels_come_change_hide_and_go_while_one_looks(sandbox: Sandbox, visit: Visit) -> None:
    people = sandbox.people
    page = await visit("ann")
    people.manage_channel("olga", "create", name="Talk", type="category")
    made = people.manage_channel("olga", "create", name="games", category="Talk")
    await expect(page.locator(".category")).to_have_text("Talk")
    await page.locator(".channel", has_text="games").click()

    people.manage_channel("olga", "edit", channel_id=made["id"], name="chess")
    await expect(page.locator("#bar h2")).to_have_text("chess")
    await expect(page).to_have_url(f"{sandbox.url}/#/ann/Green/chess")
    everyone = made["guild_id"]
    people.set_channel_permissions("olga", channel_id=made["id"], role_id=everyone, deny=["VIEW_CHANNEL"])

    await expect(page.locator("#bar h2")).to_have_text("general")
    await expect(page.locator(".channel")).to_have_text(["general"])
    people.set_channel_permissions("olga", channel_id=made["id"], role_id=everyone)
    await expect(page.locator(".channel")).to_have_text(["general", "chess"])
    people.manage_channel("olga", "delete", channel_id=made["id"])
    await expect(page.locator(".channel")).to_have_text(["general"])


async def test_an_owner_makes_a_channel_and_gives_a_role_by_hand(sandbox: Sandbox, visit: Visit) -> None:
    olga, ann = await visit("olga"), await visit("ann")
    await olga.locator(".server-name button").click()
    await olga.get_by_role("menuitem", name="New channel…").click()
    await olga.get_by_label("Name").fill("lounge")
    await olga.get_by_label("Kind").select_option("voice")
    await olga.keyboard.press("Enter")
    await expect(ann.locator(".channel.voice")).to_have_text("lounge")

    await olga.locator(".member", has_text="Ann").click()
    await olga.get_by_role("menuitem", name="Roles…").click()
    await olga.get_by_role("checkbox", name="moderator").check()
    await olga.keyboard.press("Enter")

    await expect(ann.locator(".channel", has_text="staff")).to_be_visible()
    await ann.locator(".server-name button").click()
    await expect(ann.get_by_role("menuitem", name="New channel…")).to_have_count(0)


async def test_one_goes_into_voice_with_a_click_and_is_seen_there(sandbox: Sandbox, visit: Visit) -> None:
    sandbox.people.manage_channel("olga", "create", name="Lounge", type="voice")
    ann, max_ = await visit("ann"), await visit("max")

    await ann.locator(".channel.voice").click()
    await expect(max_.locator(".speaker")).to_have_text("ANAnn")
    await ann.get_by_role("button", name="Your voice").click()
    await ann.get_by_role("menuitem", name="Mute yourself").click()
    await expect(max_.locator(".speaker")).to_contain_text("muted")
    await ann.get_by_role("button", name="Leave the voice channel").click()

    await expect(max_.locator(".speaker")).to_have_count(0)
    await expect(ann.locator(".channel.voice")).to_have_attribute("aria-pressed", "false")


async def test_a_status_that_one_chooses_is_seen_by_others(sandbox: Sandbox, visit: Visit) -> None:
    ann, max_ = await visit("ann"), await visit("max")

    await ann.get_by_role("button", name="Your status").click()
    await ann.get_by_role("menuitemradio", name="Idle").click()

    await expect(max_.locator(".member", has_text="Ann").get_by_role("img", name="Idle")).to_be_visible()
    await expect(max_.locator(".member .status-dot")).to_have_count(1)


async def test_a_post_is_begun_in_a_forum(sandbox: Sandbox, visit: Visit) -> None:
    sandbox.people.manage_channel("olga", "create", name="ideas", type="forum")
    page = await visit("ann")

    await page.get_by_role("button", name="ideas: new post").click()
    await page.get_by_label("Title").fill("A fountain")
    await page.get_by_label("Message").last.fill("in the middle of Green")
    await page.get_by_role("button", name="Post", exact=True).click()

    await expect(page.locator("#bar h2")).to_have_text("A fountain")
    await expect(page.locator(".message .content")).to_have_text("in the middle of Green")


async def test_a_phone_reaches_all_of_it(sandbox: Sandbox, visit: Visit, phone: dict[str, int]) -> None:
    sandbox.people.manage_channel("olga", "create", name="Lounge" * 8, type="voice")
    one = sandbox.people.message("ann", "hello", channel_id="general")
    for emoji in "👍👎😂🎉😮😢😡👀✅❌🔥🙏":
        sandbox.people.react("ben", message_id=one.id, emoji=emoji)
    sandbox.people.thread("ann", "create", message_id=one.id, name="x" * 100)
    page = await visit("max", size=phone, has_touch=True, is_mobile=True)

    await page.locator(".message", has_text="hello").get_by_role("button", name="More").tap()
    await page.get_by_role("menuitem", name="Add a reaction…").tap()
    await page.get_by_role("menuitem", name="💯").tap()
    await expect(page.locator('.reaction[aria-pressed="true"]')).to_have_attribute("aria-label", "💯, 1")
    await page.locator(".burger").tap()
    await page.locator(".channel.voice").tap()
    await expect(page.locator(".speaker")).to_contain_text("Max")
    await page.keyboard.press("Escape")
    wide = await page.evaluate(
        "[...document.querySelectorAll('html, #messages, #bar, .channel-list')]"
        ".map((node) => node.scrollWidth - node.clientWidth)"
    )
    assert wide == [0, 0, 0, 0]


async def test_a_finger_reaches_the_menus_of_voice_channels_and_forums(
    sandbox: Sandbox, visit: Visit, phone: dict[str, int]
) -> None:
    sandbox.people.manage_channel("olga", "create", name="Lounge", type="voice")
    sandbox.people.manage_channel("olga", "create", name="ideas", type="forum")
    page = await visit("olga", size=phone, has_touch=True, is_mobile=True)
    await page.locator(".burger").tap()

    for name in ("Lounge", "ideas"):
        await page.get_by_role("button", name=f"{name}: menu").tap()
        menu = page.get_by_role("menu", name=name)
        await expect(menu.get_by_role("menuitem", name="Delete channel…")).to_be_visible()
        await page.keyboard.press("Escape")

    await expect(page.locator(".speaker")).to_have_count(0)
    opacity = await page.locator(".with-menu .more").first.evaluate(
        "(node) => getComputedStyle(node).opacity"
    )
    assert opacity == "1"
