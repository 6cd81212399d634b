"""Custom ids that nobody of ours has written: each fits a template, and none of them ends as an incident."""

import asyncio
import copy
import importlib
import random
import re
from collections.abc import Iterator

import aiohttp
from e2e_play import Answer, Bot, Guild
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.buttons import Button
from bot.extensions import EXTENSIONS
from bot.forms import SEPARATOR, Form
from sandbox.server import Sandbox

EACH = 8
"""Custom ids of one template."""
NUMBERS = (0, 1, 2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**20 - 1)
AT_ONCE = 8
MISFITS = {
    f"pr:{act}:{column}"
    for act in ("yes", "no", "none")
    for column in ("transfer_tax_percent", "tax_to_treasury", "level_channel_id")
}
"""Settings that exist, made what they cannot be."""


def templates(kind: type[Button]) -> Iterator[re.Pattern[str]]:
    """Of the families that a person can press: what others are made from is never registered."""
    if not kind.__subclasses__():
        yield kind.__discord_ui_compiled_template__
    for each in kind.__subclasses__():
        yield from templates(each)


def fitting(template: re.Pattern[str], longest: int) -> set[str]:
    """Some that the template itself suggests, and the same with numbers at their edges; in each run the same ones."""
    found: set[str] = set()

    @settings(
        max_examples=EACH, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.from_regex(template, fullmatch=True))
    def look(custom_id: str) -> None:
        found.add(custom_id)

    look()
    draw = random.Random(template.pattern)
    first = min(found)
    for number in NUMBERS:
        found.add(re.sub(r"(?<![a-z])[0-9]+(?![a-z])", str(number), first))
        found.add(re.sub(r"(?<![a-z])[0-9]+(?![a-z])", lambda _: str(draw.choice(NUMBERS)), first))
    return {each for each in found if 0 < len(each) <= longest and template.fullmatch(each)}


def load_all() -> None:
    for name in EXTENSIONS:
        importlib.import_module(name)


async def pressed(guild: Guild, sandbox: Sandbox, http: aiohttp.ClientSession, custom_id: str) -> Answer:
    """A message of the bot's with this button, pressed by who may do most."""
    button = {"type": 2, "style": 2, "label": "x", "custom_id": custom_id}
    async with http.post(
        f"{sandbox.api_url}/channels/{guild.channels['general']}/messages",
        json={"content": "x", "components": [{"type": 1, "components": [button]}]},
        headers={"Authorization": f"Bot {sandbox.token}"},
    ) as response:
        assert response.status == 200, await response.text()
        message_id = (await response.json())["id"]
    return await guild.click_id("olga", message_id, custom_id)


def is_incident(answer: Answer) -> bool:
    return answer.failed is not None or "went wrong" in answer.text


async def test_no_forged_button_is_an_incident(guild: Guild, sandbox: Sandbox, bot: Bot) -> None:
    load_all()
    await guild.slash("max", "warn", member="ann", reason="spam")
    forged = sorted({each for template in templates(Button) for each in fitting(template, 100)} | MISFITS)
    assert len(forged) > 150
    wrong = []
    async with aiohttp.ClientSession() as http:
        for some in (forged[first : first + AT_ONCE] for first in range(0, len(forged), AT_ONCE)):
            answers = await asyncio.gather(*(pressed(guild, sandbox, http, each) for each in some))
            wrong += [
                (each, answer) for each, answer in zip(some, answers, strict=True) if is_incident(answer)
            ]
    assert wrong == []
    assert "incident" not in bot.log


async def test_no_forged_form_is_an_incident(guild: Guild, sandbox: Sandbox, bot: Bot) -> None:
    """The sandbox gives back what its form is called; a client of one's own may say anything else."""
    load_all()
    opened = await guild.slash("olga", "config template set", kind="warn")
    opener = sandbox.interactions.opener(int(guild.person("olga")), None)
    assert opener is not None
    assert opener.modal is not None
    modal, asked = opener.modal, opener.modal["components"][0]
    wrong = []
    for form in Form.known:
        fields = [copy.deepcopy(asked) for _ in form.fields]
        for field, each in zip(form.fields, fields, strict=True):
            each["component"] |= {"custom_id": field.custom_id, "max_length": 4000, "min_length": 0}
        for about in sorted(fitting(form.template, 80)):
            key = random.Random(about).choice(["0", "7", f"{2**63 - 1:x}", f"{2**63:x}", "f" * 16])
            modal["custom_id"], modal["components"] = f"{about}{SEPARATOR}{key}", fields
            answer = await guild.submit("olga", opened, **{field.custom_id: "1" for field in form.fields})
            if is_incident(answer):
                wrong.append((about, key, answer))
    assert wrong == []
    assert "incident" not in bot.log
