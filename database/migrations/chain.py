"""The revisions that this code knows, from the oldest to the newest."""

from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from alembic.config import Config
from alembic.script import Script, ScriptDirectory

PROJECT = Path(__file__).resolve().parents[2]


class Revision(NamedTuple):
    revision: str
    sentence: str


class Chain:
    """One line of revisions without branches. `folder` holds env.py and versions/."""

    def __init__(self, folder: Path = PROJECT / "alembic") -> None:
        self.folder = folder

    def config(self, **attributes: Any) -> Config:
        """Alembic's configuration, whatever the working directory is. env.py reads the attributes."""
        config = Config(str(PROJECT / "alembic.ini"), attributes=attributes)
        config.set_main_option("script_location", str(self.folder).replace("%", "%%"))
        return config

    @cached_property
    def scripts(self) -> ScriptDirectory:
        return ScriptDirectory.from_config(self.config())

    @cached_property
    def _oldest_first(self) -> list[Script]:
        return [*self.scripts.walk_revisions()][::-1]

    def history(self) -> list[Revision]:
        """All revisions, the newest first."""
        return [Revision(step.revision, step.doc) for step in reversed(self._oldest_first)]

    @property
    def head(self) -> str:
        return self._oldest_first[-1].revision

    def knows(self, revision: str) -> bool:
        return any(step.revision == revision for step in self._oldest_first)

    def after(self, revision: str | None) -> list[Revision]:
        """What is newer than the revision (None: all), the oldest first."""
        names = [step.revision for step in self._oldest_first]
        first = 0 if revision is None else names.index(revision) + 1
        return [Revision(step.revision, step.doc) for step in self._oldest_first[first:]]


def runs_with(scripts: ScriptDirectory, revision: str) -> str:
    """The oldest code, named by its newest revision, that still works on the schema at this revision.

    Each revision says so for its own step (`runs_with`, by itself: no older code), and the strictest one counts.
    """
    steps = [*scripts.walk_revisions(head=revision)][::-1]
    names = [step.revision for step in steps]
    return max((getattr(step.module, "runs_with", step.revision) for step in steps), key=names.index)


OURS = Chain()
