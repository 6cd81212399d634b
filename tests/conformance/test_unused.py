"""An exception from Discord's words that no process of a whole run needed is told, however the tests were divided."""

import json
import subprocess
import sys
from pathlib import Path

from conformance_exceptions import ALLOWED, Allowed

PROGRAM = Path(__file__).with_name("conformance_unused.py")


def needed(folder: Path, process: int, *exceptions: Allowed) -> None:
    (folder / f"{process}.json").write_text(json.dumps([[each.where, each.what] for each in exceptions]))


def asked(folder: Path) -> tuple[int, str]:
    answer = subprocess.run([sys.executable, PROGRAM, folder], capture_output=True, text=True, check=False)
    return answer.returncode, answer.stdout + answer.stderr


def test_what_none_of_the_processes_needed_is_told_and_nothing_else(tmp_path: Path) -> None:
    *most, last = ALLOWED
    needed(tmp_path, 1, *most[:9])
    needed(tmp_path, 2, *most[7:])
    failed, told = asked(tmp_path)
    assert failed == 1
    assert told == f"an exception that nothing needed: {last.where}: {last.what} ({last.because})\n"
    needed(tmp_path, 3, last)
    assert asked(tmp_path) == (0, "")


def test_without_discords_description_nobody_can_tell(tmp_path: Path) -> None:
    assert asked(tmp_path) == (0, "")
