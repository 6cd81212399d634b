"""What moderators did, counted and drawn: /modstats."""

import io
from typing import Any

import aiohttp
from e2e_play import Answer, Guild, readable
from PIL import Image


async def pictures_of(answer: Answer) -> dict[str, Image.Image]:
    """The files of the answer, as whoever sees it downloads them."""
    return {each["filename"]: await picture(each) for each in answer.messages[0]["attachments"]}


async def picture(attachment: dict[str, Any]) -> Image.Image:
    async with aiohttp.ClientSession() as http, http.get(attachment["url"]) as response:
        assert response.status == 200
        return Image.open(io.BytesIO(await response.read()))


async def test_figures_of_moderators_are_said_and_drawn(guild: Guild) -> None:
    for member in ("ann", "ann", "ben"):
        await guild.slash("max", "warn", member=member, reason="spam")
    await guild.slash("mia", "warn", member="cem", reason="spam")
    await guild.slash("mia", "note", user="cem", text="watch")

    answer = await guild.slash("max", "modstats")

    text = answer.text
    assert answer.ephemeral
    assert "Moderation in the last 30 days" in text
    assert "Acts: **4**" in text
    assert "Warning 4" in text
    assert f"<@{guild.person('max')}> 3\n<@{guild.person('mia')}> 1" in text
    assert "1 of 3 people (33 %) were acted against more than once" in text
    assert "Beside that: Notes: 1" in text
    assert "Reports" not in text, "nobody reported anything"
    drawn = await pictures_of(answer)
    assert set(drawn) == {"acts.png", "moderators.png"}
    assert all(image.format == "PNG" and image.width == 840 for image in drawn.values())
    described = {each["filename"]: each["description"] for each in answer.messages[0]["attachments"]}
    assert described["acts.png"] == "Acts (acts): Warnings 4"


async def test_figures_of_one_moderator_are_theirs_alone(guild: Guild) -> None:
    await guild.slash("max", "warn", member="ann", reason="spam")
    await guild.slash("mia", "warn", member="ben", reason="spam")

    answer = await guild.slash("max", "modstats", member="mia", days=1)

    assert "Moderation by Mia today" in answer.text
    assert "Acts: **1**" in answer.text
    assert guild.person("max") not in answer.text
    assert set(await pictures_of(answer)) == {"acts.png"}


async def test_where_nothing_was_done_it_says_so(guild: Guild) -> None:
    answer = await guild.slash("max", "modstats", days=365)

    assert readable(answer.messages[0]) == (
        "Nothing was done in the last 365 days: there are no acts, no notes and no reports to count."
    )
    assert answer.messages[0]["attachments"] == []


async def test_a_member_sees_no_figures(guild: Guild) -> None:
    answer = await guild.slash("ann", "modstats")

    assert answer.failed or "You need the permission" in answer.text
