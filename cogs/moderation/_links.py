"""Links to files on Discord end after a day: where a moderator writes one, the file itself is kept as evidence."""

import asyncio
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import aiohttp
import yarl
from discord.asset import Asset

from bot.invocation import Interaction, guild_of
from bot.typed import one_line
from database.errors import ActionRefused, DatabaseUnavailable
from database.models import LARGEST_EVIDENCE, Proof

if TYPE_CHECKING:
    from bot.client import Reeve

HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
"""https://discord.com/developers/docs/reference#signed-attachment-cdn-urls"""
PATHS = ("/attachments/", "/ephemeral-attachments/")
LINK = re.compile(r"https?://[^\s<>()\[\]\"']+")
MOST_LINKS = 5
FETCH_SECONDS = 10
PIECE = 64 * 1024


class NotKept(Exception):
    """The text says why."""


async def keep_links(interaction: Interaction, number: int, text: str) -> str:
    """Keep with the case the files that a text points at on Discord; a sentence about it, with a space before it.

    Never raises: what the moderator asked for is done already.
    """
    bot, guild_id = interaction.client, guild_of(interaction).id
    links = links_in(text, is_loopback=bot.settings.is_loopback_api)
    if not links:
        return ""
    fetched = await asyncio.gather(*(_kept_or_why(bot, link) for link in links))
    proof = [each for each in fetched if isinstance(each, Proof)]
    reasons = sorted({each for each in fetched if isinstance(each, str)})
    try:
        kept = await bot.database.case_evidence.add(
            guild_id=guild_id,
            number=number,
            proof=proof,
            added_by_id=interaction.user.id,
            interaction_id=interaction.id,
        )
    except (ActionRefused, DatabaseUnavailable) as error:
        kept, reasons = 0, [str(error)]
    return _sentence(kept, reasons)


def links_in(text: str, *, is_loopback: bool) -> list[yarl.URL]:
    """Addresses of files on Discord's own hosts, each once; on a sandbox those of its own files."""
    found: dict[yarl.URL, None] = {}
    for match in LINK.findall(text):
        try:
            url = yarl.URL(match.rstrip(".,;:!?*_~|`"))
            is_file = _is_on_discord(url) or (is_loopback and _is_on_sandbox(url))
        except ValueError:
            continue
        if is_file:
            found[url] = None
    return list(found)[:MOST_LINKS]


def _is_on_discord(url: yarl.URL) -> bool:
    is_plain = url.scheme == "https" and url.explicit_port is None and url.user is None
    return is_plain and url.host in HOSTS and url.path.startswith(PATHS)


def _is_on_sandbox(url: yarl.URL) -> bool:
    is_its = url.user is None and url.origin() == yarl.URL(Asset.BASE).origin()
    return is_its and url.path.startswith(PATHS)


async def _kept_or_why(bot: "Reeve", link: yarl.URL) -> Proof | str:
    try:
        return Proof(link.name[-200:] or "file", await _fetched(bot, link))
    except NotKept as why:
        return str(why)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return "Discord did not answer"


async def _fetched(bot: "Reeve", link: yarl.URL) -> bytes:
    """Over the bot's own connections, from that address and from no other that it may point to."""
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    session = aiohttp.ClientSession(connector=bot.http.connector, connector_owner=False, timeout=timeout)
    async with session, session.get(link, allow_redirects=False) as answer:
        if answer.status != 200:
            raise NotKept("the link has ended, or the file is gone")
        content = bytearray()
        async for piece in answer.content.iter_chunked(PIECE):
            content += piece
            if len(content) > LARGEST_EVIDENCE:
                raise NotKept(f"the file is larger than {LARGEST_EVIDENCE // 2**20} MiB")
    if not content:
        raise NotKept("the file is empty")
    return bytes(content)


def _sentence(kept: int, reasons: Sequence[str]) -> str:
    files = "The file" if kept == 1 else f"{kept} files"
    are = "is" if kept == 1 else "are"
    done = f" {files} behind the Discord link {are} kept as evidence, because such links end." if kept else ""
    if not reasons:
        return done
    why = one_line("; ".join(reasons), 300).rstrip(".")
    return f"{done} A Discord link in it could not be kept ({why}); such links end: add the file with /case evidence."
