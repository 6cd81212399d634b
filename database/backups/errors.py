"""What can go wrong with a backup. The operator can act on each: exit code 78."""

from datetime import datetime
from pathlib import Path

from database.errors import OperatorMustAct


class BackupDamaged(OperatorMustAct):
    """Not the bytes that were written."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is damaged: it is not what was written; use another backup.")


class BackupIncomplete(OperatorMustAct):
    """Nothing that `db backup` finished."""

    def __init__(self, path: Path, manifest: Path) -> None:
        super().__init__(
            f"{path} is no finished backup, {manifest.name} is missing beside it: name a file or folder that "
            "`python -m bot db backup` has made, and keep the two together."
        )


class BackupFailed(OperatorMustAct):
    """One of PostgreSQL's programs gave up. Nothing was left behind."""

    def __init__(self, program: str, reason: str) -> None:
        super().__init__(f"{program} gave up ({reason}): mend that, and run the same again.")


class BackupExists(OperatorMustAct):
    """No backup replaces another."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already: name another file, or a folder, with --to.")


class ServerTooNew(OperatorMustAct):
    """Newer than the programs of the wheel."""

    def __init__(self, server: int, newest: int) -> None:
        super().__init__(
            f"The server is PostgreSQL {server} and Reeve's own pg_dump knows up to {newest}: "
            "update Reeve, or back up with the server's own pg_dump."
        )


class FolderUnusable(OperatorMustAct):
    """No backup can be written there."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"{folder} cannot be written ({reason}): give this user write access to it, or name another with --to."
        )


class BackupNotWritten(OperatorMustAct):
    """The disk failed in the middle. Nothing was left behind."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"No backup could be written to {folder} ({reason}): mend that, or name another place with --to, and run "
            "the same again."
        )


class DiskTooFull(OperatorMustAct):
    def __init__(self, folder: Path, free: str, needed: str) -> None:
        super().__init__(
            f"{folder} has {free} free and up to {needed} are needed: free some, or name another disk with --to."
        )


class BackupRefused(OperatorMustAct):
    """PostgreSQL did not take a backup in. The database is as empty as before."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"PostgreSQL refused the backup ({reason}): restore into an empty database that its role owns."
        )


class BackupHoldsNothing(OperatorMustAct):
    """Not one table: nothing can be brought back from it."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} holds no table: it was made before the first migration, or of another database than was meant; "
            "use another backup."
        )


class ContentsDiffer(OperatorMustAct):
    """What was restored or copied is not what the backup's numbers say. Nothing of it was kept."""

    def __init__(self, path: Path, differences: list[str]) -> None:
        self.differences = differences
        super().__init__(
            f"{path} does not hold what its manifest says ({'; '.join(differences)}): use another backup."
        )


class SchemaDiffers(OperatorMustAct):
    """A backup whose tables are not as the models say."""

    def __init__(self, path: Path, differences: list[str]) -> None:
        self.differences = differences
        super().__init__(
            f"The schema in {path} is not Reeve's ({'; '.join(differences)}): use another backup, "
            "or look what changed the database with `python -m bot db check`."
        )


class DatabaseNotEmpty(OperatorMustAct):
    """A backup is restored into an empty database only. `target`: the setting or file that names another server's."""

    def __init__(self, target: str | None = None) -> None:
        super().__init__(
            "The database already holds tables, and a backup is restored into an empty one only: make a new database "
            "and name it in DATABASE_URL, or for the embedded server name a new data directory with --into."
            if target is None
            else f"The database in {target} already holds tables, and Reeve moves into an empty one only: "
            "make a new database there, and name that."
        )


class DataDirectoryInUse(OperatorMustAct):
    """A base backup becomes a new cluster, it replaces none."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(
            f"{data_dir} already holds a database, and a base backup replaces none: name a new data directory "
            "with --into, and then in REEVE_DATA_DIR."
        )


class MomentTooEarly(OperatorMustAct):
    """WAL leads forward only."""

    def __init__(self, until: datetime, made_at: datetime) -> None:
        super().__init__(
            f"The backup is from {made_at:%Y-%m-%d %H:%M:%S%z} and cannot lead back to {until:%Y-%m-%d %H:%M:%S%z}: "
            "use one that was made before."
        )


class MomentNotReached(OperatorMustAct):
    """The WAL ends before. Nothing was kept."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            f"The archived WAL ends before {until:%Y-%m-%d %H:%M:%S%z}, or a part of it is missing or damaged: "
            "look into REEVE_WAL_ARCHIVE, name an earlier moment, or leave --until out for all that there is."
        )


class WalHasHole(OperatorMustAct):
    """The way to the last change is broken. Nothing was kept."""

    def __init__(self, archive: Path, reached: datetime | None, last: str) -> None:
        until = "the backup" if reached is None else f"{reached:%Y-%m-%d %H:%M:%S%z}"
        super().__init__(
            f"{archive} goes on to {last}, but a part of it after {until} is missing or damaged: bring that back, "
            "or go back to a moment before with --until."
        )


class StillInUse(OperatorMustAct):
    """Somebody may write what would stay behind."""

    def __init__(self) -> None:
        super().__init__("Reeve is running on this database: stop it, and run the same again.")


class SourceChanged(OperatorMustAct):
    """Something wrote while the database was moved. Nothing of it was kept."""

    def __init__(self) -> None:
        super().__init__(
            "The database changed while it was moved: stop whatever writes to it, and run the same again."
        )
