"""What a person sees on the page."""

import base64
import io
import re
from typing import Any

import discord
import pytest
from page_bot import PageBot

from sandbox.server import Sandbox

playwright = pytest.importorskip(
    "playwright.async_api",
    reason="THE SANDBOX'S PAGE WAS NOT TESTED: pip install playwright (without a browser).",
)
expect = playwright.expect
Visit = Any


async def test_a_message_arrives_without_a_reload(sandbox: Sandbox, visit: Visit) -> None:
    page = await visit("max")

    sandbox.people.message("ann", "hello there", channel_id="general")

    message = page.locator(".message", has_text="hello there")
    await expect(message).to_be_visible()
    await expect(message.locator(".name")).to_have_text("Ann")


async def test_without_the_stream_the_page_looks_by_itself(sandbox: Sandbox, visit: Visit) -> None:
    page = await visit("max", stream=False)

    sandbox.people.message("ann", "found by looking", channel_id="general")

    await expect(page.locator(".message", has_text="found by looking")).to_be_visible()


async def test_a_channel_with_something_new_stands_out(sandbox: Sandbox, visit: Visit) -> None:
    page = await visit("max")

    sandbox.people.message("mia", "look here", channel_id="staff")
    await expect(page.locator(".channel.unread")).to_have_text("staff")
    await page.locator(".channel.unread").click()

    await expect(page.locator(".message", has_text="look here")).to_be_visible()
    await expect(page.locator(".channel.unread")).to_have_count(0)


async def test_names_wear_the_colour_of_their_role(sandbox: Sandbox, visit: Visit) -> None:
    sandbox.people.message("max", "as a moderator", channel_id="general")
    page = await visit("ann")

    ink = await page.locator(".message .name").evaluate("(node) => node.style.getPropertyValue('--ink')")

    assert ink == "#3498db"


async def test_any_name_is_shown_whole(sandbox: Sandbox, visit: Visit) -> None:
    sandbox.people.moderate("olga", "nick", "ann", nick="\U0001f525\U0001f98a Fox")
    sandbox.people.moderate("olga", "nick", "ben", nick="W" * 32)
    page = await visit("max")

    fox = page.locator(".member", has_text="Fox")
    await expect(fox.locator(".avatar")).to_have_text("\U0001f525F")
    wide = page.locator(".member", has_text="W" * 32)
    right = "(node) => node.getBoundingClientRect().right"
    assert await wide.locator(".name").evaluate(right) <= await wide.evaluate(right)


async def test_each_person_sees_their_own_channels(visit: Visit) -> None:
    max_, ann = await visit("max"), await visit("ann")

    await expect(max_.locator(".channel")).to_have_text(["general", "staff", "mod-log", "reports"])
    await expect(ann.locator(".channel")).to_have_text(["general"])


async def test_another_person_is_one_click_away(visit: Visit) -> None:
    page = await visit("max", "staff")

    await page.locator("#people").get_by_text("Ann").click()

    await expect(page.locator(".channel")).to_have_text(["general"])
    assert "#/ann/Green" in page.url


async def test_mentions_times_and_markdown_are_shown_as_discord_shows_them(
    sandbox: Sandbox, visit: Visit
) -> None:
    people = {user.username: user.id for user in sandbox.world.users.values()}
    general = next(one for one in sandbox.world.channels.values() if one.name == "general")
    text = f"**bold** *it* ~~gone~~ `a<b` <@{people['ann']}> <#{general.id}> <t:1700000000:R>\n> quoted\n-# small"
    sandbox.people.message("max", text, channel_id="general")
    page = await visit("max")

    content = page.locator(".message .content")

    await expect(content.locator("strong")).to_have_text("bold")
    await expect(content.locator("em")).to_have_text("it")
    await expect(content.locator("s")).to_have_text("gone")
    await expect(content.locator("code")).to_have_text("a<b")
    await expect(content.locator(".mention")).to_have_text(["@Ann", "#general"])
    await expect(content.locator("time")).to_contain_text("ago")
    await expect(content.locator("blockquote")).to_have_text("quoted")
    await expect(content.locator(".subtext")).to_have_text("small")


async def test_what_people_write_is_never_markup(sandbox: Sandbox, bot: PageBot, visit: Visit) -> None:
    attack = '<img src=x onerror="document.title=\'stolen\'"><script>document.title="stolen"</script>'
    sandbox.people.message("ann", f"{attack} [x](javascript:alert(1)) **{attack}**", channel_id="general")
    await sandbox.people.slash(
        "max", "warn", channel_id="general", options={"member": "ann", "reason": attack}
    )
    page = await visit("max")

    await expect(page.locator(".message")).to_have_count(2)
    await expect(page.locator(".message .content")).to_contain_text('<img src=x onerror="')
    await expect(page.locator(".field-value").first).to_have_text(attack)
    assert await page.locator("#messages img, #messages script, #messages a[href^=javascript]").count() == 0
    assert "stolen" not in await page.title()


async def test_a_deferred_answer_is_thinking_until_it_comes(
    sandbox: Sandbox, bot: PageBot, visit: Visit
) -> None:
    page = await visit("max")
    await page.keyboard.type("/think")
    await expect(page.locator(".palette [role=option]")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator(".thinking")).to_have_text("Reeve is thinking…")

    bot.may_go_on.set()

    await expect(page.locator(".message .content")).to_contain_text("Thought through.")
    await expect(page.locator(".thinking")).to_have_count(0)


