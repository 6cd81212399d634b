"""A post in a channel of the staff that shows what is true: edited where it is, made again where it is not."""

import json
from hashlib import sha256
from typing import NamedTuple

import discord

from bot.outbox import NotYet
from bot.post_channels import FoundChannel


class Post(NamedTuple):
    """Where it is, and what it shows (SHA-256); None where there is none."""

    channel_id: int | None
    message_id: int | None
    digest: bytes | None = None


class Shows(NamedTuple):
    embed: discord.Embed
    view: discord.ui.View

    @property
    def digest(self) -> bytes:
        return sha256(json.dumps([self.embed.to_dict(), self.view.to_components()]).encode()).digest()


async def keep_post(
    guild: discord.Guild, queue: FoundChannel, old: Post, shows: Shows, *, nonce: str, is_over: bool
) -> Post:
    """Where it is then. What is over stays where it was posted; what waits follows the queue.

    `nonce`: at most 20 characters; a lost post tells a re-made one apart. Raises NotYet, or what Discord raises.
    """
    message = _message_of(guild, old)
    stays = message is not None and (is_over or queue.channel is None or queue.channel.id == old.channel_id)
    if stays and message is not None:
        if shows.digest == old.digest or await _is_edited(message, shows):
            return Post(message.channel.id, message.id, shows.digest)
    elif message is not None:
        await _take_away(message)
    if queue.channel is None:
        raise NotYet(queue.trouble or "There is no channel for it.")
    made = await queue.channel.send(
        embed=shows.embed, view=shows.view, nonce=f"{nonce}-{(old.message_id or 0) % 10**4}"
    )
    return Post(made.channel.id, made.id, shows.digest)


def _message_of(guild: discord.Guild, post: Post) -> discord.PartialMessage | None:
    channel = guild.get_channel(post.channel_id or 0)
    if post.message_id is None or not isinstance(channel, discord.TextChannel):
        return None
    return channel.get_partial_message(post.message_id)


async def _is_edited(message: discord.PartialMessage, shows: Shows) -> bool:
    try:
        await message.edit(embed=shows.embed, view=shows.view)
    except discord.NotFound:
        return False
    return True


async def _take_away(message: discord.PartialMessage) -> None:
    """It goes first, so that a kill in between leaves none, and the next delivery makes it."""
    try:
        await message.delete()
    except (discord.NotFound, discord.Forbidden):
        return
