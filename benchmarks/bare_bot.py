"""The reference on the wire: a bot of discord.py that answers one command with a word, and passes over messages."""

import os
import sys

import discord
from discord import app_commands

from bot.client import point_at


class BareBot(discord.Client):
    def __init__(self) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, moderation=True)
        super().__init__(
            intents=intents, max_messages=None, chunk_guilds_at_startup=False, guild_ready_timeout=0.01
        )
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(description="Nothing is done")
        async def noop(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("Done.", ephemeral=True)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    async def on_message(self, message: discord.Message) -> None: ...


if __name__ == "__main__":
    url = os.environ["REEVE_DISCORD_API_URL"]
    point_at(f"{url}/api/v10", f"{url.replace('http', 'ws', 1)}/gateway")
    BareBot().run(os.environ["DISCORD_TOKEN"], log_handler=None)
