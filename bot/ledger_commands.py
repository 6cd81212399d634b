"""`python -m bot export-ledger` and `verify-ledger`: take a server's ledger out, of any size, and prove it."""

import argparse
import gzip
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import IO, Any

from bot.clock import clock
from bot.exits import CannotRun, Exit
from bot.settings import Settings
from bot.verify_ledger import verified
from database.ledger_export import Seal, lines_of
from database.server import running_database
from database.service import DatabaseService

Say = Callable[[str], None]
MOST_SAID = 20


def add_words(commands: "argparse._SubParsersAction[Any]") -> None:
    export = commands.add_parser(
        "export-ledger", help="write a server's points to a file; needs the database"
    )
    export.add_argument("server", type=int, metavar="SERVER", help="its id")
    export.add_argument("file", type=Path, metavar="FILE", help="a new one; packed if it ends with .gz")
    export.set_defaults(execute=execute_export)
    words = commands.add_parser(
        "verify-ledger", help="prove such a file, or one of /points export; no database"
    )
    words.add_argument("file", type=Path, metavar="FILE", help="as it was written, .gz or not")
    words.set_defaults(execute=execute_verify)


async def execute_export(arguments: argparse.Namespace, settings: Settings, say: Say) -> int:
    seal = Seal()
    async with running_database(settings) as dsn:
        database = DatabaseService(dsn, settings)
        await database.open()
        try:
            rows = database.ledger_exports.stream(guild_id=arguments.server)
            with _opened(arguments.file) as file:
                async with aclosing(lines_of(arguments.server, rows, seal, clock.now())) as lines:  # type: ignore[type-var]  # it is a generator
                    async for line in lines:
                        file.write(line)
        except FileExistsError as error:
            raise CannotRun(Exit.USAGE, f"{arguments.file} is there already: name a new file.") from error
        except OSError as error:
            raise CannotRun(
                Exit.USAGE, f"{arguments.file} cannot be written: {error.strerror or error}."
            ) from error
        finally:
            await database.close()
    if not seal.counts["accounts"]:
        arguments.file.unlink()
        raise CannotRun(
            Exit.USAGE,
            f"Nobody has had a point in a server {arguments.server} in this database, so nothing was written: is that "
            "its id?",
        )
    say(", ".join(f"{number:,} {kind}" for kind, number in seal.counts.items()))
    return Exit.DONE


def _opened(path: Path) -> IO[bytes]:
    """A new file; packed if it is named so."""
    return gzip.open(path, "xb") if path.suffix == ".gz" else path.open("xb")  # type: ignore[return-value]


async def execute_verify(arguments: argparse.Namespace, _: Settings, say: Say) -> int:
    """DONE if nothing is wrong with it, CONFIGURATION if something is: one sentence for each damage.

    Raises CannotRun for a file that cannot be read or is no ledger at all.
    """
    try:
        proof = verified(arguments.file)
    except OSError as error:
        raise CannotRun(Exit.USAGE, f"{arguments.file} cannot be read: {error.strerror or error}.") from error
    if not proof.is_ledger:
        raise CannotRun(
            Exit.USAGE,
            f"{arguments.file} is no export of Reeve's ledger: name a file of /points export or export-ledger.",
        )
    for sentence in proof.damages[:MOST_SAID]:
        say(sentence)
    if len(proof.damages) > MOST_SAID:
        say(f"And {len(proof.damages) - MOST_SAID:,} more.")
    if proof.damages:
        return Exit.CONFIGURATION
    counts = proof.seal.counts
    say(
        f"The ledger of server {proof.guild} adds up: {counts['accounts']:,} accounts, "
        f"{counts['operations']:,} operations, {counts['transfers']:,} transfers, "
        f"{proof.circulating:,} points with members, and every line is as it was taken out."
    )
    return Exit.DONE
