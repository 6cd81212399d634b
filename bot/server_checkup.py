"""Whether one server lets Reeve do its work: permissions, and a log channel that it can write to."""

from typing import TYPE_CHECKING, Protocol

import discord

from bot.errors import named
from bot.exits import Exit
from bot.post_channels import log_channel

if TYPE_CHECKING:
    from database.models import GuildSettings

IN_SERVER = ("moderate_members", "kick_members", "ban_members", "manage_messages", "view_audit_log")


class Findings(Protocol):
    def good(self, what: str) -> None: ...
    def bad(self, code: Exit, what: str) -> None: ...


async def check_server(
    guild: discord.Guild, me: discord.Member, config: "GuildSettings | None", findings: Findings
) -> None:
    """`guild` was fetched over REST, so its roles are known and its channels are not."""
    lacking = _lacking(me.guild_permissions, IN_SERVER)
    if lacking:
        findings.bad(Exit.CONFIGURATION, f"{guild.name}: give the role Reeve the permission {lacking}.")
    else:
        findings.good(f"{guild.name}: Reeve has its permissions")
    channel, trouble = log_channel(await guild.fetch_channels(), config, me)
    if channel is None:
        findings.bad(Exit.CONFIGURATION, f"{guild.name}: {trouble}")
    else:
        findings.good(f"{guild.name}: the log goes to #{channel.name}")


def check_rejoining(guild: discord.Guild, config: "GuildSettings", findings: Findings) -> None:
    """Without the members intent; a timeout itself Discord keeps for who leaves and comes back."""
    if config.timeout_role_id is not None or config.timeout_takes_role_ids:
        findings.good(
            f"{guild.name}: who leaves during a timeout and comes back has shaken off its roles, because Discord does "
            "not tell Reeve: the intent Server Members and REEVE_MEMBERS_INTENT=true change that"
        )


def _lacking(permissions: discord.Permissions, needed: tuple[str, ...]) -> str:
    return named([name for name in needed if not getattr(permissions, name)])
