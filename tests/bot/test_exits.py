from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.exits import Exit, ending
from bot.settings import BadSettings
from database.errors import (
    DatabaseUnavailable,
    DatabaseUnreachable,
    DataDirectoryUnusable,
    EmbeddedServerFailed,
    SchemaMismatch,
)


def closed(code: int) -> discord.ConnectionClosed:
    socket: Any = SimpleNamespace(close_code=code)
    return discord.ConnectionClosed(socket, shard_id=None, code=code)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DatabaseUnreachable("x."), Exit.UNREACHABLE),
        (EmbeddedServerFailed("x."), Exit.UNREACHABLE),
        (DatabaseUnavailable(), Exit.UNREACHABLE),
        (aiohttp.ClientError(), Exit.UNREACHABLE),
        (discord.GatewayNotFound(), Exit.UNREACHABLE),
        (discord.LoginFailure("x"), Exit.REFUSED),
        (closed(4004), Exit.REFUSED),
        (discord.PrivilegedIntentsRequired(None), Exit.REFUSED),
        (closed(4014), Exit.REFUSED),
        (SchemaMismatch("x."), Exit.CONFIGURATION),
        (DataDirectoryUnusable("x."), Exit.CONFIGURATION),
        (BadSettings(["x."]), Exit.CONFIGURATION),
    ],
)
def test_a_supervisor_can_tell_why_reeve_ended(error: Exception, code: Exit) -> None:
    known = ending(error)
    assert known is not None
    assert known.code is code
    assert str(known).endswith(".")


@pytest.mark.parametrize("error", [ValueError(), FileNotFoundError(), closed(4011), KeyError("x")])
def test_a_bug_is_no_known_ending(error: Exception) -> None:
    assert ending(error) is None
