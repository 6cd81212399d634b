"""Whether one server lets Reeve do its work: permissions, and a log channel that it can write to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import discord

from bot.errors import named
from bot.exits import Exit

if TYPE_CHECKING:
    from database.models import GuildConfig

LOG_CHANNEL_NAME = "mod-log"
IN_SERVER = ("moderate_members", "kick_members", "ban_members", "manage_messages", "view_audit_log")
IN_LOG_CHANNEL = ("view_channel", "send_messages", "embed_links")


class Findings(Protocol):
    def good(self, what: str) -> None: ...
    def bad(self, code: Exit, what: str) -> None: ...


async def check_server(
    guild: discord.Guild, me: discord.Member, config: "GuildConfig | None", findings: Findings
) -> None:
    """`guild` was fetched over REST, so its roles are known and its channels are not."""
    lacking = _lacking(me.guild_permissions, IN_SERVER)
    if lacking:
        findings.bad(Exit.CONFIGURATION, f"{guild.name}: give the role Reeve the permission {lacking}.")
    else:
        findings.good(f"{guild.name}: Reeve has its permissions")
    channel = log_channel(await guild.fetch_channels(), config)
    if channel is None:
        findings.bad(
            Exit.CONFIGURATION,
            f"{guild.name}: there is no log channel: name one #{LOG_CHANNEL_NAME}, or choose one with /config set.",
        )
        return
    lacking = _lacking(channel.permissions_for(me), IN_LOG_CHANNEL)
    if lacking:
        findings.bad(Exit.CONFIGURATION, f"{guild.name}: give the role Reeve {lacking} in #{channel.name}.")
    else:
        findings.good(f"{guild.name}: the log goes to #{channel.name}")


def log_channel(
    channels: Sequence[discord.abc.GuildChannel], config: "GuildConfig | None"
) -> discord.abc.GuildChannel | None:
    """The configured channel; until one is set, the one that is named for it."""
    if config is not None and config.log_channel_id is not None:
        return discord.utils.get(channels, id=config.log_channel_id)
    return discord.utils.get(channels, name=LOG_CHANNEL_NAME)


def _lacking(permissions: discord.Permissions, needed: tuple[str, ...]) -> str:
    return named([name for name in needed if not getattr(permissions, name)])
