"""The commands that people and programs rely on, as Discord was told them: names and options stay as they are."""

from collections.abc import Iterator
from typing import Any

import pytest
from e2e_play import Bot

from sandbox.server import Sandbox

SLASH, USER, MESSAGE = 1, 2, 3
"""https://discord.com/developers/docs/interactions/application-commands#application-command-object"""
SUB_COMMAND, SUB_COMMAND_GROUP, ATTACHMENT = 1, 2, 11
Json = dict[str, Any]
Options = dict[str, Json]

PROMISED = """
warn: member reason [points] [proof]
note: user text
timeout: member duration [reason] [proof]
untimeout: member [reason]
kick: member [reason] [proof]
ban: user [duration] [reason] [delete_messages] [proof]
unban: user [reason]
softban: member [reason]
massban: users [reason]
purge: count [member] [contains]
slowmode: [duration] [channel]
lock: [channel] [duration] [reason]
unlock: [channel]
case view: number
case list: [member] [moderator] [kind] [state] [text] [since] [until]
case edit: number reason
case duration: number duration
case note: number text
case evidence: number file
case void: number reason
case restore: number
case revisions: number
case export: [member] [moderator] [kind] [state] [text] [since] [until] [format]
history: user
jobs:
modstats: [member] [days]
record:
report: member reason
appeal: number text
points balance: [member]
points give: member amount [note]
points history: [member]
points top: [period] [page]
points award: member amount reason
points daily:
points rules:
points take: member amount reason
points set: member amount reason
points reverse: operation reason
points freeze: member
points unfreeze: member
points verify:
points supply:
shop list:
shop buy: item
shop inventory:
shop add: name price
shop edit: item
shop remove: item
shop restock: item
shop buyers: item
config show:
config set log-channel: value
config reset: setting
config history:
"""
"""Square brackets: may be left out."""
MORE_THAN_PROMISED = {
    "massban users": "a file of ids does instead",
    "appeal number": "without one it shows how one's appeals stand",
    "appeal text": "a form asks for it",
}
"""What need not be given either, and why."""
MENUS = {USER: {"History", "Moderate"}, MESSAGE: {"Report message", "Warn for message"}}
NOT_BUILT_YET = """
privacy export
privacy erase
doctor
config rollback
config export
config import
"""


@pytest.fixture
def told(sandbox: Sandbox, bot: Bot) -> list[Json]:  # it tells them when it starts
    """What the bot has registered for all servers."""
    return [each.spec for each in sandbox.core.world.commands.values() if each.guild_id is None]


@pytest.fixture
def commands(told: list[Json]) -> dict[str, Options]:
    return {name: options for each in told if each["type"] == SLASH for name, options in spelled_out(each)}


def spelled_out(command: Json, before: str = "") -> Iterator[tuple[str, Options]]:
    """Sub-commands with the words before them."""
    name, options = f"{before}{command['name']}", command.get("options") or []
    nested = [each for each in options if each["type"] in {SUB_COMMAND, SUB_COMMAND_GROUP}]
    if not nested:
        yield name, {each["name"]: each for each in options}
    for each in nested:
        yield from spelled_out(each, f"{name} ")


def needed(options: Options) -> set[str]:
    return {name for name, option in options.items() if option.get("required")}


@pytest.mark.parametrize("line", PROMISED.strip().splitlines())
def test_a_command_takes_what_is_promised_and_needs_no_more(commands: dict[str, Options], line: str) -> None:
    name, _, words = line.partition(":")
    promised = {word.strip("[]"): not word.startswith("[") for word in words.split()}
    options = commands[name]
    assert promised.keys() <= options.keys()
    wanted = {option for option, is_needed in promised.items() if is_needed}
    assert needed(options) == {each for each in wanted if f"{name} {each}" not in MORE_THAN_PROMISED}
    assert all(options[each]["type"] == ATTACHMENT for each in promised.keys() & {"proof", "file"})


@pytest.mark.parametrize("name", ["case", "appeal"])
def test_options_that_name_a_case_suggest_some(commands: dict[str, Options], name: str) -> None:
    numbers = {each: options["number"] for each, options in commands.items() if options.get("number")}
    of_cases = {each: number for each, number in numbers.items() if each.split()[0] == name}
    assert of_cases
    assert all(number.get("autocomplete") for number in of_cases.values()), of_cases


def test_every_reason_of_a_moderator_suggests_some(commands: dict[str, Options]) -> None:
    reasons = {each: options["reason"] for each, options in commands.items() if "reason" in options}
    silent = {each for each, reason in reasons.items() if not reason.get("autocomplete")}
    assert silent == {"report"}, "a member's own words"


@pytest.mark.parametrize("kind", MENUS)
def test_the_menus_are_there(told: list[Json], kind: int) -> None:
    assert {each["name"] for each in told if each["type"] == kind} == MENUS[kind]


@pytest.mark.parametrize("name", NOT_BUILT_YET.strip().splitlines())
def test_what_is_said_to_be_missing_is(commands: dict[str, Options], name: str) -> None:
    """Once it is built it moves up into what is promised, with its options."""
    assert name not in commands
