"""Where the mod log is, and whether Reeve can post there."""

from typing import NamedTuple

import discord

from database.models import GuildConfig

FOUND_BY_NAME = "mod-log"
NEEDED = discord.Permissions(view_channel=True, send_messages=True, embed_links=True)
NAMES = {"view_channel": "View Channel", "send_messages": "Send Messages", "embed_links": "Embed Links"}


class LogChannel(NamedTuple):
    """The channel, or one sentence why there is none that works."""

    channel: discord.TextChannel | None
    trouble: str | None


def log_channel(guild: discord.Guild, config: GuildConfig) -> LogChannel:
    """The channel that is set, or one named mod-log until one is."""
    channel = _wanted(guild, config)
    if channel is None and config.log_channel_id is not None:
        return LogChannel(None, "The mod log's channel is gone: set another with /config set log-channel.")
    if channel is None:
        return LogChannel(None, "There is no mod log: set one with /config set log-channel.")
    trouble = trouble_in(channel)
    return LogChannel(None if trouble else channel, trouble)


def trouble_in(channel: discord.TextChannel) -> str | None:
    """One sentence naming the permissions that Reeve lacks there, or None."""
    held = channel.permissions_for(channel.guild.me)
    missing = [NAMES[name] for name, needed in NEEDED if needed and not getattr(held, name)]
    if not missing:
        return None
    return f"I cannot post in {channel.mention}: give the role Reeve {' and '.join(missing)} there."


def _wanted(guild: discord.Guild, config: GuildConfig) -> discord.TextChannel | None:
    if config.log_channel_id is not None:
        channel = guild.get_channel(config.log_channel_id)
        return channel if isinstance(channel, discord.TextChannel) else None
    return discord.utils.get(guild.text_channels, name=FOUND_BY_NAME)
