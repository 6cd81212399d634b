"""`python -m bot db`: the schema from a shell; needs the database and no token."""

from collections.abc import Callable

from bot.exits import Exit
from bot.settings import Settings
from database import migrations
from database.server import running_database

Say = Callable[[str], None]


async def execute(action: str, settings: Settings, say: Say, *, revision: str | None) -> int:
    if action == "history":
        for step in migrations.history():
            say(f"{step.revision}  {step.sentence}")
        return Exit.DONE
    async with running_database(settings) as dsn:
        if action == "check":
            return await check(dsn, say)
        if action == "upgrade":
            await migrations.upgrade(dsn)
        elif action == "downgrade":
            await migrations.downgrade(dsn, revision or "-1")
        say(await migrations.current(dsn) or "no migration has run: `python -m bot db upgrade` runs them")
    return Exit.DONE


async def check(dsn: str, say: Say) -> int:
    """One line a difference between the database and the models."""
    await migrations.require_head(dsn)
    differences = await migrations.check(dsn)
    for difference in differences:
        say(difference)
    if differences:
        return Exit.CONFIGURATION
    say("The database is what the models say.")
    return Exit.DONE
