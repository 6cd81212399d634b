"""What can go wrong, by who can act.

Exception
├── ActionRefused            the user can act; str(error) is the reply
│   ├── CaseNotFound, SettingNotAllowed ...
│   └── LedgerRefusal        in ledger_refusals.py: stored with its operation, so that a repeat gets the same answer
├── DatabaseUnavailable      time, or the operator: nothing was lost, try again
│   └── AllConnectionsBusy, ReplicaFailed, SchemaDoesNotFit
└── OperatorMustAct          the start-up stops with one sentence
"""

from datetime import datetime
from pathlib import Path


class ActionRefused(Exception):
    """A rule says no. The text is one sentence for the person who asked; facts are attributes."""


class CaseNotFound(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"There is no case {number} here: /case list shows the cases of this server.")


class ReasonNotAllowed(ActionRefused):
    def __init__(self, longest: int) -> None:
        self.longest = longest
        super().__init__(f"A reason needs from 1 to {longest:,} characters.")


class SettingUnknown(ActionRefused):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no setting {name[:60]}: /config show lists them.")


class CaseAboutYourself(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"Case {number} is about you: ask another moderator to edit it.")


class ReasonUnchanged(ActionRefused):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"Case {number} already has that reason.")


class SettingNotAllowed(ActionRefused):
    def __init__(self, setting: str, rule: str) -> None:
        self.setting, self.rule = setting, rule
        super().__init__(f"{setting} cannot be that: {rule}.")


class ActedOnJustNow(ActionRefused):
    """Another moderator was faster. The facts are for whoever asks what to do instead."""

    def __init__(self, *, number: int, kind: str, moderator_id: int, reason: str, at: datetime) -> None:
        self.number, self.kind, self.moderator_id, self.reason, self.at = (
            number,
            kind,
            moderator_id,
            reason,
            at,
        )
        super().__init__(f"Another moderator acted on them a moment ago (case {number}, {kind}).")


class StaffPaused(ActionRefused):
    def __init__(self, most: int | None) -> None:
        self.most = most
        super().__init__(
            f"You are paused, and nothing was done: this server allows {most} kicks and bans of one moderator within "
            "an hour. Its owner was told; an admin lets you go on with /config guard resume."
        )


class DraftGone(ActionRefused):
    """Confirmed by somebody else, dropped, or too old."""

    def __init__(self) -> None:
        super().__init__("That was answered already or is too old: use the command again.")


class NothingToDo(ActionRefused):
    """What was asked for is so already."""


class DatabaseUnavailable(Exception):
    """PostgreSQL did not answer, or not in time."""

    def __init__(self, *, is_passing: bool = False, is_unknown: bool = False) -> None:
        self.is_passing = is_passing
        """Whether the same again, at once, may succeed."""
        self.is_unknown = is_unknown
        """Whether COMMIT was sent and its answer lost: the act may be done all the same, nobody knows yet."""
        super().__init__(
            "The database does not answer. Nothing is half done: in a minute, look whether it is done, "
            "and try again if it is not."
            if is_unknown
            else "The database does not answer, and nothing was changed: try again in a minute."
        )


class AllConnectionsBusy(DatabaseUnavailable):
    """The pool is exhausted: more is asked for at once than connections can carry."""

    def __str__(self) -> str:
        return "Too much is going on at the moment, and nothing was changed: try again in a minute."


class SchemaDoesNotFit(DatabaseUnavailable):
    """Somebody migrates the database while this process runs: its statements name what is not there."""

    def __str__(self) -> str:
        return "Reeve is being updated, and nothing was changed: try again in a minute."


class ReplicaFailed(DatabaseUnavailable):
    """A report that the replica began and could not end. The primary can: it runs again there, once."""


class OperatorMustAct(Exception):
    """Reeve cannot start. The text is one sentence that names the fix and holds no secret."""


class DatabaseUnreachable(OperatorMustAct):
    """No connection at start: exit code 69."""


class DatabaseAddressUnusable(OperatorMustAct):
    """DATABASE_URL cannot be what is meant: exit code 78."""


class EnvFileMissing(OperatorMustAct):
    """Settings that were meant are not there: exit code 78."""

    def __init__(self, named: str) -> None:
        super().__init__(
            f"REEVE_ENV_FILE names {named}, which is no file: correct it, unset it for .env, or empty it for none."
        )


class SearchPathElsewhere(DatabaseAddressUnusable):
    """Names without a schema lead to another one than `public`. Names are quoted as SQL wants them."""

    def __init__(self, place: str, role: str, database: str) -> None:
        super().__init__(
            f"The search_path of this connection leads to {place}, and Reeve's tables are in the schema public: run "
            f"`ALTER ROLE {role} IN DATABASE {database} SET search_path = public`, and take any search_path out of "
            "the address (docs/operator.md, On a PostgreSQL of your own)."
        )


class ReplicaOfAnotherServer(OperatorMustAct):
    """DATABASE_REPLICA_URL shows what never was in our database: exit code 78."""

    def __init__(self) -> None:
        super().__init__(
            "DATABASE_REPLICA_URL is not a standby of the server in DATABASE_URL: correct or remove one of them, "
            "or make the standby anew (docs/operator.md, A read replica)."
        )


class SchemaMismatch(OperatorMustAct):
    """The schema is older or newer than this code: exit code 78."""


class BackupTooOld(OperatorMustAct):
    """The schema would be changed without a way back: exit code 78."""

    def __init__(self, folder: Path, made_at: datetime | None) -> None:
        newest = f"the newest is of {made_at:%Y-%m-%d %H:%M} UTC" if made_at else "there is none"
        super().__init__(
            f"The database has rows and no recent backup in {folder} ({newest}): run `python -m bot db backup` first, "
            "or say `--no-backup` if you keep backups elsewhere."
        )


class TableOfAnother(OperatorMustAct):
    """Somebody else's table or sequence is among ours: exit code 78. `name` is quoted as SQL wants it."""

    def __init__(self, name: str, owner: str) -> None:
        super().__init__(
            f"{name} belongs to {owner}, and Reeve's role may not read it, so no backup can be whole: give Reeve a "
            "database of its own, or move that to another schema (`ALTER TABLE ... SET SCHEMA ...`)."
        )


class MigrationRefused(OperatorMustAct):
    """PostgreSQL did not let a migration do its work: exit code 78. Nothing of the revision was kept."""


class DataDirectoryUnusable(OperatorMustAct):
    """The data directory cannot be written: exit code 78."""


class EmbeddedServerFailed(OperatorMustAct):
    """The PostgreSQL from the wheel did not start: exit code 69."""


class WalArchiveUnusable(OperatorMustAct):
    """Exit code 78."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"REEVE_WAL_ARCHIVE names {folder}, which cannot be written: give this user write access to it, "
            "or name another folder."
        )
