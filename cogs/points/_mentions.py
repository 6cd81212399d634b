"""Channels and roles by their ids, in words: what Discord shows of one that is deleted, nobody can read."""

import discord


def channel_mention(guild: discord.Guild, channel_id: int) -> str:
    if guild.get_channel_or_thread(channel_id) is not None:
        return f"<#{channel_id}>"
    return f"<#{channel_id}> (deleted or closed)"


def role_mention(guild: discord.Guild, role_id: int) -> str:
    return f"<@&{role_id}>" if guild.get_role(role_id) else f"<@&{role_id}> (deleted)"


def channel_name(guild: discord.Guild, channel_id: int) -> str:
    """Where Discord makes no mention of what is typed: in menus and footers."""
    channel = guild.get_channel_or_thread(channel_id)
    return f"#{channel.name}" if channel else f"deleted or closed, {channel_id}"


def role_name(guild: discord.Guild, role_id: int) -> str:
    """Likewise."""
    role = guild.get_role(role_id)
    return f"@{role.name.removeprefix('@')}" if role else f"deleted, {role_id}"
