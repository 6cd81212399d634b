"""How everybody hears of a guild's roles."""

from sandbox.core import Core
from sandbox.events import Audience, Intent
from sandbox.rows import Guild, Json


def tell(core: Core, guild: Guild, name: str, body: Json) -> None:
    core.events.emit(name, {"guild_id": str(guild.id), **body}, Audience(guild.id, intent=Intent.GUILDS))
