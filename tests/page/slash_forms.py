"""The form of a slash command on the page."""

from typing import Any


async def choose_command(page: Any, name: str) -> Any:
    await page.get_by_role("combobox", name="Message").fill(f"/{name}")
    await page.locator(".palette [role=option]", has_text=f"/{name}").first.click()
    return page.locator(".command-form")


def option(form: Any, name: str) -> Any:
    return form.locator(f'.option[data-option="{name}"] input')
