"""The sandbox, a small bot on it, and a real browser that looks at the page."""

import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import discord
import pytest

# For page_bot: `--import-mode=importlib` does not add a test's folder.
sys.path.append(str(Path(__file__).parent))

from page_bot import PageBot

from sandbox.clock import ManualClock
from sandbox.server import Sandbox

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

# The first needs a third less of the machine.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
REFUSED = re.compile("responded with a status of 40[03]")
LEAKED = re.compile(r"\bundefined\b|\[object \w+\]|\bNaN\b")  # what no person ever wrote
PATIENCE_MS = 30_000  # for a machine that does much else; costs nothing when all is well
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 375, "height": 700}


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator["Browser"]:
    playwright = pytest.importorskip("playwright.async_api")
    if CHROMIUM is None:
        pytest.skip(
            "THE SANDBOX'S PAGE WAS NOT TESTED: no chromium "
            "(apt install chromium-headless-shell, or name it in CHROMIUM)."
        )
    async with playwright.async_playwright() as play:
        playwright.expect.set_options(timeout=PATIENCE_MS)
        browser = await play.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock) as sandbox:
        with sandbox.redirect(discord):
            yield sandbox


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[PageBot]:
    async with sandbox.running(PageBot()) as bot:
        await bot.tree.sync()
        yield bot


Visit = Callable[..., Awaitable["Page"]]


@pytest.fixture
async def visit(sandbox: Sandbox, browser: "Browser") -> AsyncIterator[Visit]:
    """`await visit("max", "general")`: a window of that person. None may complain, show what is no
    text, ask elsewhere, or be the bot."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def watch(page: "Page") -> None:
        page.on("console", lambda line: complaints.append(line.text) if bad(line) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if not own(request.url) else None)

    def bad(line: "ConsoleMessage") -> bool:
        """What the sandbox refuses, the browser calls an error."""
        return line.type in ("error", "warning") and not REFUSED.search(line.text)

    def own(url: str) -> bool:
        here = url.startswith((sandbox.url, sandbox.url.replace("http", "ws"), "data:", "blob:"))
        return here and not url.startswith(sandbox.api_url)

    async def open_window(
        person: str,
        channel: str = "general",
        *,
        guild: str = "Green",
        size: dict[str, int] = DESKTOP,
        stream: bool = True,
        **more: object,
    ) -> "Page":
        context = await browser.new_context(viewport=size, **more)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = await context.new_page()
        watch(page)
        if not stream:
            await page.route_web_socket("**/stream", lambda socket: socket.close())
        await page.goto(f"{sandbox.url}/#/{person}/{guild}/{channel}")
        await page.wait_for_selector(f'body[data-stream="{"live" if stream else "polling"}"]')
        await page.wait_for_selector('#messages[aria-busy="false"]')  # typed before, it would be lost
        return page

    yield open_window
    for context in contexts:
        for page in context.pages:
            complaints += LEAKED.findall(await page.inner_text("body"))
        await context.close()
    assert complaints == []


@pytest.fixture
def phone() -> dict[str, int]:
    return PHONE
