"""Which exceptions the tests needed, each process of them by itself: what none needed is one too many.

Run as a program at the end of a whole run, with the folder to which all of its processes have written.
"""

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from conformance_exceptions import ALLOWED, Allowed

VARIABLE = "CONFORMANCE_USED"
"""Names that folder."""


def write_used(allowed: Iterable[Allowed]) -> None:
    """What this process has needed, if anybody asks for it."""
    if folder := os.environ.get(VARIABLE):
        used = [[each.where, each.what] for each in allowed if each.times]
        (Path(folder) / f"{os.getpid()}.json").write_text(json.dumps(used))


def unused(folder: Path) -> list[str]:
    """Nothing where no process had Discord's description to look at."""
    found = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    used = {(where, what) for each in found for where, what in each}
    return [told(each) for each in ALLOWED if found and (each.where, each.what) not in used]


def told(needless: Allowed) -> str:
    return f"an exception that nothing needed: {needless.where}: {needless.what} ({needless.because})"


if __name__ == "__main__":
    needless = unused(Path(sys.argv[1]))
    print(*needless, sep="\n", end="\n" if needless else "")
    sys.exit(bool(needless))
