"""Direct messages: whom a bot can write to."""

from sandbox.core import Core
from sandbox.errors import direct_messages_closed
from sandbox.rows import DIRECT_MESSAGE, Channel


def refuse_unreachable(core: Core, channel: Channel, sender_id: int) -> None:
    """Opening a direct channel always works; sending needs a common guild, and somebody who lets it in."""
    if channel.type != DIRECT_MESSAGE:
        return
    for user_id in channel.recipient_ids:
        shared = any(sender_id in guild.members for guild in core.world.guilds_of(user_id))
        reader = core.world.user(user_id)
        closed = reader.dms_closed or sender_id in reader.blocked_ids
        if user_id != sender_id and (closed or not shared):
            raise direct_messages_closed()
