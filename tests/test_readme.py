"""What the README promises in numbers and names."""

import re
from pathlib import Path

import discord

from bot.post_channels import NEEDED
from bot.server_checkup import IN_SERVER

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_the_invite_link_asks_for_what_reeve_needs() -> None:
    value = re.search(r"permissions=(\d+)", README)
    assert value is not None
    asked = discord.Permissions(int(value[1]))
    assert not asked.administrator
    assert [name for name in (*NEEDED, *IN_SERVER) if not getattr(asked, name)] == []


def test_every_linked_file_is_there() -> None:
    for page in PROJECT.glob("**/*.md"):
        if ".venv" in page.parts:
            continue
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_two_commands_are_words_of_the_makefile() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for word in re.findall(r"^    make (\w+)", README, re.MULTILINE):
        assert f"\n{word}:" in makefile
