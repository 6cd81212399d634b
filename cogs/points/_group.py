"""What all of /points share. Each topic has its commands in a file of its own, and `Points` is all of them."""

from discord import app_commands

from bot.base_cog import BaseCog
from database.models import LARGEST_AMOUNT

Amount = app_commands.Range[int, 1, LARGEST_AMOUNT]


class PointsPart(BaseCog):
    """A topic's commands: `@app_commands.command()` for /points x, a `Group` as class attribute for /points x y.

    commands.py names the part as a base of `Points`, and its buttons in `setup`. What listens or runs by itself is an
    extension with a cog of its own.
    """


def points_in_words(amount: int) -> str:
    return f"{amount:,} point{'' if amount == 1 else 's'}"
