"""`python -m sandbox.testing.child URL LIBRARY [-m] SCRIPT ...`: a script as Python runs it, on that sandbox.

`python -m sandbox run` starts it. The library is imported before the script, which finds it pointed there already.
"""

import importlib
import runpy
import sys
from pathlib import Path

from sandbox.addresses import addresses
from sandbox.hosting import redirected
from sandbox.testing.following import FollowedClock


def run(url: str, library: str, *words: str) -> None:
    """Raises whatever the script raises."""
    as_module, script = words[0] == "-m", words[words[0] == "-m"]
    sys.argv = list(words[as_module:])
    if not sys.flags.safe_path:
        sys.path[0] = str(Path.cwd() if as_module else Path(script).resolve().parent)
    try:
        pointed = importlib.import_module(library)
    except ModuleNotFoundError as missing:
        if missing.name != library:
            raise
        _play(script, as_module=as_module)  # a bot of another library: the environment tells it where to go
        return
    with redirected(pointed, addresses(url), FollowedClock(url).now):
        _play(script, as_module=as_module)


def _play(script: str, *, as_module: bool) -> None:
    if as_module:
        runpy.run_module(script, run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    run(*sys.argv[1:])
