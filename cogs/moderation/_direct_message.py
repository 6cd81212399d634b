"""Tell the target of a case: at most once, before the act where it must be, and corrected if it did not happen."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from loguru import logger

from bot.clock import clock
from bot.command_tree import incident
from bot.outbox import NotYet
from cogs.moderation._dm_rendering import (
    HAVE_AN_END,
    KIND_OF,
    About,
    components_for,
    correction,
    direct_message,
    end_moved,
    is_shown_by,
)
from cogs.moderation._log_post import nonce
from database.errors import DatabaseUnavailable
from database.models import Case, CaseState, Delivery, DirectMessage, TemplateKind

if TYPE_CHECKING:
    from bot.client import Reeve

TELL_SECONDS = 3.0
"""How long an act waits for the direct message that must come before it."""
LOOK_AGAIN_SECONDS = 0.1
NONCE_KEEPS = timedelta(minutes=1)
"""Discord gives the first message for a second with its nonce "in the past few minutes"; after this it is looked for.
https://discord.com/developers/docs/resources/message#create-message"""
AWAY = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, DatabaseUnavailable)
GONE = (discord.Forbidden, discord.NotFound)


async def tell(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Bring the direct message of a case up to date: send it, or correct it if the act was refused afterwards.

    A message that Discord refuses for good is noted on the case and not tried again. Raises what Discord and the
    database raise.
    """
    case = await bot.database.cases.get(guild_id=guild.id, number=number)
    if case.direct_message is DirectMessage.SENT and case.state is CaseState.REFUSED:
        await _correct(bot, guild, case)
    if case.direct_message is not DirectMessage.PENDING:
        return
    kind = KIND_OF.get(case.kind)
    where: dict[str, int] = {}
    if kind is None or case.state in (CaseState.VOID, CaseState.REFUSED):
        outcome = DirectMessage.NONE
    else:
        message = await send_about(bot, guild, case, About(kind, case.created_at, "dm", case.reason))
        outcome = DirectMessage.SENT if message is not None else DirectMessage.FAILED
        if message is not None:
            where = {"channel_id": message.channel.id, "message_id": message.id}
    await bot.database.cases.told(guild_id=guild.id, number=number, outcome=outcome, **where)
    bot.dispatch("outbox_filled")


async def tell_void(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Tell the target that the case is void, once. Raises as `tell` does."""
    whole = await bot.database.cases.whole(guild_id=guild.id, number=number)
    case = whole.case
    if case.void_message is not DirectMessage.PENDING:
        return
    outcome = DirectMessage.NONE
    voided = next((each for each in reversed(whole.revisions) if each.after == CaseState.VOID), None)
    if case.state is CaseState.VOID and voided is not None:
        about = About(
            TemplateKind.VOID, voided.edited_at, f"v{voided.revision % 1000}", voided.why or case.reason
        )
        message = await send_about(bot, guild, case, about)
        outcome = DirectMessage.FAILED if message is None else DirectMessage.SENT
    await bot.database.case_edits.void_told(guild_id=guild.id, number=number, outcome=outcome)


async def tell_end(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Tell the target when it ends by now, once for all that was changed meanwhile.

    Only who was told of the case: raises NotYet while that is on its way, and as `tell` does.
    """
    whole = await bot.database.cases.whole(guild_id=guild.id, number=number)
    if whole.case.direct_message is DirectMessage.PENDING:
        raise NotYet("They were not told of the case yet.")
    if whole.case.direct_message is not DirectMessage.SENT:
        return
    moved = next((each for each in reversed(whole.revisions) if each.field == "expires_at"), None)
    if whole.case.state is not CaseState.ACTIVE or whole.case.kind not in HAVE_AN_END or moved is None:
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    embed = end_moved(whole.case, guild.name, config, at=moved.edited_at)
    await _send(bot, whole.case, embed, None, f"e{moved.revision % 1000}")


async def tell_now(bot: "Reeve", guild: discord.Guild, case: Case, *, seconds: float = TELL_SECONDS) -> None:
    """Before a kick or a ban: afterwards there may be no server in common, and Discord would deliver nothing.

    Never raises and never takes longer: what is not delivered by then, the outbox tries again.
    """
    if case.direct_message is DirectMessage.PENDING:
        await _deliver_now(bot, guild, case, seconds)


async def untell(bot: "Reeve", guild: discord.Guild, case: Case, *, seconds: float = TELL_SECONDS) -> None:
    """Once the act was refused after all. Never raises: the outbox does what this leaves over."""
    await _deliver_now(bot, guild, case, seconds)


async def _deliver_now(bot: "Reeve", guild: discord.Guild, case: Case, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await _take_and_tell(bot, guild, case.number)
    except (TimeoutError, *AWAY) as error:
        logger.info("case {} of {}: the direct message is late: {!r}", case.number, guild.id, error)
    except Exception as error:  # a bug in telling must not keep a ban from being done
        incident(error, at=f"the direct message of case {case.number} of {guild.id}")


async def _take_and_tell(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Wait while somebody else delivers the same row: the act comes after the message, whoever sends it."""
    subject: dict[str, Any] = {
        "guild_id": guild.id,
        "delivery": Delivery.CASE_DIRECT_MESSAGE,
        "subject_id": number,
    }
    while (row := await bot.database.outbox.claim_one(**subject, now=clock.now())) is None:
        case = await bot.database.cases.get(guild_id=guild.id, number=number)
        if case.direct_message is not DirectMessage.PENDING:
            return
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    await tell(bot, guild, number)
    await bot.database.outbox.delivered(row)


async def send_about(bot: "Reeve", guild: discord.Guild, case: Case, about: About) -> discord.Message | None:
    """The message, also if an attempt before this has sent it; None if Discord delivers none to that person."""
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    templates = await bot.database.guild_configs.templates(guild_id=guild.id)
    embed = direct_message(case, guild.name, config, templates, about)
    return await _send(bot, case, embed, components_for(case, config, about.kind), about.nonce)


async def _send(
    bot: "Reeve", case: Case, embed: discord.Embed, view: discord.ui.View | None, which: str
) -> discord.Message | None:
    """`embed.timestamp`: since when it may have been sent. `which`: other for each message about one case."""
    assert embed.timestamp is not None
    content: dict[str, Any] = {"embed": embed}
    if view is not None:
        content["view"] = view
    try:
        channel = await bot.create_dm(discord.Object(case.target_id))
    except GONE:
        return None
    if clock.now() - embed.timestamp > NONCE_KEEPS and (found := await _found(bot, channel, embed)):
        return found
    try:
        return await channel.send(**content, nonce=nonce(case, which))
    except GONE:  # after a ban also of what was delivered before it
        return await _found(bot, channel, embed)


async def _found(bot: "Reeve", channel: discord.DMChannel, embed: discord.Embed) -> discord.Message | None:
    """Whoever was to send it may have been killed between Discord's answer and the note of it on the case."""
    assert embed.timestamp is not None
    with suppress(*GONE):
        async for message in channel.history(limit=None, after=embed.timestamp - NONCE_KEEPS):
            if bot.user is not None and message.author.id == bot.user.id and is_shown_by(message, embed):
                return message
    return None


async def _correct(bot: "Reeve", guild: discord.Guild, case: Case) -> None:
    if case.dm_channel_id is None or case.dm_message_id is None:
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    channel = bot.get_partial_messageable(case.dm_channel_id, type=discord.ChannelType.private)
    with suppress(*GONE):
        message = channel.get_partial_message(case.dm_message_id)
        await message.edit(embed=correction(case, guild.name, config), view=None)