async def test_a_phone_shows_everything_without_sideways_scrolling(
    sandbox: Sandbox, bot: PageBot, visit: Visit, phone: dict[str, int]
) -> None:
    sandbox.people.message("ann", "a" * 400 + " and https://example.org/" + "b" * 300, channel_id="general")
    await sandbox.people.slash(
        "max", "warn", channel_id="general", options={"member": "ann", "reason": "x" * 300}
    )
    page = await visit("max", size=phone, has_touch=True, is_mobile=True)
    await expect(page.locator(".embed")).to_be_visible()

    await page.locator(".burger").tap()
    await page.locator(".channel", has_text="staff").tap()

    await expect(page.locator("#bar h2")).to_have_text("staff")
    await page.locator(".burger").tap()
    await page.locator(".channel", has_text="general").tap()
    await expect(page.locator("#bar h2")).to_have_text("general")
    await page.keyboard.type("/warn")
    await page.keyboard.press("Enter")
    await expect(page.locator(".command-form")).to_be_visible()
    wide = await page.evaluate(
        "[document.documentElement.scrollWidth, document.getElementById('messages').scrollWidth]"
    )
    assert max(wide) <= phone["width"]


async def test_the_wire_shows_what_the_bot_hears(sandbox: Sandbox, bot: PageBot, visit: Visit) -> None:
    page = await visit("max")
    await page.get_by_role("button", name="Wire").click()

    sandbox.people.message("ann", "on the wire", channel_id="general")

    event = page.locator(".wire-rows details", has_text="MESSAGE_CREATE").first
    await event.locator("summary").click()
    await expect(event.locator("pre").first).to_contain_text("on the wire")


async def test_who_is_in_no_server_reads_direct_messages(sandbox: Sandbox, visit: Visit) -> None:
    sandbox.people.join("zoe")
    sandbox.people.leave("zoe")
    sandbox.people.message("zoe", "let me in", to="Reeve")
    page = await visit("zoe")

    await expect(page.locator(".message", has_text="let me in")).to_be_visible()


async def test_a_picture_that_cannot_be_drawn_is_a_file_with_its_name(sandbox: Sandbox, visit: Visit) -> None:
    upload = {"filename": "cat.png", "content_type": "image/png", "base64": "YWJj"}
    sandbox.people.message("ann", "my cat", channel_id="general", attachments=[upload])
    page = await visit("max")

    await expect(page.locator(".message .file")).to_have_text("📎cat.png3 bytes")
    await expect(page.locator(".message img")).to_have_count(0)


async def test_a_picture_of_an_embed_stands_in_it_alone(bot: PageBot, sandbox: Sandbox, visit: Visit) -> None:
    page = await visit("max")
    drawn = await page.screenshot()
    files = [discord.File(io.BytesIO(drawn), name) for name in ("card.png", "small.png", "other.png")]
    embed = discord.Embed(title="Rank").set_image(url="attachment://card.png")
    await bot.channel().send(embed=embed.set_thumbnail(url="attachment://small.png"), files=files)

    message = page.locator(".message", has_text="Rank")
    await expect(message.locator(".embed img")).to_have_count(2)
    await expect(message.locator(".attachments img")).to_have_count(1)
    await expect(message.get_by_role("img", name="other.png")).to_be_visible()


async def test_a_picture_that_comes_late_pushes_nothing_out_of_sight(sandbox: Sandbox, visit: Visit) -> None:
    for number in range(20):
        sandbox.people.message("ann", f"line {number}", channel_id="general")
    page = await visit("max")
    await expect(page.locator(".message", has_text="line 19")).to_be_in_viewport()
    drawn = base64.b64encode(await page.screenshot()).decode()

    upload = {"filename": "page.png", "content_type": "image/png", "base64": drawn}
    sandbox.people.message("ann", "look at this", channel_id="general", attachments=[upload])

    picture = page.get_by_role("img", name="page.png")
    await expect(picture).to_be_in_viewport(ratio=1)


async def test_relative_times_follow_the_sandboxs_clock_whoever_moves_it(
    sandbox: Sandbox, visit: Visit
) -> None:
    now = int(sandbox.clock.now().timestamp())
    sandbox.people.message("ann", f"said <t:{now}:R>", channel_id="general")
    sandbox.people.moderate("max", "timeout", "ben", seconds=4 * 86_400)
    page = await visit("max")
    muted = page.locator(".member", has_text="Ben").locator("time")
    await expect(muted).to_have_text(re.compile("in [34] days"))
    stamp = page.locator(".message .name-line time")
    await expect(stamp).to_contain_text("Today")

    await page.request.post(f"{sandbox.url}/sandbox/clock", data={"seconds": 2 * 86_400 + 60})

    await expect(page.locator(".message .content time")).to_have_text("2 days ago")
    await expect(muted).to_have_text(re.compile("in 1 day|tomorrow"))
    await expect(stamp).not_to_contain_text("Today")


async def test_the_buttons_above_keep_their_words_while_there_is_room(visit: Visit) -> None:
    page = await visit("max")
    words = page.locator("#bar .toggle span:visible")
    everything = ["Pinned", "Members", "Audit log", "Wire", "Break things"]
    await expect(words).to_have_text(everything)

    await page.set_viewport_size({"width": 900, "height": 700})
    await expect(words).to_have_count(0)
    wire = page.get_by_role("button", name="Wire")
    await expect(wire).to_have_attribute("title", "Wire")
    await page.get_by_role("button", name="Members", exact=True).click()

    await page.set_viewport_size({"width": 1280, "height": 800})
    await expect(words).to_have_text(everything)
    for name in ("Members", "Wire", "Break things", "Audit log"):
        await page.get_by_role("button", name=name, exact=True).click()
        await expect(page.locator("#panel")).to_be_visible()
        await expect(words).to_have_text(everything)
