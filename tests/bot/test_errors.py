from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from discord.ext import commands

from bot.command_tree import sentence_for
from bot.errors import (
    CheckInterrupted,
    DurationNotUnderstood,
    NotPermitted,
    TargetOutranksModerator,
    explain,
    is_too_late,
    who_can_act,
)
from bot.outcomes import DiscordAway
from database.errors import ActionRefused, CaseNotFound, DatabaseUnavailable

COMMAND: Any = SimpleNamespace(name="warn", qualified_name="warn")


def from_discord(status: int, code: int = 0) -> discord.HTTPException:
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    kind = kinds.get(status, discord.DiscordServerError if status >= 500 else discord.HTTPException)
    response: Any = SimpleNamespace(status=status, reason="")
    return kind(response, {"code": code, "message": "no"})


def caused(layer: Exception, by: Exception) -> Exception:
    layer.__cause__ = by
    return layer


def transformer(value: str) -> app_commands.TransformerError:
    option: Any = SimpleNamespace(_error_display_name="Duration")
    return app_commands.TransformerError(value, discord.AppCommandOptionType.string, option)


@pytest.mark.parametrize(
    ("error", "fragment", "who"),
    [
        (CaseNotFound(7), "no case 7", "user"),
        (
            app_commands.CommandInvokeError(COMMAND, DiscordAway("no answer in time")),
            "does not answer",
            "operator",
        ),
        (NotPermitted("You need the role."), "You need the role.", "user"),
        (TargetOutranksModerator(target_role="senior", moderator_role="moderator"), "senior", "user"),
        (app_commands.CommandInvokeError(COMMAND, CaseNotFound(7)), "no case 7", "user"),
        (caused(transformer("x"), DurationNotUnderstood("x")), "30m, 2h, 7d", "user"),
        (caused(CheckInterrupted(), DatabaseUnavailable()), "nothing was changed", "operator"),
        (transformer("x"), "does not fit that option", "admin"),
        (app_commands.NoPrivateMessage(), "only in a server", "admin"),
        (app_commands.MissingPermissions(["moderate_members"]), "Timeout Members", "admin"),
        (app_commands.BotMissingPermissions(["manage_guild"]), "Give the role Reeve", "admin"),
        (
            app_commands.BotMissingPermissions(["view_channel", "manage_channels", "manage_roles"]),
            "the permissions View Channel, Manage Channels and Manage Roles first",
            "admin",
        ),
        (app_commands.CommandOnCooldown(app_commands.Cooldown(1, 5), 4.2), "4 seconds", "admin"),
        (app_commands.CheckFailure(), "may not use", "admin"),
        (app_commands.CommandNotFound("x", []), "just changed", "admin"),
        (commands.BadArgument("which?"), "which?", "admin"),
        (from_discord(403, 50013), "give the role Reeve", "admin"),
        (from_discord(403, 50001), "View Channel", "admin"),
        (from_discord(403, 99), "give the role Reeve", "admin"),
        (from_discord(404, 10008), "That message no longer exists", "admin"),
        (from_discord(502), "Nothing was lost", "operator"),
        (from_discord(429), "Nothing was lost", "operator"),
        (discord.RateLimited(70), "Nothing was lost", "operator"),
        (aiohttp.ClientError(), "Nothing was lost", "operator"),
        (ConnectionResetError(), "Nothing was lost", "operator"),
        (TimeoutError(), "Nothing was lost", "operator"),
        (DatabaseUnavailable(), "database does not answer", "operator"),
    ],
)
def test_each_error_says_what_to_do_to_the_one_who_can(error: Exception, fragment: str, who: str) -> None:
    assert fragment in (explain(error) or "")
    assert who_can_act(error) == who


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        app_commands.CommandInvokeError(COMMAND, KeyError("x")),
        caused(transformer("x"), KeyError("x")),
        from_discord(400, 50035),
        from_discord(404, 12345),
    ],
)
def test_what_nobody_outside_can_mend_is_a_bug(error: Exception) -> None:
    assert explain(error) is None
    assert who_can_act(error) == "us"
    assert "incident" in sentence_for(error, at="/warn")


def test_no_refusal_pings_or_formats_what_a_person_typed() -> None:
    assert len(str(DurationNotUnderstood("@everyone **x** " * 1000))) < 400
    assert "**x**" not in str(DurationNotUnderstood("**x**"))


def test_an_interaction_that_is_gone_is_known_as_such() -> None:
    assert is_too_late(from_discord(404, 10062))
    assert is_too_late(from_discord(400, 40060))
    assert is_too_late(from_discord(404, 10015))
    assert is_too_late(from_discord(401, 50027))
    assert not is_too_late(from_discord(404, 10008))


def test_a_refusal_of_ours_is_its_own_text() -> None:
    class Refused(ActionRefused):
        pass

    assert explain(Refused("Because.")) == "Because."
