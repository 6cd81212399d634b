"""The channels that Reeve posts to: which one a server means, and whether Reeve can post there."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import discord

from bot.errors import named

if TYPE_CHECKING:
    from database.models import GuildSettings

NEEDED = ("view_channel", "send_messages", "embed_links")


class Purpose(NamedTuple):
    """What a channel is for. Without a setting the channel named `found_by` is meant; None: there is none then."""

    called: str
    setting: str
    column: str
    found_by: str | None
    panel: str | None = None
    """The command that changes it where `/config set` does not."""

    @property
    def chosen_with(self) -> str:
        return self.panel or f"/config set {self.setting}"


LOG = Purpose("mod log", "log-channel", "log_channel_id", "mod-log")
REPORTS = Purpose("channel for reports", "report-channel", "report_channel_id", "reports")
DIGEST = Purpose("channel for the weekly digest", "digest-channel", "digest_channel_id", None)
LEVELS = Purpose("channel for new levels", "level-channel", "level_channel_id", None, "/points rules")
PURPOSES = (LOG, REPORTS, DIGEST)


class FoundChannel(NamedTuple):
    """The channel, or one sentence why there is none that works."""

    channel: discord.TextChannel | None
    trouble: str | None


def found_channel(
    purpose: Purpose,
    channels: Iterable[discord.abc.GuildChannel],
    config: "GuildSettings | None",
    me: discord.Member,
) -> FoundChannel:
    """The channel that is set, or the one that has the name until one is."""
    set_id: int | None = getattr(config, purpose.column, None)
    wanted = {"id": set_id} if set_id is not None else {"name": purpose.found_by}
    channel = discord.utils.get(
        (each for each in channels if isinstance(each, discord.TextChannel)), **wanted
    )
    if channel is None and set_id is not None:
        return FoundChannel(None, f"The {purpose.called} is gone: set another with {purpose.chosen_with}.")
    if channel is None:
        return FoundChannel(None, f"There is no {purpose.called}: set one with {purpose.chosen_with}.")
    lacking = lacking_in(channel, me)
    if lacking:
        return FoundChannel(None, f"I cannot post in #{channel.name}: give the role Reeve {lacking} there.")
    return FoundChannel(channel, None)


def log_channel(
    channels: Iterable[discord.abc.GuildChannel], config: "GuildSettings | None", me: discord.Member
) -> FoundChannel:
    """Where cases are posted."""
    return found_channel(LOG, channels, config, me)


def lacking_in(channel: discord.TextChannel, me: discord.Member) -> str:
    """The names of the permissions that Reeve lacks there; empty if it can post."""
    held = channel.permissions_for(me)
    return named([name for name in NEEDED if not getattr(held, name)])
