"""An act on many people at once waits for a second moderator: whom it needs, and what they are shown."""

from typing import TYPE_CHECKING, Any

import discord
from discord.utils import format_dt

from bot.clock import clock
from bot.typed import FIELD_LIMIT, one_line, shown
from cogs.moderation._gates import Question
from cogs.moderation._guard import SECOND
from cogs.moderation._post_words import POST_WORDS
from cogs.moderation._report_post import report_channel
from cogs.moderation._request import Request
from cogs.moderation._second_words import SECOND_WORDS, SecondWords
from cogs.moderation._staff_post import Post, Shows, keep_post
from database.models import GUARDED_KINDS, DraftState, GuildSettings, ShownDraft

if TYPE_CHECKING:
    from bot.client import Reeve

PEOPLE = "people"
"""In the payload of a request on many: how many they are."""
COLOUR = discord.Colour(0xF0B232)


def people_of(request: Request) -> int:
    return int(request.payload.get(PEOPLE, 1))


async def second_needed(bot: "Reeve", guild: discord.Guild, request: Request) -> Question | None:
    """Whoever asks, the owner too: an account may be in other hands."""
    if request.kind not in GUARDED_KINDS:
        return None
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    most, people = config.guard_targets, people_of(request)
    if not most or people <= most:
        return None
    channel = report_channel(guild, config).channel
    where = (
        f"{channel.mention}" if channel else "the staff's channel, as soon as there is one that I can post in"
    )
    return Question(
        SECOND,
        f"This needs a second moderator: it is about {people:,} people, and this server allows {most} in one act. I "
        f"have asked in {where}; it waits there for a day. Nothing was done yet.",
        confirm="",
        by_second=True,
    )


async def post_second(bot: "Reeve", guild: discord.Guild, key: int) -> None:
    """Show what waits, or what became of it. Raises NotYet, or what Discord and the database raise."""
    seen = await bot.database.drafts.shown(guild_id=guild.id, interaction_id=key)
    if seen is None:
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    draft, old = seen.draft, Post(seen.draft.post_channel_id, seen.draft.post_message_id)
    is_over = draft.state is not DraftState.WAITING or draft.expires_at <= clock.now()
    shows = _shows(seen, config, is_over=is_over)
    post = await keep_post(
        guild, report_channel(guild, config), old, shows, nonce=f"{key % 10**15}-2", is_over=is_over
    )
    if post[:2] != old[:2] and post.channel_id is not None and post.message_id is not None:
        await bot.database.drafts.posted(
            guild_id=guild.id, interaction_id=key, channel_id=post.channel_id, message_id=post.message_id
        )


def _shows(seen: ShownDraft, config: GuildSettings, *, is_over: bool) -> Shows:
    draft, words = seen.draft, SECOND_WORDS[config.language]
    request = Request.from_json(draft.request)
    people = f"{people_of(request):,} 👥" if people_of(request) > 1 else f"<@{request.target_id}>"
    kind = POST_WORDS[config.language].kinds[request.kind]
    embed = discord.Embed(
        title=f"🛡️ {words.title}",
        description=words.asks.format(
            moderator=request.moderator_id, kind=kind, people=people, most=config.guard_targets
        ),
        colour=COLOUR,
        timestamp=draft.created_at,
    )
    embed.add_field(name=words.reason, value=shown(request.reason, FIELD_LIMIT), inline=False)
    view = discord.ui.View(timeout=None)
    if is_over:
        embed.add_field(name=words.answered, value=_answer(seen, words))
    else:
        embed.add_field(name=words.until, value=format_dt(draft.expires_at, "R"))
        key = draft.interaction_id
        view.add_item(_button(words.approve, discord.ButtonStyle.danger, f"second:yes:{key}"))
        view.add_item(_button(words.refuse, discord.ButtonStyle.secondary, f"second:no:{key}"))
    embed.set_footer(text=one_line(request.moderator_name, 100))
    return Shows(embed, view)


def _answer(seen: ShownDraft, words: SecondWords) -> str:
    who = seen.draft.answered_by_id
    if seen.draft.state is DraftState.CONFIRMED:
        return words.approved.format(who=who, case=f" → {seen.case.number}" if seen.case else "")
    return words.refused.format(who=who) if seen.draft.state is DraftState.DROPPED else words.over


def _button(label: str, style: discord.ButtonStyle, custom_id: str) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, style=style, custom_id=custom_id)
