"""Holds all that any sandbox sends during a run of the tests, in whatever process, against Discord's own words.

Every sandbox writes its exchanges into one wire log. What went wrong while a test ran is an error of that test; what
came later, from a process that outlived its test, fails the run.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conformance_check import Checks
from conformance_rest import MISSING, description
from conformance_unused import told as needless
from conformance_unused import write_used
from conformance_wire import seen

from sandbox.wire_log import VARIABLE

MOST_TOLD = 20


class Watch:
    def __init__(self, folder: Path) -> None:
        self.checks = Checks(description())
        self.path = folder / "wire.jsonl"
        self.path.touch()
        self._read = 0

    def problems(self) -> list[str]:
        """Of everything that was written since it was last asked."""
        with self.path.open("rb") as log:
            log.seek(self._read)
            found: dict[str, None] = {}
            for line in log:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                found |= dict.fromkeys(self.checks.problems(seen(line)))
        return list(found)


WATCH = pytest.StashKey[Watch]()
LATE = pytest.StashKey[list[str]]()


def told(problems: list[str]) -> str:
    more = [f"and {len(problems) - MOST_TOLD} more"] if len(problems) > MOST_TOLD else []
    return "\n".join(["What the sandbox said is not Discord's:", *problems[:MOST_TOLD], *more])


def pytest_configure(config: pytest.Config) -> None:
    folder = tempfile.TemporaryDirectory(prefix="reeve-wire-")
    config.add_cleanup(folder.cleanup)
    config.stash[WATCH] = Watch(Path(folder.name))
    os.environ[VARIABLE] = str(config.stash[WATCH].path)


@pytest.fixture
def watch(pytestconfig: pytest.Config) -> Watch:
    return pytestconfig.stash[WATCH]


@pytest.fixture(autouse=True)
def _as_discord_says(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    problems = request.config.stash[WATCH].problems()
    if problems:
        pytest.fail(told(problems), pytrace=False)


def is_whole(config: pytest.Config) -> bool:
    """Whether everything ran, in one process; `conformance_unused` sees to the same of several."""
    chosen = any(
        getattr(config.option, name, None) for name in ("keyword", "markexpr", "deselect", "lf", "ignore")
    )
    return not chosen and config.args == config.getini("testpaths")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    watch = session.config.stash[WATCH]
    late = [*watch.problems(), *watch.checks.finish()]
    if description() is not None:
        write_used(watch.checks.exceptions.all)
        if is_whole(session.config) and exitstatus == pytest.ExitCode.OK:
            late += [needless(each) for each in watch.checks.exceptions.unused()]
    session.config.stash[LATE] = late
    if late and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    watch, late = config.stash[WATCH], config.stash.get(LATE, [])
    if not watch.checks.seen:
        return
    terminalreporter.section("what the sandbox said, held against Discord's own words")
    if description() is None:
        terminalreporter.write_line(MISSING, red=True)
    if late:
        terminalreporter.write_line(told(late), red=True)
    terminalreporter.write_line(
        f"{watch.checks.seen} exchanges in {watch.checks.seconds:.1f} s; {len(watch.checks.exceptions.all)} exceptions"
    )
