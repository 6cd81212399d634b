"""The word to the staff that Reeve may not read the audit log: said once, in the mod log."""

from typing import TYPE_CHECKING

import discord

from bot.outbox import NotYet
from bot.post_channels import log_channel
from cogs.moderation._audit_reading import may_read
from database.models import Language

if TYPE_CHECKING:
    from bot.client import Reeve

ALERT = {
    Language.ENGLISH: (
        "I may not read this server's audit log. Bans and unbans by hand still become cases, but I cannot say by whom "
        "or why; kicks and timeouts by hand I miss. Give the role Reeve the permission View Audit Log."
    ),
    Language.GERMAN: (
        "Ich darf das Audit-Log dieses Servers nicht lesen. Banne von Hand und ihre Aufhebung werden weiter zu Fällen, "
        "aber von wem und warum, weiß ich nicht; Rauswürfe und Auszeiten von Hand entgehen mir. Gib der Rolle Reeve "
        "das Recht „Audit-Log einsehen“."
    ),
    Language.SPANISH: (
        "No puedo leer el registro de auditoría de este servidor. Los baneos a mano y su retirada siguen siendo casos, "
        "pero no sé de quién ni por qué; las expulsiones y los aislamientos a mano se me escapan. Da al rol Reeve el "
        "permiso «Ver el registro de auditoría»."
    ),
}


async def post_audit_alert(bot: "Reeve", guild: discord.Guild, _: int) -> None:
    """Raises NotYet while there is no mod log. Nothing if the permission was given meanwhile."""
    if may_read(guild):
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    channel, trouble = log_channel(guild.channels, config, guild.me)
    if channel is None:
        raise NotYet(trouble or "There is no mod log.")
    await channel.send(ALERT[config.language], nonce=f"{guild.id % 10**15}-audit")
