"""Tell Discord our commands, but only when they changed: writing them is limited to a few times a day."""

from typing import TYPE_CHECKING, Any

from discord import app_commands
from loguru import logger

if TYPE_CHECKING:
    from bot.client import Reeve

KNOWN_ONLY_TO_DISCORD = frozenset(
    {"id", "application_id", "guild_id", "version", "name_localized", "description_localized", "handler"}
)
UNORDERED = frozenset({"contexts", "integration_types", "channel_types"})


async def sync_commands(bot: "Reeve") -> bool:
    """Compare with what Discord has and write on a difference; True when written.

    Nothing is remembered here, so that a new application or a sandbox that forgot is right at once.
    """
    application_id = bot.application_id
    if application_id is None:
        raise app_commands.MissingApplicationID
    ours = [command.to_dict(bot.tree) for command in bot.tree.get_commands()]
    theirs = await bot.http.get_global_commands(application_id)
    if by_name(ours) == by_name(theirs):
        logger.info("Discord knows our {} commands already", len(ours))
        return False
    await bot.tree.sync()
    logger.info("told Discord our {} commands", len(ours))
    return True


def by_name(commands: list[Any]) -> dict[tuple[str, int], Any]:
    """Commands keyed by what makes them the same command; their order means nothing."""
    return {(command["name"], command.get("type", 1)): normal(command) for command in commands}


def normal(value: Any) -> Any:
    """Without what Discord adds and without defaults, which one side writes out and the other leaves away."""
    if isinstance(value, list):
        return [normal(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: normal(item) for key, item in value.items() if key not in KNOWN_ONLY_TO_DISCORD}
    if kept.get("dm_permission") is True or "contexts" in kept:  # True is the default; contexts replace it
        del kept["dm_permission"]
    if isinstance(permissions := kept.get("default_member_permissions"), int | str):
        kept["default_member_permissions"] = str(permissions)
    for key in UNORDERED & kept.keys():
        kept[key] = sorted(kept[key] or [])
    return {key: item for key, item in kept.items() if _means_something(item)}


def _means_something(item: Any) -> bool:
    """Zero is a value (a minimum); False, None and an empty list or text are Discord's defaults."""
    return item is not None and item is not False and item not in ("", [], {})
