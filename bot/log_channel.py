"""Where a server's mod log is, and whether Reeve can post there."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import discord

from bot.errors import named

if TYPE_CHECKING:
    from database.models import GuildSettings

FOUND_BY_NAME = "mod-log"
NEEDED = ("view_channel", "send_messages", "embed_links")


class LogChannel(NamedTuple):
    """The channel, or one sentence why there is none that works."""

    channel: discord.TextChannel | None
    trouble: str | None


def log_channel(
    channels: Iterable[discord.abc.GuildChannel], config: "GuildSettings | None", me: discord.Member
) -> LogChannel:
    """The channel that is set, or one named mod-log until one is."""
    is_set = config is not None and config.log_channel_id is not None
    wanted = {"id": config.log_channel_id} if config is not None and is_set else {"name": FOUND_BY_NAME}
    channel = discord.utils.get(
        (each for each in channels if isinstance(each, discord.TextChannel)), **wanted
    )
    if channel is None and is_set:
        return LogChannel(None, "The mod log's channel is gone: set another with /config set log-channel.")
    if channel is None:
        return LogChannel(None, "There is no mod log: set one with /config set log-channel.")
    lacking = lacking_in(channel, me)
    if lacking:
        return LogChannel(None, f"I cannot post in #{channel.name}: give the role Reeve {lacking} there.")
    return LogChannel(channel, None)


def lacking_in(channel: discord.TextChannel, me: discord.Member) -> str:
    """The names of the permissions that Reeve lacks there; empty if it can post."""
    held = channel.permissions_for(me)
    return named([name for name in NEEDED if not getattr(held, name)])
