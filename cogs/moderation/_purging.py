"""Which messages a purge takes, chosen once, and what is kept of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

import discord

from bot.clock import clock
from bot.invocation import Interaction, guild_of
from bot.typed import cut
from cogs.moderation._effects_purge import BULK_WITHIN
from cogs.moderation._obstacles import ChannelGone, ReeveLacks
from cogs.moderation._refusals import NothingToPurge
from cogs.moderation._request import Request, request_of
from database.models import LARGEST_EVIDENCE, CaseKind, Proof

Readable: TypeAlias = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread

MOST_PURGED = 500
MOST_LOOKED_AT = 2_000
"""Twenty requests: who filters may have to look further back than who does not."""
NEEDED = ("view_channel", "read_message_history", "manage_messages")
FIXED = frozenset({
    discord.MessageType.recipient_add,
    discord.MessageType.recipient_remove,
    discord.MessageType.call,
    discord.MessageType.channel_name_change,
    discord.MessageType.channel_icon_change,
    discord.MessageType.thread_starter_message,
})  # fmt: skip
"""Discord lets nobody delete these, and refuses the whole hundred with one of them:
https://discord.com/developers/docs/resources/message#message-object-message-types"""
UNREAD = "(Discord does not show me the text)"
LONGEST_NAME = 100


class Choice:
    """What was found, the newest first, and why others were left."""

    def __init__(self) -> None:
        self.messages: list[discord.Message] = []
        self.looked_at = self.pinned = self.fixed = 0
        self.met_old = False

    def left(self, *, reads_texts: bool, contains: str) -> str:
        """In sentences, for the answer."""
        parts = []
        if contains and not reads_texts:
            parts.append(
                "Discord shows me only the texts that mention me (the intent Message Content is off), so I looked for "
                "it only in those."
            )
        if self.pinned:
            parts.append(f"{self.pinned} pinned {'was' if self.pinned == 1 else 'were'} left.")
        if self.fixed:
            parts.append(
                f"{self.fixed} that Discord lets nobody delete {'was' if self.fixed == 1 else 'were'} left."
            )
        if self.met_old:
            parts.append("What is older than two weeks was left: Discord deletes that only one by one.")
        return " ".join(parts)


async def purge(
    interaction: Interaction, *, count: int, member: discord.User | None, contains: str, reason: str
) -> tuple[Request, Proof]:
    """The last `count` messages here before the command, of `member` and with `contains` in them if given.

    Pinned ones are left. Raises NothingToPurge, ReeveLacks, ChannelGone, and what Discord raises.
    """
    channel, me = interaction.channel, guild_of(interaction).me
    if not isinstance(channel, Readable):
        raise ChannelGone
    held = channel.permissions_for(me)
    if lacking := [name for name in NEEDED if not getattr(held, name)]:
        raise ReeveLacks(lacking, where=channel.mention)
    reads_texts = _reads_texts(interaction)
    chosen = await _chosen(interaction, channel, count=count, member=member, contains=contains)
    left = chosen.left(reads_texts=reads_texts, contains=contains)
    if not chosen.messages:
        raise NothingToPurge(chosen.looked_at, left)
    request = request_of(
        interaction,
        CaseKind.PURGE,
        channel,
        reason=_summary(chosen.messages, member, contains) + (f": {reason}" if reason else ""),
        payload={"channel_id": channel.id, "message_ids": [message.id for message in chosen.messages]},
        remark=left,
    )
    return request, snapshot(chosen.messages, reads_texts=reads_texts)


async def _chosen(
    interaction: Interaction,
    channel: Readable,
    *,
    count: int,
    member: discord.User | None,
    contains: str,
) -> Choice:
    chosen, wanted = Choice(), contains.casefold()
    oldest = clock.now() - BULK_WITHIN
    before = discord.Object(interaction.id)
    async for message in channel.history(limit=MOST_LOOKED_AT, before=before):
        if message.created_at <= oldest:
            chosen.met_old = True
            break
        chosen.looked_at += 1
        if not _fits(message, member, wanted):
            continue
        if message.pinned:
            chosen.pinned += 1
        elif message.type in FIXED:
            chosen.fixed += 1
        else:
            chosen.messages.append(message)
        if len(chosen.messages) == count:
            break
    return chosen


def _fits(message: discord.Message, member: discord.User | None, wanted: str) -> bool:
    """Never by a text that cannot be read: it fits nothing."""
    if member is not None and message.author.id != member.id:
        return False
    return wanted in message.content.casefold() if wanted else True


def _reads_texts(interaction: Interaction) -> bool:
    """Over REST Discord asks what the application may, not what this session asked for."""
    flags = interaction.client.application_flags
    return flags.gateway_message_content or flags.gateway_message_content_limited


def _summary(messages: Sequence[discord.Message], member: discord.User | None, contains: str) -> str:
    """How the case counts them, in its reason: lists, posts and exports show that."""
    count = f"{len(messages)} message{'' if len(messages) == 1 else 's'}"
    whose = f" of {member.name}" if member else ""
    what = f" with “{cut(contains, LONGEST_NAME)}”" if contains else ""
    return f"{count}{whose}{what}"


def snapshot(messages: Sequence[discord.Message], *, reads_texts: bool) -> Proof:
    """Who wrote how many, then each message, the oldest first, as a text that a person can read."""
    authors = Counter(f"{message.author.name} ({message.author.id})" for message in messages)
    lines = [f"{len(messages)} messages that were chosen to be deleted", ""]
    lines += [f"{count:>5}  {author}" for author, count in authors.most_common()]
    for message in reversed(messages):
        lines += ["", f"{_moment(message.created_at)}  {message.author.name}  {message.id}"]
        lines += [f"    {line}" for line in _shown(message, reads_texts=reads_texts)]
    document = "\n".join(lines).encode(errors="replace")
    return Proof("deleted-messages.txt", document[:LARGEST_EVIDENCE])


def _shown(message: discord.Message, *, reads_texts: bool) -> list[str]:
    lines = message.content.splitlines()
    lines += [f"[file] {each.filename} ({each.size} bytes)" for each in message.attachments]
    lines += [f"[sticker] {each.name}" for each in message.stickers]
    lines += [f"[embed] {cut(each.title or each.description or '', LONGEST_NAME)}" for each in message.embeds]
    return lines or ([] if reads_texts else [UNREAD])


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
