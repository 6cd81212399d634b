"""Reeve on Discord: what it listens to, what it remembers, and what it loads."""

import asyncio
import sys
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.asset import Asset
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from loguru import logger

from bot.command_sync import sync_commands
from bot.command_tree import Tree, sentence_for
from bot.counters import CommandCounters
from bot.delivery import InteractionsMet
from bot.extensions import EXTENSIONS
from bot.forms import submitted
from bot.global_limit import end_global_waits
from bot.outbox import Deliverer
from bot.outcomes import count_writes
from bot.painter import Painter
from bot.rest_budget import RestBudget
from bot.session_turns import SessionTurns
from bot.settings import Settings
from bot.shard_leases import ShardLeases
from database.errors import DatabaseUnavailable
from database.models import Delivery, Shards
from database.service import DatabaseService
from database.shards import WHOLE_BOT

RATE_LIMIT_SECONDS = 60.0  # a longer wait is an error that can be retried later, not a task that hangs
LOOPBACK_READY_SECONDS = 0.01  # nothing is lost on the way from a sandbox; Discord itself needs its 2 s

FINISH_SECONDS = 4.0  # for what people have started, when Reeve is told to stop
IN_FLIGHT = ("CommandTree-invoker", "discord-ui-", "discord.py: on_interaction")
"""discord.py's names for the tasks of commands, of views, and of our `on_interaction`."""


class Reeve(commands.AutoShardedBot):
    tree: Tree

    def __init__(self, *, settings: Settings, database: DatabaseService) -> None:
        without_voice()
        intents = wanted_intents(settings)
        self.settings = settings
        self.database = database
        self.own_shards = settings.shards or WHOLE_BOT
        self.turns = SessionTurns(
            database.processes, is_alone=settings.shards is None and settings.is_loopback_api
        )
        self.rest_budget = RestBudget(database.processes, settings.shards)
        self.leases = ShardLeases(database.processes)
        trace = self.rest_budget.trace()
        count_writes(trace)
        end_global_waits(trace, self)
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.from_intents(intents),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=RATE_LIMIT_SECONDS,
            http_trace=trace,
            shard_count=None if settings.shards is None else settings.shards.count,
            guild_ready_timeout=LOOPBACK_READY_SECONDS if settings.is_loopback_api else 2.0,
        )
        self.shard_ids = None if settings.shards is None else list(settings.shards.ids)
        self.counters = CommandCounters()
        self.met = InteractionsMet()
        self.painter = Painter(settings.data_dir / "charts")
        self.deliverers: dict[Delivery, Deliverer] = {}
        self.is_leaving = False

    async def setup_hook(self) -> None:
        await self._settle_shards()
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        if 0 in self.own_shards.ids:  # the commands are the bot's: one process tells them
            await sync_commands(self)

    async def _settle_shards(self) -> None:
        """As many shards as Discord recommends, unless the operator shares them out."""
        recommended, _, starts = await self.http.get_bot_gateway()
        self.turns.learn(starts)
        if self.settings.shards is None:
            self.shard_count = recommended
            self.own_shards = Shards(tuple(range(recommended)), recommended)
        elif recommended > self.settings.shards.count:
            logger.warning(
                "Discord recommends {} shards: raise the count in REEVE_SHARDS of all processes", recommended
            )
        await self.leases.take(self.own_shards)

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """discord.py calls this for each shard, and again after a failure; it opens the socket at once."""
        await self.turns.come_near(shard_id, initial=initial)
        await super().launch_shard(gateway, shard_id, initial=initial)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        await self.turns.wait(shard_id or 0, initial=initial)

    async def close(self) -> None:
        """Let what people have started come to its end, for a bounded time, then leave Discord."""
        self.is_leaving = True
        others = asyncio.all_tasks() - {asyncio.current_task()}
        in_flight = [task for task in others if task is not None and task.get_name().startswith(IN_FLIGHT)]
        if in_flight:
            await asyncio.wait(in_flight, timeout=FINISH_SECONDS)
        await super().close()
        await self.painter.close()
        await self.leases.give_up()

    async def on_ready(self) -> None:
        logger.info("ready as {} in {} servers, shards {}", self.user, len(self.guilds), self.own_shards)
        try:
            await self.database.guild_configs.warm_up(guild_ids=[guild.id for guild in self.guilds])
        except DatabaseUnavailable as error:
            logger.warning("Settings are read when they are asked for: {}", type(error).__name__)

    async def on_app_command_completion(
        self,
        _interaction: discord.Interaction,
        command: app_commands.Command[commands.Cog, ..., object] | app_commands.ContextMenu,
    ) -> None:
        self.counters.count(f"/{command.qualified_name}", "ok")

    async def on_interaction(self, interaction: discord.Interaction["Reeve"], /) -> None:
        """Commands, buttons and selects have handlers by now; forms have one here."""
        if interaction.type is discord.InteractionType.modal_submit:
            await submitted(interaction)

    async def on_message(self, message: discord.Message, /) -> None:
        """Commands begin with a mention. To look for one in every message would cost as much as all else here."""
        if message.content.startswith("<@"):
            await self.process_commands(message)

    async def on_command_error(self, context: commands.Context[Any], error: commands.CommandError, /) -> None:
        """Message commands are for the owner; whatever else begins with a mention is talk."""
        if isinstance(error, commands.CommandNotFound | commands.NotOwner):
            return
        sentence = sentence_for(error, at=f"@Reeve {context.command}")
        try:
            await context.reply(sentence)
        except discord.HTTPException as second:
            logger.warning("the answer to an error could not be delivered: {}", second)

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """An event has nobody to answer: the log keeps it, under an incident number when it is a bug."""
        error = sys.exception()
        if error is not None:
            sentence_for(error, at=event_method)


def wanted_intents(settings: Settings) -> discord.Intents:
    """No privileged intent unless the operator says so: bans and the audit log come with moderation."""
    return discord.Intents(
        guilds=True,
        guild_messages=True,
        moderation=True,
        auto_moderation_execution=True,
        voice_states=True,
        members=settings.members_intent,
        message_content=settings.content_intent,
    )


def without_voice() -> None:
    """Reeve never speaks: discord.py need not warn that it could not."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


def point_at(api_url: str, gateway_url: str) -> None:
    """Send every request of discord.py in this process to another Discord: a proxy or the sandbox."""
    Route.BASE = api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    Asset.BASE = f"{yarl.URL(api_url).origin()}/cdn"
