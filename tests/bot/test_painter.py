"""Who draws the charts: a process of its own, which holds nobody up."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import psutil
import pytest

from bot import painter as painter_module
from bot.charts import acts_per_day, bars, days_from
from bot.painter import PROJECT, NoPicture, Painter
from database.models import CaseKind

SMALL = bars("Points", ["a", "b"], {"earned": [1, 2]}, unit="points")
LARGE = acts_per_day(days_from(date(2025, 11, 22), 365), {kind: list(range(365)) for kind in CaseKind})


@pytest.fixture(scope="module")
async def painter(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Painter]:
    painter = Painter(tmp_path_factory.mktemp("charts"))
    yield painter
    await painter.close()


async def test_a_picture_is_drawn_by_another_process(painter: Painter) -> None:
    picture = await painter.picture(SMALL, "points")

    assert picture.file is not None
    assert picture.file.filename == "points.png"
    assert picture.file.description == "Points (points): earned 3"
    assert painter._process is not None
    assert painter._process.pid != os.getpid()


async def test_who_draws_has_no_secret_and_steps_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "canary")
    monkeypatch.setenv("DATABASE_URL", "postgresql://canary@127.0.0.1/x")
    broken = tmp_path / "a file"
    broken.touch()
    painter = Painter(broken / "charts")  # cannot be made: a folder for temporary files does as well

    await painter.draw(SMALL)

    assert painter._process is not None
    child = psutil.Process(painter._process.pid)
    assert "canary" not in str(child.environ()) + str(child.cmdline())
    assert child.nice() > psutil.Process().nice()
    await painter.close()
    assert not child.is_running()


def name_of_font_list(folder: Path) -> str:
    [fonts] = folder.glob("fontlist-*.json")
    return fonts.name


async def test_a_broken_list_of_fonts_is_made_anew(painter: Painter, tmp_path: Path) -> None:
    await painter.draw(SMALL)
    fonts = tmp_path / name_of_font_list(painter._folder)
    lock = tmp_path / f"{fonts.name}.matplotlib-lock"
    fonts.write_text("{torn")
    lock.touch()

    second = Painter(tmp_path)
    assert await second.draw(SMALL)
    await second.close()

    assert json.loads(fonts.read_text())
    assert not lock.exists()


async def test_a_drawer_that_was_killed_is_started_again(painter: Painter) -> None:
    await painter.draw(SMALL)
    assert painter._process is not None
    painter._process.send_signal(signal.SIGKILL)
    with pytest.raises(NoPicture):  # nobody has told us yet
        await painter.draw(SMALL)

    assert await painter.draw(SMALL)


async def test_a_drawer_that_hangs_costs_the_picture_and_not_the_answer(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await painter.draw(SMALL)
    assert painter._process is not None
    hanging = psutil.Process(painter._process.pid)
    hanging.suspend()
    monkeypatch.setattr(painter_module, "DRAW_SECONDS", 0.2)

    picture = await painter.picture(SMALL, "points")

    assert picture.file is None
    assert picture.trouble == " The chart could not be drawn this time."
    monkeypatch.undo()
    assert await painter.draw(SMALL)
    assert painter._process.pid != hanging.pid


async def test_who_gives_up_while_it_starts_leaves_the_start_to_who_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = Painter(tmp_path)
    monkeypatch.setattr(painter_module, "DRAW_SECONDS", 0)
    with pytest.raises(NoPicture):
        await painter.draw(SMALL)
    while painter._process is None:  # noqa: ASYNC110  # it is there, and has not said yet that it can draw
        await asyncio.sleep(0)
    with pytest.raises(NoPicture):
        await painter.draw(SMALL)
    monkeypatch.undo()

    await painter.ready()
    started = painter._process
    assert await painter.draw(SMALL)
    assert painter._process is started
    await painter.close()


async def test_who_gives_up_does_not_get_the_next_one_a_wrong_picture(painter: Painter) -> None:
    wanted = await painter.draw(SMALL)
    given_up = asyncio.create_task(painter.draw(LARGE))
    await asyncio.sleep(0)  # it has asked
    await asyncio.sleep(0)
    given_up.cancel()

    assert await painter.draw(SMALL) == wanted


async def test_nobody_waits_in_a_long_line(painter: Painter) -> None:
    drawn = await asyncio.gather(*(painter.draw(SMALL) for _ in range(20)), return_exceptions=True)

    assert sum(isinstance(each, bytes) for each in drawn) == painter_module.MOST_WAITING
    assert sum(isinstance(each, NoPicture) for each in drawn) == 20 - painter_module.MOST_WAITING


async def test_the_drawer_ends_when_nobody_needs_it(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painter_module, "IDLE_SECONDS", 0)
    await painter.draw(SMALL)
    process = painter._process
    assert process is not None

    assert await asyncio.wait_for(process.wait(), 60) == 0
    assert painter._process is None


async def test_the_drawer_ends_with_a_reeve_that_was_killed_and_never_was_part_of_it(tmp_path: Path) -> None:
    program = (
        "import asyncio, importlib, sys\nfrom pathlib import Path\nimport bot.running\n"
        "from bot.extensions import EXTENSIONS\nfrom bot.painter import Painter\n"
        "[importlib.import_module(name) for name in EXTENSIONS]\n"
        "async def main():\n painter = Painter(Path(sys.argv[1]))\n"
        " print((await painter._running()).pid, *{'matplotlib', 'numpy', 'PIL'} & {*sys.modules}, flush=True)\n"
        " await asyncio.sleep(600)\nasyncio.run(main())"
    )
    reeve = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), cwd=PROJECT, stdout=asyncio.subprocess.PIPE
    )
    assert reeve.stdout is not None
    pid, *loaded = (await asyncio.wait_for(reeve.stdout.readline(), 60)).split()
    child = psutil.Process(int(pid))

    reeve.kill()
    await reeve.wait()

    await asyncio.to_thread(psutil.wait_procs, [child], 60)
    assert not child.is_running()
    assert loaded == []
