"""Settings of a guild that name channels, and how everybody hears of a guild's settings."""

from sandbox.channels.channel_types import ANNOUNCEMENT, TEXT, VOICE
from sandbox.core import Core
from sandbox.events import Audience, Intent
from sandbox.guilds import payloads
from sandbox.rows import Guild

COMMUNITY_CHANNELS = ("rules_channel_id", "public_updates_channel_id", "safety_alerts_channel_id")
CHANNELS_BY_FIELD = {
    "afk_channel_id": (VOICE,),
    "system_channel_id": (TEXT,),
    **dict.fromkeys(COMMUNITY_CHANNELS, (TEXT, ANNOUNCEMENT)),
}


def updated(core: Core, guild: Guild) -> None:
    core.events.emit("GUILD_UPDATE", payloads.guild(guild), Audience(guild.id, intent=Intent.GUILDS))


def forget_channel(core: Core, guild: Guild, channel_id: int) -> None:
    """It is gone: no setting names it any longer."""
    named = [key for key in CHANNELS_BY_FIELD if getattr(guild, key) == channel_id]
    for key in named:
        setattr(guild, key, None)
    if named:
        updated(core, guild)
