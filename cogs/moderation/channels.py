"""/slowmode, /lock and /unlock"""

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.moderation import _channel_deeds, _suggestions
from cogs.moderation._acting import act
from database.models import LONGEST_REASON

if TYPE_CHECKING:
    from bot.client import Reeve

Reason = app_commands.Range[str, 1, LONGEST_REASON]
LOCKABLE = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
)
"""discord.py would add media channels to forums, of which Discord's own specification of commands knows nothing."""
THREADS = (
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
)


class ChannelOption(app_commands.Transformer):
    """The channels that Discord offers; what is chosen comes as it is now."""

    def __init__(self, *types: discord.ChannelType) -> None:
        self._types = list(types)

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return self._types

    async def transform(self, _: discord.Interaction[Any], value: Any, /) -> Any:
        return value.resolve() or await value.fetch()


Lockable = app_commands.Transform[_channel_deeds.Lockable, ChannelOption(*LOCKABLE)]
Slowable = app_commands.Transform[_channel_deeds.Slowable, ChannelOption(*LOCKABLE, *THREADS)]


class Channels(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        duration="Between two messages of one person, for example 10s or 5m (at most 6h); none if left out",
        channel="Where; here if left out",
        reason="Why: the mod log sees it",
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def slowmode(
        self,
        interaction: Interaction,
        duration: str = "",
        channel: Slowable | None = None,
        reason: Reason = "",
    ) -> None:
        """Let people write only so often in a channel; without a duration as often as they like."""
        request = _channel_deeds.slowmode(interaction, channel, interval=duration, reason=reason)
        await defer(interaction)
        await act(interaction, request)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        channel="Which one; this one if left out",
        duration="For example 30m or 1d12h; until /unlock if left out",
        reason="Why: the mod log sees it",
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def lock(
        self,
        interaction: Interaction,
        channel: Lockable | None = None,
        duration: str = "",
        reason: Reason = "",
    ) -> None:
        """Let only moderators write in a channel; its permissions come back as they were."""
        await defer(interaction)
        await act(
            interaction, await _channel_deeds.lock(interaction, channel, duration=duration, reason=reason)
        )

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(channel="Which one; this one if left out", reason="Why: the mod log sees it")
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def unlock(
        self, interaction: Interaction, channel: Lockable | None = None, reason: Reason = ""
    ) -> None:
        """Give a locked channel its permissions back."""
        await defer(interaction)
        await act(interaction, await _channel_deeds.unlock(interaction, channel, reason=reason))


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Channels(bot))
