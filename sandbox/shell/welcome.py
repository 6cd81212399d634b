"""What `python -m sandbox` says at the start: where everything is, and words that work as they are typed."""

import shlex
import sys
from pathlib import Path

from sandbox.server import Sandbox
from sandbox.shell.address import USUAL_PORT

WELCOME = """The sandbox runs: a Discord on your own machine.
  page       {url}/
  API        {api}
  gateway    {gateway}
  bot token  {token}

In another shell, act as a person:
  {act} {person} message hello everybody{where}
  {act} {person} see{where}
and once a bot is here, use its commands: {act} {person} slash ping{where}
"""


def welcome(sandbox: Sandbox) -> str:
    application = next(iter(sandbox.world.applications.values()))
    person, channel = _somebody(sandbox)
    return WELCOME.format(
        url=sandbox.url,
        api=sandbox.api_url,
        gateway=sandbox.gateway_url,
        token=application.token,
        act=f"{shlex.quote(_interpreter())} -m sandbox as",
        person=shlex.quote(person),
        where=("" if channel == "general" else f" --channel {shlex.quote(channel)}")
        + ("" if sandbox.url.endswith(f":{USUAL_PORT}") else f" --url {sandbox.url}"),
    )


def _somebody(sandbox: Sandbox) -> tuple[str, str]:
    """The last to join the first server (staff come first), and a channel that this person sees."""
    world = sandbox.world
    guild = next(iter(world.guilds.values()))
    people = [world.user(user_id).username for user_id in guild.members if not world.user(user_id).bot]
    person = "ann" if "ann" in people else people[-1]
    seen = [channel.name or "" for channel in sandbox.people.visible_channels(person, guild_id=guild.id)]
    return person, "general" if "general" in seen or not seen else seen[0]


def _interpreter() -> str:
    """As short as it works here."""
    python, here = Path(sys.executable), Path.cwd()
    return str(python.relative_to(here) if python.is_relative_to(here) else python)
