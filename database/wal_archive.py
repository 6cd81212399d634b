"""Every change of the embedded server, kept as compressed WAL: with a base backup, the way back to any moment."""

import os
import re
import shlex
import subprocess
from pathlib import Path

from database._embedded_files import PROGRAMS, ServerUser, prepare_directory
from database.errors import DataDirectoryUnusable, WalArchiveUnusable

LONGEST_SECONDS = 60
"""A change is in the archive after at most so long. A running Reeve changes something each minute: its lease."""

SEGMENT_SIZE = 16 << 20
"""Bytes of WAL in one file, as initdb chooses."""
SEGMENT = re.compile(r"[0-9A-F]{24}")

KEEP = (
    "if test -f {there}; then gunzip -c {there} | cmp -s - {here}; "
    "else gzip -1 -c {here} > {there}.part && sync {there}.part && mv {there}.part {there} && sync {folder}; fi"
)
"""What PostgreSQL asks of an archive_command: only what is safe on the disk is said to be kept; the same file again is
no error, and a different one of that name is never overwritten."""


def prepare_archive(folder: Path) -> None:
    """The server writes it as its own user. Raises WalArchiveUnusable."""
    try:
        prepare_directory(folder, ServerUser())
    except DataDirectoryUnusable as error:
        raise WalArchiveUnusable(folder) from error


def archive_options(folder: Path | None) -> dict[str, str]:
    """What the embedded server is told, to keep its WAL in that folder."""
    if folder is None:
        return {}
    there, here = f"{_literal(folder)}/%f.gz", '"%p"'
    return {
        "archive_mode": "on",
        "archive_command": KEEP.format(there=there, here=here, folder=_literal(folder)),
        "archive_timeout": str(LONGEST_SECONDS),
    }


def restore_command(archive: Path | None, living: Path | None) -> str:
    """From the archive; else from a cluster that still has what it did not archive yet; else there is no more."""
    ways = []
    if archive is not None:
        ways.append(f'gunzip -c {_literal(archive)}/%f.gz > "%p" 2>/dev/null')
    if living is not None:
        ways.append(f'cp {_literal(living / "pg_wal")}/%f "%p" 2>/dev/null')
    return " || ".join([*ways, "false"])


def forget_before(archive: Path, segment: str) -> None:
    """Remove what no base backup needs: the WAL before that segment."""
    command: list[str | Path] = [PROGRAMS / "pg_archivecleanup", "-x", ".gz", archive, segment]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)


def newest_segment(archive: Path) -> str | None:
    """Of the newest timeline, which recovery follows."""
    names = (path.stem for path in archive.glob("*.gz"))
    return max((name for name in names if SEGMENT.fullmatch(name)), default=None)


def segment_number(segment: str) -> int:
    """From the start of the cluster, whatever the timeline."""
    return int(segment[8:16], 16) * ((1 << 32) // SEGMENT_SIZE) + int(segment[16:], 16)


def _literal(path: Path) -> str:
    """For a shell, within a setting where PostgreSQL reads %."""
    return shlex.quote(os.fspath(path)).replace("%", "%%")
