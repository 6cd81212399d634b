"""What several files of tests ask: how Discord refused, what bots heard, what the audit log says."""

import discord
import pytest


async def code_of(attempt):
    """The status and code of the refusal that the attempt must meet."""
    with pytest.raises(discord.HTTPException) as refused:
        await attempt
    return refused.value.status, refused.value.code


def heard_in(sandbox, *names):
    """The events of these names that went to bots."""
    sent = [each for each in sandbox.recorder.since() if each.kind == "gateway" and each.method == "SEND"]
    return [each for each in sent if each.route in names]


def heard(sandbox, name):
    """What these events said."""
    return [each.response for each in heard_in(sandbox, name)]


async def logged(bot, action):
    """The audit log's entries of that action, newest first."""
    return [one async for one in bot.guild().audit_logs(action=action)]
