"""Deliver what follows from appeals: their posts in the staff's queue, and the answers to who made them."""

from typing import TYPE_CHECKING

import discord

from cogs.moderation._appeal_rendering import Reviewed, appeal_embed, appeal_view
from cogs.moderation._appeal_words import APPEAL_WORDS
from cogs.moderation._direct_message import send_about
from cogs.moderation._dm_rendering import About
from cogs.moderation._post_words import POST_WORDS
from cogs.moderation._report_post import report_channel
from cogs.moderation._staff_post import Post, Shows, keep_post
from database.models import AppealState, DirectMessage, TemplateKind

if TYPE_CHECKING:
    from bot.client import Reeve


async def reviewed(bot: "Reeve", guild: discord.Guild, number: int) -> Reviewed:
    """Raises AppealNotFound."""
    database, where = bot.database, {"guild_id": guild.id}
    appeal = await database.appeals.get(**where, number=number)
    case = await database.cases.get(**where, number=appeal.case_number)
    record = await database.cases.record(**where, target_id=case.target_id)
    all_of_case = await database.appeals.of_case(**where, case_number=case.number)
    standing = await database.restrictions.standing(**where, subject_id=case.target_id)
    return Reviewed(
        appeal,
        case,
        record,
        earlier=[each for each in all_of_case if each.number < number],
        stands=any(each.case_number == case.number for each in standing),
        led_to_it=await database.appeals.led_to(**where, case_number=case.number),
    )


async def post_appeal(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Raises NotYet, or what Discord and the database raise."""
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    seen = await reviewed(bot, guild, number)
    appeal, words = seen.appeal, APPEAL_WORDS[config.language]
    shows = Shows(appeal_embed(seen, words, POST_WORDS[config.language]), appeal_view(seen, words))
    post = await keep_post(
        guild,
        report_channel(guild, config),
        Post(appeal.post_channel_id, appeal.post_message_id, appeal.post_digest),
        shows,
        nonce=f"{guild.id % 10**9}-ap{number % 10**7}",
        is_over=appeal.state is not AppealState.OPEN,
    )
    assert post.channel_id is not None
    assert post.message_id is not None
    await bot.database.appeals.posted(
        guild_id=guild.id,
        number=number,
        channel_id=post.channel_id,
        message_id=post.message_id,
        digest=shows.digest,
    )


async def answer_appellant(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Once. What Discord refuses for good is noted and not tried again."""
    appeal = await bot.database.appeals.get(guild_id=guild.id, number=number)
    if appeal.told is not DirectMessage.PENDING or appeal.decided_at is None:
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    case = await bot.database.cases.get(guild_id=guild.id, number=appeal.case_number)
    verdict = APPEAL_WORDS[config.language].told[appeal.state].format(case=case.number)
    said = "\n".join(filter(None, (verdict, appeal.answer)))
    about = About(TemplateKind.APPEAL, appeal.decided_at, f"a{number % 10**4}", said)
    message = await send_about(bot, guild, case, about)
    outcome = DirectMessage.FAILED if message is None else DirectMessage.SENT
    await bot.database.appeals.told(guild_id=guild.id, number=number, outcome=outcome)
    bot.dispatch("outbox_filled")
