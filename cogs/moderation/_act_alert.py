"""The word to the staff that something that was due cannot be done: one message for a case, current until it is."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import discord
from discord.utils import format_dt

from bot.clock import clock
from bot.outbox import NotYet
from bot.post_channels import log_channel
from bot.typed import shown
from cogs.moderation._job_pages import retry_button
from cogs.moderation._outcome_words import outcome_in
from database.models import Act, ActAlert, ActKind, ActState, Case, Language, Purpose

if TYPE_CHECKING:
    from bot.client import Reeve

RED, GREEN, GREY = discord.Colour(0xDA373C), discord.Colour(0x23A55A), discord.Colour(0x80848E)


class AlertWords(NamedTuple):
    title: str
    since: str
    tries: str
    retry: str
    done: str
    overtaken: str
    acts: Mapping[ActKind, str]


ENGLISH = AlertWords(
    title="Case {number}: I cannot do what was due",
    since="{what}, due since {when}",
    tries="I keep trying, and this message will say when it is done.",
    retry="Retry now",
    done="Case {number}: done by now",
    overtaken="Case {number}: not needed any more, something newer was decided",
    acts={
        ActKind.BAN: "Ban {who}", ActKind.UNBAN: "Lift the ban of {who}", ActKind.TIMEOUT: "Keep {who} timed out",
        ActKind.UNTIMEOUT: "End the timeout of {who}", ActKind.KICK: "Kick {who}",
        ActKind.ROLES: "Change the roles of {who}", ActKind.SLOWMODE: "Put the slowmode of {where} back",
        ActKind.LOCK: "Lock {where}", ActKind.UNLOCK: "Unlock {where}", ActKind.PURGE: "Delete messages in {where}",
    },
)  # fmt: skip
GERMAN = AlertWords(
    title="Fall {number}: Was fällig ist, gelingt mir nicht",
    since="{what}, fällig seit {when}",
    tries="Ich versuche es weiter, und diese Nachricht sagt, wann es getan ist.",
    retry="Jetzt noch einmal",
    done="Fall {number}: inzwischen getan",
    overtaken="Fall {number}: nicht mehr nötig, Neueres wurde entschieden",
    acts={
        ActKind.BAN: "{who} bannen", ActKind.UNBAN: "Den Bann von {who} aufheben",
        ActKind.TIMEOUT: "Die Auszeit von {who} verlängern", ActKind.UNTIMEOUT: "Die Auszeit von {who} beenden",
        ActKind.KICK: "{who} hinauswerfen", ActKind.ROLES: "Die Rollen von {who} ändern",
        ActKind.SLOWMODE: "Den Langsammodus von {where} zurücksetzen", ActKind.LOCK: "{where} sperren",
        ActKind.UNLOCK: "{where} entsperren", ActKind.PURGE: "Nachrichten in {where} löschen",
    },
)  # fmt: skip
SPANISH = AlertWords(
    title="Caso {number}: no consigo hacer lo que tocaba",
    since="{what}, pendiente desde {when}",
    tries="Lo sigo intentando, y este mensaje dirá cuándo está hecho.",
    retry="Reintentar ahora",
    done="Caso {number}: ya está hecho",
    overtaken="Caso {number}: ya no hace falta, se decidió algo más reciente",
    acts={
        ActKind.BAN: "Banear a {who}", ActKind.UNBAN: "Levantar el baneo de {who}",
        ActKind.TIMEOUT: "Prolongar el aislamiento de {who}", ActKind.UNTIMEOUT: "Terminar el aislamiento de {who}",
        ActKind.KICK: "Expulsar a {who}", ActKind.ROLES: "Cambiar los roles de {who}",
        ActKind.SLOWMODE: "Reponer el modo lento de {where}", ActKind.LOCK: "Cerrar {where}",
        ActKind.UNLOCK: "Abrir {where}", ActKind.PURGE: "Borrar mensajes en {where}",
    },
)  # fmt: skip
WORDS = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.SPANISH: SPANISH}


async def post_act_alert(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Bring the alert about a case up to date; none is made once nothing is in the way any more.

    Raises NotYet while there is no mod log, or what Discord and the database raise.
    """
    acts = await bot.database.acts.of_case(guild_id=guild.id, number=number)
    alert = await bot.database.jobs.alert(guild_id=guild.id, case_number=number)
    troubled = [act for act in acts if _is_troubled(act)]
    if not troubled and alert is None:
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    words = WORDS[config.language]
    if not troubled:
        await _edited(guild, alert, _over(acts, number, words), None)
        await bot.database.jobs.alert_over(guild_id=guild.id, case_number=number)
        return
    case = await bot.database.cases.get(guild_id=guild.id, number=number)
    embed, view = _embed(troubled, case, config.language), _view(troubled, words)
    if await _edited(guild, alert, embed, view):
        return
    channel, trouble = log_channel(guild.channels, config, guild.me)
    if channel is None:
        raise NotYet(trouble or "There is no mod log.")
    lost = 0 if alert is None else alert.message_id % 10**5
    nonce = f"{guild.id % 10**8}-t{troubled[0].act_id % 10**8}-{lost}"
    message = await channel.send(embed=embed, view=view, nonce=nonce)
    await bot.database.jobs.alerted(
        guild_id=guild.id, case_number=number, channel_id=channel.id, message_id=message.id
    )


def _is_troubled(act: Act) -> bool:
    """A beginning that was refused is told by its case."""
    return act.is_open and act.purpose is not Purpose.BEGIN and act.last_error is not None


def _embed(troubled: Sequence[Act], case: Case, language: Language) -> discord.Embed:
    words = WORDS[language]
    parts = []
    for act in troubled:
        what = words.acts[act.kind].format(who=f"<@{act.target_id}>", where=f"<#{act.target_id}>")
        is_late = (
            act.purpose is Purpose.END and case.expires_at is not None and case.expires_at <= clock.now()
        )
        if is_late and case.expires_at is not None:
            what = words.since.format(what=what, when=format_dt(case.expires_at, "R"))
        parts += [what, f"> {shown(outcome_in(language, act.last_error or ''), 500)}"]
    return discord.Embed(
        title=words.title.format(number=case.number), description="\n".join([*parts, words.tries]), colour=RED
    )


def _view(troubled: Sequence[Act], words: AlertWords) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for act in troubled:
        view.add_item(retry_button(act.act_id, words.retry))
    return view


def _over(acts: Sequence[Act], number: int, words: AlertWords) -> discord.Embed:
    later = [act for act in acts if act.purpose is not Purpose.BEGIN and not act.is_open]
    is_done = any(act.state is ActState.DONE for act in later)
    title = (words.done if is_done else words.overtaken).format(number=number)
    return discord.Embed(title=title, colour=GREEN if is_done else GREY)


async def _edited(
    guild: discord.Guild, alert: ActAlert | None, embed: discord.Embed, view: discord.ui.View | None
) -> bool:
    """Whether it is there, and shows this now."""
    channel: Any = None if alert is None else guild.get_channel(alert.channel_id)
    if alert is None or not isinstance(channel, discord.TextChannel):
        return False
    try:
        await channel.get_partial_message(alert.message_id).edit(embed=embed, view=view)
    except discord.NotFound:
        return False
    return True
