"""Each server's points are looked through about once an hour: what is new, and some of what is not. Damage is told."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from bot.outbox import Deliverer, NotYet
from bot.post_channels import log_channel
from bot.typed import one_line
from database.errors import DatabaseUnavailable
from database.models import Delivery, Language
from database.models.proof_steps import Damage
from database.verifying import in_words

if TYPE_CHECKING:
    from bot.client import Reeve

ROUND_MINUTES = 60
PIECES_IN_TURN = 12
"""Of 500 accounts, each hour: all of a server with 140,000 in a day, of one with 1,000,000 in a week."""
ALERT = {
    Language.ENGLISH: (
        "⛔ The points of this server do not add up, so none moves any more: {why}. Nothing was changed. "
        "`/points verify` adds up everything and says what is wrong."
    ),
    Language.GERMAN: (
        "⛔ Die Punkte dieses Servers gehen nicht auf, deshalb bewegt sich keiner mehr: {why}. Nichts wurde geändert. "
        "`/points verify` rechnet alles nach und sagt, was nicht stimmt."
    ),
    Language.SPANISH: (
        "⛔ Los puntos de este servidor no cuadran, así que ninguno se mueve: {why}. No se cambió nada. "
        "`/points verify` lo suma todo y dice qué está mal."
    ),
}


class Reconciling(BaseCog):
    """Servers are spread over the hour by their ids: which minute is a server's needs no memory."""

    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._looking: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._looking = asyncio.create_task(self._look_forever(), name="reconciliation of points")

    async def cog_unload(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look_forever(self) -> None:
        await self.bot.wait_until_ready()
        last = minute = int(clock.now().timestamp()) // 60
        while True:
            await clock.sleep(60)
            minute = int(clock.now().timestamp()) // 60
            due = {each % ROUND_MINUTES for each in range(max(last, minute - ROUND_MINUTES) + 1, minute + 1)}
            last = minute
            for guild in list(self.bot.guilds):
                if (guild.id >> 22) % ROUND_MINUTES in due:
                    await self._look(guild.id)

    async def _look(self, guild_id: int) -> None:
        checks = self.bot.database.checks
        try:
            for look, most in ((checks.follow, None), (checks.look_in_turn, PIECES_IN_TURN)):
                is_behind, pieces = True, 0
                while is_behind and pieces != most:
                    damages, is_behind = await look(guild_id=guild_id, now=clock.now())
                    pieces += 1
                    self._tell(guild_id, damages)
        except DatabaseUnavailable:
            logger.warning("The points of {} are looked through later.", guild_id)
        except Exception as error:  # a bug with one server must not hold up the others
            incident(error, at=f"the reconciliation of {guild_id}")

    def _tell(self, guild_id: int, damages: Sequence[Damage]) -> None:
        for damage in damages:
            logger.error("the points of {} do not add up: {}", guild_id, in_words(damage))
        if damages:
            self.bot.dispatch("outbox_filled")


async def post_alert(bot: "Reeve", guild: discord.Guild, _: int) -> None:
    """Raises NotYet while there is no mod log. Nothing if the points move again."""
    frozen = await bot.database.checks.frozen(guild_id=guild.id)
    if frozen is None or frozen.frozen_at is None:
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    channel, trouble = log_channel(guild.channels, config, guild.me)
    if channel is None:
        raise NotYet(trouble or "There is no mod log.")
    owner = discord.Object(guild.owner_id or 0)
    text = ALERT[config.language].format(why=one_line(frozen.frozen_why or "", 300))
    await channel.send(
        f"<@{owner.id}> {text}",
        allowed_mentions=discord.AllowedMentions(everyone=False, roles=False, users=[owner]),
        nonce=f"{guild.id % 10**10}-l{int(frozen.frozen_at.timestamp())}",
    )


async def setup(bot: "Reeve") -> None:
    bot.deliverers[Delivery.LEDGER_ALERT] = Deliverer(post_alert)
    await bot.add_cog(Reconciling(bot))
