"""What is suggested while somebody types, as long as the database is away: nothing, and no error."""

import importlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from discord import app_commands
from discord.ext import commands

from bot.base_cog import BaseCog
from bot.extensions import EXTENSIONS
from database.errors import DatabaseUnavailable

Suggest = Callable[..., Any]


class Away:
    """Whatever it is asked."""

    def __getattr__(self, _: str) -> "Away":
        return self

    async def __call__(self, *_: object, **__: object) -> None:
        raise DatabaseUnavailable


class NobodyBanned:
    """Discord, asked beside the database."""

    async def of(self, _: object) -> list[object]:
        return []


def suggestions() -> Iterator[tuple[str, Suggest]]:
    """Of each option that has some, by the command's name and its own."""
    found: dict[str, Suggest] = {}
    for name in EXTENSIONS:
        for cog in vars(importlib.import_module(name)).values():
            if isinstance(cog, type) and issubclass(cog, BaseCog) and issubclass(cog, commands.Cog):
                groups = [each for each in cog.__cog_app_commands__ if isinstance(each, app_commands.Group)]
                single = [each for each in cog.__cog_app_commands__ if isinstance(each, app_commands.Command)]
                for command in [*single, *(each for group in groups for each in group.walk_commands())]:
                    for option in getattr(command, "_params", {}).values():
                        if callable(option.autocomplete):
                            found[f"{command.qualified_name} {option.name}"] = option.autocomplete
    return iter(sorted(found.items()))


@pytest.mark.parametrize(("name", "suggest"), [pytest.param(*each, id=each[0]) for each in suggestions()])
async def test_without_a_database_nothing_is_suggested(name: str, suggest: Suggest) -> None:
    guild = SimpleNamespace(id=1, get_member=lambda _: None)
    asking = SimpleNamespace(
        client=SimpleNamespace(database=Away()), guild=guild, guild_id=1, user=guild,
        namespace=SimpleNamespace(),
    )  # fmt: skip
    cog = SimpleNamespace(bot=asking.client, _lists=NobodyBanned())
    takes_cog = suggest.__code__.co_argcount == 3
    found = await (suggest(cog, asking, "xyz") if takes_cog else suggest(asking, "xyz"))
    assert list(found) == [], name
