"""Points for talking: a message earns by the server's rules, and its id is the key, so it earns once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from cogs.points._cooling import JustEarned
from cogs.points._earning_queue import EarningQueue
from cogs.points._remembered import LastTexts, Latest, Said
from cogs.points._whereabouts import channel_ids, role_ids
from database.errors import DatabaseUnavailable
from database.models import GuildSettings
from database.models.earning import Decision, Earner, Earning, Why

if TYPE_CHECKING:
    from bot.client import Reeve

SAID_BY_A_PERSON = (discord.MessageType.default, discord.MessageType.reply)
FORGET_EVERY = timedelta(hours=1)


class Talking(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self.queue = EarningQueue(bot, Earner.MESSAGE, self._note)
        self._just_earned = JustEarned()
        self._texts = LastTexts()
        self._said: Latest[Said] = Latest()
        self._forgotten_at = clock.now()

    async def cog_unload(self) -> None:
        await self.queue.close()

    def last_said(self, guild_id: int, user_id: int) -> Said | None:
        """What this process saw a member say last, once it is decided upon."""
        return self._said.get(guild_id, user_id)

    @BaseCog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if message.guild is None or message.author.bot or message.type not in SAID_BY_A_PERSON:
            return
        guild_id = message.guild.id
        earning = self._earning(guild_id, message)
        try:
            nothing = self._surely_nothing(guild_id, earning, await self.guild_configs.get(guild_id=guild_id))
        except DatabaseUnavailable:
            nothing = None  # decided upon when the database is back
        if nothing is not None:
            self._note(guild_id, [earning], [nothing])
        else:
            self.queue.put(guild_id, [earning])
        if clock.now() - self._forgotten_at > FORGET_EVERY:
            await self._forget_old(clock.now())

    def _earning(self, guild_id: int, message: discord.Message) -> Earning:
        """The text is looked at only where Discord shows it."""
        user_id, length, is_repeat = message.author.id, None, False
        if self.bot.intents.message_content:
            length = len(message.content)
            is_repeat = self._texts.is_repeat(guild_id, user_id, message.id, message.content)
        where, who = channel_ids(message.channel), role_ids(message.author)
        return Earning(message.id, user_id, message.created_at, where, who, length, is_repeat)

    def _surely_nothing(self, guild_id: int, earning: Earning, rule: GuildSettings) -> Decision | None:
        """Most messages surely earn nothing, and cost no transaction; of the others the database decides."""
        if rule.points_per_message == 0:
            return Decision(0, Why.NOTHING_FOR_IT)
        left = self._just_earned.seconds_left(
            guild_id, earning.user_id, earning.at, rule.message_cooldown_seconds
        )
        return Decision(0, Why.COOL_DOWN, left) if left else None

    def _note(self, guild_id: int, earnings: Sequence[Earning], decided: Sequence[Decision]) -> None:
        for earning, decision in zip(earnings, decided, strict=True):
            if decision.points:
                self._just_earned.note(guild_id, earning.user_id, earning.at)
            last = self._said.get(guild_id, earning.user_id)
            if last is None or last.message_id < earning.key:
                said = Said(earning.key, earning.channel_ids[0], decision)
                self._said.put(guild_id, earning.user_id, said)

    async def _forget_old(self, now: datetime) -> None:
        self._forgotten_at = now
        try:
            while await self.bot.database.earnings.forget_old(now=now):
                pass
        except DatabaseUnavailable as error:
            logger.warning("Keys of what has earned are forgotten later: {}", type(error).__name__)


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Talking(bot))
